package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"rwsgate/translate"
)

// TestSchema1 opens a file as the first schema wrote it: whatever migrations come, and whatever translate's types are
// called by then, nothing of it may be lost. The file in testdata is never changed; a new schema brings a new file.
func TestSchema1(t *testing.T) {
	text, err := os.ReadFile("testdata/schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	execute(t, raw(t, path), string(text))
	s := open(t, "sqlite:"+path)
	at := time.Date(2026, 3, 1, 6, 0, 0, 5, time.UTC)
	history, err := translate.NewHistory(
		[]translate.DayMinutes{minutes("2026-01-31", 5, 5), minutes("2026-02-01", 11, 1), minutes("2026-02-02", 20, 2)},
		[]translate.Observation{span("2025-03-01T08", "2025-03-02T08", 240, 24)},
		[]translate.Total{{Report: "CsP2PAVTimeWeekly", Zone: "Pacific Standard Time", Day: day("2025-03-08"), Minutes: translate.Minutes{Audio: 700, Video: 70}}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "snapshot", load(t, s), translate.Snapshot{
		History: history, Version: 3, Stored: time.Date(2026, 3, 1, 0, 0, 4, 0, time.UTC),
		Refresh: translate.Refresh{
			Due: at.Add(6 * time.Hour), NotBefore: at.Add(time.Minute), LastTry: at, LastSuccess: at, LastFull: at, Failures: 1, Calls: []time.Time{at},
			RefreshDate: day("2026-02-27"), State: translate.SourceLive, Since: 3, LastError: "report: throttled", Stalled: at,
		},
	})
	days, err := s.Days(t.Context(), tenant)
	if err != nil || len(days) != 3 || days[0].Source != "graph-csv" || days[2].Source != SourceGraph {
		t.Errorf("days %+v, %v", days, err)
	}
	_, count, err := s.Corrections(t.Context(), tenant, 0)
	if err != nil || count != 1 {
		t.Errorf("%d corrections, %v", count, err)
	}
	if got, err := s.Lease(t.Context(), tenant, "other", at.Add(30*time.Second), at.Add(time.Hour)); got || err != nil {
		t.Errorf("the lease was given away: %v", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
