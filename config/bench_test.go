package config

import (
	"fmt"
	"strings"
	"testing"
)

// thousandTenants is a large installation's file; its secrets lie in files.
func thousandTenants() string {
	var b strings.Builder
	b.WriteString("auth: { anonymous: none }\ntenants:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  - name: t%d.example.com\n    id: 16a58f78-539f-47f7-b9bf-%012d\n    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret_file: secrets/%d }\n", i, i+1, i)
	}
	return b.String()
}

func BenchmarkLoadThousandTenants(b *testing.B) {
	file := []byte(thousandTenants())
	src := Sources{File: "rwsgate.yml", ReadFile: func(name string) ([]byte, error) {
		if name == "rwsgate.yml" {
			return file, nil
		}
		return []byte("s"), nil
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReloadUnchanged(b *testing.B) {
	file := []byte(thousandTenants())
	w, err := NewWatcher(Sources{File: "rwsgate.yml", ReadFile: func(name string) ([]byte, error) {
		if name == "rwsgate.yml" {
			return file, nil
		}
		return []byte("s"), nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		w.Reload()
	}
}

func BenchmarkGlob(b *testing.B) {
	g := NewGlob("*@example.onmicrosoft.com")
	b.ReportAllocs()
	for b.Loop() {
		g.Match("etl.reports@example.onmicrosoft.com")
	}
}
