package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Coverage is what is known of a tenant's data.
type Coverage struct {
	Tenant string `json:"tenant"` // name
	State  string `json:"state"`  // of the source
	First  string `json:"first,omitempty"`
	Last   string `json:"last,omitempty"` // newest known day, a UTC day or an imported one
	Days   int    `json:"days"`           // UTC days
	// Imports of the retired service: daily rows, and weeks and months.
	SavedDays int       `json:"saved_days,omitempty"`
	Totals    int       `json:"totals,omitempty"`
	Holes     int       `json:"holes"`
	Asked     time.Time `json:"asked,omitzero"` // when Graph was last asked with success
}

// Criterion is one of the conditions under which it is safe to stop.
type Criterion struct {
	Name   string `json:"name"`
	Met    bool   `json:"met"`
	Detail string `json:"detail"` // one sentence
}

// Evidence is a dated report on whether the legacy service can be switched off.
type Evidence struct {
	At        time.Time          `json:"at"`
	Met       bool               `json:"met"` // all criteria are
	Criteria  []Criterion        `json:"criteria"`
	Standings map[string]int     `json:"standings"`
	Clients   []ClientEvidence   `json:"clients"` // those that stand in the way first
	Brownouts []BrownoutEvidence `json:"brownouts"`
	Holds     []Hold             `json:"holds"`
	Coverage  []Coverage         `json:"coverage"`
	Risks     []string           `json:"risks"`
	Unknown   []string           `json:"unknown"` // what nobody can know from these records
}

// ClientEvidence is what is known of one client.
type ClientEvidence struct {
	Name      string           `json:"name"`
	Tenant    string           `json:"tenant"` // name, else id
	Owner     string           `json:"owner,omitempty"`
	Standing  Standing         `json:"standing"`
	Retired   bool             `json:"retired"` // all reports are, for it
	Blocks    bool             `json:"blocks"`  // it stands in the way
	Rhythm    Rhythm           `json:"rhythm"`
	First     time.Time        `json:"first"`
	Last      time.Time        `json:"last"`
	NextDue   time.Time        `json:"next_due,omitzero"`
	QuietFrom time.Time        `json:"quiet_from,omitzero"`
	Phases    map[string]Phase `json:"phases"`
	Effects   map[string]int   `json:"effects"` // of brownouts, by effect
}

// BrownoutEvidence is one brownout without its clients.
type BrownoutEvidence struct {
	From   time.Time      `json:"from"`
	Until  time.Time      `json:"until"`
	Zone   string         `json:"zone"`
	State  string         `json:"state"`
	Counts map[string]int `json:"counts"`
}

// EvidenceOptions are what the judgement needs beside the overview.
type EvidenceOptions struct {
	Coverage  []Coverage
	Retention time.Duration // of the ledger; 0: 25 months
	Newcomers time.Duration // how long nobody unknown may have called; 0: 30 days
	Stale     time.Duration // how old the newest known day of a tenant may be; 0: 12 days
}

