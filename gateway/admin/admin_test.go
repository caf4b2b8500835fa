package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rwsgate/gateway"
	"rwsgate/translate"
)

// newAdmin is a listener over one tenant, with what it was asked to do.
func newAdmin(asked *[]string, ready error, metricsAuth bool) http.Handler {
	return Handler(Options{
		Ready:   func() error { return ready },
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("rwsgate_x 1\n")) }),
		Tenants: func() []Tenant {
			return []Tenant{{Name: "example.onmicrosoft.com", Source: Source{State: translate.SourceZeros, Reason: "180 of 180 days are zero <b>"}}}
		},
		Refresh: func(_ context.Context, tenant string) []Outcome {
			*asked = append(*asked, "refresh "+tenant)
			switch tenant {
			case "nobody":
				return nil
			case "broken":
				return []Outcome{{Tenant: tenant, Error: "token: refused", Mend: "a new secret"}}
			}
			return []Outcome{{Tenant: tenant, State: translate.SourceLive}}
		},
		Reload: func(context.Context) (Reloaded, error) {
			*asked = append(*asked, "reload")
			if ready != nil {
				return Reloaded{}, errors.New("rwsgate.yaml:3: tenants[0].id: missing")
			}
			return Reloaded{Generation: 2}, nil
		},
		Expiries: func() []Expiry { return nil },
		Versions: map[string]string{"go": "go1"},
		Verify: func(_ context.Context, _ netip.Addr, user string, password []byte) gateway.Checked {
			switch user {
			case "guesser":
				return gateway.Checked{Wait: 1500 * time.Millisecond}
			case "unseen":
				return gateway.Checked{Busy: true}
			}
			return gateway.Checked{OK: gateway.UserName(user) == "op" && string(password) == "right"}
		},
		MetricsAuth: metricsAuth,
		Log:         slog.New(slog.DiscardHandler),
	})
}

// request is one request to the listener; from is the peer's address.
type request struct {
	method, path, from string
	host               string // empty: 127.0.0.1:9090
	header             map[string]string
	user, password     string
}

