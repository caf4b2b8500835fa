package translate

import (
	"testing"
	"time"
)

func yearsOfDays(n int) History {
	first := Date(2026, 11, 21) - Day(n*365)
	days := make([]DayMinutes, n*365)
	for i := range days {
		days[i] = DayMinutes{first + Day(i), Minutes{int64(400 + i%90), int64(60 + i%17)}}
	}
	h, err := NewHistory(days, nil, nil)
	if err != nil {
		panic(err)
	}
	return h
}

func BenchmarkRows(b *testing.B) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	la := mustZone(b, "Pacific Standard Time")
	for _, c := range []struct {
		name string
		h    History
		view View
	}{
		{"1y/UTC", yearsOfDays(1), View{}},
		{"1y/uniform", yearsOfDays(1), View{Zone: la, Method: Uniform}},
		{"1y/working-hours", yearsOfDays(1), View{Zone: la}},
		{"10y/working-hours", yearsOfDays(10), View{Zone: la}},
	} {
		for _, r := range Reports() {
			b.Run(c.name+"/"+r.Period.String(), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if len(Rows(c.h, r, c.view, now).Rows) == 0 {
						b.Fatal("no rows")
					}
				}
			})
		}
	}
}

func BenchmarkMerge(b *testing.B) {
	h := yearsOfDays(2)
	days := h.Days()[len(h.Days())-180:]
	b.ReportAllocs()
	for b.Loop() {
		if _, c := Merge(h, Download{Days: days}); c.Same != 180 {
			b.Fatal(c)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	zones, now := testZones(), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		zone, err := zones.Lookup("Pacific Standard Time")
		if err != nil || zone.Today(now) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewZones(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewZones(nil); err != nil {
			b.Fatal(err)
		}
	}
}
