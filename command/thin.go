package command

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/gateway/admin"
	"rwsgate/gateway/thin"
)

// Most of a sidecar's kept answers and of its connections, whatever larger bounds the configuration has for a central
// gateway.
const (
	thinAnswers     = 200
	thinBytes       = 3 << 20
	thinConnections = 512
)

// Memory of a sidecar, unless GOMEMLIMIT and GOGC say otherwise: there is one for each app, and none does much at once.
const (
	thinMemory  = 14 << 20 // soft limit of the Go heap and runtime, bytes
	thinPercent = 50       // growth of the heap between two collections

	thinSettled = 2 * time.Second  // after the start
	thinTrim    = 10 * time.Second // between two looks for pages that are not used
)

// openThin makes p a sidecar: listeners, TLS, metrics and reload are as in a full gateway, but for tenants, store and
// keeper there is the way to the central one.
func (p *Program) openThin(ctx context.Context, c *config.Config) (err error) {
	beSmall(os.LookupEnv)
	p.warn(c)
	roots, err := thinRoots(c, p.files)
	if err != nil {
		return err
	}
	p.registry = prometheus.NewRegistry()
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &p.expiries)
	p.metrics = gateway.NewMetrics(p.registry)
	p.gateway = gateway.New(gateway.Options{Log: p.log, Now: p.now}) // checks operators' passwords, answers nothing
	p.sidecar = thin.New(thin.Options{
		Central: c.Forward.URL.Reveal(), Transport: thin.NewTransport(roots), Log: p.log, Recorder: p.metrics,
		MaxAnswers: min(c.Cache.MaxAnswers, thinAnswers), MaxBytes: min(int64(c.Cache.MaxBytes), thinBytes),
	})
	p.sidecar.Collect(p.registry)
	if p.tracing, err = startTracing(ctx, os.Environ(), p.log); err != nil {
		return err
	}
	p.cert = &certificate{}
	if err = p.applyThin(c); err != nil {
		return err
	}
	p.metrics.Reloaded(true, time.Now())
	p.watcher.Logger, p.watcher.Reloaded = p.log, p.reloaded
	return p.bind(ctx, c, p.sidecar, p.thinAdmin(c))
}

// thinRoots are the roots of forward.ca_file, nil for the system's.
func thinRoots(c *config.Config, files Files) (*x509.CertPool, error) {
	if c.Forward.CAFile == "" {
		return nil, nil
	}
	text, err := files(string(c.Forward.CAFile))
	if err != nil {
		return nil, fmt.Errorf("forward.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("forward.ca_file holds no certificate in PEM form")
	}
	return pool, nil
}

// beSmall bounds the memory of this process by what a sidecar needs; the environment's own bounds count before.
func beSmall(environment func(string) (string, bool)) {
	if _, set := environment("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(thinMemory)
	}
	if _, set := environment("GOGC"); !set {
		debug.SetGCPercent(thinPercent)
	}
}

// staySmall gives back now and then what the process does not use any more.
func staySmall(ctx context.Context) {
	for pause := thinSettled; ; pause = thinTrim {
		select {
		case <-time.After(pause):
			givePagesBack()
		case <-ctx.Done():
			return
		}
	}
}

// applyThin puts a sidecar's configuration into force.
func (p *Program) applyThin(c *config.Config) error {
	pair, err := readPair(c, p.files)
	if err != nil {
		return err
	}
	operators, err := readOperators(c, p.files)
	if err != nil {
		return err
	}
	p.operator.Store(&operators)
	s := thin.Settings{
		AllowPlainHTTP: c.AllowPlainHTTP, PublicURL: c.PublicURL.String(),
		MaxURL: int(c.Limits.MaxURL), Concurrency: c.Limits.Concurrency,
	}
	for _, proxy := range c.TrustedProxies {
		s.TrustedProxies = append(s.TrustedProxies, proxy.Prefix)
	}
	p.sidecar.Apply(s)
	p.cert.use(pair)
	setLevel(p.log, c.Log)
	p.expire(c)
	return nil
}

func (p *Program) thinAdmin(c *config.Config) http.Handler {
	return admin.SidecarHandler(admin.Options{
		Ready:       p.isReady,
		Metrics:     promhttp.HandlerFor(p.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 1}),
		MetricsAuth: c.Admin.Metrics == "auth",
		Reload:      p.reload,
		Profiles:    c.Admin.Pprof,
		Versions:    versions(),
		Host:        c.Admin.Listen.Host(),
		Verify:      p.verifyOperator,
		Log:         p.log,
	}, c.Forward.URL.String(), func() any { return p.sidecar.State() })
}

// runThin serves both listeners until ctx ends, drains, and then tells the central gateway what it does not know yet.
func (p *Program) runThin(ctx context.Context) error {
	telling, stopTelling := context.WithCancel(context.WithoutCancel(ctx))
	told := make(chan error, 1)
	go func() { told <- p.sidecar.Run(telling) }()
	err := p.attend(ctx, staySmall)
	stopTelling()
	if lost := <-told; lost != nil {
		p.log.Error("the ledger is not complete", "cause", lost.Error(), "mend", "stop sidecars while the central rwsgate is up")
	}
	return err
}
