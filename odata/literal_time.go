package odata

import (
	"math"
	"strings"
	"unicode"
)

// timeReader reads the lexical forms of XML Schema's date types, as .NET's XsdDateTime does.
type timeReader struct {
	s     string
	day   int64 // ticks at midnight
	time  int64 // ticks since midnight
	zone  int64 // ticks east of UTC
	utc   bool  // written with Z
	zoned bool  // written with an offset
}

// parseDateTime reads xsd:dateTime and its shorter siblings; missing seconds are added. With Z the written clock counts, an
// offset is converted to UTC.
func parseDateTime(text string) (Value, bool) {
	r, ok := readTime(text)
	t := r.day + r.time
	if r.zoned {
		t = min(max(t-r.zone, 0), maxTicks)
	}
	return Value{Kind: DateTime, Int: t, UTC: r.utc}, ok && t <= maxTicks
}

// parseDateTimeOffset reads the same forms; without a zone the time is UTC, the server's own.
func parseDateTimeOffset(text string) (Value, bool) {
	r, ok := readTime(text)
	t := r.day + r.time - r.zone
	v := Value{Kind: DateTimeOffset, Int: t, Offset: int16(r.zone / ticksPerMinute)}
	return v, ok && t >= 0 && t <= maxTicks && r.zone <= 14*ticksPerHour && r.zone >= -14*ticksPerHour
}

func readTime(text string) (timeReader, bool) {
	text, ok := padSeconds(text)
	if !ok {
		return timeReader{}, false
	}
	r := timeReader{s: strings.TrimLeftFunc(text, unicode.IsSpace)}
	if !r.date() {
		return r, false
	}
	if strings.HasPrefix(r.s, "T") {
		if r.s = r.s[1:]; !r.clock() {
			return r, false
		}
	}
	return r, r.offset() && strings.TrimSpace(r.s) == ""
}

// padSeconds adds the seconds that a time behind T lacks: rule 45 of the reference.
func padSeconds(text string) (string, bool) {
	at := strings.IndexByte(text, 'T')
	if at <= 0 {
		return text, true
	}
	end := at + 6
	switch {
	case len(text) < end:
		return "", false
	case len(text) == end || text[end] != ':':
		return text[:end] + ":00" + text[end:], true
	}
	return text, true
}

// date reads 2013-03-14, 2013-03 or 2013; what is missing is the first, as XsdDateTime has it.
func (r *timeReader) date() bool {
	if strings.HasPrefix(r.s, "--") {
		return r.yearless()
	}
	y, ok := r.number(4)
	if !ok || y == 0 {
		return false
	}
	m, d := 1, 1
	if r.more() {
		m, _ = r.number(2)
		if r.more() {
			if d, ok = r.number(2); !ok {
				return false
			}
		}
	}
	return r.setDay(y, m, d)
}

// yearless reads --03-14, --03 and ---14 in the leap year 1904.
func (r *timeReader) yearless() bool {
	r.s = r.s[2:]
	if r.more() {
		d, ok := r.number(2)
		return ok && r.setDay(1904, 1, d)
	}
	m, ok := r.number(2)
	d := 1
	if ok && r.more() {
		d, ok = r.number(2)
	}
	return ok && r.setDay(1904, m, d)
}

// more steps over a dash that has a digit behind it: in 2013-02:00 the dash begins an offset.
func (r *timeReader) more() bool {
	if len(r.s) < 3 || r.s[0] != '-' || len(r.s) > 3 && r.s[3] == ':' {
		return false
	}
	r.s = r.s[1:]
	return true
}

func (r *timeReader) setDay(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return false
	}
	r.day = ticks(y, m, d, 0, 0, 0, 0)
	return true
}

