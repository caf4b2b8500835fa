package gateway

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestAFloodOfRefusalsFillsNoDisk floods with everything that gets nobody in, from one address and from many. The log has
// some lines of each kind, later how many more there were, and of a quiet address although others flood; metrics have all.
func TestAFloodOfRefusalsFillsNoDisk(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	registry := prometheus.NewRegistry()
	var log bytes.Buffer
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	b.Recorder, b.Log = NewMetrics(registry), slog.New(slog.NewTextHandler(&log, nil))
	b.Wall = func() time.Time { return now }
	b.verifier = newVerifier(b.Wall)
	send := func(from, url, authorization string) {
		r := httptest.NewRequest(http.MethodGet, url, nil)
		r.RemoteAddr = from
		r.Header.Set("Authorization", authorization)
		b.ServeHTTP(httptest.NewRecorder(), r)
	}
	const secure, plain = "https://reports.office365.com" + serviceRoot, "http://reports.office365.com" + serviceRoot
	const password = "Basic YTpi"
	one := func(int) string { return "10.0.0.1:1" }
	many := func(i int) string { return fmt.Sprintf("10.1.%d.%d:1", i>>8, i&255) }
	for _, c := range []struct {
		kind, url, authorization string
		from                     func(int) string
		busy                     bool
		want                     int
	}{
		{"token", secure, "Bearer abc", one, false, hushOfAddress},
		{"token", secure, "Bearer abc", many, false, hushOfKind - hushOfAddress},
		{"plain-http", plain, password, one, false, hushOfAddress},
		{"plain-http", plain, password, many, false, hushOfKind - hushOfAddress},
		{outsiderOther, secure, "Negotiate abc", many, false, hushOfKind},
		{outsiderOutside, "https://reports.office365.com/elsewhere", "", many, false, hushOfKind},
		{outsiderBusy, secure, password, many, true, hushOfKind},
	} {
		for c.busy && len(b.verifier.strangers) < cap(b.verifier.strangers) {
			b.verifier.strangers <- struct{}{}
		}
		log.Reset()
		for i := range 500 {
			send(c.from(i), c.url, c.authorization)
		}
		if lines := strings.Count(log.String(), "\n"); lines != c.want {
			t.Errorf("%s: %d lines of 500 requests, want %d:\n%.500s", c.kind, lines, c.want, log.String())
		}
	}
	for len(b.verifier.strangers) > 0 {
		<-b.verifier.strangers
	}
	log.Reset()
	send("10.0.0.9:1", secure, password)
	if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "peer=10.0.0.9") {
		t.Errorf("a wrong password beside the floods is told as %q", said)
	}
	log.Reset()
	now = now.Add(hushPeriod)
	send("10.0.0.1:1", secure, "Bearer abc")
	if said := log.String(); strings.Count(said, "\n") != 2 || !strings.Contains(said, "token=980 plain-http=980 busy=480 outside=480 no-credentials=480") {
		t.Errorf("after a minute: %s", said)
	}
	got := failedAttempts(t, registry)
	if got["token"] != 1001 || got["plain-http"] != 1000 || got["wrong"] != 1 {
		t.Errorf("counted %v", got)
	}
}

// TestWhoIsInIsAlwaysTold pins that the bound holds for nobody who got in.
func TestWhoIsInIsAlwaysTold(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	var log bytes.Buffer
	g.Log = slog.New(slog.NewTextHandler(&log, nil))
	for range 2 * hushOfAddress {
		r := httptest.NewRequest(http.MethodGet, "https://reports.office365.com"+serviceRoot+"/Nothing", nil)
		r.SetBasicAuth("reader@example.onmicrosoft.com", "demo")
		g.ServeHTTP(httptest.NewRecorder(), r)
	}
	if lines := strings.Count(log.String(), "status=404"); lines != 2*hushOfAddress {
		t.Errorf("%d lines:\n%s", lines, log.String())
	}
}
