package command

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"rwsgate/cache"
	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/gateway/admin"
	"rwsgate/gateway/thin"
	"rwsgate/rollout"
	"rwsgate/store"
	"rwsgate/translate"
)

// Program is a configured rwsgate. Open binds its addresses, Run serves until its context ends.
type Program struct {
	Legacy, Admin string // bound addresses, host:port

	log      *slog.Logger
	now      func() time.Time
	files    Files
	watcher  *config.Watcher
	store    *store.Store
	keeper   *cache.Keeper
	gateway  *gateway.Gateway
	metrics  *gateway.Metrics
	fetcher  *fetchers
	bearer   bearer
	ledger   *rollout.Ledger
	rollout  *rollout.Control
	survey   *rollout.Survey
	cert     *certificate
	expiries expiries
	operator atomic.Pointer[gateway.PasswordFile] // admin.htpasswd_file as it is in force
	tracing  *tracing                             // nil: none
	registry *prometheus.Registry
	sidecar  *thin.Sidecar // in thin mode, in place of keeper, ledger, rollout, fetcher and store
	draining atomic.Bool
	servers  [2]*gateway.Listener
}

// adminDrain is what is left to a request of the admin listener once the legacy one has drained.
const adminDrain = time.Second

// Files reads the files that a configuration names, as os.ReadFile does.
type Files func(name string) ([]byte, error)

// Open builds a program from its configuration and binds its addresses; requests wait until Run.
func Open(ctx context.Context, w *config.Watcher, files Files, log *slog.Logger) (*Program, error) {
	return openAt(ctx, w, files, log, nil)
}

// openAt is Open by a clock; nil means the machine's.
func openAt(ctx context.Context, w *config.Watcher, files Files, log *slog.Logger, now func() time.Time) (p *Program, err error) {
	c := w.Current()
	p = &Program{log: log, files: files, watcher: w, now: c.Clock(now)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
			p = nil
		}
	}()
	if c.Thin() {
		return p, p.openThin(ctx, c)
	}
	p.warn(c)
	if p.store, err = store.Open(ctx, dsn(c.Store), store.Options{Now: p.now, Log: log, For: store.ToServe}); err != nil {
		return p, err
	}
	registry := prometheus.NewRegistry()
	p.registry = registry
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &p.expiries)
	p.metrics = gateway.NewMetrics(registry)
	p.keeper = cache.NewKeeper(cache.KeeperOptions{
		Histories: p.store, Logger: log, Now: p.now, Hooks: p.metrics.Hooks(),
		Every: c.Refresh.Every.Std(), Timeout: c.Refresh.Timeout.Std(), FirstWait: c.Refresh.FirstWait.Std(),
	})
	p.rollout = rollout.NewControl(rollout.ControlOptions{
		Store: p.store, Now: p.now, Logger: log, Identity: rollout.Identity(c.Ledger.Identity),
		Stopped: func(rollout.Stop) { p.metrics.Stopped() },
	})
	p.ledger = rollout.NewLedger(rollout.LedgerOptions{
		Store: p.store, Now: p.now, Logger: log, Identity: rollout.Identity(c.Ledger.Identity), Retention: c.Ledger.Retention.Std(),
		Watch: func(now time.Time) time.Time { return p.rollout.Plan().Watched(now) },
	})
	answers := cache.NewAnswers(cache.AnswersOptions{MaxAnswers: c.Cache.MaxAnswers, MaxBytes: int64(c.Cache.MaxBytes)})
	rows := cache.NewRows[translate.Answer](cache.RowsOptions{})
	gateway.CollectTenants(registry, p.keeper, p.now)
	gateway.CollectRollout(registry, p.rollout, p.now)
	p.survey = rollout.NewSurvey(rollout.SurveyOptions{
		Ledger: p.ledger, Plan: p.rollout.Plan, State: p.rollout.State, Tenants: func() map[string]string { return tenantNames(p.watcher.Current()) }, Now: p.now,
	})
	gateway.CollectClients(registry, p.survey)
	gateway.CollectCache(registry, "answers", answers.Stats)
	gateway.CollectCache(registry, "rows", rows.Stats)
	p.gateway = gateway.New(gateway.Options{
		Histories: p.keeper, Answers: answers, Rows: rows, Log: log, Now: p.now, Recorder: p.metrics, Ledger: p.ledger, Rollout: p.rollout,
		Deliveries: p.ledger, Version: version,
	})
	if p.tracing, err = startTracing(ctx, os.Environ(), log); err != nil {
		return p, err
	}
	p.fetcher = newFetchers(log, p.tracing)
	p.cert = &certificate{}
	if err = p.apply(c); err != nil {
		return p, err
	}
	_ = p.rollout.Sync(ctx) // a failure is logged, nobody is refused until it succeeds
	p.rollout.LoadKnown(ctx)
	p.metrics.Reloaded(true, time.Now())
	w.Logger, w.Reloaded = log, p.reloaded
	return p, p.bind(ctx, c, p.gateway, admin.Handler(p.adminOptions(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))))
}

