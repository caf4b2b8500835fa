package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// SidecarHandler serves the admin listener of a sidecar: probes, metrics, reload, profiles, and state, which is shown on
// the page / and given as JSON by GET /api/sidecar. What a sidecar has not (tenants, usage, rollout) is 404 with the
// address of the central rwsgate, which has it. Of the options, Ready, Metrics, Reload, Versions and Log are required.
func SidecarHandler(o Options, central string, state func() any) http.Handler {
	_, e, closed := routes(o)
	closed.GET("/", func(c echo.Context) error { return sendAsset(c, assets["/assets/sidecar.html"]) })
	closed.GET("/api/sidecar", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]any{"sidecar": state(), "versions": o.Versions})
	})
	closed.Any("/api/*", func(echo.Context) error {
		return echo.NewHTTPError(http.StatusNotFound, "this is a sidecar: ask the central rwsgate, "+central)
	})
	return e
}
