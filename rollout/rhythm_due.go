package rollout

import (
	"time"

	"rwsgate/translate"
)

// schedule foretells the turns of a known rhythm.
type schedule struct {
	*beat
	days  []translate.Day
	turns []translate.Day
	usual int // gap between calls, days

	period    int // days between turns, at most
	tolerance int
	next      func(after translate.Day) translate.Day // turn that follows one, or the last call
	from      translate.Day                           // what the first next follows
}

func (s *schedule) last() translate.Day { return s.days[len(s.days)-1] }

// learn finds out when turns are.
func (s *schedule) learn() {
	lastTurn := s.turns[len(s.turns)-1]
	s.tolerance = s.beat.tolerance
	s.period, s.from = s.usual, lastTurn
	s.next = func(d translate.Day) translate.Day { return d + translate.Day(s.usual) }
	calendar := s.usual >= s.calendar[0] && s.usual <= s.calendar[1]
	switch {
	case s.rhythm == RhythmDaily:
		s.byWeekdays()
	case !calendar:
	case s.rhythm == RhythmWeekly:
		s.period = 7
		s.byWeekday()
	default:
		s.period = 31 * s.months
		if s.months > 1 {
			s.period = 366 * s.months / 12
		}
		s.byMonth()
	}
}

// byWeekdays has a daily job call on the weekdays on which it called in half of the last eight weeks; without any, such
// as every third day, after its usual gap.
func (s *schedule) byWeekdays() {
	const weeks = 8
	last := s.last()
	first := max(s.days[0], last-7*weeks+1)
	var called, passed [7]int
	for d := first; d <= last; d++ {
		passed[d.Weekday()]++
	}
	for _, d := range since(s.days, first) {
		called[d.Weekday()]++
	}
	var on [7]bool
	any := false
	for w := range on {
		on[w] = called[w] > 0 && 2*called[w] >= passed[w]
		any = any || on[w]
	}
	s.from = last
	if !any {
		return
	}
	s.next = func(d translate.Day) translate.Day {
		for d++; !on[d.Weekday()]; d++ {
		}
		return d
	}
}

// byWeekday has a weekly job call on the most common weekday of its last six turns, the later one if there are two.
func (s *schedule) byWeekday() {
	var called [7]int
	recent := s.turns[max(0, len(s.turns)-6):]
	best := recent[0].Weekday()
	for _, d := range recent {
		if called[d.Weekday()]++; called[d.Weekday()] >= called[best] {
			best = d.Weekday()
		}
	}
	s.next = func(d translate.Day) translate.Day {
		for d += 4; d.Weekday() != best; d++ {
		}
		return d
	}
}

// byMonth has a slower job call on the day of its months that fits its last turns best.
func (s *schedule) byMonth() {
	fit, worst := bestFit(s.turns[max(0, len(s.turns)-8):])
	s.tolerance = min(s.tolerance+worst, s.slack)
	lastTurn := s.turns[len(s.turns)-1]
	month := nearestMonth(fit, lastTurn)
	s.next = func(d translate.Day) translate.Day {
		for {
			month += s.months
			if due := fit.in(month); 5*int(due-d) >= 2*s.period {
				return due
			}
		}
	}
}

// judge holds the silence until today against the turns.
func (s *schedule) judge(today translate.Day) Forecast {
	f := Forecast{Rhythm: s.rhythm, Tolerance: s.tolerance}
	last := s.last()
	longest := 0
	for _, g := range gaps(s.days) {
		longest = max(longest, g)
	}
	silence := max(2*s.period+s.slack, longest+max(3, longest/4))
	second := translate.Day(0) // day after which two turns are missed
	due := s.from
	for n := 1; ; n++ {
		due = s.next(due)
		if due <= last { // a turn that went on to its next day, or a call out of turn
			n--
			continue
		}
		late := due + translate.Day(s.tolerance)
		if n == 2 {
			second = late
		}
		if late < today {
			f.MissedTurns++
		} else if f.NextDue == 0 {
			f.NextDue = due
		}
		if f.NextDue != 0 && n >= 2 {
			break
		}
	}
	f.QuietFrom = max(last+translate.Day(silence), second) + 1
	if s.rhythm == RhythmYearly {
		f.QuietFrom = max(f.QuietFrom, last+forgotten)
	}
	f.Quiet = today >= f.QuietFrom
	return f
}

