package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// SidecarHandler serves the admin listener of a sidecar: probes, metrics, reload, profiles, and state, which is shown on
// the page / and given as JSON by GET /api/sidecar. What a sidecar has not (tenants, usage, rollout) is 404 with the
// address of the central rwsgate, which has it. Of the options, Ready, Metrics, Reload, Versions and Log are required.
func SidecarHandler(o Options, central string, state func() any) http.Handler {
	e := echo.New()
	a := &admin{o}
	e.HTTPErrorHandler = a.failed
	e.Use(sober)
	e.GET("/livez", a.live)
	e.GET("/readyz", a.ready)
	open, closed := e.Group(""), e.Group("", a.guard)
	if o.MetricsAuth {
		open = closed
	}
	open.GET("/metrics", echo.WrapHandler(o.Metrics))
	closed.GET("/", func(c echo.Context) error { return sendAsset(c, assets["/assets/sidecar.html"]) })
	closed.GET("/assets/*", a.asset)
	closed.GET("/api/sidecar", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]any{"sidecar": state(), "versions": o.Versions})
	})
	closed.POST("/api/reload", a.reload, a.sameOrigin)
	closed.Any("/api/*", func(echo.Context) error {
		return echo.NewHTTPError(http.StatusNotFound, "this is a sidecar: ask the central rwsgate, "+central)
	})
	if o.Profiles {
		profiles(closed)
	}
	return e
}
