package rollout

import (
	"context"
	"errors"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// A client gets nothing for good if on its last days with served calls, at most lookBack and at least lookLeast of
// them, all calls were for days not covered: fewer may be a Graph that stalls for once.
const (
	lookBack  = 7
	lookLeast = 3
)

// Tally is what was counted of a client, or of a client and report.
type Tally struct {
	Calls      int64            `json:"calls"`
	Served     int64            `json:"served"` // calls of a report answered with 200
	Hits       int64            `json:"hits"`   // out of the answer cache
	Rows       int64            `json:"rows"`
	Empty      int64            `json:"empty"`      // answered with 200 and no row
	Unfinished int64            `json:"unfinished"` // rows of periods that were over but not covered
	Uncovered  int64            `json:"uncovered"`  // of Served: asked only for days not covered yet
	Refused    int64            `json:"refused"`
	Denied     int64            `json:"denied"` // 401
	Errors     int64            `json:"errors"` // 500 and above, brownouts apart
	Brownouts  int64            `json:"brownouts"`
	Bytes      int64            `json:"bytes"`
	Formats    map[string]int64 `json:"formats"` // calls by atom, verbose, light, other
	Zones      map[string]int64 `json:"zones"`   // calls by canonical zone, and OtherName
	Refusals   map[string]int64 `json:"refusals"`
	Options    Options          `json:"-"`
}

// ReportUsage is what a client did with one report; the name is empty for the service root and $metadata, and that of
// a set that is not served for what else was asked.
type ReportUsage struct {
	Report string `json:"report"`
	Tally
	OnlyUncovered bool `json:"only_uncovered"`
}

// Usage is what one client did since a day. First and Last are of all that is known of it. With hashed identities
// Principal, Address and SeenFrom are keyed hashes that begin with a number sign.
type Usage struct {
	Tenant    string          `json:"tenant"` // Entra tenant id, empty for calls that reached none
	Client    string          `json:"client"` // names it within the tenant, the same for good
	Principal string          `json:"principal"`
	Claimed   bool            `json:"claimed"` // the principal is only what the client says
	Agent     string          `json:"agent"`   // AgentFamily; OtherAgent for all for whom there was no room
	Address   string          `json:"address"` // of a client that is told by it
	UserAgent string          `json:"user_agent"`
	SeenFrom  string          `json:"seen_from"` // address of the last call
	First     time.Time       `json:"first"`
	Last      time.Time       `json:"last"`
	Days      []translate.Day `json:"-"` // UTC days with calls, ascending
	Tally
	Reports []ReportUsage `json:"reports"` // by name
	// OnlyUncovered: whenever it was served of late, it had asked only for days not covered yet, on three days or more:
	// it gets nothing for good, and needs a date_delay of SuggestedDelay days (0: not known how many).
	OnlyUncovered  bool `json:"only_uncovered"`
	SuggestedDelay int  `json:"suggested_delay"`
}

// Usage gives who called on the UTC day of since or later, by tenant and client. It flushes first, so that it shows
// this process's own calls too, unless the store takes no writes: then it shows what the store has.
func (l *Ledger) Usage(ctx context.Context, since time.Time) ([]Usage, error) {
	if err := l.Flush(ctx); ctx.Err() != nil {
		return nil, err
	}
	var s summary
	if err := l.o.Store.ReadLedger(ctx, translate.DayOf(since), store.LedgerReader{Client: s.client, Day: s.day, Mark: s.mark}); err != nil {
		return nil, err
	}
	for i := range s.all {
		s.all[i].judge(s.days[i])
	}
	return s.all, nil
}

var errNoClient = errors.New("the ledger counts calls of a client that it does not hold")

// summary sums up the ledger as it is read.
type summary struct {
	all   []Usage
	days  [][]store.LedgerDay // of each of all
	place map[[2]string]int
}

func (s *summary) client(c store.LedgerClient) error {
	if s.place == nil {
		s.place = map[[2]string]int{}
	}
	s.place[[2]string{c.Tenant, c.ID}] = len(s.all)
	s.days = append(s.days, nil)
	s.all = append(s.all, usageOf(c))
	return nil
}

func usageOf(c store.LedgerClient) Usage {
	return Usage{Tenant: c.Tenant, Client: c.ID, Principal: c.Principal, Claimed: c.Claimed, Agent: c.Agent, Address: c.Address,
		UserAgent: c.UserAgent, SeenFrom: c.SeenFrom, First: c.First, Last: c.Last, Tally: newTally()}
}

func (s *summary) day(d store.LedgerDay) error {
	i, ok := s.place[[2]string{d.Tenant, d.Client}]
	if !ok {
		return errNoClient
	}
	u := &s.all[i]
	u.add(&d.LedgerCounts)
	u.report(d.Report).add(&d.LedgerCounts)
	s.days[i] = append(s.days[i], d)
	return nil
}

func (s *summary) mark(m store.LedgerMark) error {
	i, ok := s.place[[2]string{m.Tenant, m.Client}]
	if !ok {
		return errNoClient
	}
	s.all[i].addMark(m)
	return nil
}

func (u *Usage) addMark(m store.LedgerMark) {
	for _, t := range []*Tally{&u.Tally, &u.report(m.Report).Tally} {
		switch m.Kind {
		case markZone:
			t.Zones[m.Name] += m.Calls
		case markRefusal:
			t.Refusals[m.Name] += m.Calls
		}
	}
}

// report gives the part of a report; days come by report.
func (u *Usage) report(name string) *ReportUsage {
	for i := range u.Reports {
		if u.Reports[i].Report == name {
			return &u.Reports[i]
		}
	}
	u.Reports = append(u.Reports, ReportUsage{Report: name, Tally: newTally()})
	return &u.Reports[len(u.Reports)-1]
}

func newTally() Tally {
	return Tally{Formats: map[string]int64{}, Zones: map[string]int64{}, Refusals: map[string]int64{}}
}

func (t *Tally) add(c *store.LedgerCounts) {
	t.Calls += c.Calls
	t.Served += c.Served
	t.Hits += c.Hits
	t.Rows += c.Rows
	t.Empty += c.Empty
	t.Unfinished += c.Unfinished
	t.Uncovered += c.Uncovered
	t.Refused += c.Refused
	t.Denied += c.Denied
	t.Errors += c.Errors
	t.Brownouts += c.Brownouts
	t.Bytes += c.Bytes
	t.Options |= Options(c.Options)
	for name, calls := range map[string]int64{"atom": c.Atom, "verbose": c.Verbose, "light": c.Light, "other": c.Other} {
		if calls > 0 {
			t.Formats[name] += calls
		}
	}
}
