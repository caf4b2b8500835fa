package translate

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func reportOf(period string) (Report, error) {
	for _, r := range Reports() {
		if r.Period.String() == period {
			return r, nil
		}
	}
	return Report{}, fmt.Errorf("%q is not a period", period)
}

func choice[T any](word string, of map[string]T) (T, error) {
	v, ok := of[word]
	if !ok {
		return v, fmt.Errorf("%q is not a choice here", word)
	}
	return v, nil
}

// parseMethod reads "working-hours", "uniform", "calendar", or "working-hours ZONE mon,tue 09:00 17:00 10".
func parseMethod(text string) (Method, error) {
	words := strings.Fields(text)
	if len(words) != 6 {
		return MethodNamed(text, Hours{})
	}
	zone, err := testZones().Lookup(words[1])
	if err != nil {
		return Method{}, err
	}
	var days []time.Weekday
	for _, word := range strings.Split(words[2], ",") {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.HasPrefix(strings.ToLower(d.String()), word) {
				days = append(days, d)
			}
		}
	}
	from, err1 := time.ParseDuration(strings.Replace(words[3], ":", "h", 1) + "m")
	to, err2 := time.ParseDuration(strings.Replace(words[4], ":", "h", 1) + "m")
	density, err3 := strconv.Atoi(words[5])
	if err1 != nil || err2 != nil || err3 != nil {
		return Method{}, fmt.Errorf("%q are not hours", text)
	}
	h, err := NewHours(zone, days, from, to, density)
	if err != nil {
		return Method{}, err
	}
	return MethodNamed(words[0], h)
}

func TestParseScriptRefuses(t *testing.T) {
	for _, text := range []string{"load 2026-01-01 1", "case\n", "  2026-01-01 1", "case a\n  2026-01-01 1"} {
		if cases, err := parseScript(text); err == nil {
			t.Errorf("%q gives %v", text, cases)
		}
	}
	for _, line := range []string{
		"load", "load 2026-01-01", "load 2026-13-01 1", "load 2026-01-01 x", "load 2026-01-01 1/", "load 2026-01-01 1x0", "load 2026-01-01 1x9999999",
		"now yesterday", "zone Nowhere", "method", "method guess", "method working-hours UTC mon 25:00 26:00 4", "unfinished", "visible 2y",
		"eval hourly", "span Nowhere 2026-01-01 1", "span UTC", "total daily", "total hourly UTC 2026-01-03 1", "frobnicate",
	} {
		cases, err := parseScript("case a\n" + line)
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		var m machine
		if said, err := m.do(cases[0].steps[0]); err == nil {
			t.Errorf("%q says %v", line, said)
		}
	}
}

func FuzzScript(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range strings.SplitAfter(string(text), "\ncase ") {
			f.Add("case " + strings.TrimSuffix(c, "case "))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := parseScript(text)
		if err != nil {
			return
		}
		for _, c := range cases {
			var m machine
			for _, s := range c.steps {
				_, _ = m.do(s)
				if _, err := NewHistory(m.history.Days(), m.history.Spans(), m.history.Totals()); err != nil {
					t.Fatalf("%s %s: %v", s.verb, s.rest, err)
				}
			}
		}
	})
}
