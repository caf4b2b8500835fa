package command

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// cleanEnv takes the OTEL_ variables of whoever runs the tests away.
func cleanEnv(t *testing.T) {
	t.Helper()
	for _, line := range os.Environ() {
		if name, _, _ := strings.Cut(line, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
}

func TestTracedWhenAskedFor(t *testing.T) {
	for _, c := range []struct {
		env  string
		want bool
		err  string
	}{
		{"", false, ""},
		{"OTEL_SERVICE_NAME=x", false, ""},
		{"OTEL_TRACES_EXPORTER=", false, ""},
		{"OTEL_TRACES_EXPORTER=otlp", true, ""},
		{"OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://x", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://x OTEL_TRACES_EXPORTER=none", false, ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://x", true, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://x OTEL_SDK_DISABLED=true", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://x OTEL_SDK_DISABLED=false", true, ""},
		{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", false, "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{"OTEL_TRACES_EXPORTER=zipkin", false, "zipkin"},
	} {
		got, err := traced(strings.Fields(c.env))
		if got != c.want || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, error %v", c.env, got, err)
		}
	}
}

// TestTraces runs the whole path against a collector: the request's span, the fetch's and the Graph SDK's arrive at the
// end at the latest, and hold no secret.
func TestTraces(t *testing.T) {
	cleanEnv(t)
	before := otel.GetTracerProvider()
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	got := &lines{}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" {
			_, _ = io.Copy(got, r.Body)
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_SERVICE_NAME", "named-by-the-operator")
	r := newRig(t)
	p := r.start(t)
	const parent = "4bf92f3577b34da6a3ce929d0e0e4736"
	a := p.get(t, p.url+"/CsP2PAVTimeDaily?$top=1&planted-query=1", "traceparent: 00-"+parent+"-00f067aa0ba902b7-01")
	readFeed(t, a)
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	spans := got.String()
	for _, part := range []string{"legacy request", "/CsP2PAVTimeDaily", a.header.Get("Request-Id"), "fetch", "rwsgate.tenant", "example.onmicrosoft.com",
		"getHttpResponseMessage", "named-by-the-operator", "\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36"} {
		if !strings.Contains(spans, part) {
			t.Errorf("%q is in no span", part)
		}
	}
	for _, secret := range []string{r.secret, "pass-word-planted", "planted-query", "reader@", "eyJ", "token="} {
		if strings.Contains(spans, secret) {
			t.Errorf("%q is told", secret)
		}
	}
}

func TestCollectorAway(t *testing.T) {
	cleanEnv(t)
	before := otel.GetTracerProvider()
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+closedAddress)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
	p := newRig(t).start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	if err := p.end(); err != nil {
		t.Errorf("the end depends on the collector: %v", err)
	}
	if !strings.Contains(p.log.String(), "traces are not delivered") {
		t.Error("nobody is told")
	}
}

// TestNoTracingAddsNothing pins that without tracing the very same handler and fetcher are used.
func TestNoTracingAddsNothing(t *testing.T) {
	cleanEnv(t)
	none, err := startTracing(t.Context(), os.Environ(), slog.New(slog.DiscardHandler))
	if none != nil || err != nil {
		t.Fatalf("tracing %v, error %v", none, err)
	}
	handler := http.NewServeMux()
	if none.legacy(handler) != http.Handler(handler) {
		t.Error("the handler is wrapped")
	}
	if none.fetcher("x", nil) != nil {
		t.Error("the fetcher is wrapped")
	}
	if err := none.close(); err != nil {
		t.Error(err)
	}
}

type deadlineRecorder struct {
	*httptest.ResponseRecorder
	asked bool
}

func (r *deadlineRecorder) SetWriteDeadline(time.Time) error {
	r.asked = true
	return nil
}

func TestSpanKnowsTheStatus(t *testing.T) {
	for _, status := range []int{0, http.StatusOK, http.StatusUnauthorized, http.StatusServiceUnavailable} {
		below := &deadlineRecorder{ResponseRecorder: httptest.NewRecorder()}
		w := &statusWriter{ResponseWriter: below}
		if status != 0 {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(status)
		}
		_, _ = w.Write([]byte("x"))
		if want := max(status, http.StatusOK); w.status != want {
			t.Errorf("status %d, want %d", w.status, want)
		}
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil || !below.asked {
			t.Errorf("the connection is out of reach: %v", err)
		}
	}
}

// BenchmarkTracing is what a request pays: nothing when off.
func BenchmarkTracing(b *testing.B) {
	provider := sdk.NewTracerProvider()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for name, t := range map[string]*tracing{"off": nil, "on": {provider, provider.Tracer("rwsgate")}} {
		b.Run(name, func(b *testing.B) {
			h := t.legacy(handler)
			r := httptest.NewRequest(http.MethodGet, root+"/CsP2PAVTimeDaily", nil)
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
}
