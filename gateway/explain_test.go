package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rwsgate/cache"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// explainedBy asks a fixture to explain a URL; headers come as "Name: value".
func explainedBy(t *testing.T, settings map[string]string, url string, headers ...string) *Explanation {
	t.Helper()
	ask := Ask{URL: url, Header: http.Header{}}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		ask.Header.Add(name, value)
	}
	e, err := newFixture(t, settings).Explain(t.Context(), ask)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return e
}

// TestExplainAgreesWithTheAnswer: every golden request is explained with the status, content type, version, length and
// body that it gets. Requests that fail for their sender or the budget are not: an explanation asks for no password.
func TestExplainAgreesWithTheAnswer(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil || len(names) < 120 {
		t.Fatalf("%d golden requests, error %v", len(names), err)
	}
	compared := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		settings, request := readGolden(t, text)
		if settings["history"] == "panic" || settings["budget"] != "" || settings["tenants"] != "" || request.Host == "" {
			continue
		}
		w := httptest.NewRecorder()
		newFixture(t, settings).ServeHTTP(w, request)
		if w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "ErrorPlain") {
			continue
		}
		_, again := readGolden(t, text)
		again.Header.Del("Accept-Encoding")
		ask := Ask{URL: "http://" + again.Host + again.URL.RequestURI(), Method: again.Method, Header: again.Header}
		if user, _, ok := again.BasicAuth(); ok && !strings.Contains(ask.URL, "DelegatedOrg") {
			ask.Principal, ask.Tenant = user, "example.onmicrosoft.com" // for agreements; whose tenant it is, loopback settles
		}
		e, err := newFixture(t, settings).Explain(t.Context(), ask)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if strings.Contains(name, "plain-password") || again.Header.Get("X-Forwarded-For") != "" {
			continue
		}
		compared++
		body := string(e.Body())
		if request.Method == http.MethodHead {
			body = ""
		}
		if e.Status != w.Code || e.ContentType != w.Header().Get("Content-Type") || e.DataServiceVersion != headerOf(w, "DataServiceVersion") || body != w.Body.String() {
			t.Errorf("%s: explained as %d %s %s %s\nanswered with %d %s %s %s", filepath.Base(name), e.Status, e.ContentType, e.DataServiceVersion, body,
				w.Code, w.Header().Get("Content-Type"), headerOf(w, "DataServiceVersion"), w.Body.String())
		}
	}
	if compared < 150 {
		t.Errorf("only %d compared", compared)
	}
}

