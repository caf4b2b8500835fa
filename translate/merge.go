package translate

import (
	"slices"
	"sort"
	"time"
)

// Merge adds a download of Graph's report to h. A day not known is added. A known day with other minutes is corrected,
// down to zero too, unless the download has no minute at all: that one only adds, and its zeros neither correct a known
// day nor displace an imported observation. Nothing is deleted because Graph does not name it any more. A day that
// cannot be true (NewHistory would refuse it, or it is named twice) is refused.
//
// Graph's days win over imported observations: the observation keeps only the time that no known day covers, with its
// share of the minutes by seconds, so that no time counts twice and no minute is counted that nobody reported.
func Merge(h History, d Download) (History, Change) {
	return merged(h, d.Days, slices.ContainsFunc(d.Days, func(m DayMinutes) bool { return !m.IsZero() }))
}

// Correct is Merge for some days of a report whose other days have minutes: its zeros prove something too.
func Correct(h History, days []DayMinutes) (History, Change) { return merged(h, days, true) }

func merged(h History, days []DayMinutes, carries bool) (History, Change) {
	var change Change
	accepted := make([]DayMinutes, 0, len(days))
	for _, m := range sortedDays(days) {
		repeated := len(accepted) > 0 && accepted[len(accepted)-1].Day == m.Day
		old, known := h.At(m.Day)
		switch {
		case repeated || !m.Day.valid() || !m.valid():
			change.Refused++
		case known && old == m.Minutes:
			change.Same++
		case !carries && (known || h.spanOn(m.Day)):
			change.Refused++
		case known:
			change.Corrected++
			accepted = append(accepted, m)
		default:
			change.Added++
			accepted = append(accepted, m)
		}
	}
	return h.with(accepted), change
}

// WithDays adds imported UTC days, such as a saved CSV export of Graph's report. A day that is known already stays as
// it is, and counts as refused if the import says otherwise.
func (h History) WithDays(days []DayMinutes) (History, Change) {
	var change Change
	var accepted []DayMinutes
	for _, m := range sortedDays(days) {
		old, known := h.At(m.Day)
		switch {
		case !m.Day.valid() || !m.valid(), len(accepted) > 0 && accepted[len(accepted)-1].Day == m.Day:
			change.Refused++
		case known && old == m.Minutes:
			change.Same++
		case known:
			change.Refused++
		default:
			change.Added++
			accepted = append(accepted, m)
		}
	}
	return h.with(accepted), change
}

func sortedDays(days []DayMinutes) []DayMinutes {
	if slices.IsSortedFunc(days, byDay) {
		return days
	}
	days = slices.Clone(days)
	slices.SortStableFunc(days, byDay)
	return days
}

// with gives h with days put in, ascending, instead of what it knew of them.
func (h History) with(days []DayMinutes) History {
	if len(days) == 0 {
		return h
	}
	merged := make([]DayMinutes, 0, len(h.days)+len(days))
	rest := h.days
	for _, m := range days {
		i := sort.Search(len(rest), func(i int) bool { return rest[i].Day >= m.Day })
		merged = append(append(merged, rest[:i]...), m)
		if rest = rest[i:]; len(rest) > 0 && rest[0].Day == m.Day {
			rest = rest[1:]
		}
	}
	out := History{days: append(merged, rest...), totals: h.totals}
	for _, o := range h.spans {
		out.spans = append(out.spans, out.outside(o)...)
	}
	return out
}

// spanOn says whether an imported observation touches the UTC day d.
func (h History) spanOn(d Day) bool {
	i := sort.Search(len(h.spans), func(i int) bool { return h.spans[i].End.After(d.UTC()) })
	return i < len(h.spans) && h.spans[i].Start.Before((d + 1).UTC())
}

// outside gives the parts of o that no known day covers, each with its share of the minutes by seconds.
func (h History) outside(o Observation) []Observation {
	if _, overlaps := h.dayIn(o); !overlaps {
		return []Observation{o}
	}
	var kept []Observation
	from, to := o.Start.Unix(), o.End.Unix()
	var weights []int64
	var free []bool
	var starts []int64
	for at := from; at < to; {
		d := DayOf(time.Unix(at, 0))
		next := min(to, int64(d+1)*secondsPerDay)
		_, known := h.find(d)
		if n := len(free); n > 0 && free[n-1] == !known {
			weights[n-1] += next - at
		} else {
			weights, free, starts = append(weights, next-at), append(free, !known), append(starts, at)
		}
		at = next
	}
	audio, video := share(o.Audio, weights), share(o.Video, weights)
	for i, ok := range free {
		if ok {
			start := time.Unix(starts[i], 0).UTC()
			kept = append(kept, Observation{start, start.Add(time.Duration(weights[i]) * time.Second), Minutes{audio[i], video[i]}})
		}
	}
	return kept
}
