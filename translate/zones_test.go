package translate

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestLookup(t *testing.T) {
	zones, err := NewZones(map[string]string{
		"Pacific Time":                   "America/Los_Angeles",
		" (UTC-08:00) Pacific Time ":     "Pacific Standard Time",
		"Mitteleuropäische Zeit":         "Europe/Berlin",
		"headquarters":                   "+05:30",
		"EST":                            "Eastern Standard Time",
		strings.Repeat("x", MaxZoneName): "Asia/Tokyo",
	})
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"": "UTC", "  \t": "UTC", "UTC": "UTC", "utc": "UTC", "Z": "UTC", "z": "UTC", "Etc/UTC": "UTC", "zulu": "UTC",
		"+00:00": "UTC", "-00:00": "UTC", "UTC+0": "UTC", "UTC-00:00": "UTC",
		"Pacific Standard Time":              "America/Los_Angeles",
		"  pacific STANDARD time ":           "America/Los_Angeles",
		"GMT Standard Time":                  "Europe/London",
		"UTC-11":                             "Etc/GMT+11",
		"utc+12":                             "Etc/GMT-12",
		"UTC-08":                             "Etc/GMT+8",
		"Central Standard Time (Mexico)":     "America/Mexico_City",
		"Kamchatka Standard Time":            "Asia/Kamchatka",
		"Mid-Atlantic Standard Time":         "Etc/GMT+2",
		"British Columbia Standard Time":     "America/Vancouver",
		"America/Los_Angeles":                "America/Los_Angeles",
		"america/los_angeles":                "America/Los_Angeles",
		"AMERICA/ARGENTINA/BUENOS_AIRES":     "America/Argentina/Buenos_Aires",
		"US/Pacific":                         "US/Pacific",
		"Etc/GMT+5":                          "Etc/GMT+5",
		"+05:30":                             "UTC+05:30",
		"-08:00":                             "UTC-08:00",
		"UTC+5":                              "UTC+05:00",
		"UTC-08:00":                          "UTC-08:00",
		"utc-8":                              "UTC-08:00",
		"UTC+05:45":                          "UTC+05:45",
		"UTC+5:45":                           "UTC+05:45",
		"+14:00":                             "UTC+14:00",
		"-14:00":                             "UTC-14:00",
		"pacific time":                       "America/Los_Angeles",
		"(utc-08:00) PACIFIC time":           "America/Los_Angeles",
		"mitteleuropäische zeit":             "Europe/Berlin",
		"MITTELEUROPÄISCHE ZEIT":             "Europe/Berlin",
		"Headquarters":                       "UTC+05:30",
		"est":                                "America/New_York",
		strings.Repeat("X", MaxZoneName):     "Asia/Tokyo",
		" " + strings.Repeat("x", 100) + " ": "Asia/Tokyo",
	} {
		zone, err := zones.Lookup(header)
		if err != nil || zone.Name() != want {
			t.Errorf("Lookup(%q) = %v, %v, want %s", header, zone, err, want)
			continue
		}
		again, err := zones.Lookup(zone.Name())
		if err != nil || again != zone {
			t.Errorf("Lookup(%q) of the canonical name = %v, %v", zone.Name(), again, err)
		}
	}
}

func TestLookupRefuses(t *testing.T) {
	for header, hint := range map[string]string{
		"Local": "", "local": "", "LOCAL": "", "Factory": "",
		"(UTC-08:00) Pacific Time (US & Canada)": "Pacific Standard Time",
		"Pacific Time":                           "Pacific Standard Time",
		"Pacific Daylight Time":                  "Pacific Standard Time",
		"Eastern":                                "Eastern Standard Time",
		"Los Angeles":                            "America/Los_Angeles",
		"Europe/Los_Angeles":                     "America/Los_Angeles",
		"Pacific  Standard Time":                 "Pacific Standard Time",
		"W. Europe Time":                         "W. Europe Standard Time",
		"PST":                                    "",
		"+5":                                     "", "5": "", "+0530": "", "UTC5": "", "UTC+": "", "UTC+5:3": "", "UTC+005": "", "+5:30": "", "-8": "",
		"+14:01": "", "-15:00": "", "+05:60": "", "UTC+99": "", "GMT+5": "", "UTC +5": "",
		"../../etc/passwd": "", "America": "", "America/": "", "/": "", ".": "", "Etc": "",
		"America/Los_Angeles\x00":    "America/Los_Angeles",
		"\xff\xfe":                   "",
		strings.Repeat("x", 101):     "",
		strings.Repeat("\u00e4", 51): "",
	} {
		zone, err := testZones().Lookup(header)
		var bad *ZoneError
		if !errors.As(err, &bad) {
			t.Errorf("Lookup(%q) = %v, %v, want a ZoneError", header, zone, err)
			continue
		}
		if bad.Hint != hint {
			t.Errorf("Lookup(%q) hints at %q, want %q", header, bad.Hint, hint)
		}
		checkMessage(t, err.Error())
	}
}

func checkMessage(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, "'Pacific Standard Time'") || len(text) > 600 {
		t.Errorf("the message has no example or is too long: %q", text)
	}
	for _, r := range text {
		if r != utf8.RuneError && !unicode.IsPrint(r) {
			t.Errorf("the message does not print: %q", text)
		}
	}
}

