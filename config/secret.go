package config

import (
	"fmt"
	"log/slog"
)

const hidden = "<secret>"

// Secret is a value that no verb of fmt, no encoder and no logger shows: all of them print <secret>, or nothing when
// it is empty. The zero Secret is empty.
type Secret struct {
	// A pointer, since fmt prints the content of strings in unexported fields of others' structs without asking.
	value *string
}

// NewSecret hides s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// Reveal gives the hidden value; whoever calls it answers for where it goes.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero says whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == nil }

// Equal says whether both hide the same value.
func (s Secret) Equal(t Secret) bool { return s.Reveal() == t.Reveal() }

// String gives <secret>.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return hidden
}

// Format prints <secret> for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue gives <secret> to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives <secret> to JSON, YAML and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes any text.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}
