package translate

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func on(d string, audio, video int64) DayMinutes {
	day, err := ParseDay(d)
	if err != nil {
		panic(err)
	}
	return DayMinutes{day, Minutes{audio, video}}
}

// lasting makes an observation of some hours from a UTC instant such as "2026-01-02T08".
func lasting(from string, hours int, audio int64) Observation {
	start, err := time.Parse("2006-01-02T15", from)
	if err != nil {
		panic(err)
	}
	return Observation{start, start.Add(time.Duration(hours) * time.Hour), Minutes{Audio: audio}}
}

func known(t *testing.T, days []DayMinutes, spans []Observation, totals []Total) History {
	t.Helper()
	h, err := NewHistory(days, spans, totals)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func week(day string, audio int64) Total {
	return Total{"CsP2PAVTimeWeekly", "UTC", on(day, 0, 0).Day, Minutes{Audio: audio}}
}

func TestNewHistorySorts(t *testing.T) {
	days := []DayMinutes{on("2026-01-03", 3, 0), on("2026-01-01", 1, 0), on("2026-01-05", 5, 0)}
	h := known(t, days, []Observation{lasting("2025-12-31T00", 24, 9), lasting("2025-12-30T00", 24, 8)}, []Total{week("2026-01-10", 2), week("2026-01-03", 1)})
	if days[0].Audio != 3 {
		t.Error("the caller's slice was sorted")
	}
	if got, want := h.Days(), []DayMinutes{on("2026-01-01", 1, 0), on("2026-01-03", 3, 0), on("2026-01-05", 5, 0)}; !slices.Equal(got, want) {
		t.Errorf("days %v, want %v", got, want)
	}
	if h.Spans()[0].Audio != 8 || h.Totals()[0].Audio != 1 {
		t.Errorf("spans %v, totals %v are not sorted", h.Spans(), h.Totals())
	}
	first, _ := h.First()
	last, ok := h.Last()
	if first.String() != "2026-01-01" || last.String() != "2026-01-05" || !ok {
		t.Errorf("from %v to %v", first, last)
	}
	if got := h.Holes(); len(got) != 2 || got[0].String() != "2026-01-02" || got[1].Len() != 1 {
		t.Errorf("holes %v", got)
	}
	if m, ok := h.At(on("2026-01-03", 0, 0).Day); !ok || m.Audio != 3 {
		t.Errorf("At gives %v, %v", m, ok)
	}
	if _, ok := h.At(on("2026-01-02", 0, 0).Day); ok {
		t.Error("a missing day is known")
	}
}

func TestEmptyHistory(t *testing.T) {
	var h History
	_, first := h.First()
	_, last := h.Last()
	if !h.IsEmpty() || first || last || h.Holes() != nil {
		t.Errorf("the zero history is not empty: %v %v %v", first, last, h.Holes())
	}
	for _, h := range []History{known(t, []DayMinutes{on("2026-01-01", 0, 0)}, nil, nil), known(t, nil, []Observation{lasting("2026-01-01T00", 1, 0)}, nil), known(t, nil, nil, []Total{week("2026-01-03", 0)})} {
		if h.IsEmpty() {
			t.Errorf("%v is empty", h)
		}
	}
}

func TestNewHistoryRefuses(t *testing.T) {
	day := []DayMinutes{on("2026-01-02", 1, 1)}
	for name, c := range map[string]struct {
		days   []DayMinutes
		spans  []Observation
		totals []Total
		want   string
	}{
		"day twice":      {[]DayMinutes{on("2026-01-02", 1, 1), on("2026-01-01", 0, 0), on("2026-01-02", 2, 2)}, nil, nil, "2026-01-02 stands twice"},
		"negative":       {[]DayMinutes{on("2026-01-02", 1, -1)}, nil, nil, "2026-01-02 has minutes outside"},
		"too many":       {[]DayMinutes{on("2026-01-02", MaxMinutes+1, 0)}, nil, nil, "2026-01-02 has minutes outside"},
		"far day":        {[]DayMinutes{on("2200-01-01", 1, 0)}, nil, nil, "2200-01-01 lies outside"},
		"old day":        {[]DayMinutes{on("1899-12-31", 1, 0)}, nil, nil, "1899-12-31 lies outside"},
		"span over day":  {day, []Observation{lasting("2026-01-01T23", 24, 1)}, nil, "overlaps the known day 2026-01-02"},
		"span in day":    {day, []Observation{lasting("2026-01-02T05", 1, 1)}, nil, "overlaps the known day 2026-01-02"},
		"span ends in":   {day, []Observation{lasting("2026-01-01T12", 13, 1)}, nil, "overlaps the known day 2026-01-02"},
		"spans overlap":  {nil, []Observation{lasting("2026-01-02T00", 24, 1), lasting("2026-01-01T01", 24, 1)}, nil, "overlap on 2026-01-02"},
		"empty span":     {nil, []Observation{lasting("2026-01-02T00", 0, 1)}, nil, "2026-01-02 ends before it begins"},
		"long span":      {nil, []Observation{lasting("2026-01-02T00", 367*24, 1)}, nil, "2026-01-02 is longer than"},
		"odd span":       {nil, []Observation{{Start: time.Unix(0, 1), End: time.Unix(9, 0)}}, nil, "1970-01-01 is not in whole seconds"},
		"negative span":  {nil, []Observation{lasting("2026-01-02T00", 1, -1)}, nil, "2026-01-02 has minutes outside"},
		"far span":       {nil, []Observation{lasting("2199-12-31T00", 24, 1)}, nil, "2199-12-31 lies outside"},
		"total twice":    {nil, nil, []Total{week("2026-01-03", 1), week("2026-01-03", 2)}, "2026-01-03 in UTC stands twice"},
		"negative total": {nil, nil, []Total{week("2026-01-03", -1)}, "2026-01-03 has minutes outside"},
		"far total":      {nil, nil, []Total{week("2206-01-03", 1)}, "2206-01-03 lies outside"},
	} {
		h, err := NewHistory(c.days, c.spans, c.totals)
		if err == nil || !strings.Contains(err.Error(), c.want) || !h.IsEmpty() {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	known(t, day, []Observation{lasting("2026-01-01T00", 24, 1), lasting("2026-01-03T00", 24, 1)}, nil)
}

func TestDayIsCompact(t *testing.T) {
	if size := unsafe.Sizeof(DayMinutes{}); size > 24 {
		t.Errorf("a day takes %d bytes, want at most 24", size)
	}
}

func TestMerge(t *testing.T) {
	before := known(t, []DayMinutes{on("2026-01-01", 1, 0), on("2026-01-02", 2, 0)}, []Observation{lasting("2025-12-30T00", 24, 7)}, []Total{week("2026-01-03", 9)})
	for name, c := range map[string]struct {
		download []DayMinutes
		want     []DayMinutes
		change   Change
	}{
		"nothing":       {nil, before.days, Change{}},
		"adds":          {[]DayMinutes{on("2026-01-03", 3, 0)}, append(slices.Clone(before.days), on("2026-01-03", 3, 0)), Change{Added: 1}},
		"adds before":   {[]DayMinutes{on("2025-12-31", 3, 0)}, append([]DayMinutes{on("2025-12-31", 3, 0)}, before.days...), Change{Added: 1}},
		"same":          {[]DayMinutes{on("2026-01-01", 1, 0)}, before.days, Change{Same: 1}},
		"corrects":      {[]DayMinutes{on("2026-01-01", 5, 0)}, []DayMinutes{on("2026-01-01", 5, 0), on("2026-01-02", 2, 0)}, Change{Corrected: 1}},
		"down to zero":  {[]DayMinutes{on("2026-01-01", 0, 0), on("2026-01-02", 3, 0)}, []DayMinutes{on("2026-01-01", 0, 0), on("2026-01-02", 3, 0)}, Change{Corrected: 2}},
		"all zeros":     {[]DayMinutes{on("2026-01-02", 0, 0), on("2026-01-03", 0, 0)}, append(slices.Clone(before.days), on("2026-01-03", 0, 0)), Change{Added: 1, Refused: 1}},
		"zeros on span": {[]DayMinutes{on("2025-12-30", 0, 0)}, before.days, Change{Refused: 1}},
		"any order":     {[]DayMinutes{on("2026-01-04", 4, 0), on("2026-01-03", 3, 0)}, append(slices.Clone(before.days), on("2026-01-03", 3, 0), on("2026-01-04", 4, 0)), Change{Added: 2}},
		"impossible":    {[]DayMinutes{on("2026-01-01", -1, 0), on("2026-01-02", 0, MaxMinutes+1), on("2300-01-01", 1, 1)}, before.days, Change{Refused: 3}},
		"named twice":   {[]DayMinutes{on("2026-01-03", 3, 0), on("2026-01-03", 4, 0)}, append(slices.Clone(before.days), on("2026-01-03", 3, 0)), Change{Added: 1, Refused: 1}},
	} {
		after, change := Merge(before, Download{Days: c.download})
		if !slices.Equal(after.Days(), c.want) || change != c.change {
			t.Errorf("%s: %v %+v, want %v %+v", name, after.Days(), change, c.want, c.change)
		}
		if len(after.Spans()) != 1 || len(after.Totals()) != 1 {
			t.Errorf("%s: the imports are gone: %v %v", name, after.Spans(), after.Totals())
		}
		if len(before.Days()) != 2 || before.Days()[0].Audio != 1 {
			t.Fatalf("%s: the history itself was changed: %v", name, before.Days())
		}
	}
}

// TestMergeOverSpan holds that a Graph day takes only its own time from an imported observation.
func TestMergeOverSpan(t *testing.T) {
	before := known(t, nil, []Observation{lasting("2026-01-01T08", 24, 300), lasting("2026-01-02T08", 24, 600), lasting("2026-01-03T08", 24, 301)}, nil)
	h, change := Merge(before, Download{Days: []DayMinutes{on("2026-01-02", 1, 0), on("2026-01-03", 2, 0)}})
	want := []Observation{lasting("2026-01-01T08", 16, 200), lasting("2026-01-04T00", 8, 100)}
	if !reflect.DeepEqual(h.Spans(), want) || change != (Change{Added: 2}) {
		t.Errorf("got %v %+v, want %v", h.Spans(), change, want)
	}
	long := known(t, nil, []Observation{lasting("2026-01-01T12", 48, 100)}, nil)
	h, _ = Merge(long, Download{Days: []DayMinutes{on("2026-01-02", 1, 0)}})
	want = []Observation{lasting("2026-01-01T12", 12, 25), lasting("2026-01-03T00", 12, 25)}
	if !reflect.DeepEqual(h.Spans(), want) {
		t.Errorf("got %v, want %v", h.Spans(), want)
	}
	if _, err := NewHistory(h.Days(), h.Spans(), h.Totals()); err != nil {
		t.Error(err)
	}
}

func TestWithSpans(t *testing.T) {
	before := known(t, []DayMinutes{on("2026-01-02", 2, 0)}, []Observation{lasting("2025-12-30T00", 24, 7)}, nil)
	for name, c := range map[string]struct {
		spans  []Observation
		want   []Observation
		change Change
	}{
		"added":            {[]Observation{lasting("2025-12-31T08", 24, 5)}, []Observation{lasting("2025-12-30T00", 24, 7), lasting("2025-12-31T08", 24, 5)}, Change{Added: 1}},
		"same":             {[]Observation{lasting("2025-12-30T00", 24, 7)}, before.spans, Change{Same: 1}},
		"later wins":       {[]Observation{lasting("2025-12-30T00", 24, 8)}, []Observation{lasting("2025-12-30T00", 24, 8)}, Change{Corrected: 1}},
		"later wins whole": {[]Observation{lasting("2025-12-30T08", 24, 8)}, []Observation{lasting("2025-12-30T08", 24, 8)}, Change{Corrected: 1}},
		"Graph wins":       {[]Observation{lasting("2026-01-02T00", 24, 8)}, before.spans, Change{Refused: 1}},
		"Graph wins part":  {[]Observation{lasting("2026-01-01T08", 24, 9)}, []Observation{lasting("2025-12-30T00", 24, 7), lasting("2026-01-01T08", 16, 6)}, Change{Added: 1}},
		"twice":            {[]Observation{lasting("2026-01-01T08", 24, 9), lasting("2026-01-01T08", 24, 9)}, []Observation{lasting("2025-12-30T00", 24, 7), lasting("2026-01-01T08", 16, 6)}, Change{Added: 1, Same: 1}},
		"impossible":       {[]Observation{lasting("2026-01-04T08", 0, 9), lasting("2026-01-04T08", 24, -9)}, before.spans, Change{Refused: 2}},
	} {
		after, change := before.WithSpans(c.spans)
		if !reflect.DeepEqual(after.Spans(), c.want) || change != c.change {
			t.Errorf("%s: %v %+v, want %v %+v", name, after.Spans(), change, c.want, c.change)
		}
		if _, err := NewHistory(after.Days(), after.Spans(), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(before.Spans()) != 1 || before.Spans()[0].Audio != 7 {
			t.Fatalf("%s: the history itself was changed: %v", name, before.Spans())
		}
	}
}

func TestWithDays(t *testing.T) {
	before := known(t, []DayMinutes{on("2026-01-02", 2, 0)}, nil, nil)
	after, change := before.WithDays([]DayMinutes{on("2026-01-03", 3, 0), on("2026-01-02", 9, 9), on("2026-01-01", 0, 0), on("2026-01-01", 1, 1), on("2026-01-04", -1, 0)})
	if want := []DayMinutes{on("2026-01-01", 0, 0), on("2026-01-02", 2, 0), on("2026-01-03", 3, 0)}; !slices.Equal(after.Days(), want) {
		t.Errorf("got %v, want %v", after.Days(), want)
	}
	if want := (Change{Added: 2, Refused: 3}); change != want {
		t.Errorf("got %+v, want %+v", change, want)
	}
	if _, change := before.WithDays(before.Days()); change != (Change{Same: 1}) {
		t.Errorf("the same days again: %+v", change)
	}
}

func TestWithTotals(t *testing.T) {
	before := known(t, nil, nil, []Total{week("2026-01-10", 1)})
	other := Total{"CsP2PAVTimeMonthly", "UTC", on("2026-01-31", 0, 0).Day, Minutes{Audio: 4}}
	after, change := before.WithTotals([]Total{week("2026-01-10", 2), week("2026-01-03", 3), other, week("2026-01-03", 3), week("2026-01-17", -1)})
	if want := []Total{other, week("2026-01-03", 3), week("2026-01-10", 2)}; !slices.Equal(after.Totals(), want) {
		t.Errorf("got %v, want %v", after.Totals(), want)
	}
	if want := (Change{Added: 2, Corrected: 1, Same: 1, Refused: 1}); change != want {
		t.Errorf("got %+v, want %+v", change, want)
	}
	if before.Totals()[0].Audio != 1 {
		t.Error("the history itself was changed")
	}
	if got := after.totalsOf("CsP2PAVTimeWeekly", "UTC"); len(got) != 2 {
		t.Errorf("weekly totals: %v", got)
	}
	if got := after.totalsOf("CsP2PAVTimeWeekly", "Asia/Tokyo"); len(got) != 0 {
		t.Errorf("weekly totals in another zone: %v", got)
	}
}
