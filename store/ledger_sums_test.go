package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/translate"
)

// sums is all that ReadLedgerSums tells.
type sums struct {
	Clients   []LedgerClient
	Blocks    []LedgerBlock
	Marks     []LedgerMark
	Brownouts []LedgerBrownout
}

func readSums(t testing.TB, s *Store) sums {
	t.Helper()
	var l sums
	err := s.ReadLedgerSums(context.Background(), LedgerSums{
		Client:   func(c LedgerClient) error { l.Clients = append(l.Clients, c); return nil },
		Block:    func(b LedgerBlock) error { l.Blocks = append(l.Blocks, b); return nil },
		Mark:     func(m LedgerMark) error { l.Marks = append(l.Marks, m); return nil },
		Brownout: func(b LedgerBrownout) error { l.Brownouts = append(l.Brownouts, b); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// blocksOfDays sums up what the days of a store say, by a way of its own.
func blocksOfDays(l ledger) []LedgerBlock {
	var blocks []LedgerBlock
	for _, d := range l.Days {
		first := d.Day / BlockDays * BlockDays
		if n := len(blocks) - 1; n < 0 || blocks[n].Client != d.Client || blocks[n].Report != d.Report || blocks[n].First != first {
			blocks = append(blocks, LedgerBlock{Tenant: d.Tenant, Client: d.Client, Report: d.Report, First: first})
		}
		b := &blocks[len(blocks)-1]
		b.Add(&d.LedgerCounts)
		set := func(days *LedgerDays, yes bool) {
			if yes {
				*days |= 1 << (d.Day - first)
			}
		}
		set(&b.Called, true)
		set(&b.Served, d.Served > 0)
		set(&b.Covered, d.Uncovered < d.Served)
		set(&b.Filled, d.Empty < d.Served)
	}
	return blocks
}

// TestBlocksAreTheDays: whatever is added and purged, the blocks say what the days say, and so do their marks.
func TestBlocksAreTheDays(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		seq, from := int64(0), day("2025-12-20")
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(rt, "batches") {
				seq++
				b := LedgerBatch{Writer: "w", Seq: seq}
				for i := range rapid.IntRange(1, 2).Draw(rt, "clients") {
					id := fmt.Sprint("c", i)
					b.Clients = append(b.Clients, someClient(id, "2025-12-20", "2026-04-01"))
					d := from + translate.Day(rapid.IntRange(0, 100).Draw(rt, "day"))
					served := int64(rapid.IntRange(0, 2).Draw(rt, "served"))
					c := LedgerCounts{Calls: 3, Served: served, Empty: min(served, int64(rapid.IntRange(0, 2).Draw(rt, "empty"))),
						Uncovered: min(served, int64(rapid.IntRange(0, 2).Draw(rt, "uncovered"))), Options: int64(rapid.IntRange(0, 1<<16-1).Draw(rt, "options"))}
					b.Days = append(b.Days, dayOf(id, "Daily", d.String(), c))
					b.Marks = append(b.Marks, markOf(id, "Daily", d.String(), rapid.SampledFrom([]string{"UTC", "Tokyo"}).Draw(rt, "zone"), 2))
				}
				addLedger(t, s, b)
			}
			if rapid.Bool().Draw(rt, "purge") {
				before := from + translate.Day(rapid.IntRange(0, 60).Draw(rt, "before"))
				if _, err := s.PurgeLedger(t.Context(), before, before); err != nil {
					rt.Fatal(err)
				}
			}
			l, got := readLedger(t, s, 0), readSums(t, s)
			same(t, "blocks", got.Blocks, blocksOfDays(l))
			same(t, "marks", got.Marks, l.Marks)
			called := slices.DeleteFunc(got.Clients, func(c LedgerClient) bool {
				return !slices.ContainsFunc(got.Blocks, func(b LedgerBlock) bool { return b.Client == c.ID })
			})
			same(t, "clients", called, l.Clients)
			if err := s.Check(t.Context()); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

// TestMigrationSumsUp: a store that was filled by the schema before has the blocks that it would have had.
func TestMigrationSumsUp(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		addLedger(t, s, LedgerBatch{Writer: "w", Seq: 1, Clients: []LedgerClient{someClient("a", "2026-01-01", "2026-03-01")},
			Days: []LedgerDay{dayOf("a", "Daily", "2026-01-01", numbered(1)), dayOf("a", "Daily", "2026-01-02", LedgerCounts{Calls: 1, Options: 0b11, Behind: 4}),
				dayOf("a", "Daily", "2026-01-03", LedgerCounts{Calls: 2, Served: 2, Uncovered: 2, Empty: 1, Options: 0b101}), dayOf("a", "", "2026-03-01", numbered(7))},
			Marks: []LedgerMark{markOf("a", "Daily", "2026-01-01", "UTC", 2), markOf("a", "Daily", "2026-01-02", "UTC", 3)}})
		want := readSums(t, s)
		for _, q := range []string{"DELETE FROM ledger_blocks", "DELETE FROM ledger_block_marks",
			sumBlocks + " GROUP BY tenant, client, report, day / 32", sumBlockMarks + " GROUP BY tenant, client, report, day / 32, kind, name"} {
			execute(t, s.write, q)
		}
		same(t, "sums", readSums(t, s), want)
		same(t, "blocks", want.Blocks, blocksOfDays(readLedger(t, s, 0)))
	})
}

// TestMigrationHasTheSums holds the statements that purging uses to those that the migration ran.
func TestMigrationHasTheSums(t *testing.T) {
	text, err := migrations.ReadFile("migrations/00004_ledger_sums.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{sumBlocks + " GROUP BY tenant, client, report, day / 32;", sumBlockMarks + "\nGROUP BY tenant, client, report, day / 32, kind, name;"} {
		if !strings.Contains(string(text), q) {
			t.Errorf("the migration lacks %s", q)
		}
	}
}

func TestLedgerDays(t *testing.T) {
	got := LedgerDays(1|1<<5|1<<31).Append([]translate.Day{1}, 64)
	same(t, "days", got, []translate.Day{1, 64, 69, 95})
}

// TestShapesArePurgedByBlock: shapes of queries have no day of their own.
func TestShapesArePurgedByBlock(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		shape := LedgerMark{Tenant: tenant, Client: "a", Report: "Daily", Day: day("2026-01-01"), Kind: LedgerShape, Name: "Daily?$top=1", Calls: 2}
		addLedger(t, s, LedgerBatch{Writer: "w", Seq: 1, Clients: []LedgerClient{someClient("a", "2026-01-01", "2026-03-01")},
			Days: []LedgerDay{dayOf("a", "Daily", "2026-01-01", numbered(1)), dayOf("a", "Daily", "2026-03-01", numbered(1))}, Shapes: []LedgerMark{shape}})
		first := blockOf(shape.Day)
		purge(t, s, first+31)
		if got := readSums(t, s).Marks; len(got) != 1 {
			t.Errorf("%+v", got)
		}
		purge(t, s, first+32)
		if got := readSums(t, s); len(got.Marks) != 0 || len(got.Blocks) != 1 {
			t.Errorf("%+v", got)
		}
		purge(t, s, day("2026-03-03"))
		if got := readSums(t, s); len(got.Clients)+len(got.Blocks) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func purge(t testing.TB, s *Store, before translate.Day) {
	t.Helper()
	if _, err := s.PurgeLedger(t.Context(), before, before); err != nil {
		t.Fatal(err)
	}
}

// TestBrownoutsInAnyOrder: two processes report failures and served calls in any order; what is left is the first
// served call after the last failure.
func TestBrownoutsInAnyOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		window := at("2026-03-01")
		clock := func(minutes int) time.Time {
			if minutes == 0 {
				return time.Time{}
			}
			return window.Add(time.Duration(minutes) * time.Minute)
		}
		seq := int64(0)
		for name, c := range map[string]struct {
			parts [][4]int // failed, first, last, served
			want  [4]int
		}{
			"failed only":                   {[][4]int{{2, 5, 9, 0}, {1, 3, 3, 0}}, [4]int{3, 3, 9, 0}},
			"failed, served":                {[][4]int{{1, 5, 5, 0}, {0, 0, 0, 7}, {0, 0, 0, 8}}, [4]int{1, 5, 5, 7}},
			"served, failed":                {[][4]int{{0, 0, 0, 7}, {1, 5, 5, 0}}, [4]int{1, 5, 5, 7}},
			"served, failed later":          {[][4]int{{0, 0, 0, 7}, {1, 9, 9, 0}, {0, 0, 0, 12}, {0, 0, 0, 13}}, [4]int{1, 9, 9, 12}},
			"served, failed, served before": {[][4]int{{0, 0, 0, 12}, {1, 9, 9, 0}, {0, 0, 0, 10}}, [4]int{1, 9, 9, 10}},
			"never failed":                  {[][4]int{{0, 0, 0, 12}, {0, 0, 0, 10}}, [4]int{0, 0, 0, 10}},
		} {
			brownout := func(client string, n [4]int) LedgerBrownout {
				return LedgerBrownout{Tenant: tenant, Client: client, Report: "Daily", Window: window, Failed: int64(n[0]), First: clock(n[1]), Last: clock(n[2]), Served: clock(n[3])}
			}
			whole := name + ", in one batch"
			all := LedgerBatch{Writer: "v", Seq: seq + 1, Clients: []LedgerClient{someClient(whole, "2026-03-01", "2026-03-01")}}
			for _, p := range c.parts {
				seq++
				addLedger(t, s, LedgerBatch{Writer: "w", Seq: seq, Clients: []LedgerClient{someClient(name, "2026-03-01", "2026-03-01")},
					Brownouts: []LedgerBrownout{brownout(name, p)}})
				all.Brownouts = append(all.Brownouts, brownout(whole, p))
			}
			addLedger(t, s, all)
			for _, b := range readSums(t, s).Brownouts {
				if b.Client == name || b.Client == whole {
					same(t, name, b, brownout(b.Client, c.want))
				}
			}
		}
		if n := len(readSums(t, s).Brownouts); n != 12 {
			t.Errorf("%d", n)
		}
		purge(t, s, day("2026-03-03"))
		if n := len(readSums(t, s).Brownouts); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestTurns(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		due, now := at("2026-03-01"), at("2026-03-02")
		take := func(holder string, due, now time.Time, want bool) {
			t.Helper()
			got, err := s.TakeTurn(t.Context(), "digest", holder, due, now, now.Add(time.Minute))
			if err != nil || got != want {
				t.Errorf("%s at %s: %v, %v", holder, now, got, err)
			}
		}
		take("a", due, now, true)
		take("b", due, now, false)
		take("a", due, now.Add(time.Second), true)
		take("b", due, now.Add(2*time.Minute), true)
		take("b", due.AddDate(0, 0, 7), now, true)
		if err := s.EndTurn(t.Context(), "digest", due); err != nil {
			t.Fatal(err)
		}
		take("b", due, now.Add(time.Hour), false)
		take("a", due, now.Add(time.Hour), false)
		take("a", due.AddDate(0, 0, 7), now.Add(time.Hour), true)
	})
}
