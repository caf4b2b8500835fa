package translate

import (
	"math"
	"time"
)

// Day is a calendar date, counted in days from 1970-01-01. It names a UTC day of Graph's report or a local date of a
// requested zone; which of the two, the name that holds it says.
type Day int32

const (
	secondsPerDay = 24 * 60 * 60

	minDay, maxDay Day = math.MinInt32, math.MaxInt32
)

// DayOf gives the UTC date of t.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / secondsPerDay
	if s%secondsPerDay < 0 {
		d--
	}
	return Day(d)
}

// Date gives the Day of a calendar date; like time.Date it normalises months and days outside their range.
func Date(year int, month time.Month, day int) Day {
	return DayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// ParseDay reads a date in the form 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, err
	}
	return DayOf(t), nil
}

// UTC gives the first instant of d in UTC.
func (d Day) UTC() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String gives d in the form 2006-01-02.
func (d Day) String() string { return d.UTC().Format(time.DateOnly) }

// Weekday gives the day of the week of d.
func (d Day) Weekday() time.Weekday {
	w := (int32(d) + int32(time.Thursday)) % 7 // 1970-01-01 was a Thursday
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// DayRange is a run of dates, First and Last included.
type DayRange struct{ First, Last Day }

// Len gives the number of dates in r.
func (r DayRange) Len() int { return int(r.Last-r.First) + 1 }

// String gives r in the form 2006-01-02..2006-01-09, a single date alone.
func (r DayRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + ".." + r.Last.String()
}
