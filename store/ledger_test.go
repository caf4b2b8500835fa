package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

// ledger is all that a ledger holds, as ReadLedger told it.
type ledger struct {
	Clients []LedgerClient
	Days    []LedgerDay
	Marks   []LedgerMark
}

func readLedger(t testing.TB, s *Store, since translate.Day) ledger {
	t.Helper()
	var l ledger
	err := s.ReadLedger(context.Background(), since, LedgerReader{
		Client: func(c LedgerClient) error { l.Clients = append(l.Clients, c); return nil },
		Day:    func(d LedgerDay) error { l.Days = append(l.Days, d); return nil },
		Mark:   func(m LedgerMark) error { l.Marks = append(l.Marks, m); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func addLedger(t testing.TB, s *Store, b LedgerBatch) {
	t.Helper()
	if err := s.AddLedger(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

func at(s string) time.Time { return day(s).UTC().Add(9 * time.Hour) }

func someClient(id, first, last string) LedgerClient {
	return LedgerClient{Tenant: tenant, ID: id, Principal: id + "@example.com", Claimed: id == "b", Agent: "curl", Address: "", UserAgent: "curl/" + last,
		SeenFrom: "192.0.2.1", First: at(first), Last: at(last)}
}

// numbered gives counts of which each is another number.
func numbered(from int64) (c LedgerCounts) {
	for i, n := range c.sums() {
		*n = from + int64(i)
	}
	return c
}

func dayOf(id, report, date string, c LedgerCounts) LedgerDay {
	return LedgerDay{Tenant: tenant, Client: id, Report: report, Day: day(date), LedgerCounts: c}
}

func markOf(id, report, date, name string, calls int64) LedgerMark {
	return LedgerMark{Tenant: tenant, Client: id, Report: report, Day: day(date), Kind: "zone", Name: name, Calls: calls}
}

func TestLedgerAddsUp(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		one, two := numbered(1), numbered(100)
		one.Options, one.Behind = 0b101, 2
		two.Options, two.Behind = 0b110, 1
		addLedger(t, s, LedgerBatch{Writer: "w", Seq: 1, Clients: []LedgerClient{someClient("b", "2026-03-01", "2026-03-01"), someClient("a", "2026-03-01", "2026-03-01")},
			Days:  []LedgerDay{dayOf("b", "", "2026-03-01", one), dayOf("a", "Daily", "2026-03-01", one)},
			Marks: []LedgerMark{markOf("a", "Daily", "2026-03-01", "UTC", 2)}})
		older := someClient("a", "2026-02-27", "2026-02-28")
		addLedger(t, s, LedgerBatch{Writer: "v", Seq: 1, Clients: []LedgerClient{older},
			Days:  []LedgerDay{dayOf("a", "Daily", "2026-03-01", two), dayOf("a", "Daily", "2026-02-28", one)},
			Marks: []LedgerMark{markOf("a", "Daily", "2026-03-01", "UTC", 3), markOf("a", "Daily", "2026-02-28", "UTC", 5), markOf("a", "Daily", "2026-02-28", "Tokyo Standard Time", 1)}})
		sum := one
		sum.Add(&two)
		if sum.Calls != 101 || sum.Other != 131 || sum.Options != 0b111 || sum.Behind != 2 {
			t.Errorf("the sum is %+v", sum)
		}
		a := someClient("a", "2026-02-27", "2026-03-01")
		undated := func(name string, calls int64) LedgerMark { return markOf("a", "Daily", "1970-01-01", name, calls) }
		same(t, "all", readLedger(t, s, 0), ledger{
			Clients: []LedgerClient{a, someClient("b", "2026-03-01", "2026-03-01")},
			Days:    []LedgerDay{dayOf("a", "Daily", "2026-02-28", one), dayOf("a", "Daily", "2026-03-01", sum), dayOf("b", "", "2026-03-01", one)},
			Marks:   []LedgerMark{undated("Tokyo Standard Time", 1), undated("UTC", 10)},
		})
		same(t, "since March", readLedger(t, s, day("2026-03-01")).Marks, []LedgerMark{undated("UTC", 5)})
		if l := readLedger(t, s, day("2026-03-02")); len(l.Clients)+len(l.Days)+len(l.Marks) > 0 {
			t.Errorf("since a later day: %+v", l)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestLedgerBatchOnce: a batch sent again, after an answer that was lost, counts once; a later one of the same writer
// and the same number of another count.
func TestLedgerBatchOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		batch := func(writer string, seq int64) LedgerBatch {
			return LedgerBatch{Writer: writer, Seq: seq, Clients: []LedgerClient{someClient("a", "2026-03-01", "2026-03-01")},
				Days:  []LedgerDay{dayOf("a", "Daily", "2026-03-01", LedgerCounts{Calls: 1})},
				Marks: []LedgerMark{markOf("a", "Daily", "2026-03-01", "UTC", 1)}}
		}
		for _, b := range []LedgerBatch{batch("w", 1), batch("w", 1), batch("w", 3), batch("w", 3), batch("w", 2), batch("v", 1)} {
			addLedger(t, s, b)
		}
		l := readLedger(t, s, 0)
		if l.Days[0].Calls != 3 || l.Marks[0].Calls != 3 {
			t.Errorf("%+v", l)
		}
	})
}

// TestLedgerBatchWhole: of a batch that fails nothing is stored, and its number is free for another try.
func TestLedgerBatchWhole(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		b := LedgerBatch{Writer: "w", Seq: 1, Clients: []LedgerClient{someClient("a", "2026-03-01", "2026-03-01")},
			Days: []LedgerDay{dayOf("a", "Daily", "2026-03-01", LedgerCounts{Calls: 1}), dayOf("nobody", "Daily", "2026-03-01", LedgerCounts{Calls: 1})}}
		if err := s.AddLedger(t.Context(), b); err == nil {
			t.Fatal("a day without its client was taken")
		}
		if l := readLedger(t, s, 0); len(l.Days) > 0 {
			t.Errorf("%+v", l)
		}
		b.Days = b.Days[:1]
		addLedger(t, s, b)
		if l := readLedger(t, s, 0); len(l.Days) != 1 {
			t.Errorf("%+v", l)
		}
	})
}

// TestLedgerBigBatch writes more than one statement takes.
func TestLedgerBigBatch(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		b := LedgerBatch{Writer: "w", Seq: 1}
		for i := range 1001 {
			id := strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()
			b.Clients = append(b.Clients, someClient(id, "2026-03-01", "2026-03-01"))
			b.Days = append(b.Days, dayOf(id, "Daily", "2026-03-01", LedgerCounts{Calls: 1}))
		}
		addLedger(t, s, b)
		if l := readLedger(t, s, 0); len(l.Clients) != 1001 || len(l.Days) != 1001 {
			t.Errorf("%d clients, %d days", len(l.Clients), len(l.Days))
		}
	})
}

func TestLedgerPurge(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		served, denied := LedgerCounts{Calls: 1, Served: 1}, LedgerCounts{Calls: 1, Denied: 1}
		b := LedgerBatch{Writer: "w", Seq: 1}
		add := func(id, first, last string, days map[string]LedgerCounts) {
			b.Clients = append(b.Clients, someClient(id, first, last))
			for date, c := range days {
				b.Days = append(b.Days, dayOf(id, "Daily", date, c))
				b.Marks = append(b.Marks, markOf(id, "Daily", date, "UTC", 1))
			}
		}
		add("gone", "2024-01-01", "2024-01-31", map[string]LedgerCounts{"2024-01-01": served, "2024-01-31": served})
		add("stays", "2024-01-01", "2024-02-01", map[string]LedgerCounts{"2024-01-31": served, "2024-02-01": served})
		add("stranger", "2026-01-01", "2026-01-31", map[string]LedgerCounts{"2026-01-31": denied})
		add("guessing", "2026-01-01", "2026-02-01", map[string]LedgerCounts{"2026-01-31": denied, "2026-02-01": denied})
		add("mistyped", "2026-01-01", "2026-01-02", map[string]LedgerCounts{"2026-01-01": denied, "2026-01-02": {Calls: 2, Denied: 1}})
		addLedger(t, s, b)
		n, err := s.PurgeLedger(t.Context(), day("2024-02-01"), day("2026-02-01"))
		if err != nil || n != 2 {
			t.Errorf("%d gone, %v", n, err)
		}
		l := readLedger(t, s, 0)
		names := map[string]int{}
		for _, c := range l.Clients {
			names[c.ID] = 0
		}
		for _, d := range l.Days {
			names[d.Client]++
		}
		same(t, "what is left", names, map[string]int{"stays": 1, "guessing": 2, "mistyped": 2})
		marks := slices.CompactFunc(l.Marks, func(a, b LedgerMark) bool { return a.Client == b.Client })
		slices.SortFunc(marks, func(a, b LedgerMark) int { return cmp.Compare(a.Client, b.Client) })
		if len(marks) != 3 || marks[0].Client != "guessing" || !at("2024-01-01").Equal(l.Clients[slices.IndexFunc(l.Clients, func(c LedgerClient) bool { return c.ID == "stays" })].First) {
			t.Errorf("%+v", l)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestLedgerKeyIsMadeOnce(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		var all sync.WaitGroup
		keys := make([]string, 4)
		for i := range keys {
			s := open(t, dsn)
			all.Go(func() {
				key, err := s.LedgerKey(t.Context())
				if err != nil {
					t.Error(err)
				}
				keys[i] = string(key)
			})
		}
		all.Wait()
		if slices.Sort(keys); keys[0] != keys[3] || len(keys[0]) != 32 {
			t.Errorf("%x", keys)
		}
	})
}

func TestLedgerKeyDamaged(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		execute(t, s.write, "INSERT INTO ledger_keys (name, secret) VALUES ('identity', 'abc')")
		if _, err := s.LedgerKey(t.Context()); FaultOf(err) != FaultCorrupt || strings.Contains(err.Error(), "abc") {
			t.Errorf("%v", err)
		}
	})
}

// TestLedgerReaderEnds: an error of the reader ends the reading and is not taken for one of the store's kinds.
func TestLedgerReaderEnds(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		addLedger(t, s, LedgerBatch{Writer: "w", Seq: 1, Clients: []LedgerClient{someClient("a", "2026-03-01", "2026-03-01")},
			Days: []LedgerDay{dayOf("a", "Daily", "2026-03-01", LedgerCounts{Calls: 1})}})
		enough := errors.New("enough")
		err := s.ReadLedger(t.Context(), 0, LedgerReader{Day: func(LedgerDay) error { return enough }})
		if !errors.Is(err, enough) {
			t.Errorf("%v", err)
		}
	})
}
