package gateway

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/store"
	"rwsgate/translate"
)

// live is a gateway in a brownout with a real store, ledger and metrics.
type live struct {
	*Gateway
	store   *store.Store
	ledger  *rollout.Ledger
	control *rollout.Control
	metrics *prometheus.Registry
	now     time.Time
	plan    *rollout.Plan
}

// newLive opens the store and puts a plan into force whose window begins at the clock's 2013-09-08 17:05 UTC.
func newLive(t *testing.T, settings map[string]string) *live {
	t.Helper()
	s, err := store.Open(t.Context(), "memory", store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	l := &live{Gateway: newFixture(t, settings), store: s, metrics: prometheus.NewRegistry()}
	l.now = l.Gateway.Now()
	clock := func() time.Time { return l.now }
	metrics := NewMetrics(l.metrics)
	l.ledger = rollout.NewLedger(rollout.LedgerOptions{Store: s, Now: clock, Logger: slog.New(slog.DiscardHandler)})
	l.control = rollout.NewControl(rollout.ControlOptions{Store: s, Now: clock, Logger: slog.New(slog.DiscardHandler), Stopped: func(rollout.Stop) { metrics.Stopped() }})
	CollectRollout(l.metrics, l.control, clock)
	l.Now, l.Ledger, l.Rollout, l.Recorder = clock, l.ledger, l.control, metrics
	l.plan = &rollout.Plan{
		Reports:   map[string][]rollout.Step{rollout.Others: {{From: l.now.AddDate(0, -1, 0), Phase: rollout.PhaseBrownout}, {From: l.now.AddDate(0, 1, 0), Phase: rollout.PhaseRetired}}},
		Brownouts: []rollout.Window{{From: l.now, Until: l.now.Add(time.Hour), Zone: "UTC"}},
	}
	l.control.Use(l.plan)
	return l
}

// get sends a request of an agent, with the reader's password or the one given.
func (l *live) get(target, agent string, password ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/ecp/reportingwebservice/reporting.svc"+target, nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("User-Agent", agent)
	r.SetBasicAuth("reader@example.onmicrosoft.com", strings.Join(append(password, "demo")[:1], ""))
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w
}

// at sets the clock and lets the background do its work.
func (l *live) at(t *testing.T, now time.Time) {
	t.Helper()
	l.now = now
	if err := l.ledger.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.control.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.control.LoadKnown(t.Context())
}

func (l *live) usage(t *testing.T) map[string]rollout.Usage {
	t.Helper()
	all, err := l.ledger.Usage(t.Context(), l.now.AddDate(0, -1, 0))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]rollout.Usage{}
	for _, u := range all {
		found[u.Agent] = u
	}
	return found
}

const feed = "/CsP2PAVTimeDaily"

func TestABrownoutHitsTheKnownAndEndsAtAStranger(t *testing.T) {
	l := newLive(t, nil)
	begin := l.now
	l.at(t, begin.Add(-time.Minute))
	if w := l.get(feed, "job/1"); w.Code != 200 || w.Header().Get("Deprecation") == "" {
		t.Fatalf("before the window: %d %v", w.Code, w.Header())
	}
	l.at(t, begin.Add(10*time.Second))
	if w := l.get(feed, "job/2"); w.Code != 503 || !strings.Contains(w.Body.String(), codeBrownout) {
		t.Fatalf("in the window: %d %s", w.Code, w.Body)
	}
	// What is not refused because of the brownout does not stop it.
	for _, c := range []struct {
		target, password string
		status           int
	}{{feed, "wrong", 401}, {feed + "?$format=xml", "demo", 400}, {"/MailTraffic", "demo", 404}, {feed + "?DelegatedOrg=elsewhere.example", "demo", 403}} {
		if w := l.get(c.target, "stranger/1", c.password); w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.target, w.Code, c.status)
		}
	}
	if w := l.get(feed, "job/1"); w.Code != 503 {
		t.Errorf("the window was stopped by a request with another fault: %d", w.Code)
	}
	if w := l.get(feed, "stranger/1"); w.Code != 200 || w.Header().Get("Deprecation") == "" {
		t.Errorf("the stranger: %d %v", w.Code, w.Header())
	}
	if w := l.get(feed, "job/1"); w.Code != 200 {
		t.Errorf("after the stop: %d", w.Code)
	}
	stop := l.control.State().Stops[0]
	if stop.Client != "reader@example.onmicrosoft.com, stranger" || stop.Report != "CsP2PAVTimeDaily" || !stop.Window.Equal(begin) {
		t.Errorf("%+v", stop)
	}
	known := l.usage(t)
	if job := known["job"]; job.Brownouts != 2 || job.Errors != 0 || job.Refused != 0 || job.Served != 2 {
		t.Errorf("ledger of the job: %+v", job.Tally)
	}
	if s := known["stranger"]; s.Brownouts != 0 {
		t.Errorf("ledger of the stranger: %+v", s.Tally)
	}
	l.at(t, begin.AddDate(0, 1, 0))
	if w := l.get(feed, "job/1"); w.Code != 410 {
		t.Errorf("retired: %d", w.Code)
	}
	if job := l.usage(t)["job"]; job.Refusals[codeRetired] != 1 || job.Refused != 1 {
		t.Errorf("ledger of the job after retirement: %+v", job.Tally)
	}
	l.wantMetrics(t, `
# HELP rwsgate_brownout_stopped_total Brownouts that this process ended ahead of their time, because they would have hit a client that was never seen before.
# TYPE rwsgate_brownout_stopped_total counter
rwsgate_brownout_stopped_total 1
# HELP rwsgate_rollout_refused_total Requests that got the error document of a brownout or a retired report, by report and phase.
# TYPE rwsgate_rollout_refused_total counter
rwsgate_rollout_refused_total{phase="brownout",report="CsP2PAVTimeDaily"} 2
rwsgate_rollout_refused_total{phase="retired",report="CsP2PAVTimeDaily"} 1
`, "rwsgate_brownout_stopped_total", "rwsgate_rollout_refused_total")
}

