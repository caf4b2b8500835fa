package translate

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// equivalentToday is the UTC date of the queries in the golden file.
var equivalentToday = Date(2026, time.November, 23)

// TestEquivalentGolden writes the Graph request, PowerShell line and note of each query in testdata/equivalent.queries:
// a zone ("-": not known, and the query is a shape without a date of its own), a tab, the query decoded.
func TestEquivalentGolden(t *testing.T) {
	queries, err := os.ReadFile("testdata/equivalent.queries")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(queries)) {
		zone, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			t.Fatalf("%q has no tab", line)
		}
		q := readShape(text)
		if zone != "-" {
			q.Zone, q.Today = zone, equivalentToday
		}
		s, ok := Equivalent(q)
		if !ok {
			fmt.Fprintf(&b, "%s\n  none\n\n", line)
			continue
		}
		fmt.Fprintf(&b, "%s  %s\n  %s\n  %s\n\n", line, s.Graph, s.PowerShell, s.Note)
	}
	const golden = "testdata/equivalent.golden"
	if os.Getenv("RWSGATE_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || b.String() != string(want) {
		t.Errorf("error %v\n got: %s\nwant: %s", err, b.String(), want)
	}
}

// TestEquivalentWindow: the shortest of Graph's windows that holds the first day asked for, if the newest day of the
// download is as young as today.
func TestEquivalentWindow(t *testing.T) {
	for _, c := range []struct {
		query string
		want  Window
	}{
		{"CsP2PAVTimeDaily", D180},
		{"CsP2PAVTimeDaily?$top=10", D180},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-17'", D7},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-16'", D30},
		{"CsP2PAVTimeDaily?$filter=Date gt datetime'2026-11-16'", D7},
		{"CsP2PAVTimeDaily?$filter=datetime'2026-11-17' le Date", D7},
		{"CsP2PAVTimeDaily?$filter=Date eq datetime'2026-11-17T00:00:00Z'", D7},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-16T20:00:00-05:00'", D7}, // 17 November, 01:00 UTC
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-16T00:00:00.001'", D7},
		{"CsP2PAVTimeDaily?$filter=Date le datetime'2026-11-17'", D180},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-17' or ID gt 5", D180},
		{"CsP2PAVTimeDaily?$filter=Date eq datetime'2026-11-20' or (Date eq datetime'2026-10-26')", D30},
		{"CsP2PAVTimeDaily?$filter=((Date ge datetime'2026-10-01') and (Date lt datetime'2026-11-01'))", D90},
		{"CsP2PAVTimeDaily?$filter=not (Date lt datetime'2026-11-17')", D180}, // never too short, if longer than need be
		{"CsP2PAVTimeDaily?$filter=year(Date) eq 2026 and Date ge datetime'2026-11-20'", D7},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-05-28'", D180},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'2013-01-01'", D180},
		{"CsP2PAVTimeDaily(datetime'2026-11-18T00:00:00')", D7},
		{"CsP2PAVTimeWeekly?$filter=Date ge datetime'2026-11-21'", D30}, // its week begins on 15 November
		{"CsP2PAVTimeWeekly?$filter=Date ge datetime'2026-11-22'", D7},
		{"CsP2PAVTimeMonthly?$filter=Date ge datetime'2026-10-31'", D90},
		{"CsP2PAVTimeMonthly?$filter=Date ge datetime'2026-11-01'", D30},
	} {
		q := readShape(c.query)
		q.Today = equivalentToday
		s, ok := Equivalent(q)
		if !ok || s.Window != c.want {
			t.Errorf("%s: %v, want %v", c.query, s.Window, c.want)
		}
		if want := fmt.Sprintf("GET https://graph.microsoft.com/v1.0/reports/getSkypeForBusinessPeerToPeerActivityMinuteCounts(period='%s')", c.want); s.Graph != want {
			t.Errorf("%s: %s", c.query, s.Graph)
		}
	}
}

