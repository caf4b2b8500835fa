// Package gateway is the HTTP face of rwsgate and the only room that knows Echo: it finds out who asks for which tenant,
// applies the retired front's rules, has OData judge the request and the caches answer it, and writes what comes out
// with the retired service's headers.
package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"rwsgate/cache"
	"rwsgate/translate"
)

// Histories gives the current history of a tenant; cache.Keeper is one.
type Histories interface {
	// Snapshot gives it from memory, without waiting; false while there is none.
	Snapshot(tenant string) (translate.Snapshot, bool)
	// Wait gives it, or waits a while for the first fetch. The error says why there is none yet: *cache.NoHistoryError.
	Wait(ctx context.Context, tenant string) (translate.Snapshot, error)
}

// Options are what a Gateway is made of. Histories, Answers and Rows are required.
type Options struct {
	Histories  Histories
	Answers    *cache.Answers
	Rows       *cache.Rows[translate.Answer]
	Log        *slog.Logger     // nil: slog.Default
	Now        func() time.Time // clock of the answers, which may stand still; nil: time.Now
	Wall       func() time.Time // clock of rates and of failed attempts; nil: time.Now
	Recorder   Recorder         // nil: nothing is counted
	Ledger     Ledger           // nil: nobody is taken down
	Deliveries Deliveries       // takes what sidecars tell; nil: they are told to come again
	Version    string           // told to trusted sidecars
	Rollout    Rollout          // nil: every report is observed
}

// Gateway answers legacy requests. Its zero value is of no use; New makes one.
type Gateway struct {
	Options
	settings   atomic.Pointer[settings]
	generation atomic.Int64
	verifier   *verifier
	refusals   hush
	pace       *pace
	work       work
	echo       *echo.Echo
}

// New makes a gateway; Apply must be called once before it serves.
func New(o Options) *Gateway {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Recorder == nil {
		o.Recorder = nobody{}
	}
	g := &Gateway{Options: o, verifier: newVerifier(o.Wall), pace: newPace(), echo: echo.New()}
	// One route takes every method, known to Echo or not: the retired service judged verbs itself (LEGACY 50).
	g.echo.RouteNotFound("/*", g.handle)
	return g
}

// Apply makes settings the current ones; requests under way finish with the old ones. After an error the old ones stay.
func (g *Gateway) Apply(s Settings) error {
	c, err := compile(s, g.generation.Add(1))
	if err != nil {
		return err
	}
	g.settings.Store(c)
	return nil
}

// ServeHTTP answers one legacy request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/") {
		// Of OPTIONS * and CONNECT: nothing that a router finds a route for.
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = "/"+r.URL.Path, ""
	}
	g.echo.ServeHTTP(w, r)
}
