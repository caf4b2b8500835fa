package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isASCII tells strings whose UTF-16 units are their bytes.
func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unitLength counts the UTF-16 units of a string, as .NET's Length does.
func unitLength(s string) int { return unitIndex(s, len(s)) }

// unitIndex turns a byte index into one of UTF-16 units; -1 stays.
func unitIndex(s string, at int) int {
	if at < 0 || isASCII(s[:at]) {
		return at
	}
	n := 0
	for _, r := range s[:at] {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// units gives n UTF-16 units from one on, all inside the string. Half of a surrogate pair becomes U+FFFD.
func (m *machine) units(s string, from, n int) string {
	if isASCII(s) {
		return s[from : from+n]
	}
	arena, at := m.build(), 0
	start := len(arena)
	for _, r := range s {
		width := 1
		if r >= 0x10000 {
			width = 2
		}
		in := min(at+width, from+n) - max(at, from)
		switch {
		case in == width:
			arena = utf8.AppendRune(arena, r)
		case in == 1:
			arena = utf8.AppendRune(arena, utf8.RuneError)
		}
		at += width
	}
	return m.built(arena, start)
}

// changeCase maps each character by itself, as the invariant culture does. What does not change is not copied.
func (m *machine) changeCase(s string, upper bool) string {
	to := unicode.ToLower
	if upper {
		to = unicode.ToUpper
	}
	first := strings.IndexFunc(s, func(r rune) bool { return to(r) != r })
	if first < 0 {
		return s
	}
	arena := m.build()
	start := len(arena)
	arena = append(arena, s[:first]...)
	for _, r := range s[first:] {
		arena = utf8.AppendRune(arena, to(r))
	}
	return m.built(arena, start)
}

// compareOrdinal compares UTF-16 units: characters beyond the basic plane come before U+E000.
func compareOrdinal(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return len(a) - len(b)
	}
	if a[i] >= 0xee && b[i] >= 0xee && (a[i] >= 0xf0) != (b[i] >= 0xf0) {
		return int(b[i]) - int(a[i]) // a lead byte of four sorts below EE and EF
	}
	return int(a[i]) - int(b[i])
}

// compareFold compares as compareOrdinal does, letters in upper case.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		q, k := utf8.DecodeRuneInString(b)
		if r != q {
			if d := unitOrder(unicode.ToUpper(r)) - unitOrder(unicode.ToUpper(q)); d != 0 {
				return d
			}
		}
		a, b = a[n:], b[k:]
	}
	return len(a) - len(b)
}

// unitOrder ranks characters by their first UTF-16 unit.
func unitOrder(r rune) int {
	if r >= 0xe000 && r < 0x10000 {
		return int(r) + 0x200000
	}
	return int(r)
}

// foldedPrefix gives the length of the prefix of s that is equal to t but for case, or -1.
func foldedPrefix(s, t string) int {
	length := len(s)
	for t != "" {
		if s == "" {
			return -1
		}
		r, n := utf8.DecodeRuneInString(s)
		q, k := utf8.DecodeRuneInString(t)
		if r != q && unicode.ToUpper(r) != unicode.ToUpper(q) {
			return -1
		}
		s, t = s[n:], t[k:]
	}
	return length - len(s)
}

func hasPrefix(s, t string, fold bool) bool {
	return strings.HasPrefix(s, t) || fold && foldedPrefix(s, t) >= 0
}

func hasSuffix(s, t string, fold bool) bool {
	if strings.HasSuffix(s, t) || !fold {
		return strings.HasSuffix(s, t)
	}
	for i := range s {
		if foldedPrefix(s[i:], t) == len(s)-i {
			return true
		}
	}
	return false
}

// indexOf gives the byte index of the first t in s, or -1.
func indexOf(s, t string, fold bool) int {
	if !fold || t == "" {
		return strings.Index(s, t)
	}
	for i := range s {
		if foldedPrefix(s[i:], t) >= 0 {
			return i
		}
	}
	return -1
}
