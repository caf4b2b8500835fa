package command

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/config"
	"rwsgate/store"
	"rwsgate/translate"
)

// someDays draws UTC days of one fortnight, in order, each once.
func someDays(t *rapid.T, name string) []translate.DayMinutes {
	zeros := rapid.Bool().Draw(t, name+" are zeros")
	var days []translate.DayMinutes
	for d := range 14 {
		if !rapid.Bool().Draw(t, name) {
			continue
		}
		m := translate.Minutes{}
		if !zeros {
			m.Audio = rapid.Int64Range(0, 2).Draw(t, "audio")
		}
		days = append(days, translate.DayMinutes{Day: translate.Date(2026, 3, 1) + translate.Day(d), Minutes: m})
	}
	return days
}

// someSpans draws saved local days of that fortnight, some hours off UTC; as in every export, none touches a day of the
// same file.
func someSpans(t *rapid.T, beside []translate.DayMinutes) []translate.Observation {
	taken := map[translate.Day]store.StoredDay{}
	for _, d := range beside {
		taken[d.Day] = store.StoredDay{}
	}
	off := rapid.SampledFrom([]time.Duration{0, -8 * time.Hour, 9 * time.Hour}).Draw(t, "offset")
	var spans []translate.Observation
	for d := range 14 {
		if rapid.Bool().Draw(t, "saved day") {
			start := (translate.Date(2026, 3, 1) + translate.Day(d)).UTC().Add(off)
			o := translate.Observation{Start: start, End: start.Add(24 * time.Hour), Minutes: translate.Minutes{Video: rapid.Int64Range(0, 2).Draw(t, "video")}}
			if in, _ := coveredBy(o, taken); in == 0 {
				spans = append(spans, o)
			}
		}
	}
	return spans
}

// TestEveryRefusalHasItsReason pins that what the summary names is what the store counted, whatever was known before and
// whatever one file mixes.
func TestEveryRefusalHasItsReason(t *testing.T) {
	const id = "16a58f78-539f-47f7-b9bf-02a63867d73b"
	rapid.Check(t, func(t *rapid.T) {
		ctx := t.Context()
		s, err := store.Open(ctx, "memory", store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		target := &tenantStore{store: s, tenant: &config.Tenant{ID: id}}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "from Graph") {
				if _, _, err := s.Merge(ctx, id, translate.Download{Days: someDays(t, "download")}, translate.Refresh{}); err != nil {
					t.Fatal(err)
				}
				continue
			}
			file := translate.Settled{Days: someDays(t, "file")}
			file.Spans = someSpans(t, file.Days)
			change, err := s.Import(ctx, id, store.ImportBatch{Days: file.Days, Spans: file.Spans})
			if err != nil {
				t.Fatal(err)
			}
			k, err := target.keptFrom(ctx, file, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(k.graphs) + len(k.zeros) + len(k.covered); got != change.Refused {
				t.Fatalf("%d refused, %d explained: %+v", change.Refused, got, k)
			}
			if all := change.Added + change.Corrected + change.Same + change.Refused; all != len(file.Days)+len(file.Spans) {
				t.Fatalf("%d items, %d counted: %+v", len(file.Days)+len(file.Spans), all, change)
			}
		}
	})
}

// TestMixedFilesAreToldWhole imports an export of days, saved days and totals over what Graph gave. The export is not of
// zeros alone, though all of it that is not Graph's is zero: it corrects an imported day.
func TestMixedFilesAreToldWhole(t *testing.T) {
	s := newStoreRig(t)
	st, err := store.Open(t.Context(), "sqlite:"+s.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	graphs := []translate.DayMinutes{{Day: translate.Date(2013, 9, 1), Minutes: translate.Minutes{Audio: 7}}, {Day: translate.Date(2013, 9, 2)}}
	if _, _, err := st.Merge(t.Context(), s.id, translate.Download{Days: graphs}, translate.Refresh{}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Import(t.Context(), s.id, store.ImportBatch{Days: []translate.DayMinutes{{Day: translate.Date(2013, 9, 3), Minutes: translate.Minutes{Audio: 9}}}}); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	const mixed = `
mixed.json: rwsgate JSON, 4 UTC days, 2013-09-01..2013-09-04, 3 saved days, 1 total
  4 added, 1 changed, 1 the same, 2 refused
  refused: 2013-09-02: Graph gave other minutes, which stay
  refused: 2013-09-02T00:00:00Z: UTC days that are known cover the saved day
  kept in part: 2013-09-04T12:00:00Z: UTC days that are known cover the rest of the saved day
`
	s.check(t, step{[]string{"mixed.json"}, 0, mixed})
	s.check(t, step{append(pacific, "zeros.csv", "daily-page1.xml", "zeros.csv"), 0, `
zeros.csv: Graph CSV, 3 UTC days, 2013-09-04..2013-09-06
  1 added, 0 changed, 1 the same, 1 refused
  refused: 2013-09-05: a file of zeros alone changes no day
daily-page1.xml: Atom, CsP2PAVTimeDaily, 7 rows, 2013-09-01..2013-09-07, in America/Los_Angeles
  3 added, 1 changed, 0 the same, 3 refused
  warning: the answer had further pages: import the files of those too
  refused: 2013-09-01, 2013-09-02, 2013-09-03: UTC days that are known cover the saved day
  kept in part: 2013-09-04, 2013-09-05, 2013-09-06: UTC days that are known cover the rest of the saved day
zeros.csv: Graph CSV, 3 UTC days, 2013-09-04..2013-09-06
  0 added, 0 changed, 2 the same, 1 refused
  refused: 2013-09-05: a file of zeros alone changes no day
3 files imported, 0 refused: 4 added, 1 changed, 3 the same, 5 refused
`})
}
