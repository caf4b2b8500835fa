package rollout

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// Bounds of a register beside its number of clients.
const (
	maxAgents = 64 // agent families of a principal or address
	maxSets   = 32 // sets of a client on a day that are no reports
	maxMarks  = 32 // zones, and classes of refusals, of a client, report and day
	maxWindow = 2  // brownouts that a client meets between two flushes
)

// OtherName stands for the sets, zones and classes of refusals beyond the bound of what is told apart.
const OtherName = "(other)"

// Kinds of marks.
const (
	markZone    = "zone"
	markRefusal = "refusal"
)

// callKey is what of a call tells its client, as it came.
type callKey struct {
	tenant, principal, agent string
	anonymous                bool
	address                  netip.Addr // only of an anonymous client
}

func keyOf(c *Call) callKey {
	k := callKey{tenant: clip(c.Tenant, maxText), principal: clip(c.Principal, maxText), agent: clip(c.Agent, maxText)}
	if k.anonymous = c.Claimed || c.Principal == ""; k.anonymous {
		k.address = c.Address.Unmap().WithZone("")
	}
	return k
}

// register holds the clients of a day and their counts that are not stored yet. It grows to its bounds, whatever calls
// come; beyond them calls count for the other client of their tenant.
type register struct {
	day     translate.Day
	calls   map[callKey]*client // what was seen before: spares the hot path the making of an identity
	clients map[identity]*client
	agents  map[identity]int // families, by identity without the agent
	dirty   []*client

	watch time.Time // start of the brownout that runs or is over since less than a day; zero: none

	maxClients, maxRows         int
	named, anonymous, rows, all int // all: marks
}

// client is one of the ledger, with what is not stored of it.
type client struct {
	identity
	record      store.LedgerClient // as the store has it; made by the first flush, which alone uses it
	other       bool
	userAgent   string
	seenFrom    netip.Addr
	first, last time.Time // of the calls that are not stored
	dirty       bool
	rows        []*row
}

// row is what a client did with a report on a day.
type row struct {
	report string
	day    translate.Day
	counts store.LedgerCounts
	marks  []mark
	met    []met
}

// met is what a client met of a brownout.
type met struct {
	window      time.Time
	failed      int64
	first, last time.Time // failures
	served      time.Time // first served call after last
}

type mark struct {
	kind, name string
	calls      int64
}

func newRegister(maxClients int, day translate.Day) *register {
	return &register{day: day, maxClients: maxClients, maxRows: 16 * maxClients,
		calls: map[callKey]*client{}, clients: map[identity]*client{}, agents: map[identity]int{}}
}

// note counts a call, and says whether there was no room to count it as its own.
func (r *register) note(k callKey, c *Call) (full bool) {
	who := r.calls[k]
	if who == nil {
		who = r.find(k)
	}
	day := translate.DayOf(c.At)
	at := who.row(c.Report, day)
	if at == nil {
		who, at = r.addRow(who, c.Report, day)
	}
	who.saw(c)
	if !who.dirty {
		who.dirty = true
		r.dirty = append(r.dirty, who)
	}
	at.count(c)
	fits := r.mark(at, markZone, c.Zone)
	fits = r.mark(at, markRefusal, refusal(c)) && fits
	fits = r.mark(at, markShape, c.Query) && fits
	switch {
	case c.Brownout:
		at.failedIn(c.Window, c.At)
	case !r.watch.IsZero() && c.Status == 200 && !c.At.Before(r.watch): // the root and $metadata too: they fail as well
		at.servedSince(r.watch, c.At)
	}
	return who.other || at.report == OtherName || !fits
}

// find gives the client of a call that the hot path does not know, new or not.
func (r *register) find(k callKey) *client {
	i := identify(k)
	who := r.clients[i]
	if who == nil {
		who = r.admit(i)
	}
	if who.other || len(r.calls) >= 4*r.maxClients { // a raw User-Agent may differ in each call of one client
		return who
	}
	k.tenant, k.principal, k.agent = strings.Clone(k.tenant), strings.Clone(k.principal), strings.Clone(k.agent)
	r.calls[k] = who
	return who
}

// admit makes a new client, or gives one that stands for it where there is no room.
func (r *register) admit(i identity) *client {
	room := r.named+r.anonymous < r.maxClients && (!i.claimed || 2*r.anonymous < r.maxClients)
	if !room {
		return r.otherOf(i.tenant)
	}
	family := i
	family.agent = ""
	if r.agents[family] >= maxAgents {
		i.agent = OtherAgent
		if who := r.clients[i]; who != nil {
			return who
		}
	}
	r.agents[family]++
	if i.claimed {
		r.anonymous++
	} else {
		r.named++
	}
	who := &client{identity: i}
	r.clients[i] = who
	return who
}

// otherOf gives the client that stands for those of a tenant for whom there is no room. Tenants are configured, hence
// few; should they not be, one without a tenant stands for all.
func (r *register) otherOf(tenant string) *client {
	i := other(tenant)
	if who := r.clients[i]; who != nil {
		return who
	}
	if len(r.clients) >= 2*r.maxClients {
		i = other("")
		if who := r.clients[i]; who != nil {
			return who
		}
	}
	who := &client{identity: i, other: true}
	r.clients[i] = who
	return who
}

func (who *client) row(report string, day translate.Day) *row {
	for _, at := range who.rows {
		if at.day == day && at.report == report {
			return at
		}
	}
	return nil
}

