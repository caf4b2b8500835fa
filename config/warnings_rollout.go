package config

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// never is after every date that a schedule can name.
var never = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

func (w *warner) rollout() {
	r := &w.cfg.Rollout
	for _, name := range slices.Sorted(maps.Keys(r.Reports)) {
		for i, s := range r.Reports[name] {
			if s.Phase == PhaseRetired && s.From.Before(r.Sunset.Time) {
				w.warn("rollout.reports."+name+"["+strconv.Itoa(i)+"].from", "the report retires on %s, before the sunset that clients are told, %s", s.From, r.Sunset)
			}
		}
	}
	browning := r.browning()
	if len(r.Brownouts) > 0 && len(browning) == 0 {
		w.warn("rollout.brownouts", "no report has the phase brownout, so that the windows have no effect")
		return
	}
	if len(r.Brownouts) == 0 && slices.ContainsFunc(browning, func(s span) bool { return s.to.After(w.now) }) {
		w.warn("rollout.brownouts", "no window is given, so that nothing fails in the phase brownout")
	}
	lookup := withAliases(embeddedZone, w.cfg.TimezoneAliases)
	for i, b := range r.Brownouts {
		loc, err := lookup(b.Zone)
		if err != nil {
			continue
		}
		from := b.From.In(loc)
		if !slices.ContainsFunc(browning, func(s span) bool { return from.Before(s.to) && s.from.Before(from.Add(b.Duration.Std())) }) {
			w.warn("rollout.brownouts["+strconv.Itoa(i)+"].from", "the window of %s has no effect: no report or hold is in the phase brownout then", b.From)
		}
	}
}

type span struct{ from, to time.Time }

// browning gives the times in which a schedule or a hold has the phase brownout.
func (r *Rollout) browning() (spans []span) {
	for _, steps := range r.Reports {
		for i, s := range steps {
			if s.Phase != PhaseBrownout {
				continue
			}
			to := never
			if i+1 < len(steps) {
				to = steps[i+1].From.Time
			}
			spans = append(spans, span{s.From.Time, to})
		}
	}
	for _, c := range r.Clients {
		if c.Phase == PhaseBrownout {
			spans = append(spans, span{time.Time{}, c.Until.Time})
		}
	}
	return spans
}
