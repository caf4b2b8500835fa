package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/cache"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// year is a history of 365 days with minutes on each.
func year(b testing.TB) stored {
	b.Helper()
	days := make([]translate.DayMinutes, 365)
	for i := range days {
		days[i] = translate.DayMinutes{Day: translate.Date(2012, 9, 8) + translate.Day(i), Minutes: translate.Minutes{Audio: int64(1000 + i), Video: int64(i)}}
	}
	h, err := translate.NewHistory(days, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	return stored{snapshot: translate.Snapshot{History: h, Version: 1, Stored: fixtureStored}}
}

// benchmarkGateway counts and takes down calls like a served one.
func benchmarkGateway(b testing.TB) *Gateway {
	b.Helper()
	zones, err := fixtureZones()
	if err != nil {
		b.Fatal(err)
	}
	g := New(Options{Histories: year(b), Answers: cache.NewAnswers(cache.AnswersOptions{}), Rows: cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Now: func() time.Time { return fixtureStored }, Recorder: NewMetrics(prometheus.NewRegistry()), Ledger: rollout.NewLedger(rollout.LedgerOptions{})})
	err = g.Apply(Settings{AnonymousLoopback: true, Zones: zones, Passwords: fixturePasswords(), PageSize: 1000, MaxURL: 16 << 10, RequestsPerSecond: 1e9, Concurrency: 1024,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Tenants:        []Tenant{{ID: "16a58f78-539f-47f7-b9bf-02a63867d73b", Name: "example.onmicrosoft.com", Reads: func(string) bool { return true }}}})
	if err != nil {
		b.Fatal(err)
	}
	return g
}

// sink takes an answer and keeps its status alone, so that a benchmark measures the gateway and not a recorder.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

func benchmarkRequest(query string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily"+query, nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-timezone", "Pacific Standard Time")
	r.Header.Set("User-Agent", "o365rwsclient/1.0")
	r.Header.Set("Accept", "application/atom+xml")
	return r
}

func ask(b testing.TB, g *Gateway, w *sink, r *http.Request) {
	clear(w.header)
	g.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		b.Fatalf("status %d", w.status)
	}
}

// BenchmarkHit is an answer of 365 rows out of the cache.
func BenchmarkHit(b *testing.B) {
	for _, who := range []string{"anonymous", "password"} {
		b.Run(who, func(b *testing.B) {
			g, w, r := benchmarkGateway(b), &sink{header: http.Header{}}, benchmarkRequest("?$orderby=Date%20desc&$format=Atom")
			if who == "password" {
				r.SetBasicAuth("reader@example.onmicrosoft.com", "demo")
			}
			ask(b, g, w, r)
			b.ReportAllocs()
			for b.Loop() {
				ask(b, g, w, r)
			}
		})
	}
}

// BenchmarkMiss is an answer of ten rows of 365 by a query nobody sent before.
func BenchmarkMiss(b *testing.B) {
	g, w, n := benchmarkGateway(b), &sink{header: http.Header{}}, 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		ask(b, g, w, benchmarkRequest(fmt.Sprintf("?$filter=TotalAudioMinutes%%20gt%%20%d&$orderby=Date%%20desc&$top=10", n)))
	}
}
