package config

import "net/netip"

// Rollout is the phased deprecation of the legacy reports.
type Rollout struct {
	Successor      URL               `yaml:"successor" help:"page about the successor, for Link headers and messages"`
	Deprecation    Time              `yaml:"deprecation" help:"when the reports were deprecated, for the Deprecation header"`
	Sunset         Time              `yaml:"sunset" help:"when the reports end, for the Sunset header; it switches nothing by itself"`
	Reports        map[string][]Step `yaml:"reports" help:"phases by report, \"*\" for all others; without any: observe"`
	Brownouts      []Brownout        `yaml:"brownouts"`
	BrownoutStatus int               `yaml:"brownout_status" min:"400" max:"599" help:"HTTP status of an answer in a brownout"`
	BrownoutStop   string            `yaml:"brownout_stop" oneof:"new-client never" help:"what ends a brownout ahead of its time, for all: a call of a client that was never seen before the window began, or nothing"`
	Clients        []Client          `yaml:"clients"`
	Digest         Digest            `yaml:"digest"`
}

// Digest is the weekly report of who still calls: when it is due, and where it goes. It is sent when there is a file or
// a webhook.
type Digest struct {
	Day         Weekday   `yaml:"day" help:"day of the week on which the digest is due: mon to sun"`
	At          ClockTime `yaml:"at" help:"time of that day"`
	Zone        string    `yaml:"zone" help:"time zone of day and at, a Windows or IANA name"`
	File        Path      `yaml:"file" help:"file that holds the newest digest, Markdown; {date} in its name makes one a week"`
	Webhook     Secret    `yaml:"webhook" secret:"yes" help:"address to which the digest is posted, https://…; whoever knows it may post there"`
	WebhookFile Path      `yaml:"webhook_file" help:"file that holds the value of rollout.digest.webhook"`
	Body        string    `yaml:"body" oneof:"text card" help:"what is posted: text for Slack and connectors of Teams, {\"text\": Markdown}, or card for workflows of Teams, an adaptive card"`
}

// Wanted says whether the digest goes anywhere.
func (d *Digest) Wanted() bool { return d.File != "" || !d.Webhook.IsZero() }

// StopNever is the BrownoutStop that keeps windows running.
const StopNever = "never"

// Step is the beginning of a phase of a report; a date begins at 00:00 UTC.
type Step struct {
	From  Time  `yaml:"from" help:"when the phase begins: a date, 00:00 UTC, or a timestamp"`
	Phase Phase `yaml:"phase" help:"observe, announce, brownout or retired"`
}

// Brownout is a planned window in which reports in the phase brownout fail.
type Brownout struct {
	From     LocalTime `yaml:"from" help:"start of the window by the clock of zone: 2027-03-01T09:00"`
	Duration Duration  `yaml:"duration" min:"1m" max:"7d" help:"length of the window: 3h, 12h, 24h"`
	Zone     string    `yaml:"zone" help:"time zone of from, a Windows or IANA name; default UTC"`
}

func (b *Brownout) setDefaults() { b.Zone = "UTC" }

// Client is what is agreed with one client: its owner, a hold (phase, until and reason together), a delay of dates.
type Client struct {
	Match     Match    `yaml:"match"`
	Owner     string   `yaml:"owner" help:"who answers for the client; the digest is grouped by it"`
	Reason    string   `yaml:"reason" help:"why the hold exists"`
	Until     Time     `yaml:"until" help:"when the hold ends"`
	Phase     Phase    `yaml:"phase" help:"phase of the client while the hold lasts, whatever its reports' phase"`
	DateDelay Duration `yaml:"date_delay" min:"0s" max:"60d" help:"move the dates in the client's $filter back by whole days, so that a job asking for yesterday gets each day once, when it is known; never expires"`
	Gone      Time     `yaml:"gone" help:"when the client was switched off, as its owner says: it is quiet from then on, whatever its rhythm, unless it calls"`
}

// Hold says whether the entry holds the client in a phase.
func (c *Client) Hold() bool { return c.Phase != PhaseNone }

// Match names clients; every pattern given must fit. Patterns know * and ?, and no letter case.
type Match struct {
	Principal Glob   `yaml:"principal" help:"pattern of the principal: etl@*"`
	Agent     Glob   `yaml:"agent" help:"pattern of the User-Agent: o365rwsclient*"`
	Address   Prefix `yaml:"address" help:"address or network of the client: 10.0.0.0/8"`
}

// Fits says whether a client is one of those named: every pattern that is given fits.
func (m Match) Fits(principal, agent string, address netip.Addr) bool {
	return (m.Principal.IsZero() || m.Principal.Match(principal)) &&
		(m.Agent.IsZero() || m.Agent.Match(agent)) &&
		(m.Address.IsZero() || address.IsValid() && m.Address.Holds(address))
}

// Phase is a stage of the rollout; later phases are greater.
type Phase int

// The phases in their order. PhaseNone is "not given".
const (
	PhaseNone Phase = iota
	PhaseObserve
	PhaseAnnounce
	PhaseBrownout
	PhaseRetired
)

var phaseNames = []string{"", "observe", "announce", "brownout", "retired"}

// String gives the name of the phase, as in the file.
func (p Phase) String() string {
	if p < 0 || int(p) >= len(phaseNames) {
		return "unknown"
	}
	return phaseNames[p]
}

// MarshalText gives the name of the phase.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the name of a phase.
func (p *Phase) UnmarshalText(b []byte) error {
	for i, name := range phaseNames {
		if i > 0 && name == string(b) {
			*p = Phase(i)
			return nil
		}
	}
	return reason("is no phase: use observe, announce, brownout or retired")
}