// number reads exactly n digits.
func (r *timeReader) number(n int) (int, bool) {
	if len(r.s) < n {
		return 0, false
	}
	v := 0
	for i := 0; i < n; i++ {
		c := r.s[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int(c)
	}
	r.s = r.s[n:]
	return v, true
}

func (r *timeReader) clock() bool {
	h, ok := r.number(2)
	m, ok2 := r.colon()
	s, ok3 := r.colon()
	if !ok || !ok2 || !ok3 || h > 23 || m > 59 || s > 59 {
		return false
	}
	frac, ok := r.fraction()
	r.time = ticks(1, 1, 1, h, m, s, frac)
	return ok
}

func (r *timeReader) colon() (int, bool) {
	if !strings.HasPrefix(r.s, ":") {
		return 0, false
	}
	r.s = r.s[1:]
	return r.number(2)
}

// fraction reads the digits behind the point to ticks, rounding what is finer half to even.
func (r *timeReader) fraction() (int64, bool) {
	if !strings.HasPrefix(r.s, ".") {
		return 0, true
	}
	digits := r.s[1:]
	n := 0
	for n < len(digits) && digits[n]-'0' <= 9 {
		n++
	}
	r.s = digits[n:]
	digits = digits[:n]
	var frac int64
	for i := 0; i < 7; i++ {
		frac *= 10
		if i < n {
			frac += int64(digits[i] - '0')
		}
	}
	if n > 7 {
		rest := strings.TrimRight(digits[7:], "0")
		if rest > "5" || rest == "5" && frac&1 == 1 {
			frac++
		}
	}
	return frac, n > 0
}

// offset reads Z, +02:00 or nothing.
func (r *timeReader) offset() bool {
	if r.s == "" {
		return true
	}
	sign := r.s[0]
	switch sign {
	case 'Z', 'z':
		r.utc, r.s = true, r.s[1:]
		return true
	case '+', '-':
	default:
		return true
	}
	r.s = r.s[1:]
	h, ok := r.number(2)
	m, ok2 := r.colon()
	r.zone, r.zoned = int64(h)*ticksPerHour+int64(m)*ticksPerMinute, true
	if sign == '-' {
		r.zone = -r.zone
	}
	return ok && ok2
}

// parseDuration reads xsd:duration as XmlConvert.ToTimeSpan does: a year is 365 days, a month 30.
func parseDuration(text string) (Value, bool) {
	s := strings.TrimSpace(text)
	negative := strings.HasPrefix(s, "-")
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "-"), "P")
	if !ok || s == "" {
		return Value{}, false
	}
	date, clock, timed := strings.Cut(s, "T")
	if timed && clock == "" {
		return Value{}, false
	}
	days, ok := readUnits(date, "YMD", []int64{365 * ticksPerDay, 30 * ticksPerDay, ticksPerDay})
	seconds, ok2 := readUnits(clock, "HMS", []int64{ticksPerHour, ticksPerMinute, ticksPerSecond})
	total := days + seconds
	if !ok || !ok2 || total < 0 {
		return Value{}, false
	}
	if negative {
		total = -total
	}
	return Value{Kind: Time, Int: total}, true
}

// readUnits sums numbers with their unit letters, which come in order, each at most once; only seconds have a fraction.
func readUnits(s, letters string, units []int64) (int64, bool) {
	var total int64
	for s != "" {
		n := 0
		var v int64
		for n < len(s) && s[n]-'0' <= 9 && v < math.MaxInt32 {
			v = v*10 + int64(s[n]-'0')
			n++
		}
		r := timeReader{s: s[n:]}
		frac, ok := r.fraction()
		if n == 0 || !ok || r.s == "" || v > math.MaxInt32 {
			return 0, false
		}
		at := strings.IndexByte(letters, r.s[0])
		if at < 0 || frac != 0 && r.s[0] != 'S' {
			return 0, false
		}
		if v > (math.MaxInt64-total-frac)/units[at]-1 {
			return 0, false
		}
		total += v*units[at] + frac
		s, letters, units = r.s[1:], letters[at+1:], units[at+1:]
	}
	return total, true
}
