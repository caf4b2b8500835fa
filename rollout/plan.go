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

// Step is the beginning of a phase.
type Step struct {
	From  time.Time
	Phase Phase
}

// Window is a planned brownout, half-open. Zone is the name of the time zone that it was planned in.
type Window struct {
	From, Until time.Time
	Zone        string
}

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
}

// Plan is the rollout as it is configured. It is read-only once made.
type Plan struct {
	Successor      string
	Deprecation    time.Time // zero: Microsoft's own date, 2018-01-29
	Sunset         time.Time // zero: not known
	Reports        map[string][]Step
	Brownouts      []Window // by time, not overlapping
	BrownoutStatus int      // 0: 503
	Agreements     []Agreement
}

// Who is a client as the gateway sees it in a request.
type Who struct {
	Principal string // in lower case; what it claims if Claimed
	Claimed   bool
	Agent     string // raw User-Agent
	Address   netip.Addr
}
