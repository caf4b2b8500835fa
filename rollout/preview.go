package rollout

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"rwsgate/translate"
)

// Preview says who would break at an instant, by the plan as it is configured. Pausing and stops are ignored: nobody
// knows today what will be paused then.
type Preview struct {
	At     time.Time `json:"at"`
	Paused bool      `json:"paused"` // the rollout is paused now; the preview looks past it
	// Reports are the phases for clients without a hold.
	Reports []ReportPhase `json:"reports"`
	Breaks  []Break       `json:"breaks"` // by time, owner and name
	Spared  []Spared      `json:"spared"` // by a hold that lasts then
}

// Break is a client and a report of it that fail at the instant, or failed in a brownout before it.
type Break struct {
	Tenant     string    `json:"tenant"`
	TenantName string    `json:"tenant_name,omitempty"`
	Client     string    `json:"client"` // Usage.Client
	Name       string    `json:"name"`
	Owner      string    `json:"owner,omitempty"`
	Report     string    `json:"report"`
	Phase      Phase     `json:"phase"` // at the instant
	Since      time.Time `json:"since"` // first failure by the plan: the start of the phase, or of the first brownout in it
	Now        bool      `json:"now"`   // fails at the instant itself; else only in the brownouts
	Rhythm     Rhythm    `json:"rhythm"`
	Standing   Standing  `json:"standing"`
	NextDue    time.Time `json:"next_due,omitzero"` // first turn after Since; zero: not known
}

// Spared is a client that a hold keeps from failing.
type Spared struct {
	Name      string    `json:"name"`
	Owner     string    `json:"owner,omitempty"`
	Agreement string    `json:"agreement"`
	Until     time.Time `json:"until"`
}

// ParseAt reads the instant of a preview: a timestamp, or a date, which means its last second in UTC.
func ParseAt(text string) (time.Time, error) {
	if d, err := translate.ParseDay(text); err == nil {
		return (d + 1).UTC().Add(-time.Second), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, errAt
}

var errAt = errors.New("is neither a date such as 2027-06-30 nor a time such as 2027-06-30T09:00:00Z")

// NewPreview looks at an instant for all clients of the ledger and the reports that they ever asked for. Clients that
// are quiet today are named too: a yearly one may be among them.
func NewPreview(p *Plan, s State, tenants map[string]string, sums []Sums, at, now time.Time) Preview {
	v := &view{plan: p, state: s, tenants: tenants, at: now, successors: map[string]translate.Successor{}}
	v.findBeyond(sums)
	out := Preview{At: at, Paused: s.Paused, Reports: []ReportPhase{}, Breaks: []Break{}, Spared: []Spared{}}
	for _, r := range translate.Reports() {
		out.Reports = append(out.Reports, p.reportPhase(&State{}, r.Name, at))
	}
	for i := range sums {
		v.previewClient(&out, &sums[i])
	}
	slices.SortStableFunc(out.Breaks, func(a, b Break) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Report, b.Report))
	})
	slices.SortStableFunc(out.Spared, func(a, b Spared) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func (v *view) previewClient(out *Preview, s *Sums) {
	who, c := whoOf(&s.Usage), v.client(s)
	breaking := slices.ContainsFunc(s.Reports, func(r ReportUsage) bool {
		return isReport(r.Report) && v.plan.Scheduled(r.Report, out.At) >= PhaseBrownout
	})
	if hold := v.plan.HoldOf(who, out.At); breaking && hold != nil && hold.Phase < PhaseBrownout {
		out.Spared = append(out.Spared, Spared{c.Name, c.Owner, hold.Name, hold.Until})
	}
	for _, r := range s.Reports {
		if !isReport(r.Report) {
			continue
		}
		since, failing := v.plan.breaks(r.Report, who, out.At)
		if since.IsZero() {
			continue
		}
		b := Break{Tenant: s.Tenant, TenantName: c.TenantName, Client: s.Client, Name: c.Name, Owner: c.Owner, Report: r.Report, Since: since, Now: failing,
			Phase: v.plan.Decide(&State{}, r.Report, who, out.At).Phase, Rhythm: c.Rhythm, Standing: c.Standing}
		if !c.Beyond {
			b.NextDue = nextAfter(s.Days, later(since, v.at))
		}
		out.Breaks = append(out.Breaks, b)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nextAfter gives the start of the first day on or after an instant's on which a client should call; zero: not known.
func nextAfter(days []translate.Day, at time.Time) time.Time {
	f := Foretell(days, at)
	if f.NextDue == 0 {
		return time.Time{}
	}
	// NextDue may lie within its tolerance before the instant; the turn after it is that of a client that called then.
	for range 2 {
		if f.NextDue >= translate.DayOf(at) {
			return f.NextDue.UTC()
		}
		f = Foretell(append(slices.Clone(days), f.NextDue), at)
	}
	return f.NextDue.UTC()
}

// breaks says since when a report of a client fails, as seen from an instant: since the client's phase became retired
// for good, or else since the first brownout of its phase; zero: it does not. Failing says whether it fails at the
// instant itself.
func (p *Plan) breaks(report string, who Who, at time.Time) (since time.Time, failing bool) {
	none := State{}
	now := p.Decide(&none, report, who, at)
	if now.Phase < PhaseBrownout {
		return time.Time{}, false
	}
	for _, t := range slices.Backward(p.moments(report, who, at)) {
		d := p.Decide(&none, report, who, t)
		if d.Phase < PhaseBrownout {
			break
		}
		if d.fails() {
			since = t
		}
	}
	return since, now.fails()
}

func (d *Decision) fails() bool { return d.Window != nil || d.Retired }

// moments gives the instants, ascending and not after one, at which a client's fate can change.
func (p *Plan) moments(report string, who Who, at time.Time) []time.Time {
	var all []time.Time
	add := func(t time.Time) {
		if !t.After(at) {
			all = append(all, t)
		}
	}
	for _, s := range p.steps(report) {
		add(s.From)
	}
	for i := range p.Brownouts {
		add(p.Brownouts[i].From)
	}
	for i := range p.Agreements {
		if a := &p.Agreements[i]; a.Held && a.Fits(who) {
			add(a.Until)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}
