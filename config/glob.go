package config

import "strings"

// Glob is a pattern for names without letter case: * stands for any run of characters, ? for one. The zero Glob
// matches nothing.
type Glob struct {
	pattern []rune
	plain   string // the pattern, if it is all ASCII: such names need no memory to match
}

// NewGlob makes a Glob of a pattern.
func NewGlob(pattern string) Glob {
	lower := strings.ToLower(pattern)
	g := Glob{pattern: []rune(lower)}
	if isASCII(lower) {
		g.plain = lower
	}
	return g
}

// IsZero says whether the pattern is empty.
func (g Glob) IsZero() bool { return len(g.pattern) == 0 }

// String gives the pattern in lower case.
func (g Glob) String() string { return string(g.pattern) }

// MarshalText gives the pattern in lower case.
func (g Glob) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads a pattern.
func (g *Glob) UnmarshalText(b []byte) error {
	if len(b) > 256 {
		return reason("is too long a pattern: at most 256 bytes")
	}
	*g = NewGlob(string(b))
	return nil
}

// Match says whether the whole of s fits the pattern.
func (g Glob) Match(s string) bool {
	switch {
	case g.IsZero():
		return false
	case g.plain != "" && isASCII(s):
		return matches(len(g.plain), len(s), func(p int) rune { return rune(g.plain[p]) }, func(n int) rune { return lowerASCII(s[n]) })
	}
	name := []rune(strings.ToLower(s))
	return matches(len(g.pattern), len(name), func(p int) rune { return g.pattern[p] }, func(n int) rune { return name[n] })
}

// matches holds a name against a pattern, each given by its length and its characters.
func matches(patternLength, nameLength int, pattern, name func(int) rune) bool {
	p, n := 0, 0
	star, retry := -1, 0 // the last * seen, and how much of the name it has swallowed
	for n < nameLength {
		switch {
		case p < patternLength && pattern(p) == '*':
			star, retry = p, n
			p++
		case p < patternLength && (pattern(p) == '?' || pattern(p) == name(n)):
			p++
			n++
		case star >= 0:
			retry++
			p, n = star+1, retry
		default:
			return false
		}
	}
	for p < patternLength && pattern(p) == '*' {
		p++
	}
	return p == patternLength
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) rune {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return rune(c)
}
