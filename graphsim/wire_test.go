package graphsim

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

// fixed is the clock of tests that do not move it.
var fixed = time.Date(2026, time.November, 23, 11, 30, 0, 0, time.UTC)

// clock is an injected clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return fixed }
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// wire is a plain HTTP client of a stand-in: it trusts its CA, and follows no redirect by itself.
type wire struct {
	*testing.T
	s *Server
	c *http.Client
}

func dial(t *testing.T, s *Server) *wire { t.Helper(); return dialHTTP(t, s, 2) }

// dialHTTP gives a client that speaks HTTP/1.1 or HTTP/2.
func dialHTTP(t *testing.T, s *Server, version int) *wire {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CAPEM()) {
		t.Fatal("no certificate in CAPEM")
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: version == 2}
	t.Cleanup(tr.CloseIdleConnections)
	return &wire{t, s, &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a response read to its end; err is what ended the reading.
type answer struct {
	*http.Response
	body []byte
	err  error
}

func (w *wire) do(r *http.Request) answer {
	w.Helper()
	res, err := w.c.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res, body, err}
}

func (w *wire) get(url string, header ...string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, url, nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.do(r)
}

func (w *wire) post(url string, form url.Values) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, url, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return w.do(r)
}

// json decodes an answer.
func (w *wire) json(a answer) map[string]any {
	w.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		w.Fatalf("%v in %q", err, a.body)
	}
	return m
}

func secretForm(c Credential) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.Secret},
		"scope": {"https://graph.microsoft.com/.default openid offline_access profile"},
	}
}

func (w *wire) tokenURL(t *Tenant) string { return w.s.AuthorityURL() + t.ID() + "/oauth2/v2.0/token" }

// bearer gets a token by the tenant's secret, as an Authorization header.
func (w *wire) bearer(t *Tenant) string {
	w.Helper()
	a := w.post(w.tokenURL(t), secretForm(t.Credential()))
	if a.err != nil || a.StatusCode != http.StatusOK {
		w.Fatalf("token: %v %s", a.err, a.body)
	}
	return "Bearer " + w.json(a)["access_token"].(string)
}

func (s *Server) reportURL(period string) string {
	return s.GraphURL() + "/reports/" + ReportFunction + "(period='" + period + "')"
}

// report asks for the report and follows one redirect, without credentials.
func (w *wire) report(t *Tenant, period string) answer {
	w.Helper()
	a := w.get(w.s.reportURL(period), "Authorization", w.bearer(t))
	if a.err == nil && a.StatusCode == http.StatusFound && a.Header.Get("Location") != "" {
		return w.get(a.Header.Get("Location"))
	}
	return a
}

// csv reads a report by its header.
func (w *wire) csv(body []byte) []map[string]string {
	w.Helper()
	lines := strings.Split(strings.TrimRight(strings.TrimPrefix(string(body), "\ufeff"), "\r\n"), "\n")
	header := strings.Split(strings.TrimRight(lines[0], "\r"), ",")
	var rows []map[string]string
	for _, l := range lines[1:] {
		cells := strings.Split(strings.TrimRight(l, "\r"), ",")
		if len(cells) != len(header) {
			w.Fatalf("row %q under header %q", l, lines[0])
		}
		row := map[string]string{}
		for i, c := range cells {
			row[header[i]] = c
		}
		rows = append(rows, row)
	}
	return rows
}

func TestTheReportOnTheWire(t *testing.T) {
	s := start(t, Options{Seed: 7})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	bearer := w.bearer(tenant)
	for period, days := range map[string]int{"D7": 7, "D30": 30, "D90": 90, "D180": 180} {
		a := w.get(s.reportURL(period), "Authorization", bearer, "SdkVersion", "graph-go/1", "User-Agent", "test/1", "client-request-id", "abc")
		if a.StatusCode != http.StatusFound || a.Header.Get("Content-Type") != "text/plain" || len(a.body) != 0 {
			t.Fatalf("%s: %d %v %q", period, a.StatusCode, a.Header, a.body)
		}
		if a.Header.Get("client-request-id") != "abc" || len(a.Header.Get("request-id")) != 36 {
			t.Errorf("%s: ids %v", period, a.Header)
		}
		link, err := a.Location()
		if err != nil || link.Scheme != "https" || link.Hostname() != s.DownloadHost() || link.Path != "/data/v1.0/download" {
			t.Fatalf("%s: link %v, %v", period, link, err)
		}
		d := w.get(link.String())
		if d.StatusCode != http.StatusOK || d.Header.Get("Content-Type") != "application/octet-stream" {
			t.Fatalf("%s: download %d %v", period, d.StatusCode, d.Header)
		}
		if !bytes.HasPrefix(d.body, []byte("\xef\xbb\xbfReport Refresh Date,Report Date,Report Period,Audio,Video\r\n")) {
			t.Errorf("%s: begins %q", period, d.body[:70])
		}
		if lf, crlf := bytes.Count(d.body, []byte("\n")), bytes.Count(d.body, []byte("\r\n")); lf != crlf || lf != days+1 {
			t.Errorf("%s: %d LF, %d CRLF", period, lf, crlf)
		}
		rows := w.csv(d.body)
		for i, r := range rows {
			day := translate.Date(2026, time.November, 21) - translate.Day(i)
			if r[columnDate] != day.String() || r[columnRefresh] != "2026-11-21" || "D"+r[columnPeriod] != period {
				t.Fatalf("%s: row %d is %v", period, i, r)
			}
		}
	}
	c := tenant.Calls()
	if c.Tokens != 1 || c.Reports != 4 || c.Downloads != 4 || c.Leaked+c.Plain+c.Foreign+c.Throttled+c.Refused != 0 {
		t.Errorf("calls %+v", c)
	}
	if c.LastSdkVersion != "graph-go/1" || c.LastUserAgent != "test/1" || c.LastClientRequestID != "abc" || c.LastPeriod == "" {
		t.Errorf("last call %+v", c)
	}
	if tenant.ResetCalls(); tenant.Calls() != (Calls{}) {
		t.Errorf("after reset %+v", tenant.Calls())
	}
}

