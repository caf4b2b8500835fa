package thin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const daily = "/CsP2PAVTimeDaily"

func TestAnAnswerIsGivenAgainForAMoment(t *testing.T) {
	r := newRig(t)
	first := r.get("a", daily)
	r.now = r.now.Add(2 * time.Second)
	second := r.get("a", daily)
	r.now = r.now.Add(2 * time.Second)
	third := r.get("a", daily)
	if len(r.central.requests) != 2 {
		t.Errorf("%d requests", len(r.central.requests))
	}
	if first.Body.String() != second.Body.String() || third.Header()["X-Rwsgate-Answer"][0] != "miss; method=uniform; through=2026-11-20; age=5" {
		t.Errorf("%v", third.Header())
	}
	if got := second.Header()["X-Rwsgate-Answer"][0]; got != "hit; method=uniform; through=2026-11-20; age=7" {
		t.Errorf("%q", got)
	}
	if id := second.Header()["request-id"][0]; len(id) != 36 {
		t.Errorf("request-id %q", id)
	}
}

// TestDifferenceD23KeptAnswersWhileTheCentralIsAway pins what counts as away, and what is the central gateway's own word.
func TestDifferenceD23KeptAnswersWhileTheCentralIsAway(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		stale  bool
		status int // if not stale
	}{
		{"connection breaks", broken, true, 0},
		{"a proxy's page", away, true, 0},
		{"a login page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("log in")) }, true, 0},
		{"a redirect", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://login.example/")
			w.WriteHeader(302)
		}, true, 0},
		{"its own 503", status(503), false, 503},
		{"its own 500", status(500), false, 500},
		{"401", status(401), false, 401},
		{"403", status(403), false, 403},
		{"410", status(410), false, 410},
	} {
		r := newRig(t)
		kept := r.get("a", daily)
		r.now = r.now.Add(time.Hour)
		r.central.answer = c.answer
		w := r.get("a", daily)
		if c.stale && (w.Code != 200 || w.Body.String() != kept.Body.String() || w.Header()["X-Rwsgate-Answer"][0] != "stale; method=uniform; through=2026-11-20; age=3605") {
			t.Errorf("%s: %d %v", c.name, w.Code, w.Header())
		}
		if !c.stale && w.Code != c.status {
			t.Errorf("%s: %d", c.name, w.Code)
		}
		if other := r.get("a", "/CsP2PAVTimeWeekly"); c.stale && (other.Code != 503 || other.Header()["Retry-After"] == nil || !strings.Contains(other.Body.String(), "ConnectionFailedException")) {
			t.Errorf("%s: nothing kept: %d %s", c.name, other.Code, other.Body)
		}
	}
}

// TestARefusalBarsKeptAnswers pins that an older 200 never stands in for what was refused since.
func TestARefusalBarsKeptAnswers(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"401": status(401), "403": status(403), "410": status(410), "brownout": status(503, "X-Rwsgate-Central: trusted; version=v1; refused"),
		"brownout with another status": status(400, "X-Rwsgate-Central: untrusted; refused"),
	} {
		r := newRig(t)
		r.get("a", daily)
		r.get("b", daily)
		r.now = r.now.Add(time.Minute)
		r.central.answer = answer
		r.get("a", daily+"?$top=1")
		r.central.answer = broken
		if w := r.get("a", daily); w.Code != 503 {
			t.Errorf("%s: overridden by %d", name, w.Code)
		}
		if w := r.get("b", daily); w.Code != 200 {
			t.Errorf("%s: another's answer is gone: %d", name, w.Code)
		}
		r.central.answer = nil
		r.now = r.now.Add(time.Minute)
		if w := r.get("a", daily); w.Code != 200 {
			t.Errorf("%s: not served again: %d", name, w.Code)
		}
	}
}

// TestARefusalBarsAnAnswerUnderWay pins the order of a slow 200 and a refusal that overtakes it.
func TestARefusalBarsAnAnswerUnderWay(t *testing.T) {
	r := newRig(t)
	r.central.answer = func(w http.ResponseWriter, q *http.Request) {
		r.kept.bar(r.digest(q.Header.Get("Authorization")))
		served(w, q)
	}
	r.get("a", daily)
	r.central.answer = broken
	if w := r.get("a", daily); w.Code != 503 {
		t.Errorf("%d", w.Code)
	}
}

