package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rwsgate/translate"
)

// model is the rules of merging told again, as plainly as can be: a map of days.
type model struct {
	days        map[translate.Day]translate.Minutes
	settled     map[translate.Day]bool
	version     int64
	corrections int
}

func (m *model) apply(days []translate.DayMinutes, graph bool) {
	carries := slices.ContainsFunc(days, func(d translate.DayMinutes) bool { return !d.IsZero() })
	if !graph { // of an import, what Graph has settled is out of question; its minutes still say that the file has some
		days = slices.DeleteFunc(slices.Clone(days), func(d translate.DayMinutes) bool { return m.settled[d.Day] })
	}
	changed := false
	for _, d := range days {
		old, known := m.days[d.Day]
		switch {
		case known && old == d.Minutes:
		case known && !carries:
			continue
		case known:
			m.corrections++
			changed = true
		default:
			changed = true
		}
		m.days[d.Day] = d.Minutes
		if graph && carries {
			m.settled[d.Day] = true
		}
	}
	if changed {
		m.version++
	}
}

func TestRandomMergesEqualAModel(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		tenants := 0
		rapid.Check(t, func(rt *rapid.T) {
			tenants++
			id := fmt.Sprintf("tenant-%d", tenants)
			m := model{days: map[translate.Day]translate.Minutes{}, settled: map[translate.Day]bool{}}
			for range rapid.IntRange(1, 8).Draw(rt, "steps") {
				days := drawDays(rt)
				graph := rapid.Bool().Draw(rt, "graph")
				if graph {
					snap, _, err := s.Merge(context.Background(), id, download(days...), translate.Refresh{Failures: len(days)})
					if err != nil {
						rt.Fatal(err)
					}
					loaded, err := s.Load(context.Background(), id)
					if err != nil {
						rt.Fatal(err)
					}
					same(t, "loaded as merged", loaded, snap)
				} else if _, err := s.Import(context.Background(), id, ImportBatch{Days: days}); err != nil {
					rt.Fatal(err)
				}
				m.apply(days, graph)
				compareWithModel(rt, s, id, m)
			}
		})
	})
}

func compareWithModel(rt *rapid.T, s *Store, id string, m model) {
	snap, err := s.Load(context.Background(), id)
	if err != nil {
		rt.Fatal(err)
	}
	got := map[translate.Day]translate.Minutes{}
	for _, d := range snap.History.Days() {
		got[d.Day] = d.Minutes
	}
	if !maps.Equal(got, m.days) || snap.Version != m.version {
		rt.Fatalf("version %d with %v, the model has version %d with %v", snap.Version, got, m.version, m.days)
	}
	if _, count, err := s.Corrections(context.Background(), id, 0); err != nil || count != m.corrections {
		rt.Fatalf("%d corrections (%v), the model has %d", count, err, m.corrections)
	}
	days, err := s.Days(context.Background(), id)
	if err != nil {
		rt.Fatal(err)
	}
	for _, d := range days {
		if (d.Source == SourceGraph) != m.settled[d.Day] {
			rt.Fatalf("%v has source %s, the model: settled %v", d.Day, d.Source, m.settled[d.Day])
		}
	}
}

// drawDays draws a short run of days with few distinct values, so that equal, changed and zero days all come about.
func drawDays(rt *rapid.T) []translate.DayMinutes {
	first := rapid.IntRange(20000, 20010).Draw(rt, "first")
	most := rapid.SampledFrom([]int64{0, 2}).Draw(rt, "most")
	var days []translate.DayMinutes
	for i := range rapid.IntRange(0, 6).Draw(rt, "n") {
		days = append(days, translate.DayMinutes{Day: translate.Day(first + i), Minutes: translate.Minutes{
			Audio: rapid.Int64Range(0, most).Draw(rt, "audio"), Video: rapid.Int64Range(0, most/2).Draw(rt, "video")}})
	}
	return days
}

// TestRandomSpansReload: whatever mixture of days, spans and totals is stored, a later load gives what the history was
// when it was written, and the store finds itself whole.
func TestRandomSpansReload(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		tenants := 0
		rapid.Check(t, func(rt *rapid.T) {
			tenants++
			id := fmt.Sprintf("tenant-%d", tenants)
			var want translate.History
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				before, err := s.Load(context.Background(), id)
				if err != nil {
					rt.Fatal(err)
				}
				same(t, "reloaded", before.History, want)
				if rapid.Bool().Draw(rt, "merge") {
					snap, _, err := s.Merge(context.Background(), id, download(drawDays(rt)...), translate.Refresh{})
					if err != nil {
						rt.Fatal(err)
					}
					want = snap.History
					continue
				}
				b := ImportBatch{Spans: drawSpans(rt), Totals: []translate.Total{{Report: "W", Zone: "UTC", Day: 20000, Minutes: translate.Minutes{Audio: rapid.Int64Range(0, 2).Draw(rt, "total")}}}}
				change, err := s.Import(context.Background(), id, b)
				if err != nil {
					rt.Fatal(err)
				}
				after, err := s.Load(context.Background(), id)
				if err != nil {
					rt.Fatal(err)
				}
				if changed := change.Added+change.Corrected > 0; changed != (after.Version > before.Version) {
					rt.Fatalf("change %+v, version %d to %d", change, before.Version, after.Version)
				}
				want = after.History
			}
		})
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func drawSpans(rt *rapid.T) []translate.Observation {
	at := translate.Day(rapid.IntRange(20000, 20008).Draw(rt, "first")).UTC().Add(8 * 3600e9)
	var spans []translate.Observation
	for range rapid.IntRange(1, 4).Draw(rt, "n") {
		end := at.AddDate(0, 0, 1)
		spans = append(spans, translate.Observation{Start: at, End: end, Minutes: translate.Minutes{Audio: rapid.Int64Range(0, 48).Draw(rt, "audio")}})
		at = end
	}
	return spans
}
