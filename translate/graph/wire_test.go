package graph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"rwsgate/translate"
	"rwsgate/translate/graph"
)

const smallReport = "Report Refresh Date,Report Date,Report Period,Audio,Video\r\n2026-11-21,2026-11-21,7,1,2\r\n"

// wire answers in place of the network: Entra ID by itself, everything else by the test.
type wire struct {
	answer func(*http.Request) *http.Response

	mu     sync.Mutex
	asked  []string
	leaked bool // a credential went to another host than Graph's
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	const root = "https://login.test/t"
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return reply(200, "application/json", fmt.Sprintf(`{"issuer":"%[1]s/v2.0","authorization_endpoint":"%[1]s/a","token_endpoint":"%[1]s/token"}`, root)), nil
	case r.URL.Host == "login.test":
		return reply(200, "application/json", `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"planted-token"}`), nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, r.URL.Host)
	if r.URL.Host != "graph.microsoft.com" && (r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "") {
		w.leaked = true
	}
	return w.answer(r), nil
}

func reply(status int, kind, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {kind}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func fetchOver(t *testing.T, w *wire) (translate.Download, error) {
	t.Helper()
	c := client(t, graph.Options{Tenant: "t", Transport: w, Cloud: graph.Cloud{Authority: "https://login.test/"},
		Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: "app", Secret: "planted-secret"}})
	return c.Fetch(t.Context(), translate.D7)
}

// What the stand-in does not do: answers that are odd, hostile or from something else on the way.
func TestOddAnswers(t *testing.T) {
	redirect := func(status int, to string) *http.Response {
		return reply(status, "text/plain", "planted-body", "Location", to)
	}
	cases := map[string]struct {
		answer *http.Response
		fault  translate.Fault
		stage  translate.Stage
		reason string
	}{
		"claims without quotes":        {reply(401, "application/json", `{}`, "WWW-Authenticate", `Bearer error="insufficient_claims", claims=planted`), translate.FaultCredential, translate.StageReport, "Conditional Access"},
		"claims that are no base64":    {reply(401, "application/json", `{}`, "WWW-Authenticate", `Bearer claims="***"`), translate.FaultCredential, translate.StageReport, "Conditional Access"},
		"401 without a challenge":      {reply(401, "application/json", `{"error":{"code":"InvalidAuthenticationToken","message":"planted"}}`), translate.FaultCredential, translate.StageReport, "token"},
		"a firewall's page":            {reply(403, "text/html", "<html>planted"), translate.FaultUnreachable, translate.StageReport, "403"},
		"a page not found":             {reply(404, "text/html", "<html>planted"), translate.FaultUnreachable, translate.StageReport, "404"},
		"a segment is not known":       {reply(400, "application/json", `{"error":{"code":"BadRequest","message":"Resource not found for the segment 'getSkypeForBusiness'."}}`), translate.FaultGone, translate.StageReport, "any more"},
		"a code that is none":          {reply(400, "application/json", `{"error":{"code":"<b>planted</b>","message":"planted"}}`), translate.FaultIncident, translate.StageReport, "400"},
		"JSON that is none":            {reply(400, "application/json", `{"error":planted`), translate.FaultIncident, translate.StageReport, "400"},
		"an error of another shape":    {reply(400, "application/json", `{"error":"planted"}`), translate.FaultIncident, translate.StageReport, "400"},
		"not modified":                 {reply(304, "", ""), translate.FaultUnreadable, translate.StageReport, "304"},
		"JSON instead of CSV":          {reply(200, "application/json", `{"value":[]}`), translate.FaultUnreadable, translate.StageReport, "line 1"},
		"far too much":                 {reply(200, "text/csv", strings.Repeat("planted,", 1<<18)), translate.FaultUnreadable, translate.StageReport, "too large"},
		"to plain http":                {redirect(302, "http://reportsncu.office.com/planted"), translate.FaultUnreadable, translate.StageDownload, "not https"},
		"to another host":              {redirect(302, "https://evil.example/planted"), translate.FaultUnreadable, translate.StageDownload, "not allowed"},
		"to a name that looks alike":   {redirect(302, "https://evil-office.com/planted"), translate.FaultUnreadable, translate.StageDownload, "not allowed"},
		"to a name that begins alike":  {redirect(302, "https://office.com.evil.example/planted"), translate.FaultUnreadable, translate.StageDownload, "not allowed"},
		"to another port":              {redirect(302, "https://reports.office.com:8443/planted"), translate.FaultUnreadable, translate.StageDownload, "not allowed"},
		"with a user":                  {redirect(302, "https://reports.office.com@evil.example/planted"), translate.FaultUnreadable, translate.StageDownload, "not https"},
		"to itself, with credentials":  {redirect(307, "/v1.0/reports/planted"), translate.FaultUnreadable, translate.StageDownload, "not https"},
		"without a scheme":             {redirect(302, "//evil.example/planted"), translate.FaultUnreadable, translate.StageDownload, "not https"},
		"relative":                     {redirect(302, "planted"), translate.FaultUnreadable, translate.StageDownload, "not https"},
		"to what cannot be read":       {redirect(302, "https://reports.office.com/%zz planted"), translate.FaultUnreadable, translate.StageDownload, "cannot be read"},
		"throttled without an end":     {reply(429, "application/json", `{}`, "Retry-After", "inf"), translate.FaultThrottled, translate.StageReport, "a while"},
		"throttled into the past":      {reply(429, "application/json", `{}`, "Retry-After", "-5"), translate.FaultThrottled, translate.StageReport, "a while"},
		"throttled for three years":    {reply(429, "text/html", "planted", "Retry-After", "100000000"), translate.FaultThrottled, translate.StageReport, "24h"},
		"unavailable for some minutes": {reply(503, "text/html", "planted", "Retry-After", "300"), translate.FaultThrottled, translate.StageReport, "5m0s"},
		"bad gateway":                  {reply(502, "text/html", "planted"), translate.FaultUnreachable, translate.StageReport, "502"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := &wire{answer: func(*http.Request) *http.Response { return c.answer }}
			_, err := fetchOver(t, w)
			f := fault(t, err)
			if f.Fault != c.fault || f.Stage != c.stage || !strings.Contains(f.Reason, c.reason) || f.Status == 0 && c.reason != "too large" {
				t.Errorf("%+v", f)
			}
			if w.leaked || strings.Contains(fmt.Sprintf("%v %+v %#v", f, f, f), "planted") {
				t.Errorf("leaked: %+v", f)
			}
		})
	}
}

