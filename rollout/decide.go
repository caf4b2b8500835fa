package rollout

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"rwsgate/translate"
)

var errPhase = errors.New("is no phase: use observe, announce, brownout or retired")

// Decision is what the plan says of one request.
type Decision struct {
	Phase     Phase      // in force for the client, after holds and a pause
	Hold      *Agreement // that set the phase; nil: the schedule did
	Window    *Window    // the brownout that the request falls into; nil: none
	Retired   bool       // the request gets the error document of a retired report
	Successor string     // of the plan
	Status    int        // HTTP status of the error document, if Window or Retired says that there is one
	Headers   []Header   // what the answer carries, from announce on; Control adds them
}

// Refused says whether the plan has an error document in place of the answer; of a brownout, Control.Refuses then says
// whether it hits the client.
func (d Decision) Refused() bool { return d.Retired || d.Window != nil }

// Decide says what phase a request is in. The report is its name, empty for the service root and $metadata, which take
// the least advanced phase of the three reports; any other name counts as Others, which gets headers only.
//
// A hold that lasts overrides the schedule, whichever of the two is more advanced; of several the first counts. A pause
// then makes every phase the lesser of itself and announce.
func (p *Plan) Decide(s *State, report string, who Who, at time.Time) Decision {
	d := Decision{Phase: p.Scheduled(report, at), Hold: p.HoldOf(who, at), Successor: p.Successor}
	if d.Hold != nil {
		d.Phase = d.Hold.Phase
	}
	if s.Paused {
		d.Phase = min(d.Phase, PhaseAnnounce)
	}
	if report != "" && !isReport(report) {
		return d
	}
	switch d.Phase {
	case PhaseBrownout:
		if d.Window = p.open(s, at); d.Window != nil {
			d.Status = cmp.Or(p.BrownoutStatus, http.StatusServiceUnavailable)
		}
	case PhaseRetired:
		d.Retired, d.Status = true, http.StatusGone
	}
	return d
}

// Scheduled gives a report's phase by its schedule alone, for the report of Decide.
func (p *Plan) Scheduled(report string, at time.Time) Phase {
	if report == "" {
		least := PhaseRetired
		for _, r := range translate.Reports() {
			least = min(least, p.Scheduled(r.Name, at))
		}
		return least
	}
	phase := PhaseObserve
	for _, step := range p.steps(report) {
		if at.Before(step.From) {
			break
		}
		phase = step.Phase
	}
	return phase
}

// Next gives the step of a report's schedule that follows an instant; nil if there is none.
func (p *Plan) Next(report string, at time.Time) *Step {
	for _, step := range p.steps(report) {
		if at.Before(step.From) {
			return &step
		}
	}
	return nil
}

func (p *Plan) steps(report string) []Step {
	if isReport(report) {
		if steps, ok := p.Reports[report]; ok {
			return steps
		}
	}
	return p.Reports[Others]
}

func isReport(name string) bool {
	_, ok := translate.ReportNamed(name)
	return ok
}

// HoldOf gives the hold that a client is under; nil if there is none.
func (p *Plan) HoldOf(who Who, at time.Time) *Agreement {
	for i := range p.Agreements {
		if a := &p.Agreements[i]; a.Lasts(at) && a.Fits(who) {
			return a
		}
	}
	return nil
}

// AgreementOf gives the first agreement that fits a client and names its owner; else the first that fits at all, nil if
// none does.
func (p *Plan) AgreementOf(who Who) *Agreement {
	var first *Agreement
	for i := range p.Agreements {
		a := &p.Agreements[i]
		if !a.Fits(who) {
			continue
		}
		if a.Owner != "" {
			return a
		}
		if first == nil {
			first = a
		}
	}
	return first
}

// WindowAt gives the brownout whose time an instant falls into, stopped or not; nil if there is none.
func (p *Plan) WindowAt(at time.Time) *Window {
	for i := range p.Brownouts {
		if w := &p.Brownouts[i]; w.Holds(at) {
			return w
		}
	}
	return nil
}

// open gives the brownout that an instant falls into, unless it was stopped.
func (p *Plan) open(s *State, at time.Time) *Window {
	if w := p.WindowAt(at); w != nil && !s.Stopped(w.From) {
		return w
	}
	return nil
}

// Stopped says whether the brownout that begins at an instant was stopped ahead of its time.
func (s *State) Stopped(window time.Time) bool {
	for i := range s.Stops {
		if s.Stops[i].Window.Equal(window) {
			return true
		}
	}
	return false
}

// Acts says whether the plan can ever do more than observe: a schedule or a hold names another phase.
func (p *Plan) Acts() bool {
	for _, steps := range p.Reports {
		for _, step := range steps {
			if step.Phase > PhaseObserve {
				return true
			}
		}
	}
	for i := range p.Agreements {
		if a := &p.Agreements[i]; a.Held && a.Phase > PhaseObserve {
			return true
		}
	}
	return false
}
