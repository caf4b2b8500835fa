package admin

import (
	"net/http"
	"net/http/pprof"

	"github.com/labstack/echo/v4"
)

// profiles adds GET /debug/pprof/*: what package runtime/pprof knows. Profiles show function names and, in a heap or a
// trace, sizes and timing, but no contents; /debug/pprof/cmdline is left out, since a command line may hold a secret.
func profiles(g *echo.Group) {
	serve := func(f http.HandlerFunc) echo.HandlerFunc { return echo.WrapHandler(f) }
	g.GET("/debug/pprof/cmdline", func(echo.Context) error { return echo.ErrNotFound })
	g.GET("/debug/pprof/profile", serve(pprof.Profile))
	g.GET("/debug/pprof/symbol", serve(pprof.Symbol))
	g.POST("/debug/pprof/symbol", serve(pprof.Symbol))
	g.GET("/debug/pprof/trace", serve(pprof.Trace))
	g.GET("/debug/pprof/*", serve(pprof.Index))
}
