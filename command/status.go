package command

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/gateway/admin"
	"rwsgate/translate"
)

// adminOptions gives the admin listener its view of the program.
func (p *Program) adminOptions(metrics http.Handler) admin.Options {
	return admin.Options{
		Ready:       p.isReady,
		Metrics:     metrics,
		MetricsAuth: p.watcher.Current().Admin.Metrics == "auth",
		Tenants:     p.tenants,
		Refresh:     p.refresh,
		Usage:       p.survey.Usage,
		Preview:     p.survey.Preview,
		Evidence:    p.evidence,
		Now:         p.now,
		Reload:      p.reload,
		Explain:     p.gateway.Explain,
		Rollout:     p.overview,
		Plan:        p.rollout.Plan,
		Pause:       p.rollout.Pause,
		Resume:      p.rollout.Resume,
		Minutes:     p.gateway.Minutes,
		Zones:       p.zones,
		Expiries:    p.ending,
		Profiles:    p.watcher.Current().Admin.Pprof,
		Versions:    versions(),
		Host:        p.watcher.Current().Admin.Listen.Host(),
		Verify:      p.verifyOperator,
		Log:         p.log,
	}
}

// tenants is the state of every tenant in the order of the configuration.
func (p *Program) tenants() []admin.Tenant {
	c := p.watcher.Current()
	out := make([]admin.Tenant, 0, len(c.Tenants))
	for i := range c.Tenants {
		out = append(out, p.tenant(&c.Tenants[i]))
	}
	return out
}

func (p *Program) tenant(t *config.Tenant) admin.Tenant {
	s, _ := p.keeper.Status(t.ID)
	out := admin.Tenant{
		Name: t.Name, ID: t.ID, Method: t.Rebucket,
		Source:   admin.Source{State: s.State, Reason: s.Cause, Mend: s.Mend},
		Changes:  p.changes(t.ID),
		Coverage: admin.Coverage{Holes: []admin.Hole{}, Stored: admin.Stamp(s.Stored)},
		Refresh: admin.Refresh{
			LastTry: admin.Stamp(s.LastTry), LastSuccess: admin.Stamp(s.LastSuccess), Due: admin.Stamp(s.Due),
			Stalled: admin.Stamp(s.StalledSince), Failures: s.Failures, CallsToday: s.Calls,
			Pending: s.Pending, StoreError: s.StoreError,
		},
	}
	if s.State == translate.SourceZeros {
		out.Source.Since = s.Since.String()
	}
	if s.RefreshDate != 0 {
		out.Refresh.RefreshDate = s.RefreshDate.String()
	}
	if snapshot, ok := p.keeper.Snapshot(t.ID); ok {
		out.Coverage = coverage(snapshot, out.Coverage)
	}
	return out
}

// latestCorrections is how many replaced values are shown of each tenant.
const latestCorrections = 10

// changes are a tenant's corrections; none while the store is away.
func (p *Program) changes(id string) admin.Changes {
	out := admin.Changes{Latest: []admin.Correction{}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	latest, count, err := p.store.Corrections(ctx, id, latestCorrections)
	if err != nil {
		p.log.Warn("corrections cannot be read", "tenant", id, "cause", err.Error())
		return out
	}
	out.Count = count
	for _, c := range latest {
		out.Latest = append(out.Latest, admin.Correction{
			What: c.What, OldAudio: c.Old.Audio, OldVideo: c.Old.Video, NewAudio: c.New.Audio, NewVideo: c.New.Video,
			Source: c.Source, At: admin.Stamp(c.At),
		})
	}
	return out
}

// refresh fetches one tenant's report now, or every tenant's.
func (p *Program) refresh(ctx context.Context, name string) []admin.Outcome {
	var out []admin.Outcome
	for _, t := range p.watcher.Current().Tenants {
		if name != "" && !strings.EqualFold(name, t.Name) && !strings.EqualFold(name, t.ID) {
			continue
		}
		done, err := p.keeper.Refresh(ctx, t.ID)
		out = append(out, outcomeOf(t.Name, done, err))
	}
	return out
}

func outcomeOf(name string, o cache.Outcome, err error) admin.Outcome {
	out := admin.Outcome{Tenant: name, State: o.State, Days: o.Days, Added: o.Change.Added, Changed: o.Change.Corrected, Calls: o.Calls}
	if o.Window != 0 {
		out.Window = o.Window.String()
	}
	if err != nil {
		out.Error = err.Error()
		var source *translate.SourceError
		if errors.As(err, &source) {
			out.Mend = source.Mend
		}
	}
	return out
}

// verifyOperator checks a password against admin.htpasswd_file as it is in force.
func (p *Program) verifyOperator(ctx context.Context, from netip.Addr, user string, password []byte) gateway.Checked {
	return p.gateway.Verify(ctx, *p.operator.Load(), from, user, password)
}
