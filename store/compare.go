package store

import (
	"cmp"
	"slices"
	"time"

	"rwsgate/translate"
)

// difference is what must be written to make one history of another.
type difference struct {
	days        []translate.DayMinutes // new or changed
	goneDays    []translate.DayMinutes
	spans       []translate.Observation // new or changed
	goneSpans   []translate.Observation // displaced, or about to be written anew
	totals      []translate.Total       // new or changed
	corrections []Correction
}

func (c difference) empty() bool {
	return len(c.days)+len(c.goneDays)+len(c.spans)+len(c.goneSpans)+len(c.totals) == 0
}

func compare(old, next translate.History) difference {
	var c difference
	walk(old.Days(), next.Days(), func(a, b translate.DayMinutes) int { return cmp.Compare(a.Day, b.Day) }, func(was, is *translate.DayMinutes) {
		switch {
		case was == nil:
			c.days = append(c.days, *is)
		case is == nil:
			c.goneDays = append(c.goneDays, *was)
		case *was != *is:
			c.days = append(c.days, *is)
			c.corrections = append(c.corrections, Correction{Kind: CorrectedDay, What: is.Day.String(), Old: was.Minutes, New: is.Minutes})
		}
	})
	walk(old.Totals(), next.Totals(), byTotal, func(was, is *translate.Total) {
		switch {
		case was == nil:
			c.totals = append(c.totals, *is)
		case is != nil && *was != *is:
			c.totals = append(c.totals, *is)
			c.corrections = append(c.corrections, Correction{Kind: CorrectedTotal, What: is.Report + " " + is.Zone + " " + is.Day.String(), Old: was.Minutes, New: is.Minutes})
		}
	})
	c.compareSpans(old.Spans(), next.Spans())
	return c
}

// compareSpans finds spans by their whole interval: one that was cut or replaced goes, and what now lies in its time
// is new. The correction of a span says how many minutes are left of it in spans.
func (c *difference) compareSpans(old, next []translate.Observation) {
	walk(old, next, bySpan, func(was, is *translate.Observation) {
		switch {
		case was == nil:
			c.spans = append(c.spans, *is)
		case is == nil:
			c.goneSpans = append(c.goneSpans, *was)
			c.corrections = append(c.corrections, Correction{Kind: CorrectedSpan, What: interval(*was), Old: was.Minutes, New: within(next, *was)})
		case was.Minutes != is.Minutes:
			c.goneSpans = append(c.goneSpans, *was)
			c.spans = append(c.spans, *is)
			c.corrections = append(c.corrections, Correction{Kind: CorrectedSpan, What: interval(*was), Old: was.Minutes, New: is.Minutes})
		}
	})
}

// walk goes through two ascending lists at once and calls see with what stands in both, or nil for what one lacks.
func walk[T any](old, next []T, order func(a, b T) int, see func(was, is *T)) {
	for len(old) > 0 || len(next) > 0 {
		var way int
		switch {
		case len(old) == 0:
			way = 1
		case len(next) == 0:
			way = -1
		default:
			way = order(old[0], next[0])
		}
		var was, is *T
		if way <= 0 {
			was, old = &old[0], old[1:]
		}
		if way >= 0 {
			is, next = &next[0], next[1:]
		}
		see(was, is)
	}
}

func byTotal(a, b translate.Total) int {
	return cmp.Or(cmp.Compare(a.Report, b.Report), cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Day, b.Day))
}

func bySpan(a, b translate.Observation) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
}

// within sums the spans that lie in o.
func within(spans []translate.Observation, o translate.Observation) translate.Minutes {
	var sum translate.Minutes
	from, _ := slices.BinarySearchFunc(spans, o.Start, func(s translate.Observation, t time.Time) int { return s.Start.Compare(t) })
	for _, s := range spans[from:] {
		if s.End.After(o.End) {
			break
		}
		sum = sum.Add(s.Minutes)
	}
	return sum
}

// interval names the time of a span: the form of ISO 8601.
func interval(o translate.Observation) string {
	return o.Start.UTC().Format(time.RFC3339) + "/" + o.End.UTC().Format(time.RFC3339)
}
