package translate

import "time"

// Zone is a time zone of the registry that Zones looks up. The zero Zone is UTC. Zones are comparable: equal ones have
// the same name and came from the same Zones.
type Zone struct {
	name string
	loc  *time.Location
}

// UTC is the zone of requests that name none.
var UTC = Zone{}

// Name gives the canonical name: an IANA name, "UTC", or a fixed offset such as "UTC+05:30". Looking it up gives the
// zone again; there are some two thousand names at most, whatever clients send.
func (z Zone) Name() string {
	if z.loc == nil {
		return "UTC"
	}
	return z.name
}

// String gives the canonical name.
func (z Zone) String() string { return z.Name() }

// Location gives the zone for the time package.
func (z Zone) Location() *time.Location {
	if z.loc == nil {
		return time.UTC
	}
	return z.loc
}

// Today gives the local date of now. A date begins with its first instant and lasts until the first instant of the
// next, so that it never goes back when the clock does.
func (z Zone) Today(now time.Time) Day {
	if z.loc == nil {
		return DayOf(now)
	}
	start, _ := now.In(z.loc).ZoneBounds()
	today := dayAt(now, z.loc)
	if !start.IsZero() && now.Sub(start) <= lookBack {
		today = max(today, dayAt(start.Add(-1), z.loc))
	}
	return today
}

// lookBack is longer than any clock was ever set back.
const lookBack = 48 * time.Hour

func dayAt(t time.Time, loc *time.Location) Day {
	_, offset := t.In(loc).Zone()
	return DayOf(t.Add(time.Duration(offset) * time.Second))
}

// DayBounds gives the first instant of the local date d and that of the date after it, in UTC. False if the date does
// not exist in the zone, as 2011-12-30 in Pacific/Apia; both instants are then that of the next date that does.
func (z Zone) DayBounds(d Day) (start, end time.Time, exists bool) {
	b := z.borders(d, d)
	return time.Unix(b[0], 0).UTC(), time.Unix(b[1], 0).UTC(), b[0] < b[1]
}

const quarterHour = 15 * 60 // seconds: no zone changes its offset within one

// segment is a stretch of time with one offset from UTC; all in seconds, from and to since 1970.
type segment struct{ from, to, offset int64 }

// segments gives the stretches of constant offset that cover [from, to), in seconds since 1970.
func (z Zone) segments(from, to int64) []segment {
	if z.loc == nil {
		return []segment{{from, to, 0}}
	}
	out := make([]segment, 0, 8)
	for at := from; at < to; {
		t := time.Unix(at, 0).In(z.loc)
		_, offset := t.Zone()
		next := to
		if _, end := t.ZoneBounds(); !end.IsZero() {
			// Behind the last entry of a zone's table ZoneBounds ends a leap year a day too early, hence no later than t.
			next = min(to, max(end.Unix(), at+quarterHour))
		}
		if n := len(out); n > 0 && out[n-1].offset == int64(offset) {
			out[n-1].to = next
		} else {
			out = append(out, segment{at, next, int64(offset)})
		}
		at = next
	}
	return out
}

// borders gives the first instants of the local dates from first to last+1, in seconds since 1970. A date that does
// not exist begins where the next one does. time.Date would be wrong where midnight lies in a gap, and a border that
// the clock crosses twice counts once, the first time.
func (z Zone) borders(first, last Day) []int64 {
	out := make([]int64, 0, last-first+2)
	from := int64(first)*secondsPerDay - int64(lookBack/time.Second)
	to := int64(last+1)*secondsPerDay + int64(lookBack/time.Second)
	next := first
	for _, s := range z.segments(from, to) {
		until := Day(floorDiv(s.to-1+s.offset, secondsPerDay))
		for ; next <= min(until, last+1); next++ {
			out = append(out, max(s.from, int64(next)*secondsPerDay-s.offset))
		}
	}
	return out
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
