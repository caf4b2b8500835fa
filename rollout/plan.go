package rollout

import (
	"net/netip"
	"time"
)

// Phase is a stage of the rollout; later phases are greater.
type Phase uint8

// The phases in their order.
const (
	PhaseObserve  Phase = iota // calls are counted, nothing else
	PhaseAnnounce              // headers on every answer
	PhaseBrownout              // headers, and an error document in the windows
	PhaseRetired               // the error document, for good
)

var phaseNames = [...]string{"observe", "announce", "brownout", "retired"}

// String gives the name of the phase, as in the configuration.
func (p Phase) String() string { return phaseNames[min(int(p), len(phaseNames)-1)] }

// MarshalText gives the name of the phase.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the name of a phase.
func (p *Phase) UnmarshalText(b []byte) error {
	for i, name := range phaseNames {
		if name == string(b) {
			*p = Phase(i)
			return nil
		}
	}
	return errPhase
}

// Step is the beginning of a phase.
type Step struct {
	From  time.Time
	Phase Phase
}

// Window is a planned brownout, half-open. Its times are on the clock of the zone that it was planned in, Zone is the
// name of that zone.
type Window struct {
	From, Until time.Time
	Zone        string
}

// Holds says whether an instant lies in the window.
func (w *Window) Holds(at time.Time) bool { return !at.Before(w.From) && at.Before(w.Until) }

// Agreement is what is agreed with the clients that its patterns name: an owner, a hold, a delay of dates.
type Agreement struct {
	Name      string // its patterns: "principal etl@*, agent o365rwsclient*"
	Match     func(principal, agent string, address netip.Addr) bool
	Owner     string
	Reason    string
	Held      bool      // Phase counts for the client until Until, whatever its report's phase
	Phase     Phase     // of a hold
	Until     time.Time // end of a hold
	DateDelay int       // days
	Gone      time.Time // since when the clients are switched off, as their owner says; zero: nobody said so
}

// Lasts says whether the agreement is a hold that has not expired.
func (a *Agreement) Lasts(at time.Time) bool { return a.Held && at.Before(a.Until) }

// Fits says whether the agreement is about a client.
func (a *Agreement) Fits(who Who) bool {
	return a.Match != nil && a.Match(who.Principal, who.Agent, who.Address)
}

// Others names, as in the configuration, the schedule of every report without one of its own. As the report of a
// decision it stands for what is no report: a set that is not served, a request whose sender is not known.
const Others = "*"

// Plan is the rollout as it is configured. It is read-only once made.
type Plan struct {
	Successor      string
	Deprecation    time.Time         // zero: Microsoft's own date, 2018-01-29
	Sunset         time.Time         // zero: not known
	Reports        map[string][]Step // by report, and Others; by time
	Brownouts      []Window          // by time, not overlapping
	BrownoutStatus int               // 0: 503
	KeepBrownouts  bool              // a client that was never seen before does not stop a window
	Agreements     []Agreement
}

// Who is a client as the gateway sees it in a request.
type Who struct {
	Principal string // in lower case; what it claims if Claimed
	Claimed   bool
	Agent     string // raw User-Agent
	Address   netip.Addr
}
