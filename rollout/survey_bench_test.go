package rollout

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// fill writes the calls of so many clients on so many days before noon, a third of them working days only.
func fill(b testing.TB, s *store.Store, clients, days int) {
	b.Helper()
	seq := int64(0)
	for d := translate.DayOf(noon) - translate.Day(days); d < translate.DayOf(noon); d++ {
		seq++
		batch := store.LedgerBatch{Writer: "fill", Seq: seq}
		for i := range clients {
			if w := d.Weekday(); i%3 == 0 && (w == time.Saturday || w == time.Sunday) {
				continue
			}
			c := identity{tenant: tenant, principal: fmt.Sprintf("user-%d@example.com", i), agent: "curl"}.stored(nil)
			c.First, c.Last, c.UserAgent, c.SeenFrom = d.UTC(), d.UTC(), "curl/8.1", "192.0.2.7"
			batch.Clients = append(batch.Clients, c)
			batch.Days = append(batch.Days, store.LedgerDay{Tenant: tenant, Client: c.ID, Report: daily, Day: d, LedgerCounts: store.LedgerCounts{Calls: 24, Served: 24, Rows: 240, Atom: 24, Bytes: 9000}})
			batch.Marks = append(batch.Marks, store.LedgerMark{Tenant: tenant, Client: c.ID, Report: daily, Day: d, Kind: markZone, Name: "Pacific Standard Time", Calls: 24})
			batch.Shapes = append(batch.Shapes, store.LedgerMark{Tenant: tenant, Client: c.ID, Report: daily, Day: d, Kind: markShape, Name: "CsP2PAVTimeDaily?$orderby=Date desc&$top=10&$format=atom", Calls: 24})
		}
		if err := s.AddLedger(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOverview is what the page, the metrics and the reports pay for two thousand clients of 25 months. Filling the
// store takes minutes: RWSGATE_LONG=1, else it is one of two months.
func BenchmarkOverview(b *testing.B) {
	days := 60
	if os.Getenv("RWSGATE_LONG") != "" {
		days = 760
	}
	s := openStore(b, "sqlite:"+b.TempDir()+"/s.db")
	fill(b, s, 2000, days)
	l := ledgerOn(s, LedgerOptions{})
	p := &Plan{}
	for i := range 50 {
		p.Agreements = append(p.Agreements, Agreement{Name: fmt.Sprint(i), Owner: "Finance",
			Match: func(principal, _ string, _ netip.Addr) bool {
				return principal == fmt.Sprintf("user-%d@example.com", i)
			}})
	}
	b.Run("sums", func(b *testing.B) {
		for b.Loop() {
			if all, err := l.Sums(b.Context()); err != nil || len(all) != 2000 {
				b.Fatal(len(all), err)
			}
		}
	})
	sums, err := l.Sums(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("overview", func(b *testing.B) {
		for b.Loop() {
			NewOverview(p, State{}, nil, sums, noon)
		}
	})
	b.Run("usage", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Usage(b.Context(), noon.AddDate(0, 0, -30)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
