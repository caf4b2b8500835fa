package odata

import (
	"math"
	"strconv"
)

// appendDouble writes a Double as .NET's "R" format and XmlConvert do, with the fewest digits that read back: 1.5, 1E+20, INF, -INF, NaN.
func appendDouble(dst []byte, f float64) []byte { return appendFloat(dst, f, 64, 15, 17) }

// appendSingle writes a Single as .NET's "R" format and XmlConvert do.
func appendSingle(dst []byte, f float64) []byte { return appendFloat(dst, f, 32, 7, 9) }

// appendFloat places the point as .NET's general format does: digits up to a precision of few, or many where few would
// not read back, stand without an exponent.
func appendFloat(dst []byte, f float64, bits, few, many int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "INF"...)
	case math.IsInf(f, -1):
		return append(dst, "-INF"...)
	}
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
	if e[0] == '-' {
		dst, e = append(dst, '-'), e[1:]
	}
	mark := len(e) - 1
	for e[mark] != 'e' {
		mark--
	}
	exp, _ := strconv.Atoi(string(e[mark+1:]))
	digits := append(e[:0], e[0])
	if mark > 1 {
		digits = append(digits, e[2:mark]...)
	}
	limit := few
	if len(digits) > few {
		limit = many
	}
	if point := exp + 1; point > limit || point < -3 {
		return appendScientific(dst, digits, exp)
	}
	return appendFixed(dst, digits, exp+1)
}

func appendScientific(dst, digits []byte, exp int) []byte {
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'E', '+')
	if exp < 0 {
		dst[len(dst)-1], exp = '-', -exp
	}
	if exp < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

func appendFixed(dst, digits []byte, point int) []byte {
	if point <= 0 {
		dst = append(dst, '0', '.')
		for ; point < 0; point++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	for i := 0; i < point || i < len(digits); i++ {
		if i == point {
			dst = append(dst, '.')
		}
		if i < len(digits) {
			dst = append(dst, digits[i])
		} else {
			dst = append(dst, '0')
		}
	}
	return dst
}
