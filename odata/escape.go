package odata

import (
	"strings"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// unhex gives the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unescape decodes percent escapes; what is no escape stays as it is, and plus is a blank in query strings.
func unescape(s string, plus bool) string {
	if !strings.ContainsAny(s, "%+") {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '+' && plus {
			c = ' '
		}
		if c == '%' && i+2 < len(s) {
			if h, l := unhex(s[i+1]), unhex(s[i+2]); h >= 0 && l >= 0 {
				c, i = byte(h<<4|l), i+2
			}
		}
		out = append(out, c)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// displayURL shows a URL as System.Uri prints it: readable, but with the escapes that would change its meaning.
func displayURL(s string) string {
	if !strings.Contains(s, "%") {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			h, l := unhex(s[i+1]), unhex(s[i+2])
			if v := byte(h<<4 | l); h >= 0 && l >= 0 && v >= 0x20 && !strings.ContainsRune("%#?/\\@", rune(v)) && v != 0x7f {
				c, i = v, i+2
			}
		}
		out = append(out, c)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// isUnreserved tells the characters that a data string never escapes (RFC 3986 2.3).
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0
}

// appendEscaped writes one byte as an escape.
func appendEscaped(dst []byte, c byte) []byte {
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// appendOption writes an option's value as next links carry it: everything inside quotes is escaped, outside of them only
// what a URI cannot hold and the plus sign, which a server would read as a blank.
func appendOption(dst []byte, value string) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\'' || c == '"':
			end := strings.IndexByte(value[i+1:], c)
			if end < 0 {
				end = len(value) - i - 1
			}
			dst = appendQuoteMark(dst, c)
			dst = appendData(dst, value[i+1:i+1+end])
			if i += end + 1; i < len(value) {
				dst = appendQuoteMark(dst, c)
			}
		case c == '+' || c <= ' ' || c >= 0x7f || strings.IndexByte(`<>{}|\^`+"`", c) >= 0:
			dst = appendEscaped(dst, c)
		case c == '%' && !isEscape(value[i:]):
			dst = appendEscaped(dst, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendQuoteMark(dst []byte, c byte) []byte {
	if c == '"' {
		return append(dst, "%22"...)
	}
	return append(dst, c)
}

// appendData escapes all but the unreserved characters.
func appendData(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if isUnreserved(s[i]) {
			dst = append(dst, s[i])
		} else {
			dst = appendEscaped(dst, s[i])
		}
	}
	return dst
}

// isEscape tells whether s begins with a percent escape.
func isEscape(s string) bool {
	return len(s) > 2 && s[0] == '%' && unhex(s[1]) >= 0 && unhex(s[2]) >= 0
}

// appendPath writes a path as a URL holds it: what may not stand there is escaped, escapes stay.
func appendPath(dst []byte, path string) []byte {
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>{}|\\^`#?", c) >= 0 || c == '%' && !isEscape(path[i:]) {
			dst = appendEscaped(dst, c)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// validRune gives the first rune of s, U+FFFD where s is not UTF-8.
func validRune(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	return r, n
}
