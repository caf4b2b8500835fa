package translate

import (
	"slices"
	"testing"
)

func TestEveryZoneNameIsFound(t *testing.T) {
	zones, err := NewZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	names := ZoneNames()
	for _, name := range names {
		if _, err := zones.Lookup(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"Pacific Standard Time", "UTC", "America/Los_Angeles", "Europe/Berlin", "UTC-11"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing among %d names", name, len(names))
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return n == "+VERSION" || n == "tzdata.zi" || n == "Factory" }) {
		t.Error("a file that is no zone is among the names")
	}
}
