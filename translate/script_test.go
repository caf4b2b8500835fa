package translate

import (
	"fmt"
	"strconv"
	"strings"
)

// The language is defined in testdata/README.md.

// scriptCase is one case of a script.
type scriptCase struct {
	name  string
	steps []step
}

// step is a line of a script with the indented lines below it.
type step struct {
	line int
	verb string
	rest string
	want []string
}

// parseScript splits a script into cases and steps. The verbs are looked at when the case runs.
func parseScript(text string) ([]scriptCase, error) {
	var cases []scriptCase
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		switch last := len(cases) - 1; {
		case !indented && words[0] == "case" && len(words) > 1:
			cases = append(cases, scriptCase{name: strings.Join(words[1:], " ")})
		case last < 0:
			return nil, fmt.Errorf("line %d: a script begins with a case", i+1)
		case !indented:
			rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), words[0]))
			cases[last].steps = append(cases[last].steps, step{line: i + 1, verb: words[0], rest: rest})
		default:
			steps := cases[last].steps
			if len(steps) == 0 {
				return nil, fmt.Errorf("line %d: nothing to expect from", i+1)
			}
			s := &steps[len(steps)-1]
			s.want = append(s.want, strings.Join(words, " "))
		}
	}
	return cases, nil
}

// parseDays reads a date and the minutes of the days from it on, one value for each: 480/120 audio and video, 480 audio
// alone, _ for a day that is missing, x7 behind any of them for seven times.
func parseDays(text string) ([]DayMinutes, error) {
	words := strings.Fields(text)
	if len(words) < 2 {
		return nil, fmt.Errorf("want a date and values, got %q", text)
	}
	day, err := ParseDay(words[0])
	if err != nil {
		return nil, err
	}
	var days []DayMinutes
	for _, word := range words[1:] {
		value, times, repeated := strings.Cut(word, "x")
		n := 1
		if repeated {
			if n, err = strconv.Atoi(times); err != nil || n < 1 || n > 5000 || len(days) > 5000 {
				return nil, fmt.Errorf("%q is repeated too often or not at all", word)
			}
		}
		if value == "_" {
			day += Day(n)
			continue
		}
		m, err := parseMinutes(value)
		if err != nil {
			return nil, err
		}
		for range n {
			days = append(days, DayMinutes{day, m})
			day++
		}
	}
	return days, nil
}

func parseMinutes(value string) (m Minutes, err error) {
	audio, video, both := strings.Cut(value, "/")
	if m.Audio, err = strconv.ParseInt(audio, 10, 64); err != nil {
		return m, err
	}
	if both {
		m.Video, err = strconv.ParseInt(video, 10, 64)
	}
	return m, err
}
