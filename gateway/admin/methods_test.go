package admin

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestOtherMethods pins that a path asked for with a method that it has not is 405 and names those that it has, after the
// password was asked for, and that HEAD gets what GET gets.
func TestOtherMethods(t *testing.T) {
	const near, far = "127.0.0.1", "10.0.0.1"
	var asked []string
	whole := newAdmin(&asked, nil, false)
	sidecar := SidecarHandler(Options{
		Ready: func() error { return nil }, Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler),
	}, "http://central.example:8080", func() any { return nil })
	for _, c := range []struct {
		name         string
		handler      http.Handler
		method, path string
		from         string
		status       int
		allow        string
	}{
		{"an action", whole, "GET", "/api/refresh", near, 405, "POST"},
		{"reload", whole, "GET", "/api/reload", near, 405, "POST"},
		{"pause", whole, "GET", "/api/rollout/pause", near, 405, "POST"},
		{"HEAD of an action", whole, "HEAD", "/api/refresh", near, 405, "POST"},
		{"a list", whole, "POST", "/api/tenants", near, 405, "GET, HEAD"},
		{"the page", whole, "DELETE", "/", near, 405, "GET, HEAD"},
		{"an asset", whole, "PUT", "/assets/style.css", near, 405, "GET, HEAD"},
		{"a probe", whole, "POST", "/livez", far, 405, "GET, HEAD"},
		{"open metrics", whole, "POST", "/metrics", far, 405, "GET, HEAD"},
		{"a stranger", whole, "GET", "/api/refresh", far, 401, ""},
		{"a stranger's list", whole, "POST", "/api/tenants", far, 401, ""},
		{"closed metrics", newAdmin(&asked, nil, true), "POST", "/metrics", far, 401, ""},
		{"HEAD of a list", whole, "HEAD", "/api/tenants", near, 200, ""},
		{"HEAD of a probe", whole, "HEAD", "/readyz", far, 200, ""},
		{"nothing", whole, "POST", "/api/nope", near, 404, ""},
		{"reload of a sidecar", sidecar, "GET", "/api/reload", near, 405, "POST"},
		{"a sidecar's state", sidecar, "POST", "/api/sidecar", near, 405, "GET, HEAD"},
		{"what a sidecar has not", sidecar, "POST", "/api/refresh", near, 404, ""},
	} {
		w := request{method: c.method, path: c.path, from: c.from}.send(c.handler)
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s: %d, Allow %q, want %d, %q: %s", c.name, w.Code, w.Header().Get("Allow"), c.status, c.allow, w.Body)
		}
	}
	if len(asked) > 0 {
		t.Errorf("done all the same: %v", asked)
	}
}

// TestHeadHasNoBody pins that what HEAD gets over a connection is the header alone.
func TestHeadHasNoBody(t *testing.T) {
	server := httptest.NewServer(newAdmin(new([]string), nil, false))
	t.Cleanup(server.Close)
	response, err := server.Client().Head(server.URL + "/api/tenants")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	n, err := response.Body.Read(make([]byte, 1))
	if response.StatusCode != http.StatusOK || n > 0 || err == nil || !strings.Contains(response.Header.Get("Content-Type"), "json") || response.ContentLength <= 0 {
		t.Errorf("%s, %d bytes of body, length %d, error %v", response.Status, n, response.ContentLength, err)
	}
}
