package gateway

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// failedAttempts reads the metric, by reason.
func failedAttempts(t *testing.T, r *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() == "rwsgate_failed_attempts_total" {
			for _, m := range f.GetMetric() {
				got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	return got
}

// TestFailedAttemptsAreCounted pins what each way of not getting in counts as, and that nobody learns who is known.
func TestFailedAttemptsAreCounted(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	registry := prometheus.NewRegistry()
	b.Recorder = NewMetrics(registry)
	b.verifier = newVerifier(time.Now)
	const reader, known = "reader@example.onmicrosoft.com", "10.0.0.1:1"
	for _, c := range []struct {
		name, from, user, password, header string
		plain                              bool
		status                             int
		counted                            string
	}{
		{"nothing is sent", known, "", "", "", false, 401, ""},
		{"right", known, reader, "demo", "", false, 200, ""},
		{"wrong", known, reader, "x", "", false, 401, "wrong"},
		{"an unknown user", known, "nobody@example.onmicrosoft.com", "x", "", false, 401, "wrong"},
		{"a token", known, "", "", "Bearer abc", false, 401, "token"},
		{"another scheme", known, "", "", "Negotiate abc", false, 401, ""},
		{"a password in the clear", known, reader, "demo", "", true, 403, "plain-http"},
		{"a token in the clear", known, "", "", "Bearer abc", true, 403, "plain-http"},
		{"too soon", "10.0.0.2:1", reader, "a", "", false, 401, "wrong"},
		{"too soon", "10.0.0.2:1", reader, "b", "", false, 401, "wrong"},
		{"too soon", "10.0.0.2:1", reader, "c", "", false, 401, "wrong"},
		{"too soon", "10.0.0.2:1", reader, "d", "", false, 401, "waiting"},
	} {
		want := failedAttempts(t, registry)
		if c.counted != "" {
			want[c.counted]++
		}
		r := httptest.NewRequest(http.MethodGet, "https://reports.office365.com"+serviceRoot+"/CsP2PAVTimeDaily?$top=1", nil)
		if c.plain {
			r = httptest.NewRequest(http.MethodGet, "http://reports.office365.com"+serviceRoot+"/CsP2PAVTimeDaily?$top=1", nil)
		}
		r.RemoteAddr = c.from
		if c.user != "" {
			r.SetBasicAuth(c.user, c.password)
		}
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if got := failedAttempts(t, registry); w.Code != c.status || !maps.Equal(got, want) {
			t.Errorf("%s: %d, want %d: %s\ncounted %v, want %v", c.name, w.Code, c.status, w.Body, got, want)
		}
	}
	before := failedAttempts(t, registry)
	from := netip.MustParseAddr("10.0.0.3")
	for i := range 4 {
		if b.Verify(t.Context(), fixturePasswords(), from, reader, []byte{byte('a' + i)}).OK {
			t.Error("a wrong password is let in")
		}
	}
	before["wrong"] += 3
	before["waiting"]++
	if got := failedAttempts(t, registry); !maps.Equal(got, before) {
		t.Errorf("of operators: %v, want %v", got, before)
	}
}

// TestPlainCredentialsAreNamed pins that the fault says what was sent, whatever the letter case, and nothing of it.
func TestPlainCredentialsAreNamed(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	for header, want := range map[string]string{
		"Basic cGxhbnRlZDpwbGFudGVk": "A password was sent over plain HTTP. Use https; the password should be changed.",
		"bEaReR planted":             "A bearer token was sent over plain HTTP. Use https; the token should be revoked.",
		"Negotiate planted":          "Credentials were sent over plain HTTP. Use https.",
		"planted":                    "Credentials were sent over plain HTTP. Use https.",
	} {
		r := httptest.NewRequest(http.MethodGet, serviceRoot, nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "<Message>"+want+"</Message>") || strings.Contains(w.Body.String(), "planted") {
			t.Errorf("%s: %d %s", header, w.Code, w.Body)
		}
	}
}
