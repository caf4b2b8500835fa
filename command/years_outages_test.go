package command

import (
	"fmt"
	"slices"
	"strings"

	"rwsgate/rollout"
)

// judgeOutages holds each brownout's state and effects to what its clients saw.
func (s *spoken) judgeOutages() {
	s.t.Helper()
	if len(s.overview.Brownouts) != len(s.m.outages) {
		s.wrong("%d brownouts", len(s.overview.Brownouts))
	}
	stops := 0
	var newest *rollout.Brownout
	for _, o := range s.m.outages {
		i := slices.IndexFunc(s.overview.Brownouts, func(b rollout.Brownout) bool { return b.From.Equal(o.from) })
		if i < 0 {
			s.wrong("the brownout of %s is missing", o.from)
			continue
		}
		b := &s.overview.Brownouts[i]
		if !b.From.After(s.at) && (newest == nil || b.From.After(newest.From)) {
			newest = b
		}
		stops += one(!o.stopped.IsZero())
		s.judgeOutage(o, b)
	}
	if len(s.overview.State.Stops) != stops {
		s.wrong("stops %+v", s.overview.State.Stops)
	}
	if newest != nil {
		for effect, label := range map[string]string{
			rollout.EffectAway: "away", rollout.EffectRetried: "retried", rollout.EffectFailing: "failing", rollout.EffectServed: "served", rollout.EffectNever: "never",
		} {
			s.metric(fmt.Sprintf("rwsgate_brownout_clients{effect=%q}", label), newest.Counts[effect])
		}
	}
}

func (s *spoken) judgeOutage(o *outage, b *rollout.Brownout) {
	s.t.Helper()
	state := rollout.BrownoutPlanned
	switch {
	case !o.stopped.IsZero():
		state = rollout.BrownoutStopped
	case !s.at.Before(o.until) && s.m.interrupted(o):
		state = rollout.BrownoutInterrupted
	case !s.at.Before(o.until):
		state = rollout.BrownoutOver
	case s.at.Before(o.from):
	case s.m.paused(s.at):
		state = rollout.BrownoutPaused
	default:
		state = rollout.BrownoutRunning
	}
	if b.State != state || !b.Until.Equal(o.until) || b.Zone != "Europe/Berlin" {
		s.wrong("the brownout of %s is %s until %s (%s), not %s until %s", o.from, b.State, b.Until, b.Zone, state, o.until)
	}
	if s.at.Before(o.from) {
		if len(b.Effects) != 0 {
			s.wrong("effects before %s", o.from)
		}
		return
	}
	effects := map[string]*rollout.BrownoutEffect{}
	for i := range b.Effects {
		if e := &b.Effects[i]; e.Tenant == s.tenant {
			_, agent, _ := strings.Cut(e.Name, ", ")
			effects[agent] = e
		}
	}
	counts := map[string]int{}
	for _, j := range s.ledgered() {
		e := effects[j.agent()]
		if known := j.calls[0].at.Before(o.from); known != (e != nil) {
			s.wrong("%s in the brownout of %s: %t", j.name, o.from, e != nil)
		} else if known {
			s.judgeEffect(j, o, e)
			counts[e.Effect]++
		}
	}
	for effect, n := range b.Counts {
		if n != counts[effect] {
			s.wrong("the brownout of %s: %d %s, not %d", o.from, n, effect, counts[effect])
		}
	}
}

func (s *spoken) judgeEffect(j *job, o *outage, e *rollout.BrownoutEffect) {
	s.t.Helper()
	want, sure := s.m.effect(j, o, s.at)
	if e.Effect != want && sure || e.Effect == rollout.EffectServed || e.Effect == rollout.EffectNever && !sure {
		if e.Effect != want {
			s.wrong("the brownout of %s, %s: %q, not %q: %+v", o.from, j.name, e.Effect, want, e)
		}
	}
	var failed []made
	for _, c := range j.calls {
		if c.brownout && !c.at.Before(o.from) && c.at.Before(o.until) {
			failed = append(failed, c)
		}
	}
	if int(e.Failed) != len(failed) {
		s.wrong("the brownout of %s, %s: %d failures, not %d", o.from, j.name, e.Failed, len(failed))
	} else if len(failed) > 0 && (!e.First.Equal(failed[0].at) || !e.Last.Equal(failed[len(failed)-1].at)) {
		s.wrong("the brownout of %s, %s: %s to %s", o.from, j.name, e.First, e.Last)
	}
	if e.Owner != j.owner {
		s.wrong("%s is %s's", j.name, e.Owner)
	}
}
