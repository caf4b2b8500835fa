package admin

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// SidecarHandler serves the admin listener of a sidecar: probes, metrics, reload, profiles, and state, which is shown on
// the page / and given as JSON by GET /api/sidecar. What a sidecar has not (tenants, usage, rollout) is 404 and
// sends to the central rwsgate's admin listener; a sidecar knows the address of the legacy one, central, and names that.
// Of the options, Ready, Metrics, Reload, Versions and Log are required.
func SidecarHandler(o Options, central string, state func() any) http.Handler {
	a, e, closed := routes(o)
	closed.GET("/", func(c echo.Context) error { return sendAsset(c, assets["/assets/sidecar.html"]) })
	closed.GET("/api/sidecar", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]any{"sidecar": state(), "versions": o.Versions})
	})
	closed.Any("/api/*", func(echo.Context) error {
		return echo.NewHTTPError(http.StatusNotFound, notHere+": ask the admin listener of the central rwsgate whose legacy listener is "+central)
	})
	return a.finished(e)
}

// notHere begins what a sidecar says of what only a central gateway has.
const notHere = "this is a sidecar"

// IsNotHere says whether the error text of an answer is a sidecar's that has not what was asked for.
func IsNotHere(text string) bool { return strings.HasPrefix(text, notHere+":") }
