package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"rwsgate/gateway"
)

// TestAnotherNameNeedsAPassword plays a page whose name was pointed at this machine after it was loaded: the peer is
// loopback, Host and Origin are the page's.
func TestAnotherNameNeedsAPassword(t *testing.T) {
	handler := func(host string) http.Handler {
		return Handler(Options{
			Host: host, Log: slog.New(slog.DiscardHandler), Profiles: true,
			Ready:   func() error { return nil },
			Metrics: http.NotFoundHandler(),
			Reload:  func(context.Context) (Reloaded, error) { return Reloaded{}, nil },
			Verify: func(_ context.Context, _ netip.Addr, user string, password []byte) gateway.Checked {
				return gateway.Checked{OK: gateway.UserName(user) == "op" && string(password) == "right"}
			},
		})
	}
	for _, c := range []struct {
		listen, host, from string
		user, password     string
		status             int
	}{
		{"127.0.0.1", "127.0.0.1:9090", "127.0.0.1", "", "", 200},
		{"127.0.0.1", "127.0.0.1", "127.0.0.1", "", "", 200},
		{"127.0.0.1", "127.8.9.10:9090", "127.0.0.1", "", "", 200},
		{"127.0.0.1", "localhost:1234", "127.0.0.1", "", "", 200}, // a forwarded port
		{"127.0.0.1", "LOCALHOST.:9090", "127.0.0.1", "", "", 200},
		{"127.0.0.1", "rwsgate.localhost", "127.0.0.1", "", "", 200},
		{"::1", "[::1]:9090", "::1", "", "", 200},
		{"::1", "[::1]", "::1", "", "", 200},
		{"admin.intern", "Admin.Intern:9090", "127.0.0.1", "", "", 200},
		{"", "evil.example:9090", "127.0.0.1", "", "", 403},
		{"127.0.0.1", "evil.example:9090", "127.0.0.1", "", "", 403},
		{"127.0.0.1", "localhost.evil.example", "::1", "", "", 403},
		{"127.0.0.1", "127.0.0.1.evil.example", "127.0.0.1", "", "", 403},
		{"127.0.0.1", "10.0.0.1:9090", "127.0.0.1", "", "", 403},
		{"127.0.0.1", ":9090", "127.0.0.1", "", "", 403},
		{"", ":9090", "127.0.0.1", "", "", 403},
		{"127.0.0.1", "admin.example", "127.0.0.1", "op", "right", 200},
		{"127.0.0.1", "admin.example", "127.0.0.1", "op", "wrong", 401},
		{"127.0.0.1", "127.0.0.1:9090", "10.0.0.1", "", "", 401}, // the name alone lets nobody in
	} {
		for _, path := range []string{"/debug/pprof/", "/api/reload"} {
			q := request{method: http.MethodGet, path: path, from: c.from, host: c.host, user: c.user, password: c.password}
			if path == "/api/reload" {
				q.method, q.header = http.MethodPost, map[string]string{"Origin": "http://" + c.host}
			}
			w := q.send(handler(c.listen))
			if w.Code != c.status {
				t.Errorf("%s for %q from %s on %q: %d, want %d: %s", path, c.host, c.from, c.listen, w.Code, c.status, w.Body)
			}
			if c.status == 403 && (!strings.Contains(w.Body.String(), "127.0.0.1, localhost") || strings.Contains(w.Body.String(), "goroutine")) {
				t.Errorf("%s for %q: %s", path, c.host, w.Body)
			}
		}
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if w := (request{method: http.MethodGet, path: path, from: "127.0.0.1", host: "probe.example"}).send(handler("")); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
