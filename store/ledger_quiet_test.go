package store

import "testing"

// TestKeepQuiet: what was found of a client is about its last call, and goes with it.
func TestKeepQuiet(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		found := func() map[string]LedgerClient {
			all := map[string]LedgerClient{}
			for _, c := range readSums(t, s).Clients {
				all[c.ID] = c
			}
			return all
		}
		batch := func(seq int64, on string, ids ...string) {
			b := LedgerBatch{Writer: "w", Seq: seq}
			for _, id := range ids {
				b.Clients = append(b.Clients, someClient(id, "2026-01-01", on))
				b.Days = append(b.Days, dayOf(id, "Daily", on, LedgerCounts{Calls: 1}))
			}
			addLedger(t, s, b)
		}
		batch(1, "2026-03-01", "a", "b", "c")
		quiet := []LedgerQuiet{{tenant, "b", at("2026-03-01"), "weekly", day("2026-04-01")}, {tenant, "a", at("2026-03-01"), "daily", day("2026-03-22")},
			{tenant, "c", at("2026-02-28"), "daily", day("2026-03-22")}, {tenant, "nobody", at("2026-03-01"), "daily", day("2026-03-22")}}
		for range 2 {
			if err := s.KeepQuiet(t.Context(), quiet); err != nil {
				t.Fatal(err)
			}
		}
		all := found()
		if a, b, c := all["a"], all["b"], all["c"]; a.Rhythm != "daily" || a.QuietFrom != day("2026-03-22") || b.Rhythm != "weekly" || c.QuietFrom != 0 || c.Rhythm != "" {
			t.Errorf("%+v", all)
		}
		batch(2, "2026-06-01", "a")
		if a := found()["a"]; a.QuietFrom != 0 {
			t.Errorf("after a call: %+v", a)
		}
		if _, err := s.PurgeLedger(t.Context(), day("2026-05-01"), day("2026-05-01")); err != nil {
			t.Fatal(err)
		}
		if all := found(); len(all) != 1 {
			t.Errorf("%+v", all)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
