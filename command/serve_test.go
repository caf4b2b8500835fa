package command

import (
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rwsgate/graphsim"
	"rwsgate/translate"
)

// feed is what these tests read of an Atom feed.
type feed struct {
	Entries []struct {
		ID         string `xml:"id"`
		Properties struct {
			ID    int64  `xml:"ID"`
			Date  string `xml:"Date"`
			Audio int64  `xml:"TotalAudioMinutes"`
			Video int64  `xml:"TotalVideoMinutes"`
		} `xml:"content>properties"`
	} `xml:"entry"`
}

func readFeed(t *testing.T, a answer) feed {
	t.Helper()
	var f feed
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if err := xml.Unmarshal([]byte(a.body), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestOneReportCallServesEverything is the main job: the identity library and the Graph SDK over HTTPS, one report call, three
// reports, a thousand requests; the daily feed in UTC says what the stand-in's report says.
func TestOneReportCallServesEverything(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	daily := readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	truth := map[string]translate.Minutes{}
	last := r.tenant.RefreshDate()
	for _, d := range r.tenant.UTCDays(last-179, last) {
		if !d.IsZero() {
			truth[d.Day.String()+"T00:00:00"] = d.Minutes
		}
	}
	if len(daily.Entries) != len(truth) {
		t.Errorf("%d entries, the report has %d days with minutes", len(daily.Entries), len(truth))
	}
	for _, e := range daily.Entries {
		if got := (translate.Minutes{Audio: e.Properties.Audio, Video: e.Properties.Video}); got != truth[e.Properties.Date] {
			t.Errorf("%s: %v, the report says %v", e.Properties.Date, got, truth[e.Properties.Date])
		}
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 125 {
				report := []string{"Daily", "Weekly", "Monthly"}[(i+n)%3]
				zone := []string{"UTC", "Pacific Standard Time", "Asia/Tokyo"}[n%3]
				if a := p.get(t, fmt.Sprintf("%s/CsP2PAVTime%s?$top=%d", p.url, report, n%40), "X-timezone: "+zone); a.status != http.StatusOK {
					t.Errorf("status %d: %s", a.status, a.body)
				}
			}
		})
	}
	all.Wait()
	calls := r.tenant.Calls()
	if calls.Reports != 1 || calls.Tokens != 1 || calls.Downloads != 1 {
		t.Errorf("the stand-in was asked %+v", calls)
	}
	if !strings.HasPrefix(calls.LastSdkVersion, "graph-go/1.103.0") || !strings.Contains(calls.LastUserAgent, "rwsgate/") {
		t.Errorf("SdkVersion %q, User-Agent %q", calls.LastSdkVersion, calls.LastUserAgent)
	}
}

