package store

import (
	"context"
	"fmt"
	"testing"

	"rwsgate/translate"
)

func benchEngines(b *testing.B, bench func(b *testing.B, e engine)) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) { bench(b, e) })
	}
}

func run(b *testing.B, from translate.Day, n int, audio int64) translate.Download {
	b.Helper()
	var days []translate.DayMinutes
	for i := range n {
		days = append(days, translate.DayMinutes{Day: from + translate.Day(i), Minutes: translate.Minutes{Audio: audio + int64(i), Video: 1}})
	}
	return download(days...)
}

// BenchmarkLoadYear loads a year's history.
func BenchmarkLoadYear(b *testing.B) {
	benchEngines(b, func(b *testing.B, e engine) {
		s := open(b, e.dsn(b))
		merge(b, s, run(b, 20000, 365, 1))
		b.ReportAllocs()
		for b.Loop() {
			load(b, s)
		}
	})
}

// BenchmarkMerge1000Tenants is one round of the keeper over a thousand tenants that have a year: seven days come, two
// of them new.
func BenchmarkMerge1000Tenants(b *testing.B) {
	benchEngines(b, func(b *testing.B, e engine) {
		s := open(b, e.dsn(b))
		id := func(n int) string { return fmt.Sprintf("16a58f78-539f-47f7-b9bf-%012d", n) }
		for n := range 1000 {
			if _, _, err := s.Merge(context.Background(), id(n), run(b, 20000, 365, 1), translate.Refresh{}); err != nil {
				b.Fatal(err)
			}
		}
		last := translate.Day(20365)
		for b.Loop() {
			last += 2
			for n := range 1000 {
				if _, _, err := s.Merge(context.Background(), id(n), run(b, last-7, 7, int64(last-7-20000)+1), translate.Refresh{}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkVersions is what every process asks every few seconds, over a thousand tenants.
func BenchmarkVersions(b *testing.B) {
	benchEngines(b, func(b *testing.B, e engine) {
		s := open(b, e.dsn(b))
		for n := range 1000 {
			if _, _, err := s.Merge(context.Background(), fmt.Sprintf("16a58f78-539f-47f7-b9bf-%012d", n), run(b, 20000, 1, 1), translate.Refresh{}); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			if v, err := s.Versions(context.Background()); err != nil || len(v) != 1000 {
				b.Fatal(len(v), err)
			}
		}
	})
}

// BenchmarkOpen opens an empty store, schema and all.
func BenchmarkOpen(b *testing.B) {
	benchEngines(b, func(b *testing.B, e engine) {
		for b.Loop() {
			b.StopTimer()
			dsn := e.dsn(b)
			b.StartTimer()
			s, err := Open(context.Background(), dsn, Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}
