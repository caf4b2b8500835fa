package config

import (
	"fmt"
	"strings"
	"time"
)

// Time is an instant, written as a date (its first instant in UTC), a date and time in UTC, or a timestamp of
// RFC 3339. The zero Time is "not given".
type Time struct{ time.Time }

var timeForms = []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339}

// ParseTime reads a date or timestamp.
func ParseTime(s string) (Time, error) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil && plausible(t) {
			return Time{t.UTC()}, nil
		}
	}
	return Time{}, reason("is no date: write 2027-06-30 or 2027-06-30T09:00:00Z")
}

// plausible keeps slips like the year 0227 or 20270 out of schedules.
func plausible(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9998 }

// String gives a date when the instant is the start of one, else a timestamp; empty if not given.
func (t Time) String() string {
	switch {
	case t.IsZero():
		return ""
	case t.Equal(t.Truncate(24 * time.Hour)):
		return t.UTC().Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// MarshalText gives the form of String.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON gives the form of String as a JSON string.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalText reads what ParseTime reads.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := ParseTime(string(b))
	if err == nil {
		*t = v
	}
	return err
}

// LocalTime is a date and time on the clock of a zone that is named beside it. The zero LocalTime is "not given".
type LocalTime struct {
	Year         int
	Month        time.Month
	Day          int
	Hour, Minute int
}

// UnmarshalText reads 2027-03-01T09:00; a space in place of the T is allowed.
func (l *LocalTime) UnmarshalText(b []byte) error {
	t, err := time.Parse("2006-01-02T15:04", strings.Replace(string(b), " ", "T", 1))
	if err != nil || !plausible(t) {
		return reason("is no local time: write 2027-03-01T09:00, the zone in its own key")
	}
	*l = LocalTime{t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute()}
	return nil
}

// In gives the instant that the clock of loc shows the time: the first where it shows it twice, as the night on which it
// is put back; where it never does, the one that Go's time.Date gives.
func (l LocalTime) In(loc *time.Location) time.Time {
	at, _ := l.in(loc)
	return at
}

// in says, too, whether the clock of loc shows the time at all: it does not where it is put forward over it.
func (l LocalTime) in(loc *time.Location) (first time.Time, shown bool) {
	first = time.Date(l.Year, l.Month, l.Day, l.Hour, l.Minute, 0, 0, loc)
	wall := time.Date(l.Year, l.Month, l.Day, l.Hour, l.Minute, 0, 0, time.UTC)
	for _, near := range []time.Duration{-24 * time.Hour, 0, 24 * time.Hour} {
		_, offset := first.Add(near).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if at.Format(time.DateTime) == wall.Format(time.DateTime) && (!shown || at.Before(first)) {
			first, shown = at, true
		}
	}
	return first, shown
}

// IsZero says whether nothing was given.
func (l LocalTime) IsZero() bool { return l == LocalTime{} }

// String gives the form that UnmarshalText reads; empty if not given.
func (l LocalTime) String() string {
	if l.IsZero() {
		return ""
	}
	return l.In(time.UTC).Format("2006-01-02T15:04")
}

// MarshalText gives the form of String.
func (l LocalTime) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// ClockTime is a time of day in minutes since midnight, 0 to 1440 (24:00).
type ClockTime int

// UnmarshalText reads 08:00 to 24:00.
func (c *ClockTime) UnmarshalText(b []byte) error {
	if string(b) == "24:00" {
		*c = 24 * 60
		return nil
	}
	t, err := time.Parse("15:04", string(b))
	if err != nil {
		return reason(`is no time of day: write it as "08:00", up to "24:00"`)
	}
	*c = ClockTime(t.Hour()*60 + t.Minute())
	return nil
}

// Std gives the time of day as the duration since midnight.
func (c ClockTime) Std() time.Duration { return time.Duration(c) * time.Minute }

// String gives the time as 08:00.
func (c ClockTime) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText gives the form of String.
func (c ClockTime) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Weekday is a day of the week, as in package time.
type Weekday time.Weekday

// The days of the week, Sunday first.
const (
	Sunday Weekday = iota
	Monday
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
)

// UnmarshalText reads mon or Monday, in any letter case.
func (w *Weekday) UnmarshalText(b []byte) error {
	for d := Sunday; d <= Saturday; d++ {
		full := time.Weekday(d).String()
		if strings.EqualFold(string(b), full) || strings.EqualFold(string(b), full[:3]) {
			*w = d
			return nil
		}
	}
	return reason("is no day of the week: use mon, tue, wed, thu, fri, sat, sun")
}

// String gives the short name: mon.
func (w Weekday) String() string {
	if w < Sunday || w > Saturday {
		return "unknown"
	}
	return strings.ToLower(time.Weekday(w).String()[:3])
}

// MarshalText gives the short name.
func (w Weekday) MarshalText() ([]byte, error) { return []byte(w.String()), nil }
