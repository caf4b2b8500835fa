package translate

import "time"

// Period is the length of a report's reporting periods.
type Period uint8

// The periods of the legacy reports. Weeks run from Sunday to Saturday, months are calendar months.
const (
	Daily Period = iota
	Weekly
	Monthly
)

// String gives the word for p: daily, weekly, monthly.
func (p Period) String() string {
	switch p {
	case Daily:
		return "daily"
	case Weekly:
		return "weekly"
	case Monthly:
		return "monthly"
	}
	return "unknown period"
}

// First gives the first local date of the period that holds d.
func (p Period) First(d Day) Day {
	switch p {
	case Weekly:
		return d - Day(d.Weekday())
	case Monthly:
		return d - Day(d.UTC().Day()-1)
	}
	return d
}

// Last gives the last local date of the period that holds d.
func (p Period) Last(d Day) Day {
	switch p {
	case Weekly:
		return d + Day(time.Saturday-d.Weekday())
	case Monthly:
		year, month, _ := d.UTC().Date()
		return Date(year, month+1, 0)
	}
	return d
}