func (l *live) wantMetrics(t *testing.T, want string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(l.metrics, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

func TestRolloutGauges(t *testing.T) {
	l := newLive(t, nil)
	l.plan.Sunset = time.Unix(1800000000, 0)
	l.plan.Reports["CsP2PAVTimeWeekly"] = nil
	for _, days := range []int{-1, 3, 29, 31} {
		l.plan.Agreements = append(l.plan.Agreements, rollout.Agreement{Held: true, Until: l.now.AddDate(0, 0, days)})
	}
	l.plan.Agreements = append(l.plan.Agreements, rollout.Agreement{Owner: "no hold"})
	gauges := func(daily, paused string) string {
		return `
# HELP rwsgate_hold_expiry_timestamp_seconds When the first hold that has not expired ends, as a Unix time.
# TYPE rwsgate_hold_expiry_timestamp_seconds gauge
rwsgate_hold_expiry_timestamp_seconds 1.3789191e+09
# HELP rwsgate_holds Holds by state: active, ending within 30 days, expired.
# TYPE rwsgate_holds gauge
rwsgate_holds{state="active"} 1
rwsgate_holds{state="ending"} 2
rwsgate_holds{state="expired"} 1
# HELP rwsgate_rollout_paused 1 while the rollout is paused.
# TYPE rwsgate_rollout_paused gauge
rwsgate_rollout_paused ` + paused + `
# HELP rwsgate_rollout_phase Phase of the report, after a pause: 0 observe, 1 announce, 2 brownout, 3 retired.
# TYPE rwsgate_rollout_phase gauge
rwsgate_rollout_phase{report="CsP2PAVTimeDaily"} ` + daily + `
rwsgate_rollout_phase{report="CsP2PAVTimeMonthly"} ` + daily + `
rwsgate_rollout_phase{report="CsP2PAVTimeWeekly"} 0
# HELP rwsgate_rollout_sunset_timestamp_seconds The sunset that clients are told, as a Unix time, if there is one.
# TYPE rwsgate_rollout_sunset_timestamp_seconds gauge
rwsgate_rollout_sunset_timestamp_seconds 1.8e+09
`
	}
	names := []string{"rwsgate_holds", "rwsgate_hold_expiry_timestamp_seconds", "rwsgate_rollout_paused", "rwsgate_rollout_phase", "rwsgate_rollout_sunset_timestamp_seconds"}
	l.wantMetrics(t, gauges("2", "0"), names...)
	if _, err := l.control.Pause(t.Context(), "ann", ""); err != nil {
		t.Fatal(err)
	}
	l.wantMetrics(t, gauges("1", "1"), names...)
}

// TestHeadersAreOutsideTheCache lets the same kept answer go out in two phases: the headers are those of the moment.
func TestHeadersAreOutsideTheCache(t *testing.T) {
	l := newLive(t, nil)
	l.plan.Brownouts = nil
	l.control.Use(&rollout.Plan{})
	l.at(t, l.now)
	first := l.get(feed, "job/1")
	again := l.get(feed, "job/1")
	l.control.Use(l.plan)
	told := l.get(feed, "job/1")
	for i, w := range []*httptest.ResponseRecorder{first, again, told} {
		hit := strings.HasPrefix(w.Header().Get("X-Rwsgate-Answer"), "hit")
		if w.Body.String() != first.Body.String() || hit != (i > 0) || (w.Header().Get("Deprecation") != "") != (i == 2) {
			t.Errorf("answer %d: hit %v, %v", i, hit, w.Header())
		}
	}
}

// TestDifferenceD22TheRolloutIsTold: the retired service had no headers about its own end, and no brownouts.
func TestDifferenceD22TheRolloutIsTold(t *testing.T) {
	for words, want := range map[string]struct {
		status int
		header bool
	}{"observe": {200, false}, "announce": {200, true}, "brownout": {503, true}, "retired": {410, true}, "retired paused": {200, true}} {
		w := answerTo(t, map[string]string{"rollout": words}, feed)
		if w.Code != want.status {
			t.Errorf("%s: %d, want %d", words, w.Code, want.status)
		}
		for _, name := range []string{"Deprecation", "Sunset", "Link"} {
			if got := w.Header().Get(name) != ""; got != want.header {
				t.Errorf("%s: %s %v", words, name, got)
			}
		}
	}
}

// FuzzReportAsked holds the name that the rollout judges to the set that OData then finds: no way to write a path gets
// past a brownout.
func FuzzReportAsked(f *testing.F) {
	for _, path := range []string{"/", "", "/CsP2PAVTimeDaily", "/CsP2PAVTimeDaily/", "/CsP2PAVTimeDaily()", "/$/CsP2PAVTimeDaily", "/%24/CsP2PAVTimeWeekly(datetime'2013-09-07')/Date/$value",
		"/%43sP2PAVTimeDaily%28%29", "/$metadata", "/CsP2PAVTimeMonthly/$count", "//CsP2PAVTimeDaily", "/CsP2PAVTimeDaily%2F", "/$/$/$metadata", "/$batch"} {
		f.Add(path)
	}
	model := newModel(1000, odata.Limits{})
	f.Fuzz(func(t *testing.T, path string) {
		if u, err := url.ParseRequestURI("/x" + path); err != nil || u.EscapedPath() != "/x"+path {
			return // no path of a request that arrives
		}
		found := ""
		odata.AnswerPrepared(model, odata.Request{Method: http.MethodGet, ServiceRoot: "http://h/s", Base: "http://h/s/", Path: path},
			func(q *odata.Query) {
				if q.Set() != nil {
					found = q.Set().Name
				}
			}, func(set *odata.EntitySet) (odata.RowSource, error) {
				found = set.Name
				return &reportRows{nil, &Tenant{}}, nil
			}, fixtureStored)
		asked := reportAsked(path)
		if found != "" && asked != found {
			t.Errorf("%q is judged as %q, answered as %q", path, asked, found)
		}
		if _, ok := translate.ReportNamed(asked); !ok && found != "" {
			t.Errorf("%q: %q is no report", path, found)
		}
	})
}

// TestTheMessageIsForPeople pins how the document speaks of a window in a zone with daylight saving.
func TestTheMessageIsForPeople(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2027, 3, 27, 20, 0, 0, 0, berlin)
	w := rollout.Window{From: from, Until: from.Add(12 * time.Hour), Zone: "W. Europe Standard Time"} // over the change of clocks
	for at, want := range map[time.Time]string{
		from: "43200", w.Until.Add(-time.Second): "1", w.Until.Add(-time.Second / 2): "1", w.Until.Add(-1001 * time.Millisecond): "2", w.Until: "1",
	} {
		e := refusedError{rollout.Decision{Window: &w, Status: 503}, at}
		if got := e.retryAfter(); got != want {
			t.Errorf("Retry-After at %s: %s, want %s", at, got, want)
		}
	}
	e := refusedError{rollout.Decision{Window: &w, Status: 503}, from}
	if got := e.Error(); !strings.HasSuffix(got, "until 2027-03-28 09:00 +02:00 (W. Europe Standard Time).") {
		t.Error(got)
	}
}
