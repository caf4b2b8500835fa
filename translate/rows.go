package translate

import "time"

// Unfinished is what to do with a period that is over by the clock while its last days are not yet covered.
type Unfinished uint8

// Serve answers with what is known; Withhold leaves the period out until it is covered.
const (
	Serve Unfinished = iota
	Withhold
)

// Visible is how far back an answer reaches.
type Visible uint8

// OneYear begins with the first period that ends on or after today's date of the previous year; All shows everything.
const (
	OneYear Visible = iota
	All
)

// View is how a report is asked for: the zone of the request, and the settings of tenant and operator.
type View struct {
	Zone       Zone
	Method     Method
	Unfinished Unfinished
	Visible    Visible
}

// Answer is what a report shows.
type Answer struct {
	Rows       []Row // ascending by day, none without minutes
	Through    Day   // last covered local day that is over by the clock
	Covered    bool  // false: no local day is covered, Through means nothing
	Unfinished int   // rows of periods that are over by the clock and not yet covered

	unfinished []Day
}

// IsUnfinished says whether the row of a day is one of those that Unfinished counts: what a client got may be a
// selection of the rows.
func (a *Answer) IsUnfinished(d Day) bool {
	for _, u := range a.unfinished {
		if u == d {
			return true
		}
	}
	return false
}

// Rows answers a report from a history at an instant, by the rules of TIME 2.
func Rows(h History, r Report, v View, now time.Time) Answer {
	today := v.Zone.Today(now)
	q := query{period: r.Period, view: v, today: today, since: oldestDay}
	if v.Visible == OneYear {
		q.since = yearBefore(today)
	}
	if r.Period != Daily {
		q.totals = h.totalsOf(r.Name, v.Zone.Name())
	}
	q.days = localise(h, v.Zone, v.Method, r.Period.First(q.since))
	q.survey()
	return q.answer()
}

// yearBefore gives today's date of the previous year; 28 February for 29 February.
func yearBefore(today Day) Day {
	year, month, day := today.UTC().Date()
	return min(Date(year-1, month, day), Date(year-1, month+1, 0))
}

// query is a report being answered.
type query struct {
	period Period
	view   View
	today  Day // local date of now
	since  Day // no period that ends before is shown
	totals []Total

	days    localDays
	cover   Coverage
	known   Day // where the history begins: the first covered day, or a date before it that does not exist
	through Day // last covered day that is over
	over    bool
	out     Answer
}

// survey finds out where the history begins, where it ends and what it lacks.
func (q *query) survey() {
	q.cover = q.days.coverage()
	if !q.cover.Known {
		return
	}
	q.known = q.cover.First
	for !q.days.exists(q.known - 1) {
		q.known--
	}
	for d := min(q.cover.Last, q.today-1); d >= q.cover.First; d-- {
		if q.days.isCovered(d) {
			q.through, q.over = d, true
			return
		}
	}
}

func (q *query) answer() Answer {
	q.out.Through, q.out.Covered = q.through, q.over
	switch {
	case q.period != Daily:
		q.answerPeriods()
	case q.over:
		q.answerDays()
	}
	q.out.Unfinished = len(q.out.unfinished)
	return q.out
}

func (q *query) answerDays() {
	from := max(q.since, q.cover.First)
	q.out.Rows = make([]Row, 0, max(0, int(q.through-from)+1))
	for d := from; d <= q.through; d++ {
		if m := q.days.minutes[d-q.days.first]; q.days.isCovered(d) && !m.IsZero() {
			q.out.Rows = append(q.out.Rows, Row{d, m})
		}
	}
}

func (q *query) answerPeriods() {
	from, to, any := q.extent()
	if !any {
		return
	}
	for first := q.period.First(from); first <= to; {
		last := q.period.Last(first)
		if last >= q.since {
			q.answerPeriod(first, last)
		}
		first = last + 1
	}
}

// extent gives the dates between which periods may have rows.
func (q *query) extent() (from, to Day, any bool) {
	from, to = maxDay, minDay
	if len(q.days.minutes) > 0 {
		from, to = q.days.first, q.days.last()
	}
	if n := len(q.totals); n > 0 {
		from, to = min(from, q.period.First(q.totals[0].Day)), max(to, q.totals[n-1].Day)
	}
	from, to = max(from, q.period.First(q.since)), min(to, q.today)
	return from, to, from <= to
}
