package command

import (
	"fmt"
	"time"

	"rwsgate/rollout"
)

// holdFindings judges the holds of a plan: one that has expired is an error, one that ends within 30 days a warning.
func holdFindings(p *rollout.Plan, now time.Time) []finding {
	var found []finding
	for _, h := range p.Outline(rollout.State{}, now).Holds {
		day := h.Until.UTC().Format(time.DateOnly)
		f := finding{stage: "hold", verdict: passed, saw: fmt.Sprintf("%s: %s until %s", h.Name, h.Phase, day)}
		switch {
		case h.Expired:
			f.verdict, f.saw = failed, fmt.Sprintf("%s: the hold in %s expired on %s; its clients are in their reports' phase again", h.Name, h.Phase, day)
			f.mend = "see that " + ownerOf(h) + " has moved on and remove the entry from rollout.clients, or agree on a later until"
		case h.Until.Sub(now) <= expirySoon:
			f.verdict, f.saw = warning, fmt.Sprintf("%s: the hold in %s ends on %s, in %s", h.Name, h.Phase, day, counted(int(h.Until.Sub(now)/(24*time.Hour)), "day"))
			f.mend = "ask " + ownerOf(h) + " before that day"
		}
		found = append(found, f)
	}
	return found
}

func ownerOf(h rollout.Hold) string {
	if h.Owner == "" {
		return "the client's owner (none is named)"
	}
	return h.Owner
}

// warnOfHolds logs the holds that have expired or end within 30 days.
func (p *Program) warnOfHolds() {
	if p.rollout == nil {
		return // a sidecar: holds are the central gateway's
	}
	for _, f := range holdFindings(p.rollout.Plan(), p.now()) {
		if f.verdict != passed {
			p.log.Warn("hold", "cause", f.saw, "mend", f.mend)
		}
	}
}
