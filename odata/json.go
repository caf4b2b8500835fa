package odata

import (
	"bytes"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

const lowerHex = "0123456789abcdef"

// ticksToUnix are the ticks from 0001-01-01 to 1970-01-01.
const ticksToUnix = 719_162 * 24 * 60 * 60 * 10_000_000

// appendString writes a JSON string. Everything but printable ASCII is escaped, in lower-case hexadecimal.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = append(dst, s[from:i]...)
		dst = appendEscapedJSON(dst, r)
		i += n
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

func appendEscapedJSON(dst []byte, r rune) []byte {
	if i := bytes.IndexByte([]byte("\"\\\n\r\t\b\f"), byte(r)); r < utf8.RuneSelf && i >= 0 {
		return append(dst, '\\', `"\nrtbf`[i])
	}
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendUnit(appendUnit(dst, high), low)
	}
	return appendUnit(dst, r)
}

func appendUnit(dst []byte, u rune) []byte {
	return append(dst, '\\', 'u', lowerHex[u>>12&15], lowerHex[u>>8&15], lowerHex[u>>4&15], lowerHex[u&15])
}

// appendJSON writes a value. Int64 and Decimal are strings, and dates are ISO in light JSON, milliseconds in verbose.
func appendJSON(dst []byte, v *Value, light bool) []byte {
	switch v.Kind {
	case Null:
		return append(dst, "null"...)
	case Boolean, Byte, SByte, Int16, Int32:
		return appendWire(dst, v)
	case String:
		return appendString(dst, v.Str)
	case Single, Double:
		return appendJSONFloat(dst, v)
	case DateTime, DateTimeOffset:
		if !light {
			return appendTicks(dst, v)
		}
	}
	dst = appendWire(append(dst, '"'), v)
	return append(dst, '"')
}

// appendJSONFloat writes a number that shows it is not whole, or a string where JSON has no number.
func appendJSONFloat(dst []byte, v *Value) []byte {
	if math.IsNaN(v.Float) || math.IsInf(v.Float, 0) {
		return append(appendWire(append(dst, '"'), v), '"')
	}
	from := len(dst)
	dst = appendWire(dst, v)
	if v.Kind == Double && !bytes.ContainsAny(dst[from:], ".eE") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendTicks writes a date as \/Date(ms)\/, its clock value taken as UTC.
func appendTicks(dst []byte, v *Value) []byte {
	ticks := v.Int - ticksToUnix
	dst = append(dst, `"\/Date(`...)
	dst = appendInt(dst, floorDiv(ticks, 10_000))
	if v.Kind == DateTimeOffset {
		dst = append(dst, "+0000"...)
	}
	return append(dst, `)\/"`...)
}

// floorDiv divides towards minus infinity, as .NET's tick arithmetic on positive ticks does for dates before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