func TestZoneErrorNamesValue(t *testing.T) {
	_, err := testZones().Lookup("Pacific\nTime\x1b[31m" + strings.Repeat("ü", 200))
	want := "The time zone 'Pacific\ufffdTime\ufffd[31m" + strings.Repeat("ü", 47) + "…' is not known. " +
		"Use a Windows time zone id such as 'Pacific Standard Time', an IANA name such as 'America/Los_Angeles', or an offset such as '-08:00'."
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAliasesRefused(t *testing.T) {
	for name, aliases := range map[string]map[string]string{
		"blank":    {" ": "UTC"},
		"Local":    {"Local": "UTC"},
		"long":     {strings.Repeat("x", 101): "UTC"},
		"unknown":  {"here": "Nowhere/Land"},
		"of alias": {"here": "there", "there": "UTC"},
		"empty":    {"here": " "},
		"twice":    {"here": "Asia/Tokyo", "HERE": "Asia/Seoul"},
	} {
		if _, err := NewZones(aliases); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAllWindowsIDs(t *testing.T) {
	text, err := os.ReadFile("zonedata/windowszones.json")
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]json.RawMessage
	if err := json.Unmarshal(text, &tables); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, raw := range tables {
		ids := map[string]string{}
		if json.Unmarshal(raw, &ids) != nil {
			if name != "source" {
				t.Errorf("%s is not a table", name)
			}
			continue
		}
		for id := range ids {
			n++
			if zone, err := testZones().Lookup(id); err != nil || zone.Location() == nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	if n != 144 { // 139 of CLDR, 3 newer, 2 obsolete
		t.Errorf("%d Windows ids, want 144", n)
	}
}

func TestEveryNameLoads(t *testing.T) {
	zones := testZones()
	for _, name := range zones.names {
		zone, err := zones.Lookup(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if again, err := zones.Lookup(zone.Name()); err != nil || again != zone {
			t.Errorf("%s: canonical name %s gives %v, %v", name, zone.Name(), again, err)
		}
	}
}

// TestCanary fails if Go's own, older zone data are used: British Columbia keeps one offset since 2026.
func TestCanary(t *testing.T) {
	for name, hours := range map[string]int{"America/Vancouver": -7, "Pacific Standard Time": -8} {
		at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC).In(mustZone(t, name).Location())
		if _, offset := at.Zone(); offset != hours*3600 {
			t.Errorf("%s on 2026-12-01 is %d h from UTC, want %d", name, offset/3600, hours)
		}
	}
	if TZDataVersion() != "2026f" || testZones().DataVersion() != "2026f" {
		t.Errorf("zone data are %s, %s", TZDataVersion(), testZones().DataVersion())
	}
}

func TestZoneDataOverride(t *testing.T) {
	data, err := fs.ReadFile(testZones().sources[0], "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{
		"+VERSION":         {Data: []byte("2027a\n")},
		"America/New_York": {Data: data},
		"Europe/Berlin":    {Data: []byte("damaged")},
		"Moon/Base":        {Data: data},
		"posix/Moon/Other": {Data: data},
		"zone1970.tab":     {Data: data},
		"localtime":        {Data: data},
	}
	zones, err := NewZones(map[string]string{"luna": "Moon/Base"}, ZoneData(dir))
	if err != nil {
		t.Fatal(err)
	}
	if zones.DataVersion() != "2027a" {
		t.Errorf("version %q", zones.DataVersion())
	}
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for name, hours := range map[string]int{"Eastern Standard Time": 9, "moon/base": 9, "Luna": 9, "Europe/Berlin": 1, "America/Chicago": -6} {
		zone, err := zones.Lookup(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, offset := at.In(zone.Location()).Zone(); offset != hours*3600 {
			t.Errorf("%s is %d h from UTC, want %d", name, offset/3600, hours)
		}
	}
	for _, name := range []string{"Moon/Other", "posix/Moon/Other", "zone1970.tab", "localtime", "+VERSION", "Moon"} {
		if zone, err := zones.Lookup(name); err == nil {
			t.Errorf("%s is %v", name, zone)
		}
	}
}

func TestVersionOf(t *testing.T) {
	for want, dir := range map[string]fstest.MapFS{
		"2026f":   {"tzdata.zi": {Data: []byte("# version 2026f\n# This zic input file\n")}},
		"unknown": {"Asia/Tokyo": {}},
	} {
		if got := versionOf(dir); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestLookupConcurrently(t *testing.T) {
	zones, err := NewZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Asia/Tokyo", "+05:30", "Pacific Standard Time", "nowhere", "UTC-3"}
	found := make([][]Zone, 8)
	var wg sync.WaitGroup
	for i := range found {
		wg.Go(func() {
			for _, name := range names {
				zone, _ := zones.Lookup(name)
				found[i] = append(found[i], zone)
			}
		})
	}
	wg.Wait()
	for i := range found {
		for j, zone := range found[i] {
			if zone != found[0][j] {
				t.Errorf("%s was loaded twice", names[j])
			}
		}
	}
	if len(zones.loaded) != 4 {
		t.Errorf("%d zones kept, want 4", len(zones.loaded))
	}
}