// TestClientsHaveTheirOwnAnswers asks alike in everything but one thing, with the central gateway away after the first.
func TestClientsHaveTheirOwnAnswers(t *testing.T) {
	for _, c := range []struct {
		name, user, target string
		headers            []string
	}{
		{"user", "b", daily, nil},
		{"agent", "a", daily, []string{"User-Agent: other"}},
		{"address", "a", daily, []string{"X-Forwarded-For: 192.0.2.1"}},
		{"host", "a", daily, []string{"X-Forwarded-Host: elsewhere.example"}},
		{"zone", "a", daily, []string{"X-timezone: Asia/Tokyo"}},
		{"format", "a", daily, []string{"Accept: application/json"}},
		{"two formats", "a", daily, []string{"Accept: application/json", "Accept: text/xml"}},
		{"compression", "a", daily, []string{"Accept-Encoding: gzip"}},
		{"letter case", "a", "/csp2pavtimedaily", nil},
		{"query", "a", daily + "?$top=1", nil},
	} {
		r := newRig(t)
		r.Apply(Settings{TrustedProxies: newRig(t).settings.Load().TrustedProxies, AllowPlainHTTP: true})
		ask := func(user, target string, headers ...string) *httptest.ResponseRecorder {
			q := httptest.NewRequest("GET", root+target, nil)
			q.RemoteAddr = "10.0.0.1:1"
			q.SetBasicAuth(user, "planted-password")
			for _, h := range headers {
				name, value, _ := strings.Cut(h, ": ")
				q.Header.Add(name, value)
			}
			w := httptest.NewRecorder()
			r.ServeHTTP(w, q)
			return w
		}
		ask("a", daily)
		r.central.answer = broken
		if w := ask(c.user, c.target, c.headers...); w.Code != 503 {
			t.Errorf("%s: another's answer: %d %s", c.name, w.Code, w.Body)
		}
		if w := ask("a", daily); w.Code != 200 {
			t.Errorf("%s: the own answer is gone: %d", c.name, w.Code)
		}
	}
}

