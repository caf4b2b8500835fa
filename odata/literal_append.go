package odata

import (
	"strconv"
	"strings"
)

// appendLiteral writes the URI literal of a value as entry ids and skip tokens carry it: the inside of quotes is percent-encoded,
// the quotes that enclose it are not. A null is written null.
func appendLiteral(dst []byte, v Value) []byte {
	switch v.Kind {
	case Null:
		return append(dst, "null"...)
	case Boolean:
		return strconv.AppendBool(dst, v.Int != 0)
	case Int64:
		return append(strconv.AppendInt(dst, v.Int, 10), 'L')
	case Byte, SByte, Int16, Int32:
		return strconv.AppendInt(dst, v.Int, 10)
	case Single, Double, Decimal:
		return appendNumberLiteral(dst, v)
	case String:
		dst = append(dst, '\'')
		return append(appendData(dst, strings.ReplaceAll(v.Str, "'", "''")), '\'')
	case Binary:
		dst = append(dst, "binary'"...)
		for i := 0; i < len(v.Str); i++ {
			dst = append(dst, upperHex[v.Str[i]>>4], upperHex[v.Str[i]&15])
		}
		return append(dst, '\'')
	}
	var buf [40]byte
	return append(appendData(append(dst, literalPrefixes[v.Kind]...), string(appendQuoted(buf[:0], v))), '\'')
}

var literalPrefixes = [...]string{DateTime: "datetime'", DateTimeOffset: "datetimeoffset'", Time: "time'", Guid: "guid'"}

// appendQuoted writes the inside of a prefixed literal, unescaped.
func appendQuoted(dst []byte, v Value) []byte {
	switch v.Kind {
	case DateTime:
		dst = appendDateTime(dst, v.Int)
		if v.UTC {
			dst = append(dst, 'Z')
		}
		return dst
	case DateTimeOffset:
		return appendDateTimeOffset(dst, v)
	case Time:
		return appendDuration(dst, v.Int)
	}
	return appendGuidText(dst, v.Guid)
}

func appendGuidText(dst []byte, g [16]byte) []byte {
	const hex = "0123456789abcdef"
	for i, b := range g {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hex[b>>4], hex[b&15])
	}
	return dst
}

// appendNumberLiteral writes a number with the suffix of its type; infinities and NaN have none but Single's.
func appendNumberLiteral(dst []byte, v Value) []byte {
	var buf [40]byte
	switch v.Kind {
	case Decimal:
		return append(append(dst, v.Str...), 'M')
	case Single:
		return append(appendData(dst, string(appendSingle(buf[:0], v.Float))), 'f')
	}
	text := appendDouble(buf[:0], v.Float)
	dst = appendData(dst, string(text))
	if last := text[len(text)-1]; last >= '0' && last <= '9' {
		dst = append(dst, 'D')
	}
	return dst
}
