package rollout

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"rwsgate/translate"
)

// newFor is how long a client is new after its first call.
const newFor = 7 * 24 * time.Hour

// maxQueries is the most shapes of a client that are shown.
const maxQueries = 20

// client gives what is to be said of one client.
func (v *view) client(s *Sums) Client {
	c := Client{Usage: s.Usage, Name: nameOf(&s.Usage), Phases: map[string]Phase{}, Queries: []Query{}, Recent: s.Recent, Beyond: s.Agent == OtherAgent,
		Rhythm: RhythmUnknown, TenantName: v.tenants[s.Tenant]}
	if c.Reports == nil {
		c.Reports = []ReportUsage{}
	}
	who := whoOf(&s.Usage)
	if a := v.plan.AgreementOf(who); a != nil {
		c.Agreement, c.Owner = a.Name, a.Owner
	}
	c.Held = v.plan.HoldOf(who, v.at) != nil
	for _, r := range translate.Reports() {
		c.Phases[r.Name] = v.plan.Decide(&v.state, r.Name, who, v.at).Phase
	}
	for _, q := range s.Shapes[:min(maxQueries, len(s.Shapes))] {
		c.Queries = append(c.Queries, v.query(q))
	}
	if c.Beyond {
		c.Standing = StandingActive
		return c
	}
	f := s.foretell(v.at)
	c.Rhythm, c.MissedTurns, c.DueWithin = f.Rhythm, f.MissedTurns, f.Tolerance
	c.NextDue, c.QuietFrom = startOf(f.NextDue), startOf(f.QuietFrom)
	if !f.Quiet && v.gone(who, s.Last) {
		f.Quiet, c.QuietFrom, c.NextDue = true, v.at, time.Time{}
	}
	c.Standing = standingOf(s, f, v.at)
	if (c.Standing == StandingQuiet || c.Standing == StandingRetirable) && v.maybeBeyond(s) {
		c.Standing, c.QuietFrom = StandingOverdue, time.Time{}
	}
	return c
}

// gone says whether the client's owner says that it is switched off, and it has not called since.
func (v *view) gone(who Who, last time.Time) bool {
	return slices.ContainsFunc(v.plan.Agreements, func(a Agreement) bool {
		return !a.Gone.IsZero() && !v.at.Before(a.Gone) && last.Before(a.Gone) && a.Fits(who)
	})
}

// maybeBeyond says whether calls of a client may have been counted for those beyond the ledger's bound: since its last
// call, if it seems to be quiet, or at all, if its answers seem to be empty.
func (v *view) maybeBeyond(s *Sums) bool {
	from := s.Days[len(s.Days)-1]
	if s.Fruitless {
		from = s.Days[0]
	}
	return slices.ContainsFunc(v.beyond, func(b *Sums) bool {
		near := (b.Tenant == s.Tenant || b.Tenant == "") && (b.Principal == "" && b.Address == "" || b.Principal == s.Principal && b.Address == s.Address)
		return near && b.Days[len(b.Days)-1] >= from
	})
}

// startOf gives the start of a UTC day, the zero time for none.
func startOf(d translate.Day) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return d.UTC()
}

// standingOf gives the first standing that fits.
func standingOf(s *Sums, f Forecast, at time.Time) Standing {
	switch {
	case at.Sub(s.First) < newFor:
		return StandingNew
	case s.Fruitless:
		return StandingRetirable
	case f.Quiet:
		return StandingQuiet
	case f.MissedTurns > 0:
		return StandingOverdue
	}
	return StandingActive
}

// nameOf names a client for people.
func nameOf(u *Usage) string {
	name := u.Principal
	switch {
	case name == "":
		name = u.Address
	case u.Claimed && u.Address != "":
		name += " (claimed, from " + u.Address + ")"
	}
	switch {
	case name != "":
		return name + ", " + u.Agent
	case u.Agent == OtherAgent:
		return "clients beyond the ledger's bound"
	}
	return "unknown, " + u.Agent
}

// whoOf gives a client as the plan's patterns look at it: its User-Agent and address as last seen. With hashed
// identities they see the hashes, and the family in place of the agent.
func whoOf(u *Usage) Who {
	address, err := netip.ParseAddr(cmp.Or(u.Address, u.SeenFrom))
	if err != nil {
		address = netip.Addr{}
	}
	return Who{Principal: u.Principal, Claimed: u.Claimed, Agent: cmp.Or(u.UserAgent, u.Agent), Address: address}
}

// query gives a shape with what takes its place at Microsoft Graph; empty for a shape that is cut, or of others.
func (v *view) query(s Shaped) Query {
	q := Query{Legacy: s.Query, Calls: s.Calls}
	next, known := v.successors[s.Query]
	if !known {
		next, _ = translate.EquivalentOfShape(s.Query)
		v.successors[s.Query] = next
	}
	q.Graph, q.PowerShell, q.Note = next.Graph, next.PowerShell, next.Note
	return q
}

// holds names the clients under each hold.
func (v *view) holds(holds []Hold, all []Sums) {
	byName := map[string]*Agreement{}
	for i := range v.plan.Agreements {
		if a := &v.plan.Agreements[i]; a.Held {
			byName[a.Name] = a
		}
	}
	for i := range all {
		who := whoOf(&all[i].Usage)
		for j := range holds {
			if a := byName[holds[j].Name]; a != nil && a.Fits(who) {
				holds[j].Clients = append(holds[j].Clients, nameOf(&all[i].Usage))
			}
		}
	}
	for j := range holds {
		slices.Sort(holds[j].Clients)
	}
}
