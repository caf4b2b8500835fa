package translate

import (
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// vector is a case of testdata/rebucket.json, which an independent implementation made.
type vector struct {
	Name, Zone, Method string
	WorkingHours       *struct {
		Zone                      string
		Weekdays                  []time.Weekday
		FromHour, ToHour, Density int
	}
	UTCDays, LocalDays, LocalWeeks, LocalMonths map[string]int64
	CompleteLocalDays                           []string
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/rebucket.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		TZData  string
		Vectors []vector
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 76 {
		t.Errorf("%d vectors, want 76", len(file.Vectors))
	}
	if file.TZData != TZDataVersion() {
		t.Errorf("vectors made with %s, zone data are %s", file.TZData, TZDataVersion())
	}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			v.run(t, func(n int64) Minutes { return Minutes{Audio: n} }, func(m Minutes) (int64, int64) { return m.Audio, m.Video })
			v.run(t, func(n int64) Minutes { return Minutes{Video: n} }, func(m Minutes) (int64, int64) { return m.Video, m.Audio })
		})
	}
}

func (v vector) run(t *testing.T, put func(int64) Minutes, get func(Minutes) (value, other int64)) {
	var days []DayMinutes
	for date, n := range v.UTCDays {
		days = append(days, DayMinutes{mustDay(t, date), put(n)})
	}
	h, err := NewHistory(days, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	zone, method := mustZone(t, v.Zone), v.method(t)
	l := localise(h, zone, method, minDay+2)

	daily, weekly, monthly := map[string]int64{}, map[string]int64{}, map[string]int64{}
	var complete []string
	for i, m := range l.minutes {
		d := l.first + Day(i)
		n, other := get(m)
		if other != 0 {
			t.Errorf("%v has %d minutes of the other kind", d, other)
		}
		if l.covered[i] {
			complete = append(complete, d.String())
		}
		if !touched(h, &l, i, method) {
			if n != 0 {
				t.Errorf("%v has %d minutes from nowhere", d, n)
			}
			continue
		}
		daily[d.String()] += n
		weekly[Weekly.Last(d).String()] += n
		monthly[Monthly.Last(d).String()] += n
	}
	same(t, "localDays", daily, v.LocalDays)
	same(t, "localWeeks", weekly, v.LocalWeeks)
	same(t, "localMonths", monthly, v.LocalMonths)
	if !slices.Equal(complete, v.CompleteLocalDays) {
		t.Errorf("completeLocalDays: %v, want %v", complete, v.CompleteLocalDays)
	}
}

func (v vector) method(t *testing.T) Method {
	t.Helper()
	var h Hours
	if w := v.WorkingHours; w != nil {
		var err error
		h, err = NewHours(mustZone(t, w.Zone), w.Weekdays, time.Duration(w.FromHour)*time.Hour, time.Duration(w.ToHour)*time.Hour, w.Density)
		if err != nil {
			t.Fatal(err)
		}
		if w.Zone == v.Zone && w.Density == DefaultDensity && w.FromHour == 8 {
			return DefaultHours // what is not configured must give the same
		}
	}
	m, err := MethodNamed(v.Method, h)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// touched says whether known time lies in the local day of an index.
func touched(h History, l *localDays, i int, m Method) bool {
	if m == Calendar {
		_, known := h.At(l.first + Day(i))
		return known
	}
	for _, r := range h.runs() {
		if max(r.from, l.starts[i]) < min(r.to, l.starts[i+1]) {
			return true
		}
	}
	return false
}

func same(t *testing.T, what string, got, want map[string]int64) {
	t.Helper()
	for k, n := range want {
		if g, ok := got[k]; !ok || g != n {
			t.Errorf("%s: %s has %d (known: %v), want %d", what, k, g, ok, n)
		}
	}
	for k, n := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %s has %d, want nothing", what, k, n)
		}
	}
}

var testZones = sync.OnceValue(func() *Zones {
	z, err := NewZones(nil)
	if err != nil {
		panic(err)
	}
	return z
})

func mustZone(t interface {
	Helper()
	Fatal(...any)
}, name string) Zone {
	t.Helper()
	z, err := testZones().Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func mustDay(t interface {
	Helper()
	Fatal(...any)
}, date string) Day {
	t.Helper()
	d, err := ParseDay(date)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
