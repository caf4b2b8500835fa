package translate

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzZone(f *testing.F) {
	for _, s := range []string{
		"", " ", "UTC", "Pacific Standard Time", "america/los_angeles", "UTC-11", "UTC+5", "+05:30", "-08:00", "Z", "Local", "(UTC-08:00) Pacific Time",
		"Etc/GMT+5", "GMT+5", "../../etc/passwd", "America", "\xff", "UTC+", "UTC+99:99", strings.Repeat("A", 101), "Mitteleuropäische Zeit",
	} {
		f.Add(s)
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, name string) {
		zone, err := testZones().Lookup(name)
		var bad *ZoneError
		if err != nil {
			if !errors.As(err, &bad) || bad.Value != strings.TrimSpace(name) || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: %v", name, err)
			}
			checkMessage(t, err.Error())
			if bad.Hint != "" {
				if _, err := testZones().Lookup(bad.Hint); err != nil {
					t.Fatalf("%q: the hint is wrong: %v", name, err)
				}
			}
			return
		}
		if len(strings.TrimSpace(name)) > MaxZoneName || strings.EqualFold(strings.TrimSpace(name), "local") {
			t.Fatalf("%q is taken for %v", name, zone)
		}
		again, err := testZones().Lookup(" " + strings.ToUpper(zone.Name()))
		if err != nil || again != zone {
			t.Fatalf("%q: the canonical name %v gives %v, %v", name, zone, again, err)
		}
		if n := len(testZones().loaded); n > 2400 {
			t.Fatalf("%d zones are kept", n)
		}
		if today := zone.Today(at); today < DayOf(at)-1 || today > DayOf(at)+1 {
			t.Fatalf("%v: today is %v", zone, today)
		}
	})
}