func headerOf(w *httptest.ResponseRecorder, name string) string {
	if values := w.Header()[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// TestExplainHints: what is asked, the status, and the kind and a part of the text of a hint; "-" for none of any kind.
func TestExplainHints(t *testing.T) {
	for _, c := range []struct {
		url, header string
		status      int
		kind, text  string
	}{
		{"CsP2PAVTimeDaily?$top=1", "", 200, "-", ""},
		{"CsP2PAVTimeDaily?$filter=Date eq '03/10/2013'", "", 400, HintShortDate, "datetime'2013-03-10T00:00:00'"},
		{"CsP2PAVTimeDaily?$filter=Date ge 03/10/2013", "", 400, HintShortDate, "datetime'2013-03-10T00:00:00'"},
		{`CsP2PAVTimeDaily?$filter=Date ge "03/10/2013 4:55 PM"`, "", 400, HintShortDate, "datetime'2013-03-10T16:55:00'"},
		{"CsP2PAVTimeDaily?$filter=Date ge datetime'03/10/2013'", "", 400, HintShortDate, "datetime'2013-03-10T00:00:00'"},
		{"CsP2PAVTimeDaily?$filter=Date ge '2013-03-10'", "", 400, HintShortDate, "write datetime'2013-03-10'"},
		{"CsP2PAVTimeDaily?$filter=Date GE datetime'2013-03-10'", "", 400, HintLetters, "write ge"},
		{"CsP2PAVTimeDaily?$Filter=ID gt 1", "", 400, HintLetters, "$filter is meant"},
		{"CsP2PAVTimeDaily?top=1", "", 200, HintName, "$top is meant"},
		{"CsP2PAVTimeDaily?$select=Date&amp;$filter=Date gt datetime'2016-01-01'", "", 200, HintAmpersand, "Write &$filter"},
		{"CsP2PAVTimeDaily", "X-timezone: Pacific Time", 400, HintZone, `timezone_aliases: { "Pacific Time": Pacific Standard Time }`},
		{"CsP2PAVTimeDaily", "X-timezone: Nowhere", 400, HintZone, "unknown_timezone: utc"},
		{"CsP2PAVTimeDaily", "X-timezone: " + strings.Repeat("x", translate.MaxZoneName+1), 400, HintZone, "no alias can have that name"},
		{"CsP2PAVTimeDaily", "X-timezone: Mitteleurop\xe4isch", 400, HintZone, "no alias can have that name"},
		{"CsP2PAVTimeWeekly?$filter=Date eq datetime'2013-09-03'", "", 200, HintNoEnd, "2013-09-03 (a Tuesday) is dated 2013-09-07, a Saturday"},
		{"CsP2PAVTimeWeekly(datetime'2013-09-03')", "", 404, HintNoEnd, "dated 2013-09-07"},
		{"CsP2PAVTimeMonthly?$filter=Date ge datetime'2013-09-01' and Date lt datetime'2013-09-30'", "", 200, HintNoEnd, "dated 2013-09-30"},
		{"CsP2PAVTimeWeekly?$filter=Date ge datetime'2013-09-02' and Date lt datetime'2013-09-09'", "", 200, "-", ""},
		{"CsP2PAVTimeDaily?$filter=Date eq datetime'2012-01-01'", "", 200, HintOld, "nothing after 2012-01-01"},
		{"csp2pavtimedaily", "", 404, HintName, "CsP2PAVTimeDaily is meant"},
		{"MailTraffic?$top=1", "", 404, HintNotServed, "MailTraffic is another report"},
		{"CsP2PAVTimeDialy", "", 404, HintNotServed, "rwsgate serves"},
		{"https://reports.office365.com/owa/", "", 404, HintOutside, "begins at /ecp"},
		{"CsP2PAVTimeDaily?$filter=TotalVideoMinutes eq 9007199254740993", "", 400, HintSuffix, "suffix L"},
		{"CsP2PAVTimeDaily", "Accept: application/xml", 415, HintAccept, "change Accept"},
		{"CsP2PAVTimeDaily#x", "", 200, HintFragment, "never sent"},
		{"CsP2PAVTimeDaily?`$top=1", "", 200, HintSource, "PowerShell"},
	} {
		headers := []string{}
		if c.header != "" {
			headers = append(headers, c.header)
		}
		e := explainedBy(t, nil, c.url, headers...)
		if e.Status != c.status {
			t.Errorf("%s: status %d, want %d (%s)", c.url, e.Status, c.status, e.Error)
		}
		found := slices.ContainsFunc(e.Hints, func(h Hint) bool { return h.Kind == c.kind && strings.Contains(h.Text, c.text) })
		if c.kind == "-" && len(e.Hints) > 0 || c.kind != "-" && !found {
			t.Errorf("%s: hints %+v, want %s %s", c.url, e.Hints, c.kind, c.text)
		}
	}
}

// TestExplainForms: a URL, a path and a name are the same request.
func TestExplainForms(t *testing.T) {
	want := explainedBy(t, nil, "CsP2PAVTimeDaily?$top=1&$orderby=Date desc")
	for _, url := range []string{
		"https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1&$orderby=Date desc",
		"https://name:secret@gateway.example:8443/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1&$orderby=Date%20desc",
		"/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1&$orderby=Date%20desc",
		"GET /ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1&$orderby=Date%20desc HTTP/1.1",
		` "CsP2PAVTimeDaily?$top=1&$orderby=Date%20desc" `,
	} {
		got := explainedBy(t, nil, url)
		if got.Rows != 1 || got.Request != want.Request || got.First != want.First || got.Graph != want.Graph {
			t.Errorf("%s: %+v", url, got)
		}
	}
}

// TestExplainTells: one explanation in full.
func TestExplainTells(t *testing.T) {
	got := explainedBy(t, map[string]string{"history": "march", "now": "2013-03-18T09:00:00Z", "page-size": "2"},
		"https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$filter=(Date ge datetime'2013-03-10')and(Date le datetime'2013-03-16T23:59:59')&$format=JSON", "X-timezone: UTC")
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/explanation.json"
	if *update {
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(text)+"\n" {
		t.Errorf("error %v\n%s", err, text)
	}
}

// counting is a recorder, a ledger and a rollout that must not hear of an explained request.
type counting struct {
	Recorder
	notes int
}

func (c *counting) Note(rollout.Call)                              { c.notes++ }
func (c *counting) Answered(string, int, bool, int, time.Duration) { c.notes++ }
func (c *counting) Unfinished(string, int)                         { c.notes++ }
func (c *counting) UnknownZone()                                   { c.notes++ }
func (c *counting) Decide(string, rollout.Who, time.Time) rollout.Decision {
	w := &rollout.Window{From: time.Unix(0, 0), Until: time.Date(2013, 9, 8, 20, 0, 0, 0, time.UTC), Zone: "UTC"}
	return rollout.Decision{Phase: rollout.PhaseBrownout, Window: w, Status: 503}
}

func (c *counting) Refuses(*rollout.Decision, string, string, rollout.Who, time.Time) bool {
	c.notes++
	return true
}

// TestExplainLeavesNoTrace: no metric, no entry in the ledger, no kept answer, no brownout stopped; and it says what the
// brownout does, beside what the query asks for.
func TestExplainLeavesNoTrace(t *testing.T) {
	g := newFixture(t, nil)
	c := &counting{Recorder: g.Recorder}
	g.Recorder, g.Ledger, g.Rollout = c, c, c
	before := g.Answers.Stats()
	for range 3 {
		e, err := g.Explain(t.Context(), Ask{URL: "CsP2PAVTimeWeekly?$filter=ID gt 1", Principal: "reader@example.onmicrosoft.com"})
		if err != nil {
			t.Fatal(err)
		}
		if e.Status != 503 || e.Phase != "brownout" || e.ErrorCode != codeBrownout || e.Filter != "ID gt 1" || e.Rows != 0 || !e.hinted(HintPhase) {
			t.Errorf("%d %s %s %s %d %v", e.Status, e.Phase, e.ErrorCode, e.Filter, e.Rows, e.Hints)
		}
	}
	if after := g.Answers.Stats(); c.notes > 0 || after != before {
		t.Errorf("%d notes, cache %+v, before %+v", c.notes, after, before)
	}
}

// TestExplainRefuses: what cannot be explained is said, and holds nothing of what was sent in secret.
func TestExplainRefuses(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		ask      Ask
		want     string
	}{
		{nil, Ask{}, "there is no URL"},
		{nil, Ask{URL: strings.Repeat("x", maxAsked+1)}, "longer than 64 KiB"},
		{nil, Ask{URL: "https:///x"}, "no host"},
		{nil, Ask{URL: "/ecp/%zz"}, "no server reads this URL"},
		{nil, Ask{URL: "CsP2PAVTimeDaily", Method: "get it"}, "method"},
		{nil, Ask{URL: "CsP2PAVTimeDaily", Tenant: "nobody.example"}, `no tenant is called "nobody.example"`},
		{nil, Ask{URL: "CsP2PAVTimeDaily", Header: http.Header{"X": slices.Repeat([]string{"y"}, 33)}}, "too many headers"},
		{map[string]string{"tenants": "2"}, Ask{URL: "CsP2PAVTimeDaily"}, "there are several tenants"},
	} {
		_, err := newFixture(t, c.settings).Explain(t.Context(), c.ask)
		asked := &AskError{}
		if !errors.As(err, &asked) || !strings.Contains(asked.Text, c.want) {
			t.Errorf("%.100s: %v, want %s", c.ask.URL, err, c.want)
		}
	}
}

// TestExplainFindsTheTenant: by name, by id, by who asks, by DelegatedOrg.
func TestExplainFindsTheTenant(t *testing.T) {
	g := newFixture(t, map[string]string{"tenants": "2"})
	for _, c := range []struct {
		ask    Ask
		tenant string
		status int
	}{
		{Ask{URL: "CsP2PAVTimeDaily", Tenant: "Other.onmicrosoft.com"}, "other.onmicrosoft.com", 200},
		{Ask{URL: "CsP2PAVTimeDaily", Tenant: "16A58F78-539F-47F7-B9BF-02A63867D73B"}, "example.onmicrosoft.com", 200},
		{Ask{URL: "CsP2PAVTimeDaily", Principal: "Reader@other.onmicrosoft.com"}, "other.onmicrosoft.com", 200},
		{Ask{URL: "CsP2PAVTimeDaily?DelegatedOrg=other.onmicrosoft.com"}, "other.onmicrosoft.com", 200},
		{Ask{URL: "CsP2PAVTimeDaily", Principal: "reader@nowhere.example"}, "", 403},
		{Ask{URL: "CsP2PAVTimeDaily?DelegatedOrg=other.onmicrosoft.com", Principal: "reader@example.onmicrosoft.com"}, "", 403},
	} {
		e, err := g.Explain(t.Context(), c.ask)
		if err != nil || e.Tenant != c.tenant || e.Status != c.status {
			t.Errorf("%+v: %+v, error %v", c.ask, e, err)
		}
	}
}

// TestExplainDelay: dates are shown moved, and a job that asks for yesterday alone is told what to set.
func TestExplainDelay(t *testing.T) {
	ask := Ask{URL: "CsP2PAVTimeDaily?$filter=Date eq datetime'2013-09-09'", Header: http.Header{"User-Agent": {"job/1"}}}
	g := newFixture(t, map[string]string{"now": "2013-09-10T06:00:00Z"})
	e, err := g.Explain(t.Context(), ask)
	if err != nil || e.Behind != 2 || !e.hinted(HintUncovered) || e.Through != "2013-09-07" {
		t.Errorf("%+v, error %v", e, err)
	}
	s := g.settings.Load().Settings
	s.Delays = []Delay{{Match: func(_, agent string, _ netip.Addr) bool { return agent == "job/1" }, Days: 2}}
	if err := g.Apply(s); err != nil {
		t.Fatal(err)
	}
	e, err = g.Explain(t.Context(), ask)
	if err != nil || e.DateDelay != 2 || e.Filter != "Date eq datetime'2013-09-07T00:00:00'" || e.Rows != 1 || e.First != "2013-09-07" || e.hinted(HintUncovered) {
		t.Errorf("%+v, error %v", e, err)
	}
}

// TestExplainWithoutHistory does not wait.
func TestExplainWithoutHistory(t *testing.T) {
	e := explainedBy(t, map[string]string{"history": "none"}, "CsP2PAVTimeDaily")
	if e.Status != 503 || !e.hinted(HintNoHistory) || e.Cacheable {
		t.Errorf("%+v", e)
	}
}

// FuzzExplain: whatever is pasted is explained or refused, without a panic and within the bounds of what is shown.
func FuzzExplain(f *testing.F) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "GET ") {
				f.Add(strings.TrimSpace(line), "X-timezone", "Pacific Time")
			}
		}
	}
	f.Add("CsP2PAVTimeDaily?$filter=Date eq '99/99/2013'", "Accept", "*/*")
	g := fuzzedGateway(f)
	f.Fuzz(func(t *testing.T, url, name, value string) {
		e, err := g.Explain(t.Context(), Ask{URL: url, Header: http.Header{http.CanonicalHeaderKey(name): {value}}})
		if err != nil {
			return
		}
		if e.Status == http.StatusInternalServerError && !strings.Contains(url, "$") {
			t.Errorf("%q is 500", url)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
		for _, h := range e.Hints {
			if len(h.Text) > 3000 {
				t.Errorf("a hint of %d bytes", len(h.Text))
			}
		}
	})
}

func fuzzedGateway(f *testing.F) *Gateway {
	zones, err := fixtureZones()
	if err != nil {
		f.Fatal(err)
	}
	g := New(Options{Histories: stored{err: &cache.NoHistoryError{}}})
	if err := g.Apply(Settings{Tenants: []Tenant{fixtureTenant("16a58f78-539f-47f7-b9bf-02a63867d73b", "example.onmicrosoft.com")}, Zones: zones, PageSize: 1000, MaxURL: 16 << 10}); err != nil {
		f.Fatal(err)
	}
	return g
}
