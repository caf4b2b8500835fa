package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/graphsim"
	"rwsgate/translate"
)

// lateness is how many days old Graph's newest day is taken to be when a recorded request was sent.
const lateness = 2

// past gives the gateway of a rehearsal the history as it was when the request in hand was sent.
type past struct {
	now  time.Time
	of   func(tenant string, through translate.Day) (translate.History, error)
	kept map[string]translate.Snapshot
}

// keptPasts bounds how many histories are kept.
const keptPasts = 500

// Snapshot gives the history through the last day that Graph had delivered by then.
func (p *past) Snapshot(tenant string) (translate.Snapshot, bool) {
	through := translate.DayOf(p.now) - lateness
	key := tenant + " " + through.String()
	if s, ok := p.kept[key]; ok {
		return s, true
	}
	h, err := p.of(tenant, through)
	if err != nil {
		return translate.Snapshot{}, false
	}
	at := (through + lateness).UTC()
	s := translate.Snapshot{History: h, Version: int64(through), Stored: at, Refresh: translate.Refresh{LastSuccess: at}}
	if len(p.kept) >= keptPasts {
		clear(p.kept)
	}
	p.kept[key] = s
	return s, true
}

// Wait gives what there is.
func (p *past) Wait(_ context.Context, tenant string) (translate.Snapshot, error) {
	if s, ok := p.Snapshot(tenant); ok {
		return s, nil
	}
	return translate.Snapshot{}, &cache.NoHistoryError{Tenant: tenant}
}

// newJudge makes the gateway of a rehearsal: with the configuration that the sources name, else with the demo's tenant.
func newJudge(ctx context.Context, sources config.Sources, tenant string, at time.Time) (*judge, error) {
	settings, cfg, err := rehearsedSettings(sources)
	if err != nil {
		return nil, err
	}
	j := &judge{at: at, tenant: tenant, configured: cfg != nil, passwords: settings.Passwords, open: settings.AnonymousLoopback}
	p := &past{kept: map[string]translate.Snapshot{}}
	why := "no configuration is given"
	if cfg != nil {
		p.of, why, err = storedPast(ctx, cfg, settings.Tenants)
		if err != nil {
			return nil, err
		}
	}
	if j.real = p.of != nil; j.real {
		j.known = fmt.Sprintf("the store %s", cfg.Store)
	} else {
		j.known = fmt.Sprintf("made up by the demo's stand-in (%s)", why)
		if p.of, err = madePast(); err != nil {
			return nil, err
		}
	}
	if tenant == "" && len(settings.Tenants) == 1 {
		j.tenant = settings.Tenants[0].Name
	}
	j.past = p
	j.gateway = gateway.New(gateway.Options{
		Histories: p, Answers: cache.NewAnswers(cache.AnswersOptions{MaxAnswers: -1}), Rows: cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return p.now },
	})
	return j, j.gateway.Apply(settings)
}

// rehearsedSettings gives the settings of the configuration, or of a gateway that is not configured.
func rehearsedSettings(sources config.Sources) (gateway.Settings, *config.Config, error) {
	bare := sources
	bare.NoTenant = true
	cfg, err := config.Load(bare)
	if err != nil {
		return gateway.Settings{}, nil, err
	}
	if cfg.Thin() {
		return gateway.Settings{}, nil, &thinError{cfg.Forward.URL}
	}
	if cfg.Run.File == "" {
		settings, err := settingsOf(cfg, os.ReadFile)
		settings.Tenants = []gateway.Tenant{{ID: graphsim.DemoTenantID, Name: graphsim.DemoTenantName, Reads: func(string) bool { return true }}}
		return settings, nil, err
	}
	if cfg, err = config.Load(sources); err != nil {
		return gateway.Settings{}, nil, err
	}
	settings, err := settingsOf(cfg, os.ReadFile)
	return settings, cfg, err
}

// storedPast reads the histories of all tenants; a func of nil says that there are none, and why.
func storedPast(ctx context.Context, cfg *config.Config, tenants []gateway.Tenant) (of func(string, translate.Day) (translate.History, error), why string, err error) {
	if cfg.Store.Kind == config.StoreMemory {
		return nil, "the configured store is in memory", nil
	}
	s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler), toRead)
	if err != nil {
		return nil, err.Error(), nil
	}
	defer func() { _ = s.Close() }()
	histories := map[string]translate.History{}
	for _, t := range tenants {
		snapshot, err := s.Load(ctx, strings.ToLower(t.ID))
		if err != nil {
			return nil, "", err
		}
		if !snapshot.History.IsEmpty() {
			histories[t.ID] = snapshot.History
		}
	}
	if len(histories) == 0 {
		return nil, "the store holds no history yet", nil
	}
	return func(tenant string, through translate.Day) (translate.History, error) {
		h, ok := histories[tenant]
		if !ok {
			return h, errors.New("no history")
		}
		return historyUntil(h, through)
	}, "", nil
}

// historyUntil gives what a history held when its newest day was through; what was imported stays, whatever its age.
func historyUntil(h translate.History, through translate.Day) (translate.History, error) {
	days := h.Days()
	for len(days) > 0 && days[len(days)-1].Day > through {
		days = days[:len(days)-1]
	}
	return translate.NewHistory(days, h.Spans(), h.Totals())
}

// madePast is the history of the demo's stand-in: the 180 days that a new gateway gets from Graph.
func madePast() (func(string, translate.Day) (translate.History, error), error) {
	sim, err := graphsim.Start(graphsim.Options{Tenants: []graphsim.TenantOptions{{First: translate.Date(2010, time.January, 1)}}})
	if err != nil {
		return nil, fmt.Errorf("start the stand-in of Entra ID and Graph: %w", err)
	}
	demo := sim.Tenant(graphsim.DemoTenantID)
	if err := sim.Close(); err != nil {
		return nil, err
	}
	return func(_ string, through translate.Day) (translate.History, error) {
		return translate.NewHistory(demo.UTCDays(through-translate.Day(translate.D180)+1, through), nil, nil)
	}, nil
}