// Where downloads really come from, and that they get no credential.
func TestDownloadHostsOfTheCloud(t *testing.T) {
	for _, host := range []string{"reports.office.com", "reportsweu.office.com", "reportsncu.office.com", "REPORTSNCU.OFFICE.COM", "reports.office.com:443"} {
		w := &wire{}
		w.answer = func(r *http.Request) *http.Response {
			if r.URL.Host == "graph.microsoft.com" {
				return reply(302, "text/plain", "", "Location", "https://"+host+"/data/v1.0/download?token=x", "Set-Cookie", "a=b")
			}
			return reply(200, "application/octet-stream", smallReport)
		}
		d, err := fetchOver(t, w)
		if err != nil || len(d.Days) != 1 || w.leaked || len(w.asked) != 2 {
			t.Errorf("%s: %v, %v, asked %v, leaked %v", host, d, err, w.asked, w.leaked)
		}
	}
}

// Ids of upstream's are kept for the operator if they are ids.
func TestRequestIDs(t *testing.T) {
	for sent, want := range map[string]string{"53bdfb5a-0000-4000-8000-2cafc8839c0d": "53bdfb5a-0000-4000-8000-2cafc8839c0d", `x" onload="planted`: "", strings.Repeat("a", 100): ""} {
		w := &wire{answer: func(*http.Request) *http.Response { return reply(500, "application/json", `{}`, "request-id", sent) }}
		_, err := fetchOver(t, w)
		if f := fault(t, err); f.RequestID != want {
			t.Errorf("%q became %q", sent, f.RequestID)
		}
	}
}

// readingTracer is a tracer that reads the errors it is given, as real ones do: the SDK's error panics when it is read.
type readingTracer struct{ noop.TracerProvider }

type readingSpan struct{ noop.Span }

func (readingTracer) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{} }

type tracer struct{ noop.Tracer }

func (tracer) Start(ctx context.Context, _ string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	return ctx, readingSpan{}
}

func (readingSpan) RecordError(err error, _ ...trace.EventOption) { _ = err.Error() }

func (readingSpan) TracerProvider() trace.TracerProvider { return readingTracer{} }

func TestErrorsWithoutMessageUnderTracing(t *testing.T) {
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(readingTracer{})
	defer otel.SetTracerProvider(before)
	for _, body := range []string{`{}`, `{"error":{"code":"X"}}`, `{"error":{"message":"planted"}}`} {
		w := &wire{answer: func(*http.Request) *http.Response { return reply(500, "application/json", body) }}
		_, err := fetchOver(t, w)
		if f := fault(t, err); f.Fault != translate.FaultUnreachable || f.Status != 500 {
			t.Errorf("%s: %+v", body, f)
		}
	}
}