// addRow gives the row of a report that the hot path did not find, and the client that it belongs to.
func (r *register) addRow(who *client, report string, day translate.Day) (*client, *row) {
	report = who.reportName(report, day)
	at := who.row(report, day)
	if at == nil && r.rows >= r.maxRows && !who.other {
		who = r.otherOf(who.tenant)
		report = who.reportName(report, day)
		at = who.row(report, day)
	}
	if at == nil {
		at = &row{report: report, day: day}
		who.rows = append(who.rows, at)
		r.rows++
	}
	return who, at
}

// reportName gives the name under which a set is counted: reports as they are, others as long as there are few.
func (who *client) reportName(set string, day translate.Day) string {
	if report, ok := translate.ReportNamed(set); ok {
		return report.Name
	}
	if set == "" {
		return ""
	}
	name := printable(set, maxName)
	strangers := 0
	for _, at := range who.rows {
		if at.day == day && at.report == name {
			return name
		}
		if at.day == day {
			strangers++
		}
	}
	if who.other || strangers >= maxSets {
		return OtherName
	}
	return name
}

// saw takes over what is kept of a client's calls beside their counts.
func (who *client) saw(c *Call) {
	if !who.dirty || c.At.Before(who.first) {
		who.first = c.At
	}
	if who.dirty && c.At.Before(who.last) {
		return
	}
	who.last = c.At
	if who.other {
		return
	}
	who.seenFrom = c.Address
	if agent := clip(c.Agent, maxText); agent != who.userAgent {
		who.userAgent = strings.Clone(agent)
	}
}

func (at *row) count(c *Call) {
	n := &at.counts
	n.Calls++
	n.Rows += int64(c.Rows)
	n.Unfinished += int64(c.Unfinished)
	n.Bytes += int64(c.Bytes)
	n.Options |= int64(c.Options)
	n.Served += one(c.served())
	n.Empty += one(c.empty())
	n.Hits += one(c.Hit)
	n.Refused += one(refusal(c) != "")
	n.Denied += one(c.Status == 401)
	n.Errors += one(c.Status >= 500 && !c.Brownout)
	n.Brownouts += one(c.Brownout)
	if c.Uncovered && c.served() {
		n.Uncovered++
		n.Behind = max(n.Behind, int64(c.Behind))
	}
	switch c.Format {
	case FormatAtom:
		n.Atom++
	case FormatVerbose:
		n.Verbose++
	case FormatLight:
		n.Light++
	default:
		n.Other++
	}
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// statuses are the classes of refusals that the gateway gave no name to.
var statuses = func() (all [100]string) {
	for i := range all {
		all[i] = "status " + string([]byte{'4', byte('0' + i/10), byte('0' + i%10)})
	}
	return all
}()

// refusal gives the class of what was refused, empty if nothing was.
func refusal(c *Call) string {
	if c.Refused == "" && c.Status >= 400 && c.Status < 500 && !c.Brownout {
		return statuses[c.Status-400]
	}
	return c.Refused
}

// failedIn notes a failure in a brownout.
func (at *row) failedIn(window, t time.Time) {
	m := at.metIn(window)
	if m == nil {
		return
	}
	m.failed++
	if m.first.IsZero() || t.Before(m.first) {
		m.first = t
	}
	if t.After(m.last) {
		m.last = t
	}
	if !m.served.After(m.last) {
		m.served = time.Time{}
	}
}

// servedSince notes the first served call after the last failure.
func (at *row) servedSince(window, t time.Time) {
	if m := at.metIn(window); m != nil && t.After(m.last) && (m.served.IsZero() || t.Before(m.served)) {
		m.served = t
	}
}

// metIn gives what is noted of a window; nil if it is not known which one, or there are too many.
func (at *row) metIn(window time.Time) *met {
	for i := range at.met {
		if at.met[i].window.Equal(window) {
			return &at.met[i]
		}
	}
	if window.IsZero() || len(at.met) >= maxWindow {
		return nil
	}
	at.met = append(at.met, met{window: window})
	return &at.met[len(at.met)-1]
}

// bounds gives the most names of a kind in a row, and the most bytes of one.
func bounds(kind string) (names, bytes int) {
	if kind == markShape {
		return maxShapes, maxShape
	}
	return maxMarks, maxName
}

// mark counts a name, if there is one, and says whether it fitted.
func (r *register) mark(at *row, kind, name string) bool {
	if name == "" {
		return true
	}
	for i := range at.marks {
		if m := &at.marks[i]; m.name == name && m.kind == kind {
			m.calls++
			return true
		}
	}
	most, bytes := bounds(kind)
	name = printable(name, bytes)
	same := func(m mark) bool { return m.kind == kind && m.name == name }
	i := slices.IndexFunc(at.marks, same)
	fits := i >= 0 || r.all < 4*r.maxRows && at.kinds(kind) < most
	if !fits {
		name = OtherName
		i = slices.IndexFunc(at.marks, same)
	}
	if i < 0 {
		i = len(at.marks)
		at.marks = append(at.marks, mark{kind: kind, name: name})
		r.all++
	}
	at.marks[i].calls++
	return fits
}

func (at *row) kinds(kind string) (n int) {
	for _, m := range at.marks {
		n += int(one(m.kind == kind))
	}
	return n
}