// brownoutLengths are the brownouts that lead to the end.
var brownoutLengths = []time.Duration{3 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// NewEvidence judges an overview.
func NewEvidence(o Overview, e EvidenceOptions) Evidence {
	e.Retention = cmp.Or(e.Retention, defaultRetention)
	e.Newcomers = cmp.Or(e.Newcomers, 30*24*time.Hour)
	e.Stale = cmp.Or(e.Stale, 12*24*time.Hour)
	out := Evidence{At: o.At, Standings: o.Standings, Clients: []ClientEvidence{}, Brownouts: []BrownoutEvidence{}, Holds: o.Holds,
		Coverage: append([]Coverage{}, e.Coverage...), Risks: []string{}, Unknown: []string{}}
	for i := range o.Brownouts {
		b := &o.Brownouts[i]
		out.Brownouts = append(out.Brownouts, BrownoutEvidence{b.From, b.Until, b.Zone, b.State, b.Counts})
	}
	out.clients(&o)
	out.Criteria = []Criterion{out.over(), holdsOver(&o), nobodyUnknown(&o, e.Newcomers), out.rehearsed(), notPaused(&o), out.covered(e.Stale), nobodyBeyond(&o)}
	out.Met = !slices.ContainsFunc(out.Criteria, func(c Criterion) bool { return !c.Met })
	out.risks(&o, e)
	return out
}

// Unmet says how many of the criteria are not met.
func (out *Evidence) Unmet() string {
	n := 0
	for _, c := range out.Criteria {
		n += int(one(!c.Met))
	}
	return fmt.Sprintf("%d of %d criteria %s not met", n, len(out.Criteria), verb(n, "is", "are"))
}

func (out *Evidence) clients(o *Overview) {
	effects := map[[2]string]map[string]int{}
	for i := range o.Brownouts {
		for _, e := range o.Brownouts[i].Effects {
			id := [2]string{e.Tenant, e.Client}
			if effects[id] == nil {
				effects[id] = map[string]int{}
			}
			effects[id][e.Effect]++
		}
	}
	for i := range o.Clients {
		c := &o.Clients[i]
		known := effects[[2]string{c.Tenant, c.Client}]
		if known == nil {
			known = map[string]int{}
		}
		retired := len(c.Phases) > 0
		for _, p := range c.Phases {
			retired = retired && p == PhaseRetired
		}
		out.Clients = append(out.Clients, ClientEvidence{
			Name: c.Name, Tenant: cmp.Or(c.TenantName, c.Tenant, "none"), Owner: c.Owner, Standing: c.Standing, Retired: retired,
			Blocks: !retired && c.Standing != StandingQuiet && c.Standing != StandingRetirable,
			Rhythm: c.Rhythm, First: c.First, Last: c.Last, NextDue: c.NextDue, QuietFrom: c.QuietFrom, Phases: c.Phases, Effects: known,
		})
	}
	slices.SortStableFunc(out.Clients, func(a, b ClientEvidence) int { return int(one(b.Blocks) - one(a.Blocks)) })
}

// over: every client is quiet, retirable or retired.
func (out *Evidence) over() Criterion {
	c := Criterion{Name: "every client is quiet, retirable or retired"}
	left := 0
	for i := range out.Clients {
		left += int(one(out.Clients[i].Blocks))
	}
	c.Met = left == 0
	c.Detail = fmt.Sprintf("%d of %s still %s.", left, count(len(out.Clients), "client"), verb(left, "calls", "call"))
	return c
}

func holdsOver(o *Overview) Criterion {
	c := Criterion{Name: "no hold is in force"}
	var names []string
	for _, h := range o.Holds {
		if !h.Expired {
			names = append(names, fmt.Sprintf("%s until %s", h.Name, h.Until.UTC().Format(time.DateOnly)))
		}
	}
	c.Met = len(names) == 0
	c.Detail = "None is."
	if !c.Met {
		c.Detail = count(len(names), "hold") + ": " + strings.Join(names, "; ") + "."
	}
	return c
}

func nobodyUnknown(o *Overview, within time.Duration) Criterion {
	c := Criterion{Name: fmt.Sprintf("nobody unknown called in %d days", int(within.Hours()/24))}
	since, unowned, fresh := o.At.Add(-within), 0, 0
	for i := range o.Clients {
		x := &o.Clients[i]
		if x.First.After(since) {
			fresh++
		} else if x.Owner == "" && x.Last.After(since) {
			unowned++
		}
	}
	c.Met = unowned+fresh == 0
	c.Detail = fmt.Sprintf("%s without an owner called, and %s that %s never seen before.",
		count(unowned, "client"), count(fresh, "client"), verb(fresh, "was", "were"))
	return c
}

// rehearsed: brownouts of all lengths were held to their end.
func (out *Evidence) rehearsed() Criterion {
	c := Criterion{Name: "brownouts of 3 h, 12 h and 24 h were held"}
	var done, missing []string
	for _, length := range brownoutLengths {
		name := fmt.Sprintf("%.0f h", length.Hours())
		held := slices.ContainsFunc(out.Brownouts, func(b BrownoutEvidence) bool {
			return b.State == BrownoutOver && b.Until.Sub(b.From) >= length
		})
		if held {
			done = append(done, name)
		} else {
			missing = append(missing, name)
		}
	}
	c.Met = len(missing) == 0
	switch {
	case c.Met:
		c.Detail = "All were, none of them stopped or paused."
	case len(done) == 0:
		c.Detail = "None of these lengths was held to its end."
	default:
		c.Detail = "Held: " + strings.Join(done, ", ") + "; not held to the end: " + strings.Join(missing, ", ") + "."
	}
	return c
}

func notPaused(o *Overview) Criterion {
	c := Criterion{Name: "the rollout is not paused", Met: !o.State.Paused, Detail: "It is not."}
	if o.State.Paused {
		c.Detail = fmt.Sprintf("It is paused since %s.", o.State.Since.UTC().Format(time.DateOnly))
		if o.State.Reason != "" {
			c.Detail += " Reason: " + o.State.Reason + "."
		}
	}
	return c
}

// covered: empty answers prove nothing where the data is missing.
func (out *Evidence) covered(stale time.Duration) Criterion {
	c := Criterion{Name: "the data of every tenant is known, so that an empty answer means something"}
	var bad []string
	oldest := out.At.Add(-stale).UTC().Format(time.DateOnly)
	for _, t := range out.Coverage {
		switch {
		case t.Last == "" && t.Totals > 0:
			bad = append(bad, fmt.Sprintf("%s has no day, only %s (%s)", t.Tenant, count(t.Totals, "total"), cmp.Or(t.State, "state unknown")))
		case t.Last == "":
			bad = append(bad, t.Tenant+" has no history ("+cmp.Or(t.State, "state unknown")+")")
		case t.Last < oldest:
			bad = append(bad, t.Tenant+" is known to "+t.Last+" only ("+cmp.Or(t.State, "state unknown")+")")
		}
	}
	c.Met = len(bad) == 0 && len(out.Coverage) > 0
	switch {
	case len(out.Coverage) == 0:
		c.Detail = "No tenant is known."
	case c.Met:
		c.Detail = "It is."
	default:
		c.Detail = strings.Join(bad, "; ") + "."
	}
	return c
}

func nobodyBeyond(o *Overview) Criterion {
	c := Criterion{Name: "the ledger told all clients apart", Met: o.Beyond == 0, Detail: "It did."}
	if o.Beyond > 0 {
		c.Detail = "It did not: some calls are counted for clients beyond its bound, of whom nothing is known."
	}
	return c
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func verb(n int, single, plural string) string {
	if n == 1 {
		return single
	}
	return plural
}
