package translate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := parseScript(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			t.Run(filepath.Base(file)+"/"+c.name, func(t *testing.T) {
				var m machine
				for _, s := range c.steps {
					got, err := m.do(s)
					if err != nil {
						t.Fatalf("%s:%d: %v", file, s.line, err)
					}
					if !slices.Equal(got, s.want) {
						t.Errorf("%s:%d: %s %s\ngot\n  %s\nwant\n  %s", file, s.line, s.verb, s.rest, strings.Join(got, "\n  "), strings.Join(s.want, "\n  "))
					}
				}
			})
		}
	}
}

// machine runs the steps of a case.
type machine struct {
	history History
	view    View
	now     time.Time
}

// do runs a step and gives what it says.
func (m *machine) do(s step) (said []string, err error) {
	switch s.verb {
	case "load", "merge":
		var days []DayMinutes
		if days, err = parseDays(s.rest); err != nil {
			return nil, err
		}
		var c Change
		m.history, c = Merge(m.history, Download{Days: days})
		if s.verb == "merge" {
			said = []string{fmt.Sprintf("added %d corrected %d same %d refused %d", c.Added, c.Corrected, c.Same, c.Refused)}
		}
	case "span", "total":
		err = m.imported(s)
	case "now":
		m.now, err = time.Parse(time.RFC3339, s.rest)
	case "zone":
		m.view.Zone, err = testZones().Lookup(s.rest)
	case "method":
		m.view.Method, err = parseMethod(s.rest)
	case "unfinished":
		m.view.Unfinished, err = choice(s.rest, map[string]Unfinished{"serve": Serve, "withhold": Withhold})
	case "visible":
		m.view.Visible, err = choice(s.rest, map[string]Visible{"1y": OneYear, "all": All})
	case "eval":
		var r Report
		if r, err = reportOf(s.rest); err == nil {
			said = show(Rows(m.history, r, m.view, m.now), s.want)
		}
	case "coverage":
		c := CoverageOf(m.history, m.view.Zone, m.view.Method)
		if c.Known {
			said = []string{DayRange{c.First, c.Last}.String()}
		}
		for _, hole := range c.Holes {
			said = append(said, "hole "+hole.String())
		}
	default:
		err = fmt.Errorf("%q is not a verb", s.verb)
	}
	return said, err
}

// imported puts in what a saved legacy answer tells: "span ZONE DATE VALUE…" or "total PERIOD ZONE DATE VALUE".
func (m *machine) imported(s step) error {
	report, rest := Report{Period: Daily}, s.rest
	if s.verb == "total" {
		var err error
		period, other, _ := strings.Cut(rest, " ")
		if report, err = reportOf(period); err != nil {
			return err
		}
		rest = other
	}
	name, rest, _ := strings.Cut(rest, " ")
	zone, err := testZones().Lookup(name)
	if err != nil {
		return err
	}
	days, err := parseDays(rest)
	if err != nil {
		return err
	}
	for _, d := range days {
		if s.verb == "total" {
			m.history, _ = m.history.WithTotals([]Total{{report.Name, zone.Name(), d.Day, d.Minutes}})
		} else if start, end, exists := zone.DayBounds(d.Day); exists {
			m.history, _ = m.history.WithSpans([]Observation{{start, end, d.Minutes}})
		}
	}
	return nil
}

// show gives an answer as lines: the rows, or, if the case asks for it, their number, first and last; then through.
func show(a Answer, want []string) (lines []string) {
	for _, r := range a.Rows {
		line := fmt.Sprintf("%v %d/%d", r.Day, r.Audio, r.Video)
		if a.IsUnfinished(r.Day) {
			line += " unfinished"
		}
		lines = append(lines, line)
	}
	if n := len(lines); n > 2 && len(want) > 0 && strings.HasPrefix(want[0], "count ") {
		lines = []string{fmt.Sprintf("count %d", n), lines[0], lines[n-1]}
	}
	if through := "through " + a.Through.String(); a.Covered && slices.Contains(want, through) {
		lines = append(lines, through)
	} else if !a.Covered && slices.Contains(want, "through nothing") {
		lines = append(lines, "through nothing")
	}
	return lines
}
