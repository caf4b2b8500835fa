package config

import (
	"reflect"

	"github.com/spf13/pflag"
)

// flagValue keeps the text of a flag until Load reads it: so that all errors are reported together, and none by pflag,
// which would repeat a secret.
type flagValue struct {
	text string
	key  Key
}

// String gives the text given so far.
func (f *flagValue) String() string { return f.text }

// Set takes any text.
func (f *flagValue) Set(s string) error {
	f.text = s
	return nil
}

// Type gives the word that help shows for the value.
func (f *flagValue) Type() string {
	if f.key.Bool {
		return "bool"
	}
	return "value"
}

// AddFlags adds a flag for every scalar key, and the short ones. Names narrows them to the keys that begin with one of
// these paths (store, run keys by their own name); none means all.
func AddFlags(flags *pflag.FlagSet, paths ...string) {
	for _, k := range Keys() {
		if k.Flag == "" || !wanted(k.Path, paths) {
			continue
		}
		v := &flagValue{text: k.Default, key: k}
		for _, name := range []string{k.Flag, k.Alias} {
			if name == "" || flags.Lookup(name) != nil {
				continue
			}
			f := flags.VarPF(v, name, "", k.Help)
			if k.Bool {
				f.NoOptDefVal = "true"
			}
		}
	}
}

func wanted(path string, paths []string) bool {
	for _, p := range paths {
		if path == p || len(path) > len(p) && path[:len(p)] == p && path[len(p)] == '.' {
			return true
		}
	}
	return len(paths) == 0
}

// fromFlags picks the settings out of the flags that were given.
func fromFlags(flags *pflag.FlagSet) []setting {
	if flags == nil {
		return nil
	}
	var settings []setting
	flags.Visit(func(f *pflag.Flag) {
		if v, ok := f.Value.(*flagValue); ok {
			settings = append(settings, setting{v.key, v.text, "--" + f.Name})
		}
	})
	return settings
}

// apply puts settings of one layer into cfg.
func apply(cfg *Config, settings []setting, l layer) []Problem {
	var problems []Problem
	for _, s := range settings {
		cfg.origins[s.key.Path] = origin{layer: l, where: s.where}
		v := reflect.ValueOf(cfg).Elem().FieldByIndex(s.key.index)
		if err := setScalar(v, s.value); err != nil {
			problems = append(problems, Problem{Where: s.where, Key: s.key.Path, Text: refusal(s.value, s.key.Secret, err)})
		}
	}
	return problems
}
