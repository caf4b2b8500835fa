package config

import (
	"fmt"
	"strings"
)

// reason is why a value is refused, to stand after it; it never repeats the value, which may be secret.
type reason string

func (r reason) Error() string { return string(r) }

// Problem is one thing wrong with, or worth knowing of, a configuration.
type Problem struct {
	Where string // rwsgate.yml:12, RWSGATE_LISTEN or --listen; empty for a value set by the program
	Key   string // tenants[0].credential.client_secret
	Text  string // what is wrong and what mends it

	line int  // in the file, 0 elsewhere
	file bool // a file that the key names cannot be used
}

// String gives place, key and text in one line.
func (p Problem) String() string {
	parts := make([]string, 0, 3)
	for _, s := range []string{p.Where, p.Key, p.Text} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// Error is everything that was wrong with a configuration, in the order of the file. It never holds a secret.
type Error struct{ Problems []Problem }

// Error gives one line a problem.
func (e *Error) Error() string {
	if len(e.Problems) == 1 {
		return e.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the configuration has %d errors:", len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	return b.String()
}
