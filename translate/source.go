package translate

import (
	"fmt"
	"time"
)

// Window is a reporting period of Graph's report, in days back from its refresh date.
type Window int

// The four windows that Graph knows; nothing else is accepted (microsoft-graph-docs, reportroot-getskypeforbusinesspeertopeeractivityminutecounts).
const (
	D7   Window = 7
	D30  Window = 30
	D90  Window = 90
	D180 Window = 180
)

// String gives the value of Graph's period parameter: D7, D30, D90, D180.
func (w Window) String() string { return fmt.Sprintf("D%d", int(w)) }

// Download is one answer of Graph's report.
type Download struct {
	Window  Window
	Refresh Day          // Report Refresh Date: the newest day with complete data; meaningless when Days is empty
	Days    []DayMinutes // ascending, no day twice; empty for a header-only report
	Fetched time.Time    // when the download ended
	Calls   int          // report calls (HTTP requests to Graph's report endpoint) that it took
}

// Fault is the kind of a failed fetch: what the keeper and the operator must know to act.
type Fault string

// The faults. Only Throttled, Unreachable and Incident are expected to pass by themselves.
const (
	FaultThrottled    Fault = "throttled"      // Graph said 429 (or 503 with Retry-After); Wait says how long
	FaultNotPermitted Fault = "not-permitted"  // token accepted, permission missing or not consented; Permission names it
	FaultTenant       Fault = "unknown-tenant" // Entra ID or Graph does not know the tenant
	FaultCredential   Fault = "credential"     // Entra ID refused the credential; Code has the AADSTS number
	FaultUnreachable  Fault = "unreachable"    // DNS, TCP, proxy, TLS or a 5xx: Stage says which
	FaultIncident     Fault = "incident"       // an error of the service with a valid token (GRAPH 2.3 MissingCredentials)
	FaultUnreadable   Fault = "unreadable"     // what came is not the report: Line names the offending line, 0 if the whole
	FaultGone         Fault = "gone"           // the report does not exist any more (404, 410, function not found)
	FaultConfig       Fault = "configuration"  // the credential or cloud cannot even be built
)

// Stage is where on the way to the report a fault arose; `rwsgate check` lists them in this order.
type Stage string

// The stages of a fetch, in order.
const (
	StageDNS      Stage = "dns"
	StageTCP      Stage = "tcp"
	StageProxy    Stage = "proxy"
	StageTLS      Stage = "tls"
	StageToken    Stage = "token"
	StageConsent  Stage = "consent"
	StageReport   Stage = "report"
	StageDownload Stage = "download"
)

// SourceError is a failed fetch. Its text is made by us and holds no secret, token, path or upstream body, so that it
// may be logged and shown to an operator; it is never shown to a legacy client.
type SourceError struct {
	Fault      Fault
	Stage      Stage
	Host       string        // host that was asked, if known
	Status     int           // HTTP status, 0 if none
	Code       string        // AADSTS7000215, S2SUnauthorized …: letters and digits only
	Wait       time.Duration // FaultThrottled: how long to stay away, 0 if Graph did not say
	Permission string        // FaultNotPermitted: the missing permission
	Line       int           // FaultUnreadable: line of the CSV, from 1; 0 if none
	Reason     string        // one safe sentence: what was wrong
	Mend       string        // one sentence: what the operator can do
	RequestID  string        // Graph's request-id or Entra's trace id, if one was given
	Calls      int           // report calls made before giving up: they count against budget and limit
}

// Error says what was wrong, where.
func (e *SourceError) Error() string {
	s := string(e.Stage) + ": " + e.Reason
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	return s
}

// SourceState is what is known of a tenant's source (DESIGN "Source state").
type SourceState string

// The source states.
const (
	SourceUnknown     SourceState = "unknown" // never asked
	SourceLive        SourceState = "live"
	SourceZeros       SourceState = "zeros" // Since says the first day of the zeros
	SourceHeaderOnly  SourceState = "header-only"
	SourceRefused     SourceState = "refused"
	SourceNoTenant    SourceState = "unknown-tenant"
	SourceUnreachable SourceState = "unreachable"
	SourceGone        SourceState = "gone"
)

// Refresh is the stored state of a tenant's refreshing: it survives a restart, so that a restart is no reason to fetch.
type Refresh struct {
	Due         time.Time   // next planned fetch
	NotBefore   time.Time   // back-off or Retry-After: no fetch before
	LastTry     time.Time   // zero: never
	LastSuccess time.Time   // zero: never
	LastFull    time.Time   // last D180 that succeeded
	Failures    int         // in a row
	Calls       []time.Time // report calls of the last 24 h, ascending
	RefreshDate Day         // Graph's own refresh date of the last success
	State       SourceState
	Since       Day       // with SourceZeros: first day of the zeros known
	LastError   string    // SourceError text of the last failure, empty after a success
	Stalled     time.Time // since when RefreshDate has not moved; zero if it moves
}

// Snapshot is a tenant's history as the store has it, at one version.
type Snapshot struct {
	History History
	Version int64     // grows with every committed change of the tenant's data; 0: nothing stored
	Stored  time.Time // commit time of Version; the `updated` of feeds
	Refresh Refresh
}

// Change counts what a merge or an import did to a history.
type Change struct {
	Added, Corrected, Same, Refused int
}
