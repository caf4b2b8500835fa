package gateway

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestAFullBudgetNamesItsLimit pins that a client reads the retired service's words and the operator which limit it was.
func TestAFullBudgetNamesItsLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		fill  func(*Gateway)
		cause string
	}{
		{"rate", func(g *Gateway) {
			s := g.settings.Load().Settings
			s.RequestsPerSecond = 1
			if err := g.Apply(s); err != nil {
				t.Fatal(err)
			}
			for g.pace.allow(fixtureReader, 1, g.Wall()) {
			}
		}, "limits.requests_per_second"},
		{"concurrency", func(g *Gateway) { g.work.all += 1 << 30 }, "limits.concurrency"},
		{"share", func(g *Gateway) { g.work.of = map[string]int{fixtureReader: 1 << 30} }, "three quarters"},
		{"passwords", func(g *Gateway) {
			for range cap(g.verifier.strangers) {
				g.verifier.strangers <- struct{}{}
			}
		}, "passwords wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newFixture(t, map[string]string{"anonymous": "none"})
			at := time.Now()
			g.Wall = func() time.Time { return at } // no second passes in which there is room again
			var said bytes.Buffer
			g.Log = slog.New(slog.NewJSONHandler(&said, nil))
			c.fill(g)
			r := httptest.NewRequest("GET", "https://reports.office365.com"+serviceRoot+"/CsP2PAVTimeDaily", nil)
			r.SetBasicAuth(fixtureReader, "demo")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "running out of budget") {
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
			if log := said.String(); !strings.Contains(log, c.cause) || !strings.Contains(log, `"mend"`) || strings.Contains(w.Body.String(), c.cause) {
				t.Errorf("the log says %s", log)
			}
		})
	}
}
