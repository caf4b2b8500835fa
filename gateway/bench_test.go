package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rwsgate/cache"
	"rwsgate/translate"
)

// year is a history of 365 days with minutes on each.
func year(b *testing.B) stored {
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

func benchmarkGateway(b *testing.B) *Gateway {
	b.Helper()
	zones, err := translate.NewZones(nil)
	if err != nil {
		b.Fatal(err)
	}
	g := New(Options{Histories: year(b), Answers: cache.NewAnswers(cache.AnswersOptions{}), Rows: cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Now: func() time.Time { return fixtureStored }})
	err = g.Apply(Settings{AnonymousLoopback: true, Zones: zones, PageSize: 1000, MaxURL: 16 << 10,
		Tenants: []Tenant{{ID: "16a58f78-539f-47f7-b9bf-02a63867d73b", Name: "example.onmicrosoft.com", Reads: func(string) bool { return true }}}})
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func ask(b *testing.B, g *Gateway, query string) {
	r := httptest.NewRequest(http.MethodGet, "/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily"+query, nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-timezone", "Pacific Standard Time")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
}

// BenchmarkHit is an answer of 365 rows out of the cache.
func BenchmarkHit(b *testing.B) {
	g := benchmarkGateway(b)
	b.ReportAllocs()
	for b.Loop() {
		ask(b, g, "")
	}
}

// BenchmarkMiss is an answer of ten rows of 365 by a query nobody sent before.
func BenchmarkMiss(b *testing.B) {
	g, n := benchmarkGateway(b), 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		ask(b, g, fmt.Sprintf("?$filter=TotalAudioMinutes%%20gt%%20%d&$orderby=Date%%20desc&$top=10", n))
	}
}