// dayOfMonth is a rule that names one day of each month.
type dayOfMonth struct {
	kind byte // 'd' day of the month, 'w' working day, 'n' weekday
	n    int  // from 1; negative: counted from the end
	week time.Weekday
}

// in gives the day of a month, which is counted from the year 0.
func (r dayOfMonth) in(month int) translate.Day {
	first := translate.Date(0, time.Month(month+1), 1)
	length := int(translate.Date(0, time.Month(month+2), 1) - first)
	if r.kind == 'd' {
		return first + translate.Day(min(r.n, length)-1)
	}
	d, step, n := first, translate.Day(1), r.n
	if n < 0 {
		d, step, n = first+translate.Day(length-1), -1, -n
	}
	for {
		if r.counts(d.Weekday()) {
			if n--; n == 0 {
				return d
			}
		}
		d += step
	}
}

func (r dayOfMonth) counts(w time.Weekday) bool {
	if r.kind == 'w' {
		return w != time.Saturday && w != time.Sunday
	}
	return w == r.week
}

// monthOf gives the month of a day, counted from the year 0.
func monthOf(d translate.Day) int {
	t := d.UTC()
	return 12*t.Year() + int(t.Month()) - 1
}

// rulesOf gives the rules that a day follows.
func rulesOf(d translate.Day) []dayOfMonth {
	t := d.UTC()
	first := d - translate.Day(t.Day()-1)
	length := int(translate.Date(t.Year(), t.Month()+1, 1) - first)
	working := func(from, to translate.Day) (n int) {
		for x := from; x <= to; x++ {
			if w := x.Weekday(); w != time.Saturday && w != time.Sunday {
				n++
			}
		}
		return max(1, n)
	}
	left := length - t.Day()
	rules := []dayOfMonth{
		{kind: 'd', n: t.Day()},
		{kind: 'w', n: working(first, d)},
		{kind: 'n', n: (t.Day()-1)/7 + 1, week: d.Weekday()},
		{kind: 'w', n: -working(d, d+translate.Day(left))},
		{kind: 'n', n: -(left/7 + 1), week: d.Weekday()},
	}
	if rules[2].n > 4 { // not every month has a fifth
		rules[2] = rules[0]
	}
	if rules[4].n < -4 {
		rules[4] = rules[0]
	}
	if left == 0 {
		rules[0].n = 31
	}
	return rules
}

// nearestMonth gives the month whose day by a rule is nearest to a day.
func nearestMonth(r dayOfMonth, d translate.Day) int {
	best := monthOf(d)
	for _, m := range []int{best - 1, best + 1} {
		if distance(r.in(m), d) < distance(r.in(best), d) {
			best = m
		}
	}
	return best
}

func distance(a, b translate.Day) int { return int(max(a-b, b-a)) }

// bestFit gives the rule that fits turns best, later ones more than earlier ones, and by how many days it misses the
// last four at worst.
func bestFit(turns []translate.Day) (best dayOfMonth, worst int) {
	least := -1.0
	for i := len(turns) - 1; i >= max(0, len(turns)-4); i-- {
		for _, r := range rulesOf(turns[i]) {
			if e := misfit(r, turns); least < 0 || e < least {
				best, least = r, e
			}
		}
	}
	for _, d := range turns[max(0, len(turns)-4):] {
		worst = max(worst, distance(best.in(nearestMonth(best, d)), d))
	}
	return best, worst
}

// misfit is the weighed sum of the days by which a rule misses turns, ten at most of each: a job that moved is believed
// after its second turn.
func misfit(r dayOfMonth, turns []translate.Day) (sum float64) {
	weight := 1.0
	for i := len(turns) - 1; i >= 0; i-- {
		sum += weight * float64(min(10, distance(r.in(nearestMonth(r, turns[i])), turns[i])))
		weight *= 0.7
	}
	return sum
}
