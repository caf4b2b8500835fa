package translate

import (
	"strings"
	"testing"
	"time"
)

func TestNewHoursRefuses(t *testing.T) {
	const h = time.Hour
	monday := []time.Weekday{time.Monday}
	for name, c := range map[string]struct {
		days     []time.Weekday
		from, to time.Duration
		density  int
		want     string
	}{
		"negative":               {monday, -h, 8 * h, 4, "between 00:00 and 24:00"},
		"from midnight next day": {monday, 24 * h, 8 * h, 4, "between 00:00 and 24:00"},
		"after":                  {monday, 8 * h, 25 * h, 4, "between 00:00 and 24:00"},
		"seconds":                {monday, 8*h + time.Second, 9 * h, 4, "whole minutes"},
		"nothing":                {monday, 8 * h, 8 * h, 4, "end when they begin"},
		"density 0":              {monday, 8 * h, 9 * h, 0, "density"},
		"density 1001":           {monday, 8 * h, 9 * h, 1001, "density"},
		"no days":                {nil, 8 * h, 9 * h, 4, "weekday"},
		"wrong day":              {[]time.Weekday{7}, 8 * h, 9 * h, 4, "not a weekday"},
	} {
		if got, err := NewHours(UTC, c.days, c.from, c.to, c.density); err == nil || !strings.Contains(err.Error(), c.want) || got.AreSet() {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if got, err := NewHours(UTC, monday, 0, 24*h, ConfiguredDensity); err != nil || !got.AreSet() {
		t.Errorf("a whole day: %v", err)
	}
}

func TestMethodNamed(t *testing.T) {
	hours, err := NewHours(UTC, []time.Weekday{time.Monday}, 8*time.Hour, 9*time.Hour, 10)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Method{"working-hours": WorkingHours(hours), "uniform": Uniform, "calendar": Calendar} {
		if got, err := MethodNamed(name, hours); err != nil || got != want || got.String() != name {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, err := MethodNamed("working-hours", Hours{}); err != nil || got != DefaultHours {
		t.Errorf("no hours: %v, %v", got, err)
	}
	if _, err := MethodNamed("guess", hours); err == nil || !strings.Contains(err.Error(), `"guess"`) {
		t.Errorf("guess: %v", err)
	}
}

func TestReports(t *testing.T) {
	want := []Report{
		{"CsP2PAVTimeDaily", Daily, "Daily P2P time of Lync", PeerToPeerMinutes},
		{"CsP2PAVTimeWeekly", Weekly, "Weekly P2P time of Lync", PeerToPeerMinutes},
		{"CsP2PAVTimeMonthly", Monthly, "Monthly P2P time of Lync", PeerToPeerMinutes},
	}
	got := Reports()
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i, r := range want {
		named, ok := ReportNamed(r.Name)
		if got[i] != r || named != r || !ok {
			t.Errorf("%v and %v, want %v", got[i], named, r)
		}
	}
	got[0].Title = "changed"
	if Reports()[0].Title == "changed" {
		t.Error("the registry can be changed from outside")
	}
	for _, name := range []string{"", "csp2pavtimedaily", "CsP2PAVTimeYearly"} {
		if r, ok := ReportNamed(name); ok {
			t.Errorf("%q is %v", name, r)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		period           Period
		day, first, last string
	}{
		{Daily, "2026-11-01", "2026-11-01", "2026-11-01"},
		{Weekly, "2026-10-31", "2026-10-25", "2026-10-31"},
		{Weekly, "2026-11-01", "2026-11-01", "2026-11-07"},
		{Weekly, "1969-12-31", "1969-12-28", "1970-01-03"},
		{Weekly, "1950-06-07", "1950-06-04", "1950-06-10"},
		{Monthly, "2026-12-31", "2026-12-01", "2026-12-31"},
		{Monthly, "2024-02-01", "2024-02-01", "2024-02-29"},
		{Monthly, "2026-02-28", "2026-02-01", "2026-02-28"},
		{Monthly, "1969-12-31", "1969-12-01", "1969-12-31"},
	} {
		d := mustDay(t, c.day)
		if first, last := c.period.First(d).String(), c.period.Last(d).String(); first != c.first || last != c.last {
			t.Errorf("%v %s: %s to %s, want %s to %s", c.period, c.day, first, last, c.first, c.last)
		}
	}
	if Daily.String() != "daily" || Weekly.String() != "weekly" || Monthly.String() != "monthly" || Period(9).String() != "unknown period" {
		t.Error("the words for periods are wrong")
	}
}

func TestDays(t *testing.T) {
	for d := Date(1899, 12, 1); d < Date(1975, 1, 1); d++ {
		if d.Weekday() != d.UTC().Weekday() || DayOf(d.UTC()) != d || mustDay(t, d.String()) != d {
			t.Fatalf("%v is a %v, should be a %v", d, d.Weekday(), d.UTC().Weekday())
		}
	}
	if _, err := ParseDay("2026-02-29"); err == nil {
		t.Error("29 February 2026 is read")
	}
	if s := (DayRange{Date(2026, 1, 1), Date(2026, 1, 3)}).String(); s != "2026-01-01..2026-01-03" {
		t.Errorf("got %s", s)
	}
}
