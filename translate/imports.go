package translate

import (
	"slices"
	"sort"
)

// WithSpans adds imported observations to h, such as saved daily rows of a legacy answer; one after the other, in the
// order given. Graph's days win: of an observation only the time that no known day covers is kept, with its share of
// the minutes by seconds, and one that lies in known days whole is refused. A later import wins over an earlier one:
// every earlier observation that it overlaps is replaced whole. An observation that NewHistory would refuse is refused.
func (h History) WithSpans(spans []Observation) (History, Change) {
	var change Change
	out := h
	out.spans = slices.Clone(h.spans)
	for _, o := range spans {
		o.Start, o.End = o.Start.UTC(), o.End.UTC()
		if checkSpan(o) != nil {
			change.Refused++
			continue
		}
		parts := h.outside(o)
		if len(parts) == 0 {
			change.Refused++
			continue
		}
		out.spans = placed(out.spans, o, parts, &change)
	}
	if change.Added+change.Corrected == 0 {
		return h, change
	}
	return out, change
}

// placed replaces what overlaps o in spans by the parts of o that are kept, and counts it.
func placed(spans []Observation, o Observation, parts []Observation, change *Change) []Observation {
	from := sort.Search(len(spans), func(i int) bool { return spans[i].End.After(o.Start) })
	to := from + sort.Search(len(spans)-from, func(i int) bool { return !spans[from+i].Start.Before(o.End) })
	switch {
	case slices.EqualFunc(spans[from:to], parts, sameObservation):
		change.Same++
		return spans
	case from == to:
		change.Added++
	default:
		change.Corrected++
	}
	return slices.Replace(spans, from, to, parts...)
}

func sameObservation(a, b Observation) bool {
	return a.Minutes == b.Minutes && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}

// WithTotals adds imported period totals to h. A later import wins over an earlier one of the same report, zone and
// day; what is observed wins over both, when rows are made. A total that NewHistory would refuse is refused.
func (h History) WithTotals(totals []Total) (History, Change) {
	var change Change
	out := h
	out.totals = slices.Clone(h.totals)
	for _, t := range totals {
		i, known := slices.BinarySearchFunc(out.totals, t, byTotal)
		switch {
		case !t.Day.valid() || !t.valid():
			change.Refused++
		case !known:
			change.Added++
			out.totals = slices.Insert(out.totals, i, t)
		case out.totals[i] == t:
			change.Same++
		default:
			change.Corrected++
			out.totals[i] = t
		}
	}
	if change.Added+change.Corrected == 0 {
		return h, change
	}
	return out, change
}

// totalsOf gives the totals of one report in one zone, ascending by day.
func (h History) totalsOf(report, zone string) []Total {
	at := func(d Day) int {
		i, _ := slices.BinarySearchFunc(h.totals, Total{Report: report, Zone: zone, Day: d}, byTotal)
		return i
	}
	if len(h.totals) == 0 {
		return nil
	}
	from, to := at(minDay), at(maxDay)
	return h.totals[from:to]
}
