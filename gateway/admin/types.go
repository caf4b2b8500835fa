package admin

import (
	"time"

	"rwsgate/translate"
)

// Tenant is what an operator wants to know of one tenant.
type Tenant struct {
	Name     string   `json:"name"`
	ID       string   `json:"id"`
	Method   string   `json:"rebucket"`
	Source   Source   `json:"source"`
	Coverage Coverage `json:"coverage"`
	Changes  Changes  `json:"corrections"`
	Refresh  Refresh  `json:"refresh"`
}

// Source is the state of a tenant's upstream report.
type Source struct {
	State  translate.SourceState `json:"state"`
	Since  string                `json:"since,omitempty"` // first day of the zeros
	Reason string                `json:"reason,omitempty"`
	Mend   string                `json:"mend,omitempty"`
}

// Coverage is the known part of a tenant's history: its UTC days, and apart from them what was imported of the retired
// service.
type Coverage struct {
	First      string `json:"first,omitempty"` // UTC day, as Last
	Last       string `json:"last,omitempty"`
	Days       int    `json:"days"` // UTC days
	SavedFirst string `json:"saved_first,omitempty"`
	SavedLast  string `json:"saved_last,omitempty"`
	SavedDays  int    `json:"saved_days,omitempty"` // or the parts of them that are kept
	Totals     int    `json:"totals,omitempty"`     // imported weeks and months
	Holes      []Hole `json:"holes"`
	Stored     string `json:"stored,omitempty"` // when the newest change was committed
}

// Hole is a run of days inside a history of which neither a UTC day nor a saved day is known.
type Hole struct {
	First string `json:"first"`
	Last  string `json:"last"`
	Days  int    `json:"days"`
}

// Changes are the values of a history that later ones replaced.
type Changes struct {
	Count  int          `json:"count"`
	Latest []Correction `json:"latest"` // newest first
}

// Correction is one replaced value, in minutes.
type Correction struct {
	What     string `json:"what"` // a UTC date, or the interval or period of an imported value
	OldAudio int64  `json:"old_audio"`
	OldVideo int64  `json:"old_video"`
	NewAudio int64  `json:"new_audio"`
	NewVideo int64  `json:"new_video"`
	Source   string `json:"source"` // of the new value
	At       string `json:"at"`
}

// Refresh is how a tenant's history is kept fresh.
type Refresh struct {
	LastTry     string `json:"last_try,omitempty"`
	LastSuccess string `json:"last_success,omitempty"`
	RefreshDate string `json:"refresh_date,omitempty"` // Graph's own
	Due         string `json:"due,omitempty"`
	NotBefore   string `json:"not_before,omitempty"`
	Stalled     string `json:"stalled_since,omitempty"` // since when the refresh date has not moved
	Failures    int    `json:"failures"`
	CallsToday  int    `json:"report_calls_24h"`
	Pending     bool   `json:"pending,omitempty"`     // a download waits for the store
	StoreError  string `json:"store_error,omitempty"` // why the store did not take or give what was last tried
}

// Expiry is something that works no longer after a moment: a credential, or the legacy listener's certificate.
type Expiry struct {
	Tenant string `json:"tenant,omitempty"` // empty: the listener's
	What   string `json:"what"`
	At     string `json:"at"`
	State  string `json:"state"` // ok, soon (30 days), over
	Mend   string `json:"mend"`
}

// Outcome is what a refresh on demand did for one tenant.
type Outcome struct {
	Tenant  string                `json:"tenant"`
	Window  string                `json:"window,omitempty"`
	State   translate.SourceState `json:"state,omitempty"`
	Days    int                   `json:"days"`
	Added   int                   `json:"added"`
	Changed int                   `json:"corrected"`
	Calls   int                   `json:"report_calls"`
	Error   string                `json:"error,omitempty"`
	Mend    string                `json:"mend,omitempty"`
}

// Reloaded is what a reload did.
type Reloaded struct {
	Generation   int64    `json:"generation"`
	Changed      []string `json:"changed"`       // keys
	NeedsRestart []string `json:"needs_restart"` // sentences
}

// Stamp writes a time for JSON, empty for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
