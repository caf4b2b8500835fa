package command

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rwsgate/config"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// planOf translates the configured rollout.
func planOf(c *config.Config) (*rollout.Plan, error) {
	zones, err := newZones(c.TimezoneAliases)
	if err != nil {
		return nil, err
	}
	r := &c.Rollout
	p := &rollout.Plan{
		Successor: r.Successor.String(), Deprecation: r.Deprecation.Time, Sunset: r.Sunset.Time,
		Reports: map[string][]rollout.Step{}, BrownoutStatus: r.BrownoutStatus, KeepBrownouts: r.BrownoutStop == config.StopNever,
	}
	for name, steps := range r.Reports {
		for _, s := range steps {
			p.Reports[name] = append(p.Reports[name], rollout.Step{From: s.From.Time, Phase: phaseOf(s.Phase)})
		}
	}
	for i := range r.Brownouts {
		w, err := windowOf(&r.Brownouts[i], zones)
		if err != nil {
			return nil, err
		}
		p.Brownouts = append(p.Brownouts, w)
	}
	slices.SortFunc(p.Brownouts, func(a, b rollout.Window) int { return a.From.Compare(b.From) })
	for i := range r.Clients {
		p.Agreements = append(p.Agreements, agreementOf(&r.Clients[i]))
	}
	return p, nil
}

func windowOf(b *config.Brownout, zones *translate.Zones) (rollout.Window, error) {
	zone, err := zones.Lookup(b.Zone)
	if err != nil {
		return rollout.Window{}, err
	}
	from := b.From.In(zone.Location())
	return rollout.Window{From: from, Until: from.Add(b.Duration.Std()), Zone: cmp.Or(b.Zone, "UTC")}, nil
}

func agreementOf(c *config.Client) rollout.Agreement {
	a := rollout.Agreement{
		Name: matchName(c.Match), Match: c.Match.Fits, Owner: c.Owner, Reason: c.Reason,
		DateDelay: int(c.DateDelay.Std() / (24 * time.Hour)), Gone: c.Gone.Time,
	}
	if c.Hold() {
		a.Held, a.Phase, a.Until = true, phaseOf(c.Phase), c.Until.Time
	}
	return a
}

// matchName names clients by the patterns that pick them out.
func matchName(m config.Match) string {
	var parts []string
	for _, p := range []struct{ kind, pattern string }{
		{"principal", m.Principal.String()}, {"agent", m.Agent.String()}, {"address", m.Address.String()},
	} {
		if p.pattern != "" {
			parts = append(parts, p.kind+" "+p.pattern)
		}
	}
	return strings.Join(parts, ", ")
}

// phaseOf translates a phase that is given.
func phaseOf(p config.Phase) rollout.Phase { return rollout.Phase(p - config.PhaseObserve) }
