package translate

// Coverage is what a history knows of the local days of a zone.
type Coverage struct {
	First, Last Day        // first and last covered local day
	Known       bool       // false: no local day is covered, the rest means nothing
	Holes       []DayRange // runs of local days between First and Last that are not covered, ascending
}

// CoverageOf gives the coverage of a history in a zone. Of the methods only calendar makes a difference.
func CoverageOf(h History, zone Zone, m Method) Coverage {
	l := localise(h, zone, m, maxDay)
	return l.coverage()
}

func (l *localDays) coverage() Coverage {
	var c Coverage
	for i, covered := range l.covered {
		d := l.first + Day(i)
		if !covered {
			continue
		}
		if !c.Known {
			c.First, c.Known = d, true
		} else if hole := (DayRange{c.Last + 1, d - 1}); l.count(hole) > 0 {
			c.Holes = append(c.Holes, hole)
		}
		c.Last = d
	}
	return c
}

// count gives the number of dates of r that exist.
func (l *localDays) count(r DayRange) (n int) {
	for d := r.First; d <= r.Last; d++ {
		if l.exists(d) {
			n++
		}
	}
	return n
}