// TestAllThatTheGatewayReadsIsInTheKey holds the list of headers to the gateway's source.
func TestAllThatTheGatewayReadsIsInTheKey(t *testing.T) {
	read := regexp.MustCompile(`(?:\bh|Header)\.(?:Get|Values)\("([^"]+)"\)`)
	elsewhere := []string{"Authorization", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} // part of the sender and the origin
	found := 0
	for _, name := range []string{"handle", "key", "report", "principal", "peer", "bearer", "rollout", "reply", "failure"} {
		text, err := os.ReadFile("../" + name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range read.FindAllStringSubmatch(string(text), -1) {
			found++
			if header := http.CanonicalHeaderKey(m[1]); !slices.Contains(dependsOn[:], header) && !slices.Contains(elsewhere, header) {
				t.Errorf("%s.go reads %s, which is not in the key", name, m[1])
			}
		}
	}
	if found < 12 {
		t.Errorf("only %d headers found: has the code changed its form?", found)
	}
}

// TestOnlyGoodAnswersToGETAreKept asks twice each time, the second time without a central gateway.
func TestOnlyGoodAnswersToGETAreKept(t *testing.T) {
	for _, c := range []struct {
		name, method, user string
		answer             http.HandlerFunc
		want               int
	}{
		{"good", "GET", "a", nil, 200},
		{"HEAD", "HEAD", "a", nil, 503},
		{"POST", "POST", "a", nil, 503},
		{"no password", "GET", "", nil, 401},
		{"404", "GET", "a", status(404), 503},
		{"304", "GET", "a", status(304), 503},
	} {
		r := newRig(t)
		r.central.answer = c.answer
		for i, answer := range []http.HandlerFunc{c.answer, broken} {
			r.central.answer = answer
			q := httptest.NewRequest(c.method, root+daily, nil)
			q.RemoteAddr = "127.0.0.1:1"
			if c.user != "" {
				q.SetBasicAuth(c.user, "planted-password")
			}
			w := httptest.NewRecorder()
			r.ServeHTTP(w, q)
			if i == 1 && w.Code != c.want {
				t.Errorf("%s: %d", c.name, w.Code)
			}
		}
	}
}

// TestWhatIsSentOn pins the request that the central gateway gets.
func TestWhatIsSentOn(t *testing.T) {
	r := newRig(t)
	r.Apply(Settings{AllowPlainHTTP: true})
	q := httptest.NewRequest("GET", "/ECP/reportingwebservice/Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')?$top=1&%24x='%zz+", nil)
	q.RemoteAddr, q.Host = "192.0.2.9:9", "reports.office365.com"
	q.SetBasicAuth("a", "planted-password")
	for _, h := range [][2]string{{"X-timezone", "Asia/Tokyo"}, {"Accept", "a"}, {"Accept", "b"}, {"Connection", "close, X-Hop"}, {"X-Hop", "1"}, {"Te", "trailers"},
		{"X-Forwarded-For", "6.6.6.6"}, {"Forwarded", "for=6.6.6.6"}, {"X-Rwsgate-Ledger", "1"}, {"X-Rwsgate-Told", "x"}, {"Traceparent", "00-1"}} {
		q.Header.Add(h[0], h[1])
	}
	r.ServeHTTP(httptest.NewRecorder(), q)
	got := r.central.requests[0]
	if got.URL.String() != "https://central.example/ECP/reportingwebservice/Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')?$top=1&%24x='%zz+" || got.Host != "central.example" {
		t.Errorf("%s at %s", got.URL, got.Host)
	}
	want := map[string]string{"Authorization": q.Header.Get("Authorization"), "X-Timezone": "Asia/Tokyo", "Accept": "a,b", "Traceparent": "00-1", "User-Agent": "",
		"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "reports.office365.com", "X-Rwsgate-Sidecar": "plain"}
	for name, values := range got.Header {
		if text := strings.Join(values, ","); want[name] != text {
			t.Errorf("%s: %q, want %q", name, text, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// TestAppsAreToldApart pins that the loopback address of an app beside its sidecar is not sent on: it is every app's.
func TestAppsAreToldApart(t *testing.T) {
	r := newRig(t)
	r.get("a", daily)
	if got := r.central.requests[0].Header; got["X-Forwarded-For"] != nil || got["X-Forwarded-Host"] == nil || got.Get("X-Rwsgate-Sidecar") != "secure" {
		t.Errorf("%v", got)
	}
}

// TestWhatComesBack pins that a client sees nothing of the hop behind the sidecar.
func TestWhatComesBack(t *testing.T) {
	r := newRig(t)
	r.central.answer = func(w http.ResponseWriter, q *http.Request) {
		for _, name := range []string{"Alt-Svc", "Set-Cookie", "Via", "Server", "Strict-Transport-Security", "X-Hop"} {
			w.Header().Set(name, "planted")
		}
		w.Header().Set("Connection", "X-Hop")
		w.Header().Set("Sunset", "Wed, 30 Jun 2027 00:00:00 GMT")
		w.Header()["Dataserviceversion"] = []string{"2.0;"}
		served(w, q)
	}
	h := r.get("a", daily).Header()
	if strings.Contains(fmt.Sprint(h), "planted ") || strings.Contains(fmt.Sprint(h), "Rwsgate-Told") || strings.Contains(fmt.Sprint(h), "Rwsgate-Central") || h["X-Hop"] != nil || h["Via"] != nil {
		t.Errorf("%v", h)
	}
	if h["DataServiceVersion"] == nil || h["X-RWS-Version"] == nil || h["Sunset"] == nil || h["request-id"][0] != "central" {
		t.Errorf("%v", h)
	}
	r.central.answer = broken
	if h := r.get("a", "/CsP2PAVTimeWeekly").Header(); h["Sunset"] == nil {
		t.Error("an error of the sidecar's own lacks the rollout headers")
	}
	if w := r.get("", "/CsP2PAVTimeWeekly"); w.Code != 401 || w.Header()["WWW-Authenticate"] == nil || w.Header()["X-RWS-Version"] != nil || w.Header()["Sunset"] != nil {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestLimits(t *testing.T) {
	r := newRig(t)
	if w := r.get("a", daily+"?$filter="+strings.Repeat("x", 1<<10)); w.Code != 400 || !strings.Contains(w.Body.String(), "longer than 1024 bytes") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	q := httptest.NewRequest("GET", root, nil)
	q.RemoteAddr = "192.0.2.1:1"
	q.SetBasicAuth("a", "planted-password")
	w := httptest.NewRecorder()
	if r.ServeHTTP(w, q); w.Code != 403 {
		t.Errorf("a password in the clear: %d", w.Code)
	}
	if w := r.get("a", daily, "X-Rwsgate-Sidecar: secure"); w.Code != 503 || !strings.Contains(r.log.String(), "a sidecar sends its requests to this sidecar") {
		t.Errorf("a sidecar of a sidecar: %d", w.Code)
	}
	told := r.log.String()
	for range 100 {
		r.get("a", daily, "X-Rwsgate-Sidecar: secure")
	}
	if more := strings.TrimPrefix(r.log.String(), told); strings.Count(more, "sends its requests") > 50 {
		t.Errorf("who floods a sidecar in another's name fills its log:\n%.500s", more)
	}
	if len(r.central.requests) != 0 {
		t.Errorf("sent on: %v", r.central.requests)
	}
	inside := make(chan int)
	r.central.answer = func(w http.ResponseWriter, q *http.Request) {
		r.underWay.Add(2)
		defer r.underWay.Add(-2)
		go func() { inside <- r.get("b", daily).Code }()
		if code := <-inside; code != 503 {
			t.Errorf("one too many: %d", code)
		}
		served(w, q)
	}
	if w := r.get("a", daily); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	if n := r.underWay.Load(); n != 0 {
		t.Errorf("%d under way", n)
	}
}

func TestAClientThatGoesIsNoOutage(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.central.answer = func(w http.ResponseWriter, _ *http.Request) { cancel(); w.WriteHeader(gone) }
	r.Transport = transportFunc(func(q *http.Request) (*http.Response, error) {
		cancel()
		return nil, q.Context().Err()
	})
	defer func() {
		if p, ok := recover().(error); !ok || !errors.Is(p, http.ErrAbortHandler) || !r.State().Away.IsZero() || r.outbox.waiting() != 0 {
			t.Errorf("%+v", r.State())
		}
	}()
	q := httptest.NewRequestWithContext(ctx, "GET", root, nil)
	q.RemoteAddr = "127.0.0.1:1"
	r.ServeHTTP(httptest.NewRecorder(), q)
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestABrokenConnectionIsTriedOnceMore pins the one retry, of harmless requests only.
func TestABrokenConnectionIsTriedOnceMore(t *testing.T) {
	for method, want := range map[string]int{"GET": 2, "HEAD": 2, "POST": 1} {
		r := newRig(t)
		r.central.answer = broken
		q := httptest.NewRequest(method, root, nil)
		q.RemoteAddr = "127.0.0.1:1"
		r.ServeHTTP(httptest.NewRecorder(), q)
		if len(r.central.requests) != want {
			t.Errorf("%s: %d requests", method, len(r.central.requests))
		}
	}
}

// TestTheCentralIsNotAskedForAMoment pins that clients with kept answers do not all wait for a central gateway that is
// away, and that its return is noticed.
func TestTheCentralIsNotAskedForAMoment(t *testing.T) {
	r := newRig(t)
	r.get("a", daily)
	r.now = r.now.Add(time.Minute)
	r.central.answer = broken
	r.get("a", daily)
	asked := len(r.central.requests)
	r.get("a", daily)
	if len(r.central.requests) != asked {
		t.Error("asked again at once")
	}
	r.central.answer = nil
	r.now = r.now.Add(pause)
	if w := r.get("a", daily); !strings.HasPrefix(w.Header()["X-Rwsgate-Answer"][0], "miss") || !r.State().Away.IsZero() {
		t.Errorf("%v", w.Header())
	}
}

// TestAForgottenCredentialTakesItsAnswersAlong fills the memory of credentials: what was barred stays barred.
func TestAForgottenCredentialTakesItsAnswersAlong(t *testing.T) {
	r := newRig(t)
	r.get("a", daily)
	for i := range maxSenders + 1 {
		r.kept.bar(r.digest(fmt.Sprint(i)))
	}
	r.central.answer = broken
	if w := r.get("a", daily); w.Code != 503 || len(r.kept.senders) > maxSenders {
		t.Errorf("%d, %d credentials", w.Code, len(r.kept.senders))
	}
}

// TestSecretsStayOut looks for the password in all that a sidecar says of itself, with calls waiting to be told.
func TestSecretsStayOut(t *testing.T) {
	r := newRig(t)
	r.central.fate = func() fate { return lost }
	r.get("a", daily)
	r.central.answer = away
	r.get("a", daily+"?$top=2")
	for _, b := range r.outbox.due(time.Time{}) {
		r.deliver(t.Context(), b)
	}
	said := r.log.String() + fmt.Sprintf("%+v", r.State())
	header := httptest.NewRequest("GET", "/", nil)
	header.SetBasicAuth("a", "planted-password")
	for _, secret := range []string{"planted-password", strings.TrimPrefix(header.Header.Get("Authorization"), "Basic "), "planted proxy page"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is told: %s", secret, said)
		}
	}
	if !strings.Contains(said, "cause") || !strings.Contains(said, "mend") {
		t.Errorf("no cause and mend: %s", said)
	}
}
