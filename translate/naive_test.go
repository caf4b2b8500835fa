package translate

import (
	"math/big"
	"slices"
	"time"
)

// naive is a second implementation of TIME 2 and 3, a minute at a time and with nothing clever in it: what the fast one
// is compared with.
type naive struct {
	history History
	view    View
	minutes map[Day]Minutes
	lacks   map[Day]bool // local days with a minute that is not known
	exists  map[Day]bool
	dates   []Day // of the minutes from first-3 on
	first   Day   // the dates that were looked at
	last    Day
}

func newNaive(h History, v View) *naive {
	n := &naive{history: h, view: v, minutes: map[Day]Minutes{}, lacks: map[Day]bool{}, exists: map[Day]bool{}}
	first, last, any := h.extent()
	if !any {
		return n
	}
	n.first, n.last = first-5, last+5
	n.walk()
	for _, d := range h.days {
		n.share(Observation{d.Day.UTC(), (d.Day + 1).UTC(), d.Minutes}, d.Day)
	}
	for _, o := range h.spans {
		n.share(o, -1)
	}
	return n
}

// walk finds the local date of every minute and whether it is known.
func (n *naive) walk() {
	today := minDay
	for t := (n.first - 3).UTC(); t.Before((n.last + 3).UTC()); t = t.Add(time.Minute) {
		today = max(today, n.date(t))
		n.exists[today], n.dates = true, append(n.dates, today)
		if !n.known(t) {
			n.lacks[today] = true
		}
	}
	if n.view.Method == Calendar {
		for d := n.first; d <= n.last; d++ {
			if _, known := n.history.At(d); known {
				n.lacks[d], n.exists[d] = false, true
			}
		}
	}
}

func (n *naive) date(t time.Time) Day {
	year, month, day := t.In(n.view.Zone.Location()).Date()
	return Date(year, month, day)
}

func (n *naive) known(t time.Time) bool {
	if n.view.Method != Calendar {
		if _, known := n.history.At(DayOf(t)); known {
			return true
		}
	}
	for _, o := range n.history.spans {
		if !t.Before(o.Start) && t.Before(o.End) {
			return true
		}
	}
	return false
}

// share gives the minutes of o to local days by largest remainder; day is the UTC day that o is, if it is one.
func (n *naive) share(o Observation, day Day) {
	weights := map[Day]int64{}
	if n.view.Method == Calendar && day >= 0 {
		weights[day] = 1
	} else {
		at := int(o.Start.Sub((n.first - 3).UTC()) / time.Minute)
		for t := o.Start; t.Before(o.End); t = t.Add(time.Minute) {
			weights[n.dates[at]] += n.weight(t)
			at++
		}
	}
	audio, video := split(o.Audio, weights), split(o.Video, weights)
	for d := range weights {
		n.minutes[d] = n.minutes[d].Add(Minutes{audio[d], video[d]})
	}
}

func (n *naive) weight(t time.Time) int64 {
	if n.view.Method.density != byWorkingHours {
		return 1
	}
	h := n.view.Method.hours
	if !h.AreSet() {
		h = Hours{zone: n.view.Zone, weekdays: 0b111110, from: 8 * 3600, length: 10 * 3600, density: 4}
	}
	local := t.In(h.zone.Location())
	clock := int32(local.Hour()*3600 + local.Minute()*60)
	works := func(w time.Weekday, clock int32) bool {
		return h.weekdays>>((w+7)%7)&1 == 1 && clock >= h.from && clock < h.from+h.length
	}
	if works(local.Weekday(), clock) || works(local.Weekday()-1, clock+secondsPerDay) {
		return int64(h.density)
	}
	return 1
}

func split(total int64, weights map[Day]int64) map[Day]int64 {
	whole := new(big.Int)
	var days []Day
	for d, w := range weights {
		whole.Add(whole, big.NewInt(w))
		days = append(days, d)
	}
	out, rests, left := map[Day]int64{}, map[Day]*big.Int{}, total
	for _, d := range days {
		product := new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[d]))
		q, r := new(big.Int).QuoRem(product, whole, new(big.Int))
		out[d], rests[d] = q.Int64(), r
		left -= q.Int64()
	}
	slices.SortFunc(days, func(a, b Day) int {
		if c := rests[b].Cmp(rests[a]); c != 0 {
			return c
		}
		return int(a - b)
	})
	for _, d := range days[:left] {
		out[d]++
	}
	return out
}

func (n *naive) covered(d Day) bool { return n.exists[d] && !n.lacks[d] && d > n.first && d < n.last }

// rows answers a report without totals.
func (n *naive) rows(p Period, today Day) (rows []Row, unfinished int) {
	var covered []Day
	for d := n.first; d <= n.last; d++ {
		if n.covered(d) {
			covered = append(covered, d)
		}
	}
	if len(covered) == 0 {
		return nil, 0
	}
	begins, ends := covered[0], covered[len(covered)-1]
	y, m, d := today.UTC().Date()
	since := Date(y-1, m, d)
	if m == time.February && d == 29 {
		since--
	}
	for first := p.First(n.first); first <= min(n.last, today); first = p.Last(first) + 1 {
		last := p.Last(first)
		if n.view.Visible == OneYear && last < since {
			continue
		}
		lacks, late, hole, early := false, false, false, false
		var sum Minutes
		for d := first; d <= last; d++ {
			sum = sum.Add(n.minutes[d])
			if d < n.first || d > n.last || n.exists[d] {
				early = early || d < begins
				late = late || d > ends
				lacks = lacks || !n.covered(d)
				hole = hole || n.inBigHole(d, begins, ends)
			}
		}
		over := last < today
		switch {
		case early, sum.IsZero(), p == Daily && (lacks || !over), over && hole, over && late && n.view.Unfinished == Withhold:
			continue
		case over && late:
			unfinished++
		}
		rows = append(rows, Row{last, sum})
	}
	return rows, unfinished
}

// inBigHole says whether d lies in more than seven local days in a row that are not covered.
func (n *naive) inBigHole(d, begins, ends Day) bool {
	length := 0
	for e := d; e > begins && !n.covered(e); e-- {
		if n.exists[e] {
			length++
		}
	}
	for e := d + 1; e < ends && !n.covered(e); e++ {
		if n.exists[e] {
			length++
		}
	}
	return d > begins && d < ends && !n.covered(d) && length > 7
}