func (q request) send(h http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequest(q.method, q.path, nil)
	r.RemoteAddr = net.JoinHostPort(q.from, "1")
	r.Host = cmp.Or(q.host, "127.0.0.1:9090")
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	if q.user != "" {
		r.SetBasicAuth(q.user, q.password)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhoGetsIn(t *testing.T) {
	const near, far = "127.0.0.1", "10.0.0.1"
	for _, c := range []struct {
		name        string
		request     request
		metricsAuth bool
		status      int
	}{
		{"loopback", request{method: "GET", path: "/api/tenants", from: near}, false, 200},
		{"loopback through a proxy", request{method: "GET", path: "/api/tenants", from: near, header: map[string]string{"X-Forwarded-For": "10.0.0.1"}}, false, 401},
		{"loopback through a proxy that adds no address", request{method: "GET", path: "/api/tenants", from: near, header: map[string]string{"X-Forwarded-Proto": ""}}, false, 401},
		{"far", request{method: "GET", path: "/", from: far}, false, 401},
		{"far with a password", request{method: "GET", path: "/", from: far, user: "OP", password: "right"}, false, 200},
		{"far with a wrong one", request{method: "GET", path: "/", from: far, user: "op", password: "wrong"}, false, 401},
		{"far, action", request{method: "POST", path: "/api/reload", from: far}, false, 401},
		{"probes are open", request{method: "GET", path: "/livez", from: far}, false, 200},
		{"readiness is open", request{method: "GET", path: "/readyz", from: far}, false, 200},
		{"metrics are open", request{method: "GET", path: "/metrics", from: far}, false, 200},
		{"metrics by password", request{method: "GET", path: "/metrics", from: far}, true, 401},
		{"unknown path", request{method: "GET", path: "/api/nope", from: near}, false, 404},
		{"an action is no page", request{method: "GET", path: "/api/refresh", from: near}, false, 405},
		{"nor is it one to a stranger", request{method: "GET", path: "/api/refresh", from: far}, false, 401},
	} {
		var asked []string
		w := c.request.send(newAdmin(&asked, nil, c.metricsAuth))
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
		if w.Code >= 400 && len(asked) > 0 {
			t.Errorf("%s: done all the same: %v", c.name, asked)
		}
	}
}

func TestForeignOriginsActOnNothing(t *testing.T) {
	for _, c := range []struct {
		header map[string]string
		status int
	}{
		{map[string]string{}, 200},
		{map[string]string{"Origin": "http://127.0.0.1:9090"}, 200},
		{map[string]string{"Origin": "http://evil.example"}, 403},
		{map[string]string{"Origin": "null"}, 403},
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
	} {
		var asked []string
		w := request{method: "POST", path: "/api/reload", from: "127.0.0.1", header: c.header}.send(newAdmin(&asked, nil, false))
		if w.Code != c.status || (len(asked) == 1) != (c.status == 200) {
			t.Errorf("%v: status %d, done %v", c.header, w.Code, asked)
		}
	}
}

func TestRefreshAnswers(t *testing.T) {
	for tenant, status := range map[string]int{"": 200, "example.onmicrosoft.com": 200, "broken": 502, "nobody": 404} {
		var asked []string
		w := request{method: "POST", path: "/api/refresh?tenant=" + tenant, from: "127.0.0.1"}.send(newAdmin(&asked, nil, false))
		if w.Code != status || len(asked) != 1 || asked[0] != "refresh "+tenant {
			t.Errorf("%q: status %d, asked %v: %s", tenant, w.Code, asked, w.Body)
		}
	}
}

func TestErrorsAreJSONThatNamesWhatIsWrong(t *testing.T) {
	var asked []string
	w := request{method: "POST", path: "/api/reload", from: "127.0.0.1"}.send(newAdmin(&asked, errors.New("draining"), false))
	var body struct{ Error string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 422 || !strings.Contains(body.Error, "rwsgate.yaml:3") {
		t.Errorf("%d %s, error %v", w.Code, w.Body, err)
	}
	w = request{method: "GET", path: "/readyz", from: "127.0.0.1"}.send(newAdmin(&asked, errors.New("draining"), false))
	if w.Code != 503 || !strings.Contains(w.Body.String(), "draining") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestARefusalSaysWhatWasGiven pins that who gave no password and who gave a wrong one read different things, and that a
// name nobody has and a wrong password read the same.
func TestARefusalSaysWhatWasGiven(t *testing.T) {
	said := func(user, password string) string {
		w := request{method: "GET", path: "/api/tenants", from: "10.0.0.1", user: user, password: password}.send(newAdmin(new([]string), nil, false))
		if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d %v", user, w.Code, w.Header())
		}
		return w.Body.String()
	}
	none, wrong, unknown := said("", ""), said("op", "wrong"), said("nobody", "wrong")
	if !strings.Contains(none, "are needed") || !strings.Contains(wrong, "this name and password are none of") || unknown != wrong {
		t.Errorf("none: %swrong: %sunknown: %s", none, wrong, unknown)
	}
	if waits := said("guesser", "x"); !strings.Contains(waits, "try again in 2 s") {
		t.Errorf("waits: %s", waits)
	}
}

// TestAGuesserIsToldToWait pins that the admin listener hands on what the gateway says about failed attempts.
func TestAGuesserIsToldToWait(t *testing.T) {
	w := request{method: "GET", path: "/api/tenants", from: "10.0.0.1", user: "guesser", password: "x"}.send(newAdmin(new([]string), nil, false))
	if w.Code != http.StatusUnauthorized || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

// TestAPasswordThatWasNotLookedAtIsNotRefused pins that an operator whose password found no place in the queue is told
// to come again: a 401 would have a browser ask for another one.
func TestAPasswordThatWasNotLookedAtIsNotRefused(t *testing.T) {
	w := request{method: "GET", path: "/api/tenants", from: "10.0.0.1", user: "unseen", password: "x"}.send(newAdmin(new([]string), nil, false))
	if h := w.Header(); w.Code != http.StatusServiceUnavailable || h.Get("Retry-After") != "1" || h.Get("WWW-Authenticate") != "" {
		t.Errorf("%d, Retry-After %q, WWW-Authenticate %q", w.Code, h.Get("Retry-After"), h.Get("WWW-Authenticate"))
	}
}
