package graphsim

import (
	"fmt"
	"testing"
)

// BenchmarkStart is what the stand-in adds to the start of `serve --demo`.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(Options{})
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}

// BenchmarkStartThousand starts with a thousand tenants.
func BenchmarkStartThousand(b *testing.B) {
	o := Options{Tenants: make([]TenantOptions, 1000)}
	for i := range o.Tenants {
		o.Tenants[i] = TenantOptions{ID: fmt.Sprint("tenant-", i), Name: fmt.Sprintf("tenant-%d.example", i)}
	}
	for b.Loop() {
		s, err := Start(o)
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}

// BenchmarkFirstReport makes the 180 days that the first call for a tenant needs.
func BenchmarkFirstReport(b *testing.B) {
	for b.Loop() {
		t := alone(1, TenantOptions{})
		s, f := t.sheet(180)
		_ = f.bytes(s)
	}
}

// BenchmarkReportAgain writes a report whose days are kept.
func BenchmarkReportAgain(b *testing.B) {
	t := alone(1, TenantOptions{})
	for b.Loop() {
		s, f := t.sheet(180)
		_ = f.bytes(s)
	}
}

// BenchmarkTruth attributes three years of calls to the days of a zone.
func BenchmarkTruth(b *testing.B) {
	t := alone(1, TenantOptions{})
	loc := location(b, "Asia/Tokyo")
	for b.Loop() {
		_ = t.Truth(loc)
	}
}
