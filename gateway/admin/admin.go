// Package admin is the second listener: probes, metrics, what an operator wants to know of each tenant, and the few
// things that can be done to a running gateway. It is no part of the legacy surface.
package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"rwsgate/gateway"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Options are what the admin listener shows and does. Every func is required unless it says otherwise.
type Options struct {
	Ready    func() error                                                         // nil when requests can be answered; never asks upstream
	Metrics  http.Handler                                                         // Prometheus text
	Tenants  func() []Tenant                                                      // in the order of the configuration
	Refresh  func(ctx context.Context, tenant string) []Outcome                   // all tenants if empty; nil if there is none of that name
	Usage    func(ctx context.Context, since time.Time) ([]rollout.Client, error) // who called on that UTC day or later
	Reload   func(ctx context.Context) (Reloaded, error)
	Minutes  func(tenant, zone string, report translate.Report) (gateway.Minutes, error) // see gateway.Gateway.Minutes
	Explain  Explain                                                                     // see gateway.Gateway.Explain
	Zones    func() []string                                                             // names to choose a zone from
	Expiries func() []Expiry                                                             // what ends, soonest first
	Rollout  func(ctx context.Context) (rollout.Overview, error)
	Plan     func() *rollout.Plan
	Preview  func(ctx context.Context, at time.Time) (rollout.Preview, error)
	Evidence func(ctx context.Context) (rollout.Evidence, error)
	Now      func() time.Time                                                    // nil: time.Now
	Pause    func(ctx context.Context, by, reason string) (rollout.State, error) // see rollout.Control.Pause
	Resume   func(ctx context.Context) (rollout.State, error)
	Versions map[string]string

	// Host is the host of the listener's own address. From loopback, only requests to it or to a loopback name or address
	// need no password.
	Host string
	// Verify says whether a password is an operator's, both as they were sent. nil: nobody gets in but from loopback.
	Verify      func(ctx context.Context, from netip.Addr, user string, password []byte) gateway.Checked
	MetricsAuth bool // /metrics is as closed as the rest
	Profiles    bool // serve Go profiles under /debug/pprof/
	Log         *slog.Logger
}

// routes gives the routes that every admin listener has; closed are those that need a password.
func routes(o Options) (a *admin, e *echo.Echo, closed *echo.Group) {
	e = echo.New()
	a = &admin{o}
	e.HTTPErrorHandler = a.failed
	e.Use(sober)
	e.GET("/livez", a.live)
	e.GET("/readyz", a.ready)
	open, closed := e.Group(""), e.Group("", a.guard)
	if o.MetricsAuth {
		open = closed
	}
	open.GET("/metrics", echo.WrapHandler(o.Metrics))
	closed.GET("/assets/*", a.asset)
	closed.POST("/api/reload", a.reload, a.sameOrigin)
	if o.Profiles {
		profiles(closed)
	}
	return a, e, closed
}

// Handler serves the admin listener's routes.
func Handler(o Options) http.Handler {
	a, e, closed := routes(o)
	closed.GET("/", a.page)
	closed.GET("/api/tenants", a.tenants)
	closed.GET("/api/usage", a.usage)
	closed.GET("/api/minutes", a.minutes)
	closed.GET("/api/zones", a.zones)
	closed.GET("/api/explain", a.explain)
	closed.GET("/api/rollout", a.rolloutNow)
	closed.GET("/api/rollout/schedule", a.schedule)
	closed.GET("/api/rollout/preview", a.preview)
	closed.GET("/api/rollout/evidence", a.evidence)
	closed.GET("/api/rollout/digest", a.digest)
	closed.POST("/api/rollout/pause", a.pause, a.sameOrigin)
	closed.POST("/api/rollout/resume", a.resume, a.sameOrigin)
	closed.POST("/api/refresh", a.refresh, a.sameOrigin)
	return a.finished(e)
}

type admin struct{ Options }

// live answers GET /livez: the process runs.
func (a *admin) live(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready answers GET /readyz: configuration, store and listeners are up. Upstream is not asked.
func (a *admin) ready(c echo.Context) error {
	if err := a.Ready(); err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// tenants answers GET /api/tenants: source state, coverage and refreshing of each tenant, and what ends.
func (a *admin) tenants(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]any{"tenants": a.Tenants(), "expiries": a.Expiries(), "versions": a.Versions})
}

// refresh answers POST /api/refresh?tenant=NAME: fetches now and answers when done, with the outcome of each tenant.
func (a *admin) refresh(c echo.Context) error {
	name := c.QueryParam("tenant")
	a.log(c, "refresh", "tenant", name)
	outcomes := a.Refresh(c.Request().Context(), name)
	if outcomes == nil {
		return echo.NewHTTPError(http.StatusNotFound, "no tenant is called "+name)
	}
	status := http.StatusOK
	for _, o := range outcomes {
		if o.Error != "" {
			status = http.StatusBadGateway
		}
	}
	return c.JSON(status, map[string]any{"outcomes": outcomes})
}

// reload answers POST /api/reload: reads the configuration again.
func (a *admin) reload(c echo.Context) error {
	a.log(c, "reload")
	done, err := a.Reload(c.Request().Context())
	if err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, err.Error())
	}
	return c.JSON(http.StatusOK, done)
}
