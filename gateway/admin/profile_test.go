package admin

import (
	"net/http"
	"strings"
	"testing"
)

func TestProfilesOnlyWhenAskedFor(t *testing.T) {
	off, on := &Options{}, &Options{Profiles: true}
	for _, c := range []struct {
		options    *Options
		path, from string
		status     int
		want       string
	}{
		{off, "/debug/pprof/", "127.0.0.1", http.StatusNotFound, ""},
		{off, "/debug/pprof/heap", "127.0.0.1", http.StatusNotFound, ""},
		{on, "/debug/pprof/", "127.0.0.1", http.StatusOK, "goroutine"},
		{on, "/debug/pprof/goroutine?debug=1", "127.0.0.1", http.StatusOK, "goroutine profile"},
		{on, "/debug/pprof/cmdline", "127.0.0.1", http.StatusNotFound, ""},
		{on, "/debug/pprof/", "10.0.0.1", http.StatusUnauthorized, ""},
		{on, "/debug/pprof/heap", "10.0.0.1", http.StatusUnauthorized, ""},
	} {
		w := request{method: http.MethodGet, path: c.path, from: c.from}.send(Handler(*c.options))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("profiles %v, %s from %s: %d, want %d with %q", c.options.Profiles, c.path, c.from, w.Code, c.status, c.want)
		}
	}
}
