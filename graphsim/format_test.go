package graphsim

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rwsgate/translate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenReports holds the bytes of seed 1 for good: other bytes mean that saved demos and baselines no longer hold.
func TestGoldenReports(t *testing.T) {
	day := func(d int) translate.Day { return translate.Date(2026, time.November, d) }
	for name, c := range map[string]struct {
		options TenantOptions
		period  string
	}{
		"demo-D7":         {TenantOptions{}, "D7"},
		"demo-D30":        {TenantOptions{}, "D30"},
		"lf-no-bom":       {TenantOptions{Format: Format{LF: true, NoBOM: true, NoFinalBreak: true}}, "D7"},
		"oldest-first":    {TenantOptions{Format: Format{OldestFirst: true}}, "D7"},
		"other-columns":   {TenantOptions{Format: Format{Columns: []string{"Video", "New", "Report Date", "Audio", "Report Refresh Date", "Report Period"}}}, "D7"},
		"missing-days":    {TenantOptions{Format: Format{MissingDays: []translate.Day{day(21), day(17)}}}, "D7"},
		"empty-zeros":     {TenantOptions{Users: 1, Format: Format{EmptyZeros: true}}, "D7"},
		"round-the-clock": {TenantOptions{Profile: RoundClock, Zone: time.FixedZone("", 9*3600)}, "D7"},
		"new-tenant":      {TenantOptions{First: day(19)}, "D7"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Format.Direct = true
			s := start(t, Options{Seed: 1, Tenants: []TenantOptions{c.options}})
			w := dial(t, s)
			a := w.report(s.Tenant(DemoTenantID), c.period)
			if a.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", a.StatusCode, a.body)
			}
			if c := s.Tenant(DemoTenantID).Calls(); c.Downloads != 0 {
				t.Errorf("a direct report was downloaded: %+v", c)
			}
			file := filepath.Join("testdata", name+".csv")
			if *update {
				if err := os.WriteFile(file, a.body, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.body, want) {
				t.Errorf("got\n%s\nwant\n%s", a.body, want)
			}
		})
	}
}

func TestTheSeedDecidesTheBytes(t *testing.T) {
	bytesOf := func(seed uint64) (string, string) {
		s := start(t, Options{Seed: seed})
		w := dial(t, s)
		c := s.Tenant(DemoTenantID).Credential()
		return string(w.report(s.Tenant(DemoTenantID), "D180").body), c.ClientID + c.Secret
	}
	report, credential := bytesOf(11)
	if again, same := bytesOf(11); again != report || same != credential {
		t.Error("the same seed gives other bytes")
	}
	if other, name := bytesOf(12); other == report || name == credential {
		t.Error("another seed gives the same bytes")
	}
	two := start(t, Options{Tenants: []TenantOptions{{}, {ID: "2", Name: "second.example"}}})
	a, b := two.Tenant(DemoTenantID), two.Tenant("2")
	from := translate.Date(2026, time.June, 1)
	if x, y := a.UTCDays(from, from+4), b.UTCDays(from, from+4); x[0] == y[0] && x[1] == y[1] {
		t.Error("two tenants have the same minutes")
	}
	if a.Credential().Secret == b.Credential().Secret {
		t.Error("two tenants have the same secret")
	}
}

func TestHeadersOfTheReport(t *testing.T) {
	s := start(t, Options{Tenants: []TenantOptions{{Format: Format{Direct: true, NoRequestID: true, ContentType: "text/csv"}}}})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	a := w.report(tenant, "D7")
	if a.Header.Get("Content-Type") != "text/csv" || a.Header.Get("request-id") != "" || a.Header.Get("client-request-id") != "" {
		t.Errorf("%v", a.Header)
	}
	tenant.SetFormat(Format{Direct: true})
	if a := w.report(tenant, "D7"); a.Header.Get("Content-Type") != "application/octet-stream" || a.Header.Get("request-id") == "" {
		t.Errorf("%v", a.Header)
	}
}

func TestTenantsMayNotStandTwice(t *testing.T) {
	for name, o := range map[string]TenantOptions{
		"id":   {ID: strings.ToUpper(DemoTenantID), Name: "other.example"},
		"name": {ID: "2", Name: "Example.onmicrosoft.com"},
	} {
		if s, err := Start(Options{Tenants: []TenantOptions{{}, o}}); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", name, err)
			_ = s.Close()
		}
	}
}

func TestTenantsAreFoundByIDAndName(t *testing.T) {
	s := start(t, Options{})
	for _, k := range []string{DemoTenantID, strings.ToUpper(DemoTenantID), DemoTenantName} {
		if got := s.Tenant(k); got == nil || got.ID() != DemoTenantID || got.Name() != DemoTenantName {
			t.Errorf("%s: %v", k, got)
		}
	}
	if s.Tenant("nobody.example") != nil {
		t.Error("a tenant that is not there")
	}
}