// TestFilterWindowNeverTooNarrow: no date that a filter lets through lies outside its window.
func TestFilterWindowNeverTooNarrow(t *testing.T) {
	day := rapid.IntRange(20000, 20020)
	var term func(depth int) *rapid.Generator[filterCase]
	term = func(depth int) *rapid.Generator[filterCase] {
		return rapid.Custom(func(t *rapid.T) filterCase {
			if depth == 0 || rapid.Bool().Draw(t, "leaf") {
				return dateCase(t, Day(day.Draw(t, "day")))
			}
			a, b := term(depth-1).Draw(t, "a"), term(depth-1).Draw(t, "b")
			switch rapid.IntRange(0, 2).Draw(t, "join") {
			case 0:
				return filterCase{"(" + a.text + ") and (" + b.text + ")", func(d Day) bool { return a.match(d) && b.match(d) }}
			case 1:
				return filterCase{"(" + a.text + " or " + b.text + ")", func(d Day) bool { return a.match(d) || b.match(d) }}
			}
			return filterCase{"not (" + a.text + ")", func(d Day) bool { return !a.match(d) }}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		c := term(4).Draw(t, "filter")
		from, to, fromKnown, toKnown := FilterWindow(c.text)
		for d := Day(19990); d < 20030; d++ {
			if c.match(d) && (fromKnown && d < from || toKnown && d > to) {
				t.Fatalf("%s lets %s through, outside %s to %s", c.text, d, from, to)
			}
		}
	})
}

// filterCase is a filter with what it means.
type filterCase struct {
	text  string
	match func(Day) bool
}

func dateCase(t *rapid.T, d Day) filterCase {
	operators := map[string]func(a, b int64) bool{
		"eq": func(a, b int64) bool { return a == b }, "ne": func(a, b int64) bool { return a != b },
		"gt": func(a, b int64) bool { return a > b }, "ge": func(a, b int64) bool { return a >= b },
		"lt": func(a, b int64) bool { return a < b }, "le": func(a, b int64) bool { return a <= b },
	}
	name := rapid.SampledFrom([]string{"eq", "ne", "gt", "ge", "lt", "le"}).Draw(t, "operator")
	seconds := rapid.SampledFrom([]int64{0, 0, 1, 43200, 86399}).Draw(t, "clock")
	at := d.UTC().Add(time.Duration(seconds) * time.Second)
	literal := "datetime'" + at.Format("2006-01-02T15:04:05") + rapid.SampledFrom([]string{"", "Z", ".000", "+00:00"}).Draw(t, "suffix") + "'"
	match := func(of Day) bool { return operators[name](of.UTC().Unix(), at.Unix()) }
	if rapid.Bool().Draw(t, "mirrored") {
		return filterCase{literal + " " + mirrored[name] + " Date", match}
	}
	return filterCase{"Date " + name + " " + literal, match}
}

// FuzzEquivalentOfShape: whatever a client wrote, the line holds no quotation mark, backtick, dollar or line break that
// is not our own, and the request is one of four.
func FuzzEquivalentOfShape(f *testing.F) {
	queries, err := os.ReadFile("testdata/equivalent.queries")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(queries)) {
		_, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		f.Add(text)
	}
	f.Add("CsP2PAVTimeDaily?$filter=Date ge datetime'$(Remove-Item x)'&$top=1;rm&$orderby=Date;x desc&$select=Date;`x")
	f.Fuzz(func(t *testing.T, shape string) {
		s, ok := EquivalentOfShape(shape)
		if !ok {
			return
		}
		if !strings.HasPrefix(s.Graph, "GET "+GraphRoot+"/reports/getSkypeForBusinessPeerToPeerActivityMinuteCounts(period='D") {
			t.Error(s.Graph)
		}
		if strings.ContainsAny(s.PowerShell, "`\"\r\n\x00&#") || strings.Contains(s.PowerShell, "$(") || strings.Count(s.PowerShell, "'")%2 != 0 ||
			strings.Count(s.PowerShell, "{") != strings.Count(s.PowerShell, "}") || strings.Count(s.PowerShell, ";") > 20 {
			t.Error(s.PowerShell)
		}
	})
}
