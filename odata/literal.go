package odata

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseLiteral reads a literal of an expression as a value of the type its form has; the suffixes of numbers are required.
func parseLiteral(text string, kind Kind) (Value, bool) {
	if kind == Null {
		return Value{}, false // spatial values are not for this service
	}
	if kind == Binary {
		return parseBinary(text)
	}
	// A value of any type may be written as the bytes of its literal.
	if v, ok := parseBinary(text); ok {
		text = v.Str
	}
	switch kind {
	case String:
		s, ok := unquote(text)
		return Value{Kind: String, Str: s}, ok
	case Guid:
		return parsePrefixed(text, "guid", parseGuid)
	case DateTime:
		return parsePrefixed(text, "datetime", parseDateTime)
	case DateTimeOffset:
		return parsePrefixed(text, "datetimeoffset", parseDateTimeOffset)
	case Time:
		return parsePrefixed(text, "time", parseDuration)
	}
	return parseScalar(text, kind)
}

// parseScalar reads what has neither prefix nor quotes.
func parseScalar(text string, kind Kind) (Value, bool) {
	switch kind {
	case Boolean:
		text = strings.Trim(text, xmlSpace)
		switch text {
		case "true", "1":
			return boolValue(true), true
		case "false", "0":
			return boolValue(false), true
		}
		return Value{}, false
	case Int64:
		digits, ok := cutSuffix(text, 'l')
		if !ok {
			return Value{}, false
		}
		return parseInteger(digits, Int64)
	case Single:
		digits, ok := cutSuffix(text, 'f')
		if !ok {
			return Value{}, false
		}
		return parseFloat(digits, Single)
	case Double:
		digits, _ := cutSuffix(text, 'd')
		return parseFloat(digits, Double)
	case Decimal:
		digits, ok := cutSuffix(text, 'm')
		if !ok {
			return Value{}, false
		}
		d, ok := parseDecimal(digits)
		return Value{Kind: Decimal, Str: d.text()}, ok
	}
	return parseInteger(text, kind)
}

const xmlSpace = " \t\n\r"

// cutSuffix takes a type's letter off a number, in any case. Without the letter it gives the number back trimmed.
func cutSuffix(text string, letter byte) (string, bool) {
	text = strings.Trim(text, xmlSpace)
	if n := len(text) - 1; n > 0 && text[n]|0x20 == letter {
		return text[:n], true
	}
	return text, false
}

var integerBounds = map[Kind][2]int64{
	Byte: {0, math.MaxUint8}, SByte: {math.MinInt8, math.MaxInt8}, Int16: {math.MinInt16, math.MaxInt16},
	Int32: {math.MinInt32, math.MaxInt32}, Int64: {math.MinInt64, math.MaxInt64},
}

func parseInteger(text string, kind Kind) (Value, bool) {
	n, err := strconv.ParseInt(strings.Trim(text, xmlSpace), 10, 64)
	bounds, known := integerBounds[kind]
	return Value{Kind: kind, Int: n}, err == nil && known && n >= bounds[0] && n <= bounds[1]
}

// parseFloat reads a Double or Single as XmlConvert does; numbers too large for the type are refused, not made infinite.
func parseFloat(text string, kind Kind) (Value, bool) {
	text = strings.Trim(text, xmlSpace)
	switch text {
	case "INF":
		return Value{Kind: kind, Float: math.Inf(1)}, true
	case "-INF":
		return Value{Kind: kind, Float: math.Inf(-1)}, true
	case "NaN":
		return Value{Kind: kind, Float: math.NaN()}, true
	}
	if text == "" || strings.Trim(text, "0123456789.eE+-") != "" {
		return Value{}, false
	}
	bits := 64
	if kind == Single {
		bits = 32
	}
	f, err := strconv.ParseFloat(text, bits)
	return Value{Kind: kind, Float: f}, err == nil
}

func parsePrefixed(text, prefix string, parse func(string) (Value, bool)) (Value, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return Value{}, false
	}
	body, ok := unquote(text[len(prefix):])
	if !ok {
		return Value{}, false
	}
	return parse(body)
}

// unquote takes the quotes off 'o”b'; a single quote inside is an error.
func unquote(text string) (string, bool) {
	if len(text) < 2 || text[0] != '\'' || text[len(text)-1] != '\'' {
		return "", false
	}
	text = text[1 : len(text)-1]
	if !strings.Contains(text, "'") {
		return text, true
	}
	if strings.Contains(strings.ReplaceAll(text, "''", ""), "'") {
		return "", false
	}
	return strings.ReplaceAll(text, "''", "'"), true
}

// parseBinary reads X'0102FF' and binary'0102FF'; the text of the value is its raw bytes.
func parseBinary(text string) (Value, bool) {
	switch {
	case len(text) > 6 && strings.EqualFold(text[:6], "binary"):
		text = text[6:]
	case len(text) > 1 && text[0]|0x20 == 'x':
		text = text[1:]
	default:
		return Value{}, false
	}
	hex, ok := unquote(text)
	if !ok || len(hex)%2 != 0 || !utf8.ValidString(hex) {
		return Value{}, false
	}
	raw := make([]byte, len(hex)/2)
	for i := range raw {
		h, l := unhex(hex[2*i]), unhex(hex[2*i+1])
		if h < 0 || l < 0 {
			return Value{}, false
		}
		raw[i] = byte(h<<4 | l)
	}
	return Value{Kind: Binary, Str: string(raw)}, true
}

// parseGuid reads the forms that System.Guid reads: 32 digits, with dashes, with dashes in braces or parentheses.
func parseGuid(text string) (Value, bool) {
	text = strings.TrimSpace(text)
	if n := len(text); n == 38 && (text[0] == '{' && text[n-1] == '}' || text[0] == '(' && text[n-1] == ')') {
		text = text[1 : n-1]
		if text[8] != '-' {
			return Value{}, false
		}
	}
	dashed := len(text) == 36
	if !dashed && len(text) != 32 {
		return Value{}, false
	}
	v := Value{Kind: Guid}
	for i, at := 0, 0; i < 16; i++ {
		if dashed && (i == 4 || i == 6 || i == 8 || i == 10) {
			if text[at] != '-' {
				return Value{}, false
			}
			at++
		}
		h, l := unhex(text[at]), unhex(text[at+1])
		if h < 0 || l < 0 {
			return Value{}, false
		}
		v.Guid[i] = byte(h<<4 | l)
		at += 2
	}
	return v, true
}
