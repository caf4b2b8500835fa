package translate

import (
	"fmt"
	"time"
)

type density uint8

const (
	byWorkingHours density = iota
	uniform
	calendar
)

// Method is how a UTC day is shared out over the local days that it touches (TIME 3). The zero Method is working-hours
// with the hours that nobody configured. Methods are comparable.
type Method struct {
	density density
	hours   Hours // of the tenant, if configured
}

// The methods that need no setting.
var (
	DefaultHours = Method{}                  // Monday to Friday, 08:00 to 18:00 by the requested zone's clock, four times as dense
	Uniform      = Method{density: uniform}  // every second alike
	Calendar     = Method{density: calendar} // the UTC date is taken as the local date
)

// WorkingHours is the method of a tenant that told its hours; they count by its own clock whatever zone is asked for.
func WorkingHours(h Hours) Method { return Method{hours: h} }

// MethodNamed gives the method of a configured name; working-hours with the hours of the tenant, if they are set.
func MethodNamed(name string, h Hours) (Method, error) {
	switch name {
	case "working-hours":
		return WorkingHours(h), nil
	case "uniform":
		return Uniform, nil
	case "calendar":
		return Calendar, nil
	}
	return Method{}, fmt.Errorf("%q is not a way to re-bucket: use working-hours, uniform or calendar", printable(name))
}

// String gives the name of m: working-hours, uniform or calendar.
func (m Method) String() string {
	switch m.density {
	case uniform:
		return "uniform"
	case calendar:
		return "calendar"
	}
	return "working-hours"
}

// Hours are a tenant's working hours. The zero Hours are not configured. Hours are comparable.
type Hours struct {
	zone     Zone
	weekdays uint8 // bit 0 is Sunday
	from     int32 // seconds after midnight by the clock
	length   int32 // seconds by the clock
	density  int32 // how much denser minutes are in working hours
}

// Densities, of the default hours and of configured ones where the tenant does not say (TIME 3), and the highest.
const (
	DefaultDensity    = 4
	ConfiguredDensity = 10
	MaxDensity        = 1000
)

// NewHours makes working hours by the clock of zone: on the weekdays given, from a time of day to another, in whole
// minutes; up to 24 hours is the end of the day. A shift that ends before it begins runs into the next day.
func NewHours(zone Zone, weekdays []time.Weekday, from, to time.Duration, density int) (Hours, error) {
	const day = 24 * time.Hour
	switch {
	case from < 0 || from >= day || to < 0 || to > day || from%time.Minute != 0 || to%time.Minute != 0:
		return Hours{}, fmt.Errorf("working hours lie between 00:00 and 24:00, in whole minutes")
	case from == to:
		return Hours{}, fmt.Errorf("working hours end when they begin")
	case density < 1 || density > MaxDensity:
		return Hours{}, fmt.Errorf("the density of working hours lies between 1 and %d", MaxDensity)
	case len(weekdays) == 0:
		return Hours{}, fmt.Errorf("working hours need a weekday")
	}
	if to < from {
		to += day
	}
	h := Hours{zone: zone, from: int32(from / time.Second), length: int32((to - from) / time.Second), density: int32(density)}
	for _, w := range weekdays {
		if w < time.Sunday || w > time.Saturday {
			return Hours{}, fmt.Errorf("%d is not a weekday", int(w))
		}
		h.weekdays |= 1 << w
	}
	return h, nil
}

// AreSet says whether h are configured.
func (h Hours) AreSet() bool { return h.density > 0 }

// hoursIn gives the working hours that m counts when it is asked in a zone.
func (m Method) hoursIn(zone Zone) Hours {
	if m.hours.AreSet() {
		return m.hours
	}
	const mondayToFriday = 0b0111110
	return Hours{zone: zone, weekdays: mondayToFriday, from: 8 * 3600, length: 10 * 3600, density: DefaultDensity}
}

// open gives the stretches of working time within [from, to), ascending; the offset of a segment is of no matter.
func (h Hours) open(from, to int64) []segment {
	var out []segment
	for _, s := range h.zone.segments(from, to) {
		last := Day(floorDiv(s.to-1+s.offset, secondsPerDay))
		for d := Day(floorDiv(s.from+s.offset, secondsPerDay)) - 1; d <= last; d++ {
			if h.weekdays&(1<<d.Weekday()) == 0 {
				continue
			}
			begin := int64(d)*secondsPerDay + int64(h.from) - s.offset
			o := segment{from: max(begin, s.from), to: min(begin+int64(h.length), s.to)}
			if o.from < o.to {
				out = append(out, o)
			}
		}
	}
	return out
}
