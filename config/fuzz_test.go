package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzFile reads any bytes as a configuration file: no panic, and the secret planted in it is in no error.
func FuzzFile(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add("a: &a [*a, *a]\ntenants: *a\n<<: *a")
	f.Add("? - ? - x\n: {<<: [*b, {c: d}]}")
	f.Fuzz(func(t *testing.T, data string) {
		// The secret stands where one belongs; the fuzzed bytes around it must not make an error repeat it.
		data = strings.ReplaceAll(data, planted, "")
		data += "\nupstream:\n  proxy: http://user:" + planted + "@proxy:x/\n"
		cfg, err := Load(Sources{File: "rwsgate.yml", ReadFile: func(name string) ([]byte, error) {
			if name == "rwsgate.yml" {
				return []byte(data), nil
			}
			return nil, os.ErrNotExist
		}})
		if err != nil {
			if strings.Contains(err.Error(), planted) {
				t.Errorf("the error shows the secret: %v", err)
			}
			return
		}
		if err := cfg.Validate(); err != nil {
			t.Errorf("what was loaded is not valid: %v", err)
		}
		cfg.Warnings(cfg.Run.Now.Time, nil)
	})
}

// FuzzScalars reads any text as each kind of value; what is accepted must print as a text that reads back to the same.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{"1d12h", "25mo", "-1ns", "64MiB", "5 kb", "2027-03-01T09:00", "2027-03-01T09:00:00.5+02:00", "24:00", "10.0.0.0/8", "*@x", "sqlite:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDuration(s); err == nil {
			again, err := ParseDuration(d.String())
			check(t, err, again == d, s, d)
		}
		if b, err := ParseBytes(s); err == nil {
			again, err := ParseBytes(b.String())
			check(t, err, again == b && b >= 0, s, b)
		}
		if v, err := ParseTime(s); err == nil {
			again, err := ParseTime(v.String())
			check(t, err, again.Equal(v.Time), s, v)
		}
		var l LocalTime
		if l.UnmarshalText([]byte(s)) == nil {
			var again LocalTime
			err := again.UnmarshalText([]byte(l.String()))
			check(t, err, again == l, s, l)
		}
		var p Prefix
		if p.UnmarshalText([]byte(s)) == nil {
			var again Prefix
			err := again.UnmarshalText([]byte(p.String()))
			check(t, err, again == p, s, p)
		}
	})
}

func check(t *testing.T, err error, same bool, s string, v any) {
	t.Helper()
	if err != nil || !same {
		t.Errorf("%q is %v, which does not read back: %v", s, v, err)
	}
}
