package store

import (
	"errors"
	"testing"
	"time"

	"rwsgate/translate"
)

func span(from, to string, audio, video int64) translate.Observation {
	a, err := time.Parse("2006-01-02T15", from)
	b, err2 := time.Parse("2006-01-02T15", to)
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return translate.Observation{Start: a, End: b, Minutes: translate.Minutes{Audio: audio, Video: video}}
}

func TestImportPrecedence(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		merge(t, s, download(minutes("2026-02-01", 10, 1), minutes("2026-02-02", 0, 0)))
		merge(t, s, download(minutes("2026-02-03", 0, 0), minutes("2026-02-04", 0, 0)))
		batch := ImportBatch{Source: "graph-csv", Days: []translate.DayMinutes{
			minutes("2026-01-31", 5, 5), minutes("2026-02-01", 11, 1), minutes("2026-02-02", 7, 7), minutes("2026-02-03", 8, 8)}}
		before := load(t, s)

		batch.DryRun = true
		counted := mustImport(t, s, batch)
		same(t, "after a dry run", load(t, s), before)
		batch.DryRun = false
		change := mustImport(t, s, batch)
		same(t, "dry run and import", counted, change)
		same(t, "change", change, translate.Change{Added: 1, Corrected: 1, Refused: 2})
		snap := load(t, s)
		same(t, "days", snap.History.Days(), []translate.DayMinutes{
			minutes("2026-01-31", 5, 5), minutes("2026-02-01", 10, 1), minutes("2026-02-02", 0, 0), minutes("2026-02-03", 8, 8), minutes("2026-02-04", 0, 0)})
		if snap.Version != before.Version+1 {
			t.Errorf("version %d after %d", snap.Version, before.Version)
		}

		same(t, "once more", mustImport(t, s, batch), translate.Change{Same: 2, Refused: 2})
		same(t, "nothing new", load(t, s), snap)

		same(t, "an import corrects an import", mustImport(t, s, ImportBatch{Days: []translate.DayMinutes{minutes("2026-01-31", 6, 6)}}), translate.Change{Corrected: 1})
		same(t, "zeros alone never", mustImport(t, s, ImportBatch{Days: []translate.DayMinutes{minutes("2026-01-31", 0, 0)}}), translate.Change{Refused: 1})

		merge(t, s, download(minutes("2026-01-31", 6, 6), minutes("2026-02-03", 9, 9)))
		same(t, "Graph has confirmed it", mustImport(t, s, ImportBatch{Days: []translate.DayMinutes{minutes("2026-01-31", 1, 1)}}), translate.Change{Refused: 1})
		days, err := s.Days(t.Context(), tenant)
		if err != nil {
			t.Fatal(err)
		}
		var sources []string
		for _, d := range days {
			sources = append(sources, d.Source)
		}
		same(t, "sources", sources, []string{SourceGraph, SourceGraph, SourceGraph, SourceGraph, SourceZeros})
		if f := days[0].Fetched; !f.Equal(download().Fetched) {
			t.Errorf("a confirmed day was fetched %v", f)
		}
	})
}

func TestImportRefusesGraphsName(t *testing.T) {
	s := open(t, "memory")
	for _, source := range []string{SourceGraph, SourceZeros} {
		if _, err := s.Import(t.Context(), tenant, ImportBatch{Source: source}); FaultOf(err) != FaultInvalid {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestImportSpansAndTotals(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		weekly := translate.Total{Report: "CsP2PAVTimeWeekly", Zone: "Pacific Standard Time", Day: day("2025-03-08"), Minutes: translate.Minutes{Audio: 700, Video: 70}}
		batch := ImportBatch{
			Spans:  []translate.Observation{span("2025-03-01T08", "2025-03-02T08", 240, 24), span("2025-03-02T08", "2025-03-03T08", 100, 10)},
			Totals: []translate.Total{weekly},
		}
		same(t, "change", mustImport(t, s, batch), translate.Change{Added: 3})
		snap := load(t, s)
		same(t, "spans", snap.History.Spans(), batch.Spans)
		same(t, "totals", snap.History.Totals(), batch.Totals)
		same(t, "once more", mustImport(t, s, batch), translate.Change{Same: 3})
		if again := load(t, s); again.Version != 1 {
			t.Errorf("version %d", again.Version)
		}

		weekly.Audio = 701
		same(t, "a later total", mustImport(t, s, ImportBatch{Totals: []translate.Total{weekly}}), translate.Change{Corrected: 1})
		merged, _ := merge(t, s, download(minutes("2025-03-02", 50, 5)))
		same(t, "Graph's day wins over spans", load(t, s), merged)
		same(t, "spans cut", merged.History.Spans(), []translate.Observation{span("2025-03-01T08", "2025-03-02T00", 160, 16), span("2025-03-03T00", "2025-03-03T08", 33, 3)})

		got, count, err := s.Corrections(t.Context(), tenant, 10)
		if err != nil || count != 3 {
			t.Fatalf("%d corrections, %v", count, err)
		}
		same(t, "what the day displaced", got[0], Correction{Version: 3, Kind: CorrectedSpan, What: "2025-03-01T08:00:00Z/2025-03-02T08:00:00Z",
			Old: translate.Minutes{Audio: 240, Video: 24}, New: translate.Minutes{Audio: 160, Video: 16}, Source: SourceGraph, At: merged.Stored})
		if got[2].Kind != CorrectedTotal || got[2].What != "CsP2PAVTimeWeekly Pacific Standard Time 2025-03-08" || got[2].Old.Audio != 700 || got[2].New.Audio != 701 {
			t.Errorf("the total's correction: %+v", got[2])
		}
	})
}

// TestZerosAndSpansInAnyOrder: a download without any minute and saved local days leave the same history, whichever
// comes first.
func TestZerosAndSpansInAnyOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		zeros := download(minutes("2025-02-28", 0, 0), minutes("2025-03-01", 0, 0), minutes("2025-03-02", 0, 0), minutes("2025-03-03", 0, 0))
		spans := ImportBatch{Spans: []translate.Observation{span("2025-03-01T08", "2025-03-02T08", 240, 24)}}
		merge(t, s, zeros)
		mustImport(t, s, spans)
		got := load(t, s).History

		other := "ffffffff-0000-4000-8000-000000000001"
		if _, err := s.Import(t.Context(), other, spans); err != nil {
			t.Fatal(err)
		}
		snap, _, err := s.Merge(t.Context(), other, zeros, translate.Refresh{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "history", got, snap.History)
		same(t, "span", got.Spans(), spans.Spans)
	})
}
