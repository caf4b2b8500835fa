package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// URL is an absolute address. Printed, encoded or logged, it shows no user and no password.
type URL struct{ u *url.URL }

// ParseURL reads an absolute URL with a scheme and a host.
func ParseURL(s string) (URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return URL{}, reason("is no address with scheme and host: write it as https://host/path")
	}
	return URL{u}, nil
}

// MustURL is ParseURL for addresses known to be right; it panics on others.
func MustURL(s string) URL {
	u, err := ParseURL(s)
	if err != nil {
		panic(err)
	}
	return u
}

// IsZero says whether nothing was given.
func (u URL) IsZero() bool { return u.u == nil }

// Reveal gives a copy of the whole address, user and password included; nil for the zero URL.
func (u URL) Reveal() *url.URL {
	if u.u == nil {
		return nil
	}
	c := *u.u
	return &c
}

// Host gives host and port as written.
func (u URL) Host() string {
	if u.u == nil {
		return ""
	}
	return u.u.Host
}

// String gives the address without user and password.
func (u URL) String() string {
	c := u.Reveal()
	if c == nil {
		return ""
	}
	c.User = nil
	return c.String()
}

// Equal says whether both are the same address, user and password included.
func (u URL) Equal(v URL) bool {
	a, b := u.Reveal(), v.Reveal()
	if a == nil || b == nil {
		return a == b
	}
	return a.String() == b.String()
}

// Format prints the address without user and password, whatever the verb.
func (u URL) Format(f fmt.State, _ rune) { fmt.Fprint(f, u.String()) }

// LogValue gives the address without user and password to slog.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText gives the address without user and password.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads an absolute URL.
func (u *URL) UnmarshalText(b []byte) error {
	v, err := ParseURL(strings.TrimSpace(string(b)))
	if err == nil {
		*u = v
	}
	return err
}

func (u URL) hasUser() bool { return u.u != nil && u.u.User != nil }

func (u URL) scheme() string {
	if u.u == nil {
		return ""
	}
	return u.u.Scheme
}
