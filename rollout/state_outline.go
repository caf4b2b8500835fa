package rollout

import (
	"slices"
	"time"

	"rwsgate/translate"
)

// Outline gives the overview as far as plan and state tell it: phases, brownouts without effects, holds without
// clients. What the ledger knows is for others to add.
func (p *Plan) Outline(s State, at time.Time) Overview {
	o := Overview{At: at, State: s, Successor: p.Successor, Deprecation: p.Deprecation, Sunset: p.Sunset,
		Reports: []ReportPhase{}, Brownouts: []Brownout{}, Holds: []Hold{}, Clients: []Client{}, Standings: map[string]int{}}
	if o.Deprecation.IsZero() {
		o.Deprecation = deprecated
	}
	if o.State.Stops == nil {
		o.State.Stops = []Stop{}
	}
	if o.State.Pauses == nil {
		o.State.Pauses = []Pause{}
	}
	for _, r := range translate.Reports() {
		o.Reports = append(o.Reports, p.reportPhase(&s, r.Name, at))
	}
	for i := range p.Brownouts {
		w := &p.Brownouts[i]
		o.Brownouts = append(o.Brownouts, Brownout{From: w.From, Until: w.Until, Zone: w.Zone, State: p.stateOf(w, &s, at), Effects: []BrownoutEffect{}})
	}
	for i := range p.Agreements {
		if a := &p.Agreements[i]; a.Held {
			o.Holds = append(o.Holds, Hold{Name: a.Name, Owner: a.Owner, Reason: a.Reason, Phase: a.Phase, Until: a.Until, Expired: !a.Lasts(at), Clients: []string{}})
		}
	}
	slices.SortStableFunc(o.Holds, func(a, b Hold) int { return a.Until.Compare(b.Until) })
	return o
}

func (p *Plan) reportPhase(s *State, report string, at time.Time) ReportPhase {
	r := ReportPhase{Report: report, Scheduled: p.Scheduled(report, at)}
	r.Phase = r.Scheduled
	if s.Paused {
		r.Phase = min(r.Phase, PhaseAnnounce)
	}
	if next := p.Next(report, at); next != nil {
		r.Next = &NextStep{From: next.From, Phase: next.Phase}
	}
	return r
}

// stateOf gives one of the states of a brownout.
func (p *Plan) stateOf(w *Window, s *State, at time.Time) string {
	switch {
	case s.Stopped(w.From):
		return BrownoutStopped
	case at.Before(w.From):
		return BrownoutPlanned
	case !at.Before(w.Until) && s.pausedIn(w):
		return BrownoutInterrupted
	case !at.Before(w.Until):
		return BrownoutOver
	case s.Paused:
		return BrownoutPaused
	}
	return BrownoutRunning
}

// pausedIn says whether a pause fell into a window.
func (s *State) pausedIn(w *Window) bool {
	if s.Paused && s.Since.Before(w.Until) {
		return true
	}
	return slices.ContainsFunc(s.Pauses, func(p Pause) bool { return p.From.Before(w.Until) && p.Until.After(w.From) })
}
