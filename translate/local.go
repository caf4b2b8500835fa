package translate

import "slices"

// localDays are the local days of a zone that a history touches: what each got of the minutes, and which are covered.
type localDays struct {
	first   Day       // date of index 0; there is room around the history on both sides
	starts  []int64   // first instant of each date and of the one after the last, in seconds since 1970
	minutes []Minutes // by date
	covered []bool    // by date
}

// localise shares a history out over the local days of a zone. Minutes of local days before from may be missing.
func localise(h History, zone Zone, m Method, from Day) localDays {
	first, last, any := h.extent()
	if !any {
		return localDays{}
	}
	const room = 2 // no local date is farther than a day from the UTC date
	l := localDays{first: first - room}
	l.starts = zone.borders(l.first, last+room)
	l.minutes = make([]Minutes, len(l.starts)-1)
	l.covered = make([]bool, len(l.starts)-1)
	if m.density == calendar {
		l.fillCalendar(h, from)
	} else {
		l.fill(h, zone, m, from)
	}
	return l
}

// extent gives the first and the last UTC date that an observation touches.
func (h History) extent() (first, last Day, any bool) {
	first, any = h.First()
	last, _ = h.Last()
	if len(h.spans) == 0 {
		return first, last, any
	}
	a, b := DayOf(h.spans[0].Start), DayOf(h.spans[len(h.spans)-1].End)
	if !any {
		return a, b, true
	}
	return min(first, a), max(last, b), true
}

func (l *localDays) fill(h History, zone Zone, m Method, from Day) {
	s := sharer{l: l, method: m, zone: zone}
	for _, d := range h.daysSince(from - 2) {
		at := int64(d.Day) * secondsPerDay
		s.add(at, at+secondsPerDay, d.Minutes)
	}
	s.rewind()
	for _, o := range h.spans {
		s.add(o.Start.Unix(), o.End.Unix(), o.Minutes)
	}
	l.cover(h.runs())
}

// fillCalendar takes UTC dates as local dates. An imported observation is of local time already: it is shared out
// evenly, and covers the local days that such observations fill by themselves.
func (l *localDays) fillCalendar(h History, from Day) {
	s := sharer{l: l, method: Uniform}
	for _, o := range h.spans {
		s.add(o.Start.Unix(), o.End.Unix(), o.Minutes)
	}
	l.cover(History{spans: h.spans}.runs())
	for _, d := range h.daysSince(from) {
		i := d.Day - l.first
		l.minutes[i] = l.minutes[i].Add(d.Minutes)
	}
	for _, d := range h.days {
		l.covered[d.Day-l.first] = true
	}
}

func (h History) daysSince(from Day) []DayMinutes {
	i, _ := h.find(from)
	return h.days[i:]
}

// run is a stretch of time that observations cover without a gap, in seconds since 1970.
type run struct{ from, to int64 }

// runs gives the stretches that h covers, ascending; they do not touch each other.
func (h History) runs() []run {
	out := make([]run, 0, 8)
	put := func(from, to int64) {
		if n := len(out); n > 0 && out[n-1].to == from {
			out[n-1].to = to
			return
		}
		out = append(out, run{from, to})
	}
	spans := h.spans
	for _, d := range h.days {
		at := int64(d.Day) * secondsPerDay
		for len(spans) > 0 && spans[0].Start.Unix() < at {
			put(spans[0].Start.Unix(), spans[0].End.Unix())
			spans = spans[1:]
		}
		put(at, at+secondsPerDay)
	}
	for _, o := range spans {
		put(o.Start.Unix(), o.End.Unix())
	}
	return out
}

// cover marks the local days that lie in a run whole.
func (l *localDays) cover(runs []run) {
	i := 0
	for _, r := range runs {
		skip, _ := slices.BinarySearch(l.starts[i:], r.from)
		for i += skip; i < len(l.covered) && l.starts[i+1] <= r.to; i++ {
			l.covered[i] = l.starts[i] < l.starts[i+1]
		}
	}
}

// exists says whether the zone has a date; dates far from the history are taken to exist.
func (l *localDays) exists(d Day) bool {
	i := int(d - l.first)
	return i < 0 || i >= len(l.covered) || l.starts[i] < l.starts[i+1] || l.covered[i]
}

// isCovered says whether every instant of a local day is known.
func (l *localDays) isCovered(d Day) bool {
	i := int(d - l.first)
	return i >= 0 && i < len(l.covered) && l.covered[i]
}

// last gives the last date that l holds.
func (l *localDays) last() Day { return l.first + Day(len(l.covered)) - 1 }

// sum adds up the known minutes of the local days from first to last.
func (l *localDays) sum(first, last Day) (m Minutes) {
	for d := max(first, l.first); d <= min(last, l.last()); d++ {
		m = m.Add(l.minutes[d-l.first])
	}
	return m
}
