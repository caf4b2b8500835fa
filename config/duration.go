package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration written in Go's syntax, with leading whole days (d), weeks (w) and months (mo) too:
// 90s, 1h30m, 3d, 1d12h, 25mo.
type Duration time.Duration

// Day, Week and Month in Durations: 24 hours, 7 days, and the twelfth part of 365.25 days.
const (
	Day   = Duration(24 * time.Hour)
	Week  = 7 * Day
	Month = Duration(730*time.Hour + 30*time.Minute)
)

const durationHint = "is no duration: write it as 90s, 15m, 6h or 3d"

var longUnits = []struct {
	name string
	unit Duration
}{{"mo", Month}, {"w", Week}, {"d", Day}}

// ParseDuration reads a duration.
func ParseDuration(s string) (Duration, error) {
	var sum Duration
	rest := s
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		unit, tail := longUnit(rest[digits:])
		if digits == 0 || unit == 0 {
			break
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil || n > (math.MaxInt64-int64(sum))/int64(unit) {
			return 0, reason("is too long a duration")
		}
		sum += Duration(n) * unit
		rest = tail
	}
	if rest == "" && s != "" {
		return sum, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || sum != 0 && d < 0 {
		return 0, reason(durationHint)
	}
	if int64(d) > math.MaxInt64-int64(sum) {
		return 0, reason("is too long a duration")
	}
	return sum + Duration(d), nil
}

func longUnit(s string) (unit Duration, rest string) {
	for _, u := range longUnits {
		if tail, ok := strings.CutPrefix(s, u.name); ok {
			return u.unit, tail
		}
	}
	return 0, s
}

// Std gives the duration as Go's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String gives the duration in its largest whole unit, which ParseDuration reads back.
func (d Duration) String() string {
	units := []struct {
		name string
		unit Duration
	}{{"mo", Month}, {"d", Day}, {"h", Duration(time.Hour)}, {"m", Duration(time.Minute)}, {"s", Duration(time.Second)}, {"ms", Duration(time.Millisecond)}}
	for _, u := range units {
		if d > 0 && d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return time.Duration(d).String()
}

// MarshalText gives the form of String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err == nil {
		*d = v
	}
	return err
}