// bind takes the addresses of both listeners.
func (p *Program) bind(ctx context.Context, c *config.Config, legacy, operators handler) error {
	p.servers = [2]*gateway.Listener{
		p.listener(string(c.Listen), p.tracing.legacy(legacy), p.tls(c)),
		p.listener(string(c.Admin.Listen), operators, nil),
	}
	p.servers[0].Linger = c.Limits.DrainDelay.Std()
	p.servers[1].Drain = min(p.servers[1].Drain, adminDrain)
	for n, l := range p.servers {
		if err := l.Open(ctx); err != nil {
			return bindError([...]string{"listen", "admin.listen"}[n], err)
		}
		gateway.CollectConnections(p.registry, [...]string{"legacy", "admin"}[n], l)
	}
	p.Legacy, p.Admin = p.servers[0].Address(), p.servers[1].Address()
	return nil
}

// Run keeps histories fresh and serves both listeners until ctx ends, then drains the accepted requests. It gives nil
// after a clean end.
func (p *Program) Run(ctx context.Context) error {
	if p.sidecar != nil {
		return p.runThin(ctx)
	}
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	kept := make(chan error, 3)
	go func() { kept <- p.keeper.Run(keeping) }()
	go func() { kept <- p.ledger.Run(keeping) }()
	go func() { kept <- p.rollout.Run(keeping) }()
	err := p.attend(ctx, p.sendDigests)
	stopKeeping() // accepted requests may still have waited for a first fetch, and the last of them belong in the ledger
	return errors.Join(err, <-kept, <-kept, <-kept)
}

// attend has both listeners answer until ctx ends and they are drained; the tasks, the look at changed files and that at
// what ends run beside them.
func (p *Program) attend(ctx context.Context, tasks ...func(context.Context)) error {
	group, serving := errgroup.WithContext(ctx)
	p.listen(serving, group)
	for _, task := range append(tasks, p.watcher.Run, p.warnOfExpiry) {
		group.Go(func() error {
			task(serving)
			return nil
		})
	}
	return group.Wait()
}

// listen serves both listeners until ctx ends. Readiness turns false before the legacy listener hears of the end, and the
// admin listener goes on saying so until the legacy one has drained.
func (p *Program) listen(ctx context.Context, group *errgroup.Group) {
	leaving, leave := context.WithCancel(context.WithoutCancel(ctx))
	empty, left := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		p.draining.Store(true)
		leave()
	})
	endWaits(ctx, empty, p.servers[0].Drain, p.gateway.EndWaits)
	group.Go(func() error {
		defer left()
		return p.servers[0].Serve(leaving)
	})
	group.Go(func() error {
		defer leave()
		return p.servers[1].Serve(empty)
	})
}

// Close gives up what Open took. It may be called after a failed Open and after Run.
func (p *Program) Close() error {
	var err error
	for _, l := range p.servers {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if p.keeper != nil {
		p.keeper.Close()
	}
	if p.fetcher != nil {
		p.fetcher.close()
	}
	if closed := p.tracing.close(); closed != nil {
		p.log.Warn("traces are not delivered", "cause", closed.Error())
	}
	if p.store != nil {
		err = errors.Join(err, p.store.Close())
	}
	return err
}

// apply puts a configuration into force: tenants, users, certificate. Listeners and store stay as they are.
func (p *Program) apply(c *config.Config) error {
	if p.sidecar != nil {
		return p.applyThin(c)
	}
	settings, err := settingsOf(c, p.files)
	if err != nil {
		return err
	}
	plan, err := planOf(c)
	if err != nil {
		return err
	}
	pair, err := readPair(c, p.files)
	if err != nil {
		return err
	}
	if settings.Tokens, err = p.bearer.tokens(c, p.files, p.now, p.log); err != nil {
		return err
	}
	operators, err := readOperators(c, p.files)
	if err != nil {
		return err
	}
	p.fetcher.apply(c, p.files, p.keeper)
	if err := p.gateway.Apply(settings); err != nil {
		return err
	}
	p.operator.Store(&operators)
	p.rollout.Use(plan)
	p.cert.use(pair)
	setLevel(p.log, c.Log)
	p.expire(c)
	return nil
}

func (p *Program) listener(addr string, h handler, t *tls.Config) *gateway.Listener {
	c := p.watcher.Current()
	connections := c.Limits.Connections
	if c.Thin() {
		connections = min(connections, thinConnections)
	}
	return &gateway.Listener{
		Addr: addr, Handler: h, TLS: t, HeaderTimeout: c.Limits.HeaderTimeout.Std(), Drain: c.Limits.Drain.Std(), Connections: connections, Log: p.log,
	}
}

// isReady says whether requests can be answered: store and listeners are up and no drain has begun. Upstream is never
// asked.
func (p *Program) isReady() error {
	if p.draining.Load() {
		return errors.New("draining")
	}
	return nil
}
