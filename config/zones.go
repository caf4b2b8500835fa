package config

import (
	"strings"
	"sync"
	"time"

	"rwsgate/translate"
)

// embedded is the registry of zones without any operator's names; making one takes milliseconds.
var embedded = sync.OnceValues(func() (*translate.Zones, error) { return translate.NewZones(nil) })

// embeddedZone looks a name up as a request's X-timezone would be.
func embeddedZone(name string) (*time.Location, error) {
	zones, err := embedded()
	if err != nil {
		return nil, err
	}
	zone, err := zones.Lookup(name)
	if err != nil {
		return nil, err
	}
	return zone.Location(), nil
}

// withAliases lets lookup know the operator's own names too, in any letter case.
func withAliases(lookup func(string) (*time.Location, error), aliases map[string]string) func(string) (*time.Location, error) {
	byName := make(map[string]string, len(aliases))
	for name, target := range aliases {
		byName[strings.ToLower(name)] = target
	}
	return func(name string) (*time.Location, error) {
		if target, ok := byName[strings.ToLower(strings.TrimSpace(name))]; ok {
			name = target
		}
		return lookup(name)
	}
}

// Method gives the way the tenant's days are shared out, its zone looked up in zones.
func (t *Tenant) Method(zones *translate.Zones) (translate.Method, error) {
	var hours translate.Hours
	if w := t.WorkingHours; w != nil {
		zone, err := zones.Lookup(w.Zone)
		if err != nil {
			return translate.Method{}, err
		}
		days := make([]time.Weekday, len(w.Days))
		for i, d := range w.Days {
			days[i] = time.Weekday(d)
		}
		hours, err = translate.NewHours(zone, days, w.From.Std(), w.To.Std(), w.Density)
		if err != nil {
			return translate.Method{}, err
		}
	}
	return translate.MethodNamed(t.Rebucket, hours)
}
