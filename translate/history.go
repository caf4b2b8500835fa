package translate

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

// MaxMinutes is the most minutes that one day, observation or total may hold: 2^50, so that twenty years of such days add
// up without overflow.
const MaxMinutes = 1 << 50

// MaxSpan is the longest imported observation.
const MaxSpan = 366 * 24 * time.Hour

// A history holds dates of 1900 to 2199: anything else is a mistake, and would make every answer walk through it.
var oldestDay, newestDay = Date(1900, 1, 1), Date(2199, 12, 31)

func (d Day) valid() bool { return d >= oldestDay && d <= newestDay }

// History is what is known of one tenant: UTC days, imported observations of other lengths beside them, and imported
// period totals. It is immutable; the zero History is empty. Days ascend and none stands twice; observations ascend and
// overlap neither each other nor a known day; totals ascend by report, zone and day.
type History struct {
	days   []DayMinutes
	spans  []Observation
	totals []Total
}

// NewHistory makes a history of known UTC days, imported observations and imported totals, in any order; the slices
// are copied. It refuses dates outside 1900 to 2199, minutes outside 0 to MaxMinutes, a day or total that stands twice, an observation that is
// empty, longer than MaxSpan or not in whole seconds, and one that overlaps another or a known day; the error names
// the day.
func NewHistory(days []DayMinutes, spans []Observation, totals []Total) (History, error) {
	h := History{days: slices.Clone(days), spans: slices.Clone(spans), totals: slices.Clone(totals)}
	slices.SortFunc(h.days, byDay)
	slices.SortFunc(h.spans, byStart)
	slices.SortFunc(h.totals, byTotal)
	if err := h.checkDays(); err != nil {
		return History{}, err
	}
	if err := h.checkSpans(); err != nil {
		return History{}, err
	}
	if err := h.checkTotals(); err != nil {
		return History{}, err
	}
	return h, nil
}

func byDay(a, b DayMinutes) int { return cmp.Compare(a.Day, b.Day) }

func byStart(a, b Observation) int { return a.Start.Compare(b.Start) }

func byTotal(a, b Total) int {
	return cmp.Or(cmp.Compare(a.Report, b.Report), cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Day, b.Day))
}

func (m Minutes) valid() bool {
	return m.Audio >= 0 && m.Video >= 0 && m.Audio <= MaxMinutes && m.Video <= MaxMinutes
}

func (h *History) checkDays() error {
	for i, d := range h.days {
		if !d.Day.valid() {
			return fmt.Errorf("history: %v lies outside 1900 to 2199", d.Day)
		}
		if !d.valid() {
			return fmt.Errorf("history: %v has minutes outside 0 to %d", d.Day, int64(MaxMinutes))
		}
		if i > 0 && h.days[i-1].Day == d.Day {
			return fmt.Errorf("history: %v stands twice", d.Day)
		}
	}
	return nil
}

func (h *History) checkSpans() error {
	for i := range h.spans {
		o := &h.spans[i]
		o.Start, o.End = o.Start.UTC(), o.End.UTC()
		if err := checkSpan(*o); err != nil {
			return fmt.Errorf("history: %w", err)
		}
		if i > 0 && o.Start.Before(h.spans[i-1].End) {
			return fmt.Errorf("history: two observations overlap on %v", DayOf(o.Start))
		}
		if d, overlaps := h.dayIn(*o); overlaps {
			return fmt.Errorf("history: an observation overlaps the known day %v", d)
		}
	}
	return nil
}

func checkSpan(o Observation) error {
	switch on := DayOf(o.Start); {
	case !on.valid() || !DayOf(o.End).valid():
		return fmt.Errorf("the observation on %v lies outside 1900 to 2199", on)
	case !o.End.After(o.Start):
		return fmt.Errorf("the observation on %v ends before it begins", on)
	case o.End.Sub(o.Start) > MaxSpan:
		return fmt.Errorf("the observation on %v is longer than %v", on, MaxSpan)
	case o.Start.Nanosecond() != 0 || o.End.Nanosecond() != 0:
		return fmt.Errorf("the observation on %v is not in whole seconds", on)
	case !o.valid():
		return fmt.Errorf("the observation on %v has minutes outside 0 to %d", on, int64(MaxMinutes))
	}
	return nil
}

func (h *History) checkTotals() error {
	for i, t := range h.totals {
		if !t.Day.valid() {
			return fmt.Errorf("history: the total of %s on %v lies outside 1900 to 2199", t.Report, t.Day)
		}
		if !t.valid() {
			return fmt.Errorf("history: the total of %s on %v has minutes outside 0 to %d", t.Report, t.Day, int64(MaxMinutes))
		}
		if i > 0 && byTotal(h.totals[i-1], t) == 0 {
			return fmt.Errorf("history: the total of %s on %v in %s stands twice", t.Report, t.Day, t.Zone)
		}
	}
	return nil
}

// dayIn gives the first known day that o overlaps.
func (h History) dayIn(o Observation) (Day, bool) {
	i, _ := h.find(DayOf(o.Start))
	if i < len(h.days) && h.days[i].Day.UTC().Before(o.End) {
		return h.days[i].Day, true
	}
	return 0, false
}

func (h History) find(d Day) (int, bool) {
	i := sort.Search(len(h.days), func(i int) bool { return h.days[i].Day >= d })
	return i, i < len(h.days) && h.days[i].Day == d
}

// Days gives the known UTC days, ascending. The slice is the history's own: it must not be changed.
func (h History) Days() []DayMinutes { return h.days }

// Spans gives the imported observations, ascending. The slice is the history's own: it must not be changed.
func (h History) Spans() []Observation { return h.spans }

// Totals gives the imported totals by report, zone and day. The slice is the history's own: it must not be changed.
func (h History) Totals() []Total { return h.totals }

// IsEmpty says whether nothing at all is known.
func (h History) IsEmpty() bool { return len(h.days) == 0 && len(h.spans) == 0 && len(h.totals) == 0 }

// At gives the minutes of a UTC day, and whether it is known. Imported observations do not count.
func (h History) At(d Day) (Minutes, bool) {
	i, known := h.find(d)
	if !known {
		return Minutes{}, false
	}
	return h.days[i].Minutes, true
}

// First gives the first known UTC day; false if none is known. Imported observations do not count, here and in Last and
// Holes: the keeper asks Graph for what Graph has not yet given.
func (h History) First() (Day, bool) {
	if len(h.days) == 0 {
		return 0, false
	}
	return h.days[0].Day, true
}

// Last gives the last known UTC day; false if none is known.
func (h History) Last() (Day, bool) {
	if len(h.days) == 0 {
		return 0, false
	}
	return h.days[len(h.days)-1].Day, true
}

// Holes gives the runs of UTC days that are missing between the first and the last known one, ascending.
func (h History) Holes() []DayRange {
	var holes []DayRange
	for i := 1; i < len(h.days); i++ {
		if from, to := h.days[i-1].Day+1, h.days[i].Day-1; from <= to {
			holes = append(holes, DayRange{from, to})
		}
	}
	return holes
}
