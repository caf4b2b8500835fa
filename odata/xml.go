package odata

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// appendReference writes a character reference in .NET's form, upper-case hexadecimal.
func appendReference(dst []byte, r rune) []byte {
	dst = append(dst, "&#x"...)
	from := len(dst)
	dst = strconv.AppendInt(dst, int64(r), 16)
	for i := from; i < len(dst); i++ {
		if dst[i] >= 'a' {
			dst[i] -= 'a' - 'A'
		}
	}
	return append(dst, ';')
}

// appendText writes character data. Characters that XML 1.0 forbids become references all the same, as the original's
// unchecked writer makes them; what is no UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte { return appendXML(dst, s, false) }

// appendAttribute writes the inside of a double-quoted attribute.
func appendAttribute(dst []byte, s string) []byte { return appendXML(dst, s, true) }

func appendXML(dst []byte, s string, attribute bool) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>' && c != '"' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if plainXML(r, n, attribute) {
			i += n
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = appendEscapedXML(dst, r, n)
		i += n
		from = i
	}
	return append(dst, s[from:]...)
}

// plainXML tells whether a character of n bytes needs no escape.
func plainXML(r rune, n int, attribute bool) bool {
	switch r {
	case '&', '<', '>', '\r', 0xfffe, 0xffff:
		return false
	case '"', '\t', '\n':
		return !attribute
	case utf8.RuneError:
		return n > 1
	}
	return r >= ' '
}

func appendEscapedXML(dst []byte, r rune, n int) []byte {
	switch {
	case r == '&':
		return append(dst, "&amp;"...)
	case r == '<':
		return append(dst, "&lt;"...)
	case r == '>':
		return append(dst, "&gt;"...)
	case r == '"':
		return append(dst, "&quot;"...)
	case r == utf8.RuneError && n == 1:
		return append(dst, "\uFFFD"...)
	}
	return appendReference(dst, r)
}

// edgeSpace tells whether a text begins or ends with white space, which xml:space="preserve" then protects.
func edgeSpace(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && (unicode.IsSpace(first) || unicode.IsSpace(last))
}

// appendProlog writes the XML declaration.
func appendProlog(dst []byte, f Format) []byte {
	dst = append(dst, `<?xml version="1.0" encoding="`...)
	dst = append(dst, f.charset.label()...)
	return append(dst, `"?>`...)
}
