package odata

import "strconv"

const (
	ticksPerSecond = int64(10_000_000)
	ticksPerMinute = 60 * ticksPerSecond
	ticksPerHour   = 60 * ticksPerMinute
	ticksPerDay    = 24 * ticksPerHour
	maxTicks       = 3_652_059*ticksPerDay - 1 // 9999-12-31T23:59:59.9999999
)

// ticks gives the ticks of 100 ns from 0001-01-01T00:00:00 of a civil time; frac is in ticks. The fields must be valid.
func ticks(y, m, d, h, mi, s int, frac int64) int64 {
	return daysBefore(y, m, d)*ticksPerDay + int64(h)*ticksPerHour + int64(mi)*ticksPerMinute + int64(s)*ticksPerSecond + frac
}

// daysBefore counts the days from 0001-01-01 to a date of the proleptic Gregorian calendar.
func daysBefore(y, m, d int) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	// The year is counted from March, so that the leap day is its last.
	return int64(365*y+y/4-y/100+y/400+(153*(m-3)+2)/5+d-1) - 306
}

// civil gives the calendar fields of ticks; frac is in ticks.
func civil(t int64) (y, m, d, h, mi, s int, frac int64) {
	y, m, d = civilDate(t / ticksPerDay)
	t %= ticksPerDay
	return y, m, d, int(t / ticksPerHour), int(t / ticksPerMinute % 60), int(t / ticksPerSecond % 60), t % ticksPerSecond
}

func civilDate(days int64) (y, m, d int) {
	z := days + 306 // from 0000-03-01
	era := z / 146097
	doe := z % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy-(153*mp+2)/5) + 1
	y, m = int(yoe+era*400), int(mp)+3
	if m > 12 {
		y, m = y+1, m-12
	}
	return y, m, d
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// appendDateTime writes ticks as 2013-03-14T01:02:03.456, the fraction only when it is not zero and without trailing zeros.
func appendDateTime(dst []byte, t int64) []byte {
	y, m, d, h, mi, s, frac := civil(t)
	dst = appendPadded(dst, y, 4)
	dst = appendPadded(append(dst, '-'), m, 2)
	dst = appendPadded(append(dst, '-'), d, 2)
	dst = appendPadded(append(dst, 'T'), h, 2)
	dst = appendPadded(append(dst, ':'), mi, 2)
	dst = appendPadded(append(dst, ':'), s, 2)
	return appendFraction(dst, frac)
}

// appendDateTimeOffset writes a DateTimeOffset as XmlConvert does: its own clock, then Z or the offset.
func appendDateTimeOffset(dst []byte, v Value) []byte {
	off := int(v.Offset)
	dst = appendDateTime(dst, v.Int+int64(off)*ticksPerMinute)
	if off == 0 {
		return append(dst, 'Z')
	}
	sign := byte('+')
	if off < 0 {
		sign, off = '-', -off
	}
	dst = appendPadded(append(dst, sign), off/60, 2)
	return appendPadded(append(dst, ':'), off%60, 2)
}

// appendDuration writes a time span in ticks as an xsd:duration of days and less, as XmlConvert does: PT19H2M1S.
func appendDuration(dst []byte, t int64) []byte {
	u := uint64(t)
	if t < 0 {
		dst, u = append(dst, '-'), -u
	}
	dst = append(dst, 'P')
	if days := u / uint64(ticksPerDay); days > 0 {
		dst = append(strconv.AppendUint(dst, days, 10), 'D')
	}
	rest := int64(u % uint64(ticksPerDay))
	if rest == 0 {
		if dst[len(dst)-1] == 'P' {
			dst = append(dst, "T0S"...)
		}
		return dst
	}
	dst = append(dst, 'T')
	if h := rest / ticksPerHour; h > 0 {
		dst = append(strconv.AppendInt(dst, h, 10), 'H')
	}
	if m := rest / ticksPerMinute % 60; m > 0 {
		dst = append(strconv.AppendInt(dst, m, 10), 'M')
	}
	if rest %= ticksPerMinute; rest > 0 {
		dst = strconv.AppendInt(dst, rest/ticksPerSecond, 10)
		dst = append(appendFraction(dst, rest%ticksPerSecond), 'S')
	}
	return dst
}

func appendFraction(dst []byte, frac int64) []byte {
	if frac == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), int(frac), 7)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendPadded(dst []byte, n, width int) []byte {
	start := len(dst)
	for i := 0; i < width; i++ {
		dst = append(dst, '0')
	}
	for i := start + width - 1; i >= start; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}