func TestAnswersInTheRequestedZone(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	utc := readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	pacific := p.get(t, p.url+"/CsP2PAVTimeDaily", "X-timezone: Pacific Standard Time")
	if len(readFeed(t, pacific).Entries) == 0 || readFeed(t, pacific).Entries[5].Properties == utc.Entries[5].Properties {
		t.Error("the zone changes nothing")
	}
	if got := pacific.header.Get("X-Rwsgate-Answer"); !strings.HasPrefix(got, "miss; method=working-hours; through=2026-11-20; age=") {
		t.Errorf("X-Rwsgate-Answer %q", got)
	}
	again := p.get(t, p.url+"/CsP2PAVTimeDaily", "X-timezone: America/Los_Angeles")
	if got := again.header.Get("X-Rwsgate-Answer"); !strings.HasPrefix(got, "hit; ") {
		t.Errorf("the same zone by its other name is no hit: %q", got)
	}
	if again.body != pacific.body {
		t.Error("a hit gives other bytes than the miss")
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	p := newRig(t).start(t)
	a := p.get(t, p.url+"/CsP2PAVTimeDaily?$top=3")
	want := map[string]string{
		"Content-Type":           "application/atom+xml;type=feed;charset=utf-8",
		"Dataserviceversion":     "1.0;",
		"X-Rws-Version":          "2013-V1",
		"Cache-Control":          "no-cache, no-store",
		"Pragma":                 "no-cache",
		"Expires":                "-1",
		"X-Content-Type-Options": "nosniff",
		"Content-Length":         fmt.Sprint(len(a.body)),
	}
	for name, value := range want {
		if got := a.header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if len(a.header.Get("Request-Id")) != 36 {
		t.Errorf("request-id %q", a.header.Get("Request-Id"))
	}
}

// TestGraphAway pins the answer while there is no history and Graph fails: the legacy 503, and a log line with the cause
// and the mend.
func TestGraphAway(t *testing.T) {
	for _, fault := range []graphsim.FaultName{graphsim.FaultUnavailableHTML, graphsim.FaultUnknownTenantID, graphsim.FaultUnauthorizedApp} {
		t.Run(string(fault), func(t *testing.T) {
			r := newRig(t)
			r.tenant.SetFault(graphsim.Fault{Name: fault})
			p := r.start(t)
			a := p.get(t, p.url+"/CsP2PAVTimeDaily", "Accept: application/json;odata=verbose")
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" ||
				a.body != `{"error":{"code":"ConnectionFailedException","message":{"lang":"","value":"Failed to connect to the data mart."}}}` {
				t.Errorf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
			}
			if a.header.Get("X-Rws-Error") != "Microsoft.Exchange.Management.ReportingTask.ConnectionFailedException" {
				t.Errorf("X-RWS-Error %q", a.header.Get("X-Rws-Error"))
			}
			if a := p.get(t, p.url+"/CsP2PAVTimeDaily?$filter=Nope"); a.status != http.StatusBadRequest {
				t.Errorf("a wrong query waits for Graph: status %d", a.status)
			}
			if a := p.get(t, p.url); a.status != http.StatusOK {
				t.Errorf("the service document needs Graph: status %d", a.status)
			}
			if text := p.log.String(); !strings.Contains(text, `"cause"`) || !strings.Contains(text, `"mend"`) {
				t.Errorf("the log does not say cause and mend:\n%s", text)
			}
		})
	}
}

// TestWhoMayRead pins authentication and the tenant of a principal.
func TestWhoMayRead(t *testing.T) {
	p := newRig(t).start(t)
	ask := func(user, password string) answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/CsP2PAVTimeDaily?$top=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			request.SetBasicAuth(user, password)
		}
		return do(t, request)
	}
	for _, c := range []struct {
		name, user, password string
		status               int
	}{
		{"reader", "Reader@Example.OnMicrosoft.com", "pass-word-planted", 200},
		{"no password", "", "", 401},
		{"wrong password", "reader@example.onmicrosoft.com", "x", 401},
		{"unknown user", "nobody@example.onmicrosoft.com", "pass-word-planted", 401},
		{"another organisation", "stranger@elsewhere.example", "pass-word-planted", 403},
	} {
		a := ask(c.user, c.password)
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d: %s", c.name, a.status, c.status, a.body)
		}
		if challenge := a.header.Get("WWW-Authenticate"); (a.status == 401) != strings.HasPrefix(challenge, "Basic ") {
			t.Errorf("%s: WWW-Authenticate %q", c.name, challenge)
		}
	}
	if a := p.get(t, p.url+"/CsP2PAVTimeDaily?DelegatedOrg=other.example"); a.status != 403 || !strings.Contains(a.body, "No permission to access the report for the organization other.example.") {
		t.Errorf("DelegatedOrg of a stranger: %d %s", a.status, a.body)
	}
}

func TestDifferenceD8GzipWhenAsked(t *testing.T) {
	p := newRig(t).start(t)
	plain := p.get(t, p.url+"/CsP2PAVTimeDaily")
	if plain.header.Get("Content-Encoding") != "" {
		t.Error("compressed without being asked")
	}
	for _, want := range []string{"miss", "hit"} {
		packed := p.get(t, p.url+"/CsP2PAVTimeDaily", "Accept-Encoding: deflate, gzip;q=0.5")
		if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Content-Length") != strconv.Itoa(len(packed.body)) || !strings.HasPrefix(packed.header.Get("X-Rwsgate-Answer"), want) {
			t.Fatalf("headers %v", packed.header)
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || string(unpacked) != plain.body {
			t.Errorf("unpacked: %d bytes, plain: %d, error %v", len(unpacked), len(plain.body), err)
		}
	}
}
