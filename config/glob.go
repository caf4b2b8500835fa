package config

import "strings"

// Glob is a pattern for names without letter case: * stands for any run of characters, ? for one. The zero Glob
// matches nothing.
type Glob struct{ pattern []rune }

// NewGlob makes a Glob of a pattern.
func NewGlob(pattern string) Glob { return Glob{[]rune(strings.ToLower(pattern))} }

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
	if g.IsZero() {
		return false
	}
	name := []rune(strings.ToLower(s))
	p, n := 0, 0
	star, retry := -1, 0 // the last * seen, and how much of the name it has swallowed
	for n < len(name) {
		switch {
		case p < len(g.pattern) && g.pattern[p] == '*':
			star, retry = p, n
			p++
		case p < len(g.pattern) && (g.pattern[p] == '?' || g.pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			retry++
			p, n = star+1, retry
		default:
			return false
		}
	}
	for p < len(g.pattern) && g.pattern[p] == '*' {
		p++
	}
	return p == len(g.pattern)
}
