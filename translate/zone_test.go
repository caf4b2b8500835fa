package translate

import (
	"testing"
	"time"
)

func TestDayBounds(t *testing.T) {
	for _, c := range []struct {
		zone, day, from, to string
		exists              bool
	}{
		{"UTC", "2026-11-01", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", true},
		{"America/Los_Angeles", "2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", true},
		{"America/Los_Angeles", "2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", true},
		{"Asia/Kathmandu", "2026-03-08", "2026-03-07T18:15:00Z", "2026-03-08T18:15:00Z", true},
		{"Pacific/Kiritimati", "2026-03-08", "2026-03-07T10:00:00Z", "2026-03-08T10:00:00Z", true},
		{"Australia/Lord_Howe", "2013-10-06", "2013-10-05T13:30:00Z", "2013-10-06T13:00:00Z", true},
		{"Australia/Lord_Howe", "2013-04-07", "2013-04-06T13:00:00Z", "2013-04-07T13:30:00Z", true},
		{"America/Sao_Paulo", "2013-10-19", "2013-10-19T03:00:00Z", "2013-10-20T03:00:00Z", true},
		{"America/Sao_Paulo", "2013-10-20", "2013-10-20T03:00:00Z", "2013-10-21T02:00:00Z", true},
		{"America/Sao_Paulo", "2013-02-16", "2013-02-16T02:00:00Z", "2013-02-17T03:00:00Z", true},
		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", true},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", false},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", true},
		{"America/Los_Angeles", "1969-12-30", "1969-12-30T08:00:00Z", "1969-12-31T08:00:00Z", true},
		{"Asia/Kolkata", "1965-06-01", "1965-05-31T18:30:00Z", "1965-06-01T18:30:00Z", true},
		// At 00:01 on the 7th the clock went back to 23:01 on the 6th: the 7th had begun, and goes on.
		{"America/St_Johns", "2010-11-06", "2010-11-06T02:30:00Z", "2010-11-07T02:30:00Z", true},
		{"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z", true},
		{"-08:00", "2026-11-01", "2026-11-01T08:00:00Z", "2026-11-02T08:00:00Z", true},
	} {
		from, to, exists := mustZone(t, c.zone).DayBounds(mustDay(t, c.day))
		if got := from.Format(time.RFC3339); got != c.from {
			t.Errorf("%s %s begins at %s, want %s", c.zone, c.day, got, c.from)
		}
		if got := to.Format(time.RFC3339); got != c.to {
			t.Errorf("%s %s ends at %s, want %s", c.zone, c.day, got, c.to)
		}
		if exists != c.exists {
			t.Errorf("%s %s exists: %v, want %v", c.zone, c.day, exists, c.exists)
		}
	}
}

func TestToday(t *testing.T) {
	for _, c := range []struct{ zone, now, want string }{
		{"UTC", "2026-11-01T23:59:59Z", "2026-11-01"},
		{"UTC", "2026-11-02T01:00:00+02:00", "2026-11-01"},
		{"America/Los_Angeles", "2026-11-01T06:59:59Z", "2026-10-31"},
		{"America/Los_Angeles", "2026-11-01T07:00:00Z", "2026-11-01"},
		{"America/Los_Angeles", "2026-11-02T07:59:59Z", "2026-11-01"},
		{"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29"},
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"},
		{"America/St_Johns", "2010-11-07T02:29:59Z", "2010-11-06"},
		{"America/St_Johns", "2010-11-07T02:30:30Z", "2010-11-07"},
		{"America/St_Johns", "2010-11-07T02:31:30Z", "2010-11-07"}, // the clock says 23:01 on the 6th again
		{"America/St_Johns", "2010-11-08T03:29:59Z", "2010-11-07"},
		{"UTC", "1969-12-31T23:59:59Z", "1969-12-31"},
		{"UTC+14:00", "2026-11-01T10:00:00Z", "2026-11-02"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustZone(t, c.zone).Today(now).String(); got != c.want {
			t.Errorf("%s at %s: %s, want %s", c.zone, c.now, got, c.want)
		}
	}
}

// TestTodayIsTheDayThatNowLiesIn holds that Today and DayBounds agree all through years with many changes.
func TestTodayIsTheDayThatNowLiesIn(t *testing.T) {
	for _, name := range oddZones {
		zone := mustZone(t, name)
		for at := time.Date(2010, 1, 1, 0, 7, 0, 0, time.UTC); at.Year() < 2014; at = at.Add(233 * time.Minute) {
			from, to, _ := zone.DayBounds(zone.Today(at))
			if at.Before(from) || !at.Before(to) {
				t.Fatalf("%s: %v is not in %v to %v", name, at, from, to)
			}
		}
	}
}