func TestRequestsThatGraphRefuses(t *testing.T) {
	s := start(t, Options{})
	w := dial(t, s)
	good := w.bearer(s.Tenant(DemoTenantID))
	for name, c := range map[string]struct {
		url    string
		status int
		code   string
	}{
		"other period":   {s.reportURL("D8"), http.StatusBadRequest, "InvalidArgument"},
		"no period":      {s.reportURL(""), http.StatusNotFound, "UnknownError"},
		"other function": {s.GraphURL() + "/reports/getNothing(period='D7')", http.StatusNotFound, "UnknownError"},
		"no parentheses": {s.GraphURL() + "/reports/" + ReportFunction, http.StatusNotFound, "UnknownError"},
		"other segment":  {s.GraphURL() + "/users", http.StatusBadRequest, "BadRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			w := dial(t, s)
			a := w.get(c.url, "Authorization", good)
			e, _ := w.json(a)["error"].(map[string]any)
			if a.StatusCode != c.status || e["code"] != c.code {
				t.Fatalf("%d %s", a.StatusCode, a.body)
			}
			if inner, _ := e["innerError"].(map[string]any); inner["request-id"] != a.Header.Get("request-id") || inner["date"] != "2026-11-23T11:30:00" {
				t.Errorf("inner error %v, header %v", e["innerError"], a.Header)
			}
			if c.code == "UnknownError" {
				var within map[string]map[string]string
				if err := json.Unmarshal([]byte(e["message"].(string)), &within); err != nil || within["error"]["code"] != "InvalidArgument" {
					t.Errorf("message %q: %v", e["message"], err)
				}
			}
		})
	}
}

func TestQuotesMayBeEscaped(t *testing.T) {
	s := start(t, Options{})
	w := dial(t, s)
	a := w.get(s.GraphURL()+"/reports/microsoft.graph."+ReportFunction+"%28period=%27D7%27%29", "Authorization", w.bearer(s.Tenant(DemoTenantID)))
	if a.StatusCode != http.StatusFound {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
}

func TestDownloadLinks(t *testing.T) {
	clock := &clock{at: fixed}
	s := start(t, Options{Now: clock.now, LinkLife: time.Minute})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	bearer := w.bearer(tenant)
	link := func() string { return w.get(s.reportURL("D7"), "Authorization", bearer).Header.Get("Location") }

	l := link()
	if a := w.get(l, "Authorization", bearer); a.StatusCode != http.StatusBadRequest || tenant.Calls().Leaked != 1 {
		t.Errorf("with Authorization: %d, %+v", a.StatusCode, tenant.Calls())
	}
	if a := w.get(l); a.StatusCode != http.StatusOK {
		t.Errorf("a refused leak used the link up: %d", a.StatusCode)
	}
	if a := w.get(l); a.StatusCode != http.StatusGone {
		t.Errorf("a second time: %d", a.StatusCode)
	}
	l = link()
	clock.add(time.Minute - time.Second)
	if a := w.get(l); a.StatusCode != http.StatusOK {
		t.Errorf("within its life: %d", a.StatusCode)
	}
	l = link()
	clock.add(time.Minute)
	if a := w.get(l); a.StatusCode != http.StatusGone {
		t.Errorf("after its life: %d", a.StatusCode)
	}
	if a := w.get(s.DownloadURL() + "/data/v1.0/download?token=none"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown link: %d", a.StatusCode)
	}
}

func TestLinksAreBounded(t *testing.T) {
	var k tickets
	tenant := &Tenant{}
	first := k.issue(tenant, translate.D7, fixed, "first")
	for i := range maxTickets {
		k.issue(tenant, translate.D7, fixed, guid(uint64(i), 0))
	}
	if len(k.byID) != maxTickets || len(k.order) != maxTickets || k.peek(first) != nil {
		t.Errorf("%d kept, the first one %v", len(k.byID), k.peek(first))
	}
}
