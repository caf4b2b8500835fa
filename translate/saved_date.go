package translate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// DateOrder says in which order a CSV writes the parts of a date. A date whose first part has four digits always begins
// with the year.
type DateOrder string

// The orders. The zero DateOrder is DatesYMD.
const (
	DatesYMD DateOrder = "ymd" // 2026-11-20, 2026/11/20
	DatesDMY DateOrder = "dmy" // 20/11/2026, 20.11.2026, 20-11-26
	DatesMDY DateOrder = "mdy" // 11/20/2026
)

// ParseDateOrder reads a DateOrder in any letter case; blank and iso are DatesYMD.
func ParseDateOrder(s string) (DateOrder, error) {
	switch o := DateOrder(strings.ToLower(strings.TrimSpace(s))); o {
	case "", "iso":
		return DatesYMD, nil
	case DatesYMD, DatesDMY, DatesMDY:
		return o, nil
	}
	return "", fmt.Errorf("%q is no order of dates: ymd (2026-11-20), dmy (20.11.2026) or mdy (11/20/2026) is", printable(s))
}

// form says in a message what a date looks like.
func (o DateOrder) form() string {
	switch o {
	case DatesDMY:
		return "of the form 20/11/2026, 20.11.2026 or 20-11-2026"
	case DatesMDY:
		return "of the form 11/20/2026, 11.20.2026 or 11-20-2026"
	}
	return "of the form 2006-01-02; if the day or the month comes first, say so with --date-format dmy or mdy"
}

// A date as spreadsheets write it, with the time of day that Excel may add.
var regionalDate = regexp.MustCompile(`^(\d{1,4})([-/.]) ?(\d{1,2})([-/.]) ?(\d{1,4})\.?(?:(?:T| +)(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?: ?([AaPp])[Mm])?Z?)?$`)

// parse reads a date; clock says whether it has a time of day other than midnight.
func (o DateOrder) parse(cell string) (day Day, clock, ok bool) {
	m := regionalDate.FindStringSubmatch(cell)
	if m == nil || m[2] != m[4] {
		return 0, false, false
	}
	y, mo, d := m[1], m[3], m[5]
	switch {
	case len(y) == 4:
	case o == DatesDMY:
		y, d = m[5], m[1]
	case o == DatesMDY:
		y, mo, d = m[5], m[1], m[3]
	default:
		return 0, false, false
	}
	day, ok = dateOf(y, mo, d)
	if !ok {
		return 0, false, false
	}
	clock, ok = hasClock(m[6], m[7], m[8], m[9])
	return day, clock, ok
}

// dateOf gives the date of its written parts; a year of two digits is one of this century.
func dateOf(y, m, d string) (Day, bool) {
	if len(y) != 4 && len(y) != 2 || len(m) > 2 || len(d) > 2 {
		return 0, false
	}
	year, _ := strconv.Atoi(y) // digits all
	month, _ := strconv.Atoi(m)
	date, _ := strconv.Atoi(d)
	if len(y) == 2 {
		year += 2000
	}
	day := Date(year, time.Month(month), date)
	back := day.UTC()
	return day, back.Year() == year && int(back.Month()) == month && back.Day() == date
}

// hasClock says whether a written time of day, which may be missing, is another than midnight.
func hasClock(h, m, s, half string) (clock, ok bool) {
	hour, _ := strconv.Atoi(h) // digits or nothing
	minute, _ := strconv.Atoi(m)
	second, _ := strconv.Atoi(s)
	switch strings.ToLower(half) {
	case "a", "p":
		if hour < 1 || hour > 12 {
			return false, false
		}
		hour %= 12
		if half == "p" || half == "P" {
			hour += 12
		}
	}
	return hour+minute+second > 0, hour < 24 && minute < 60 && second < 60
}

// A date of a legacy answer: ISO 8601 of Atom and light JSON, and the milliseconds of verbose JSON. Programs that saved
// an answer by way of their own JSON writer may have added an offset.
var (
	isoDate  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$`)
	tickDate = regexp.MustCompile(`^/Date\((-?\d{1,15})(?:([+-])(\d{4}))?\)/$`)
)

// parseLegacyDate reads the Date of a legacy row. The retired service wrote clock values, always midnight. So where an
// offset leaves a choice of readings, the one is taken that gives midnight: first the value as it is written.
func parseLegacyDate(s string) (day Day, clock, ok bool) {
	if m := tickDate.FindStringSubmatch(s); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64) // 15 digits at most
		return midnightOf(append([]int64{ms}, offsetReadings(ms, m[2], m[3])...)...)
	}
	m := isoDate.FindStringSubmatch(s)
	if m == nil {
		return 0, false, false
	}
	at, err := time.Parse("2006-01-02T15:04:05", m[1]+"T"+(m[2]+"00:00:00"[len(m[2]):]))
	if err != nil {
		return 0, false, false
	}
	ms := at.UnixMilli()
	if len(m[4]) < 2 {
		return midnightOf(ms)
	}
	offset := m[4][1:3] + m[4][4:]
	sign := "-" // the UTC instant lies before the clock value where the offset is east
	if m[4][0] == '-' {
		sign = "+"
	}
	return midnightOf(ms, offsetReadings(ms, sign, offset)[0])
}

// offsetReadings gives ms moved by four digits of offset, read as hours and minutes and as minutes.
func offsetReadings(ms int64, sign, digits string) []int64 {
	if digits == "" {
		return nil
	}
	n, _ := strconv.ParseInt(digits, 10, 64) // four digits
	const minute = 60 * 1000
	if sign == "-" {
		return []int64{ms - (n/100*60+n%100)*minute, ms - n*minute}
	}
	return []int64{ms + (n/100*60+n%100)*minute, ms + n*minute}
}

// midnightOf gives the date of the first reading that is midnight, else the date of the first.
func midnightOf(readings ...int64) (day Day, clock, ok bool) {
	const perDay = secondsPerDay * 1000
	first := floorDiv(readings[0], perDay)
	for _, ms := range readings {
		if ms%perDay == 0 {
			day := Day(ms / perDay)
			return day, false, day.valid() && first >= int64(oldestDay)-1 && first <= int64(newestDay)+1
		}
	}
	if first < int64(oldestDay) || first > int64(newestDay) {
		return 0, false, false
	}
	return Day(first), true, true
}
