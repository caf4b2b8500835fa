package config

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
)

// setScalar puts a text into a leaf: the one way for file, environment, flags and files of secrets. The error says
// what is wrong with the text without repeating it.
func setScalar(v reflect.Value, s string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s == "" {
			v.SetZero()
			return nil
		}
		return u.UnmarshalText([]byte(s))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return reason("is neither true nor false")
		}
		v.SetBool(b)
	case reflect.Int:
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return reason("is no whole number that fits")
		}
		v.SetInt(n)
	}
	return nil
}

// quote shows a refused value, cut to a length that a line bears.
func quote(s string) string {
	const longest = 60
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	return strconv.Quote(s)
}

// quotePath is quote for the name of a file, whose end says the most.
func quotePath(name string) string {
	const longest = 200
	if len(name) > longest {
		name = "…" + name[len(name)-longest:]
	}
	return strconv.Quote(name)
}

// refusal makes the sentence for a refused value; a secret one is not shown, nor one that may be an address with a
// password in it.
func refusal(s string, secret bool, err error) string {
	if secret || strings.Contains(s, "@") && strings.Contains(s, ":") {
		return "the value (not shown) " + err.Error()
	}
	return quote(s) + " " + err.Error()
}
