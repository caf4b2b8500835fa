package rollout

import "time"

// State is what operators, or the gateway itself, did to the plan. It is stored, so it survives a restart and reaches
// every replica.
type State struct {
	Paused bool      `json:"paused"`
	Since  time.Time `json:"since,omitzero"`
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Stops  []Stop    `json:"stops"`  // newest first
	Pauses []Pause   `json:"pauses"` // that are over, newest first
}

// Pause is a pause that is over, half-open.
type Pause struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

// Stop is the end of a brownout's window ahead of its time, because a client was met that had never called before.
type Stop struct {
	Window time.Time `json:"window"` // its From
	At     time.Time `json:"at"`
	Client string    `json:"client"` // principal and agent family
	Report string    `json:"report"`
}

// Overview is the whole rollout at one moment: GET /api/rollout, the status page, the digest and the evidence show it.
type Overview struct {
	At          time.Time      `json:"at"`
	State       State          `json:"state"`
	Successor   string         `json:"successor,omitempty"`
	Deprecation time.Time      `json:"deprecation,omitzero"`
	Sunset      time.Time      `json:"sunset,omitzero"`
	Reports     []ReportPhase  `json:"reports"`
	Brownouts   []Brownout     `json:"brownouts"` // by time
	Holds       []Hold         `json:"holds"`
	Clients     []Client       `json:"clients"`   // by tenant, owner and name
	Standings   map[string]int `json:"standings"` // clients by Standing, every standing named
	Ownerless   int            `json:"without_owner"`
	// Beyond are those of Clients that stand for several whom the ledger had no room to tell apart: nothing is foretold
	// of them, and they are never quiet nor retirable.
	Beyond      int       `json:"beyond_bound"`
	RecentSince time.Time `json:"recent_since"` // begin of Client.Recent
}

// ReportPhase is the phase of a report for clients without a hold.
type ReportPhase struct {
	Report    string    `json:"report"`
	Phase     Phase     `json:"phase"`          // in force, after a pause
	Scheduled Phase     `json:"scheduled"`      // without it
	Next      *NextStep `json:"next,omitempty"` // nil: nothing follows
}

// NextStep is a phase to come.
type NextStep struct {
	From  time.Time `json:"from"`
	Phase Phase     `json:"phase"`
}

// The states of a brownout.
const (
	BrownoutPlanned     = "planned"
	BrownoutRunning     = "running"
	BrownoutStopped     = "stopped" // ended ahead of time, see State.Stops
	BrownoutPaused      = "paused"  // its time is now, but the rollout is paused
	BrownoutOver        = "over"
	BrownoutInterrupted = "interrupted" // over, but the rollout was paused for a part of it
)

// Brownout is a window with what it did.
type Brownout struct {
	From    time.Time        `json:"from"`
	Until   time.Time        `json:"until"`
	Zone    string           `json:"zone"`
	State   string           `json:"state"`
	Effects []BrownoutEffect `json:"effects"` // of the clients that were known when it began
	Counts  map[string]int   `json:"counts"`  // of Effects; every effect is named
}

// The effects of a brownout on a client.
const (
	EffectAway    = "failed and stayed away"
	EffectRetried = "failed and retried until served" // nobody noticed
	EffectFailing = "failed"                          // too early to say which of the two
	EffectServed  = "called and was served"           // under a hold, or of a report in another phase
	EffectNever   = "never called"
)

// BrownoutEffect is what a brownout did to one client.
type BrownoutEffect struct {
	Tenant string    `json:"tenant"`
	Client string    `json:"client"` // Usage.Client
	Name   string    `json:"name"`
	Owner  string    `json:"owner,omitempty"`
	Effect string    `json:"effect"`
	Failed int64     `json:"failed"` // calls
	First  time.Time `json:"first_failure,omitzero"`
	Last   time.Time `json:"last_failure,omitzero"`
	Served time.Time `json:"served_again,omitzero"`
}

// Hold is an agreement that holds clients in a phase.
type Hold struct {
	Name    string    `json:"name"`
	Owner   string    `json:"owner"`
	Reason  string    `json:"reason"`
	Phase   Phase     `json:"phase"`
	Until   time.Time `json:"until"`
	Expired bool      `json:"expired"`
	Clients []string  `json:"clients"` // names of those that it fits, as far as the ledger knows
}

// Standing says where a client is on its way out.
type Standing string

// The standings. Exactly one is true of a client: the first of them that fits.
const (
	StandingNew       Standing = "new"       // first seen within the last week
	StandingRetirable Standing = "retirable" // only ever got empty feeds of days that were covered, see Sums
	StandingQuiet     Standing = "quiet"     // missed two of its turns, see Foretell; or its owner says so, see Agreement.Gone
	StandingOverdue   Standing = "overdue"   // missed one
	StandingActive    Standing = "active"
)

// Rhythm is how often a client calls.
type Rhythm string

// The rhythms. RhythmUnknown is that of a client that has not called often enough to tell.
const (
	RhythmUnknown   Rhythm = "unknown"
	RhythmDaily     Rhythm = "daily" // and more often
	RhythmWeekly    Rhythm = "weekly"
	RhythmMonthly   Rhythm = "monthly"
	RhythmQuarterly Rhythm = "quarterly"
	RhythmYearly    Rhythm = "yearly"
)

// Client is one client with all that is known of it.
type Client struct {
	Usage
	Name        string           `json:"name"`                // short, for people: principal (or address) and agent family
	Owner       string           `json:"owner,omitempty"`     // empty: nobody is known
	Agreement   string           `json:"agreement,omitempty"` // name of the one that fits
	Held        bool             `json:"held"`
	Phases      map[string]Phase `json:"phases"` // in force, by report
	Rhythm      Rhythm           `json:"rhythm"`
	NextDue     time.Time        `json:"next_due,omitzero"` // when it should call next; zero: not known
	MissedTurns int              `json:"missed_turns"`
	Standing    Standing         `json:"standing"`
	Queries     []Query          `json:"queries"` // most used first
	TenantName  string           `json:"tenant_name,omitempty"`
	DueWithin   int              `json:"due_within_days"`     // days after NextDue on which it is not late yet
	QuietFrom   time.Time        `json:"quiet_from,omitzero"` // when it is quiet, does it not call until then
	Beyond      bool             `json:"beyond_bound"`        // see Overview.Beyond
	Recent      Tally            `json:"recent"`              // since Overview.RecentSince
}

// Query is one shape of query that a client sends: dates and other values that change from call to call are left out.
type Query struct {
	Legacy     string `json:"legacy"` // CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$format=json
	Calls      int64  `json:"calls"`
	Graph      string `json:"graph"`      // the equivalent Microsoft Graph request; empty if there is none
	PowerShell string `json:"powershell"` // the equivalent line
	Note       string `json:"note,omitempty"`
}
