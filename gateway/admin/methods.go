package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// methods are those that are refused by 405 where a path has a route for another one.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// finished gives the handler of all routes: a path asked for with a method that it has not is 405 with Allow, as closed as
// the path itself, and HEAD is answered as GET is; the server leaves the body out. Nothing may be registered afterwards.
func (a *admin) finished(e *echo.Echo) http.Handler {
	served := map[string][]string{}
	for _, r := range e.Routes() {
		if slices.Contains(methods, r.Method) {
			served[r.Path] = append(served[r.Path], r.Method)
		}
	}
	for path, has := range served {
		guards := []echo.MiddlewareFunc{a.guard}
		if a.isOpen(path) {
			guards = nil
		}
		for _, m := range methods {
			if !slices.Contains(has, m) {
				e.Add(m, path, notAllowed(has), guards...)
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			get := *r
			get.Method = http.MethodGet
			r = &get
		}
		e.ServeHTTP(w, r)
	})
}

// isOpen says whether a path needs no password.
func (a *admin) isOpen(path string) bool {
	return path == "/livez" || path == "/readyz" || path == "/metrics" && !a.MetricsAuth
}

// notAllowed answers a method that a path has not, and names those that it has.
func notAllowed(has []string) echo.HandlerFunc {
	allow := slices.Clone(has)
	if slices.Contains(has, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	slices.Sort(allow)
	list := strings.Join(allow, ", ")
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAllow, list)
		return echo.NewHTTPError(http.StatusMethodNotAllowed, "the method here is "+list)
	}
}
