package translate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// legacy takes the rows of a legacy report.
func (t *settler) legacy() {
	today := t.savedOn()
	var odd, clocks []string
	for _, r := range sortedRows(t.Rows) {
		period := t.out.Report.Period
		if r.Clock {
			clocks = append(clocks, r.Day.String())
		}
		if last := period.Last(r.Day); last != r.Day {
			odd = append(odd, r.Day.String()+" (a "+r.Day.Weekday().String()+")")
		}
		if now := t.place.Zone.Today(t.place.Now); r.Day > period.Last(now) {
			t.faults.at(t.Kind.unit(), r.Number, fmt.Sprintf("%s lies in the future", r.Day))
			continue
		}
		if r.Day >= today {
			t.out.LeftOut = append(t.out.LeftOut, SavedFault{fmt.Sprintf("%s %d", t.Kind.unit(), r.Number),
				fmt.Sprintf("the period to %s was not over when the file was saved", r.Day)})
			continue
		}
		t.put(r, period)
	}
	if t.out.Report.Period == Daily {
		t.gaps()
	}
	if len(clocks) > 0 {
		t.warn("dates with a time of day, which the retired service is not known to have sent: %s; the date was taken", some(clocks))
	}
	if len(odd) > 0 {
		t.warn("%s: %s. rwsgate takes the retired service's %s periods to end on %s; these totals are kept, but no request is answered with them. Please report it.",
			oddEnds(t.out.Report.Period), some(odd), t.out.Report.Period, endsOn(t.out.Report.Period))
	}
}

// savedOn gives the local date on which the file was saved at the latest: what the answer says of itself, what is known
// of the file, and at last the current date. An answer holds no period after the running one: a time that is older than
// that is not the file's true one, and is not believed.
func (t *settler) savedOn() Day {
	on := t.place.Zone.Today(t.place.Now)
	for _, at := range []time.Time{t.Updated, t.place.Saved} {
		if at.IsZero() {
			continue
		}
		if d := t.place.Zone.Today(at); t.out.Last <= t.out.Report.Period.Last(d) {
			on = min(on, d)
		}
	}
	return on
}

func (t *settler) put(r SavedRow, period Period) {
	if period != Daily {
		t.out.Totals = append(t.out.Totals, Total{t.out.Report.Name, t.place.Zone.Name(), r.Day, r.Minutes})
		return
	}
	start, end, exists := t.place.Zone.DayBounds(r.Day)
	if !exists {
		t.faults.at(t.Kind.unit(), r.Number, fmt.Sprintf("there was no %s in %s: is --zone right?", r.Day, t.place.Zone))
		return
	}
	t.out.Spans = append(t.out.Spans, Observation{start, end, r.Minutes})
}

// gaps looks at the dates between daily rows that have none. The retired service had no row for a day without use, so an
// answer that was not filtered by minutes says that these had none; but the file does not say whether it was.
func (t *settler) gaps() {
	rows := sortedRows(t.Rows)
	var filled []Observation
	for i := 1; i < len(rows); i++ {
		for d := rows[i-1].Day + 1; d < rows[i].Day; d++ {
			start, end, exists := t.place.Zone.DayBounds(d)
			o := Observation{Start: start, End: end}
			switch {
			case !exists:
			case !t.place.FillGaps:
				t.out.Gaps++
			case !t.place.Known.touches(o):
				filled = append(filled, o)
			}
		}
	}
	t.out.Filled = len(filled)
	t.out.Spans = append(t.out.Spans, filled...)
	slices.SortFunc(t.out.Spans, byStart)
}

// touches says whether anything is known of the time of o.
func (h History) touches(o Observation) bool {
	if _, known := h.dayIn(o); known {
		return true
	}
	return slices.ContainsFunc(h.spans, func(s Observation) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) })
}

func oddEnds(p Period) string {
	if p == Weekly {
		return "weekly dates that are no Saturday"
	}
	return "monthly dates that are not the last day of a month"
}

func endsOn(p Period) string {
	if p == Weekly {
		return "Saturday"
	}
	return "the last day of a month"
}

// some names the first few of many.
func some(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
