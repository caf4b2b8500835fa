package config

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLocalTimesOnAClockThatChanges(t *testing.T) {
	for _, c := range []struct {
		local, zone, want string
		shown             bool
	}{
		{"2027-03-28T01:59", "Europe/Berlin", "2027-03-28T00:59:00Z", true},
		{"2027-03-28T02:30", "Europe/Berlin", "", false},
		{"2027-03-28T03:00", "Europe/Berlin", "2027-03-28T01:00:00Z", true},
		{"2027-10-31T02:30", "Europe/Berlin", "2027-10-31T00:30:00Z", true}, // twice: the first
		{"2027-10-31T03:00", "Europe/Berlin", "2027-10-31T02:00:00Z", true},
		{"2027-11-07T01:30", "America/New_York", "2027-11-07T05:30:00Z", true},
		{"2027-03-14T02:30", "America/New_York", "", false},
		{"2027-04-04T01:45", "Australia/Lord_Howe", "2027-04-03T14:45:00Z", true}, // put back by half an hour
		{"2027-10-03T02:15", "Australia/Lord_Howe", "", false},
		{"2011-12-30T12:00", "Pacific/Apia", "", false}, // a day that was left out
		{"2027-06-01T12:00", "UTC", "2027-06-01T12:00:00Z", true},
	} {
		var l LocalTime
		if err := l.UnmarshalText([]byte(c.local)); err != nil {
			t.Fatal(err)
		}
		loc, err := embeddedZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, shown := l.in(loc)
		if shown != c.shown || shown && at.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s: %s, shown %v", c.local, c.zone, at.UTC(), shown)
		}
	}
}

// TestEveryInstantHasALocalTime draws instants: the time that a clock shows then leads back to it, or to the earlier
// instant at which it showed the same.
func TestEveryInstantHasALocalTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := embeddedZone(rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific Standard Time"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(60*rapid.Int64Range(1<<24, 1<<25).Draw(t, "minute"), 0).In(loc)
		local := LocalTime{at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute()}
		got, shown := local.in(loc)
		if !shown || got.Format(time.DateTime) != at.Format(time.DateTime) || got.After(at) || at.Sub(got) > time.Hour {
			t.Fatalf("%s of %s leads to %s", local, at, got)
		}
	})
}

func TestBrownoutStatus(t *testing.T) {
	for status, ok := range map[string]bool{"503": true, "429": true, "401": false, "407": false, "399": false, "600": false} {
		_, err := Load(Sources{NoTenant: true, Env: []string{"RWSGATE_ROLLOUT__BROWNOUT_STATUS=" + status}})
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "rollout.brownout_status") {
			t.Errorf("%s: %v", status, err)
		}
	}
}

// TestGlobsOfASCII draws patterns and names: without memory they match as with it.
func TestGlobsOfASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[a-cA-C*?é]{0,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[a-cA-Cé]{0,12}`).Draw(t, "name")
		quick := NewGlob(pattern)
		slow := quick
		slow.plain = ""
		if quick.Match(name) != slow.Match(name) {
			t.Fatalf("%q matches %q: %v, %v", pattern, name, quick.Match(name), slow.Match(name))
		}
	})
	g, name := NewGlob("*etl*@example.com"), "Nightly-ETL-job@Example.com"
	if n := testing.AllocsPerRun(10, func() {
		if !g.Match(name) {
			t.Error("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
