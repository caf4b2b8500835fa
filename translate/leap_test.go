package translate

import (
	"testing"
	"time"
)

// TestTheLastDayOfALeapYear walks over the day on which Go's ZoneBounds stands still, behind the end of the zones' tables.
func TestTheLastDayOfALeapYear(t *testing.T) {
	zones, err := NewZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"America/Los_Angeles", "Europe/Berlin", "Australia/Sydney", "Asia/Tokyo", "Asia/Kolkata", "America/St_Johns"} {
		z, err := zones.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for year := 2024; year <= 2096; year += 4 {
			first := DayOf(time.Date(year, 12, 29, 0, 0, 0, 0, time.UTC))
			var before time.Time
			for d := first; d < first+6; d++ {
				start, end, exists := z.DayBounds(d)
				if !exists || end.Sub(start) != 24*time.Hour || d > first && !start.Equal(before) {
					t.Errorf("%s, %s: from %s to %s, the day before ends %s", name, d, start, end, before)
				}
				before = end
			}
		}
	}
}
