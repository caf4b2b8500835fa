package rollout

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rwsgate/store"
	"rwsgate/translate"
)

// diary lets clients call two gateways with one store, at times of their own.
type diary struct {
	t       *testing.T
	now     time.Time
	plan    *Plan
	state   State
	ledgers []*Ledger
	calls   int
}

// newDiary begins two months before the brownout.
func newDiary(t *testing.T, p *Plan, o LedgerOptions) *diary {
	d := &diary{t: t, now: noon.AddDate(0, -2, 0), plan: p}
	s := openStore(t, "memory")
	o.Now, o.Watch = func() time.Time { return d.now }, func(now time.Time) time.Time { return d.plan.Watched(now) }
	d.ledgers = []*Ledger{ledgerOn(s, o), ledgerOn(s, o)}
	return d
}

// call has a client call at a time, of its gateway if it says so, else of the next; change makes the call another.
func (d *diary) call(principal string, at time.Time, change ...func(*Call)) {
	d.t.Helper()
	d.now = at
	c := call()
	c.At, c.Principal, c.Query = at, principal+"@example.com", "CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$format=json"
	who := Who{Principal: c.Principal, Agent: c.Agent, Address: c.Address}
	if decision := d.plan.Decide(&d.state, c.Report, who, at); decision.fails() {
		c.Status, c.Rows, c.Refused = decision.Status, 0, decision.Phase.String()
		if decision.Window != nil {
			c.Brownout, c.Window = true, decision.Window.From
		}
	}
	for _, f := range change {
		f(&c)
	}
	d.calls++
	l := d.ledgers[d.calls%len(d.ledgers)]
	if err := l.Flush(d.t.Context()); err != nil { // the watch begins with a flush
		d.t.Fatal(err)
	}
	l.Note(c)
	if err := l.Flush(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// every has a client call at an hour of each day, from one day until before another.
func (d *diary) every(principal, from, to string, hour float64, step int, change ...func(*Call)) {
	for x := day(from); x < day(to); x += translate.Day(step) {
		d.call(principal, x.UTC().Add(time.Duration(hour*float64(time.Hour))), change...)
	}
}

func (d *diary) overview(at time.Time) Overview {
	d.t.Helper()
	d.now = at
	s := NewSurvey(SurveyOptions{Ledger: d.ledgers[0], Plan: func() *Plan { return d.plan }, State: func() State { return d.state },
		Tenants: func() map[string]string { return map[string]string{tenant: "example.onmicrosoft.com"} }, Now: func() time.Time { return d.now }})
	o, err := s.Overview(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *diary) sums() []Sums {
	d.t.Helper()
	all, err := d.ledgers[1].Sums(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// effectsAt gives what the brownout did to each client, as seen from a time.
func (d *diary) effectsAt(at time.Time) map[string]BrownoutEffect {
	d.t.Helper()
	b := d.overview(at).Brownouts[0]
	all, counts := map[string]BrownoutEffect{}, map[string]int{}
	for _, e := range b.Effects {
		name, _, _ := strings.Cut(e.Name, "@")
		all[name] = e
		counts[e.Effect]++
	}
	for effect, n := range b.Counts {
		if counts[effect] != n {
			d.t.Errorf("%d %q are counted, there are %d", n, effect, counts[effect])
		}
	}
	return all
}

// TestEffectsOfABrownout: a brownout of three hours and what it did to each kind of client, on the day and later.
func TestEffectsOfABrownout(t *testing.T) {
	p := browning()
	p.Agreements = []Agreement{holdOf("held@example.com", PhaseAnnounce, noon.AddDate(1, 0, 0))}
	d := newDiary(t, p, LedgerOptions{})
	for _, who := range []string{"away", "retried", "next-day", "late", "held", "idle"} {
		d.every(who, "2026-02-01", "2026-03-01", 12.5, 1)
	}
	for _, date := range []string{"2025-12-01", "2026-01-01", "2026-02-01"} {
		d.call("monthly", day(date).UTC())
	}
	d.call("once", day("2026-02-10").UTC())
	in := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for _, who := range []string{"away", "retried", "next-day", "late", "held", "monthly", "once", "stranger"} {
		d.call(who, in(30))
		d.call(who, in(45))
	}
	d.call("retried", in(181))
	d.call("retried", in(200))
	now := d.effectsAt(in(240))
	want := map[string]string{"away": EffectFailing, "retried": EffectRetried, "next-day": EffectFailing, "late": EffectFailing,
		"held": EffectServed, "idle": EffectNever, "monthly": EffectFailing, "once": EffectFailing}
	effect := func(all map[string]BrownoutEffect) map[string]string {
		out := map[string]string{}
		for name, e := range all {
			out[name] = e.Effect
		}
		return out
	}
	if diff := cmp.Diff(want, effect(now)); diff != "" {
		t.Errorf("four hours later (-want +got):\n%s", diff)
	}
	e := now["retried"]
	if e.Failed != 2 || !e.First.Equal(in(30)) || !e.Last.Equal(in(45)) || !e.Served.Equal(in(181)) {
		t.Errorf("%+v", e)
	}
	d.every("next-day", "2026-03-02", "2026-04-01", 12.5, 1)
	d.every("late", "2026-03-10", "2026-04-01", 12.5, 1)
	d.call("monthly", day("2026-04-01").UTC())
	later := d.effectsAt(day("2026-04-10").UTC())
	want["away"], want["next-day"], want["late"], want["monthly"], want["once"] = EffectAway, EffectRetried, EffectAway, EffectRetried, EffectAway
	if diff := cmp.Diff(want, effect(later)); diff != "" {
		t.Errorf("later (-want +got):\n%s", diff)
	}
	if got := later["late"].Served; !got.Equal(day("2026-03-10").UTC()) {
		t.Errorf("the late one came back %s", got)
	}
	if got := later["next-day"].Served; !got.Equal(day("2026-03-02").UTC().Add(12*time.Hour + 30*time.Minute)) {
		t.Errorf("a call within the day after is known to the second: %s", got)
	}
}

// TestStandings: where clients stand, and what is said of each.
func TestStandings(t *testing.T) {
	p := &Plan{Agreements: []Agreement{{Name: "principal etl*", Owner: "Finance", Match: func(p, _ string, _ netip.Addr) bool { return strings.HasPrefix(p, "etl") }}}}
	for _, name := range []string{"switched-off", "still-on"} {
		p.Agreements = append(p.Agreements, Agreement{Name: name, Gone: day("2026-03-10").UTC(), Match: func(p, _ string, _ netip.Addr) bool { return strings.HasPrefix(p, name) }})
	}
	d := newDiary(t, p, LedgerOptions{MaxClients: 12})
	empty, early := func(c *Call) { c.Rows = 0 }, func(c *Call) { c.Rows, c.Uncovered, c.Behind = 0, true, 2 }
	d.every("etl", "2026-02-01", "2026-04-01", 6, 1)
	d.every("empty", "2026-02-01", "2026-04-01", 6, 1, empty)
	d.every("early", "2026-02-01", "2026-04-01", 6, 1, early)
	d.every("short", "2026-03-10", "2026-04-01", 6, 1, empty)
	d.every("once-full", "2026-02-01", "2026-04-01", 6, 1, func(c *Call) { c.Rows = int(one(c.At.Day() == 7)) })
	d.every("gone", "2026-01-05", "2026-02-05", 6, 1)
	d.every("late", "2026-02-01", "2026-03-28", 6, 1)
	d.call("still-on", day("2026-03-20").UTC())
	d.call("new", day("2026-03-30").UTC())
	d.call("switched-off", day("2026-03-02").UTC())
	d.call("refused", day("2026-01-30").UTC(), func(c *Call) { c.Status, c.Rows = 400, 0 })
	now := day("2026-03-31").UTC().Add(12 * time.Hour)
	o := d.overview(now)
	got := map[string]Standing{}
	byName := map[string]Client{}
	for _, c := range o.Clients {
		name, _, _ := strings.Cut(c.Name, "@")
		got[name], byName[name] = c.Standing, c
	}
	want := map[string]Standing{"etl": StandingActive, "empty": StandingRetirable, "early": StandingActive, "short": StandingActive, "once-full": StandingActive,
		"gone": StandingQuiet, "switched-off": StandingQuiet, "still-on": StandingActive, "late": StandingOverdue, "new": StandingNew, "refused": StandingActive}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"new": 1, "retirable": 1, "quiet": 2, "overdue": 1, "active": 6}, o.Standings); diff != "" {
		t.Error(diff)
	}
	etl := byName["etl"]
	if etl.Owner != "Finance" || etl.Agreement != "principal etl*" || o.Ownerless != 10 || etl.TenantName != "example.onmicrosoft.com" ||
		etl.Name != "etl@example.com, python-requests" || etl.Rhythm != RhythmDaily || !etl.NextDue.Equal(day("2026-04-01").UTC()) || etl.Calls != 59 {
		t.Errorf("%+v", etl)
	}
	if len(etl.Queries) != 1 || etl.Queries[0].Calls != 59 || !strings.Contains(etl.Queries[0].Graph, "/reports/") || !strings.Contains(etl.Queries[0].PowerShell, "Get-Mg") {
		t.Errorf("%+v", etl.Queries)
	}
	if u := byName["early"]; !u.OnlyUncovered || u.SuggestedDelay != 2 {
		t.Errorf("%+v", u)
	}
	if u := byName["new"]; u.Rhythm != RhythmUnknown || !u.NextDue.IsZero() || !u.QuietFrom.Equal((day("2026-03-30") + forgotten).UTC()) {
		t.Errorf("%+v", u)
	}
	var back Overview
	text, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if diff := cmp.Diff(o, back, cmpopts.IgnoreFields(Usage{}, "Days"), cmpopts.IgnoreFields(Tally{}, "Options"), cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("the overview is not what its JSON says: %v\n%s", err, diff)
	}
}

// TestBeyondTheBound: clients that the ledger does not tell apart are never quiet nor retirable, and the overview says
// that there are some. Who may be among them is not quiet either.
func TestBeyondTheBound(t *testing.T) {
	d := newDiary(t, &Plan{}, LedgerOptions{MaxClients: 2})
	empty := func(c *Call) { c.Rows = 0 }
	for x := day("2026-01-01"); x < day("2026-04-01"); x++ {
		d.now = x.UTC()
		callers := []string{"one", "two"}
		if x >= day("2026-02-15") { // now two others come first each day
			callers = []string{"three", "four", "one"}
		}
		for _, who := range callers {
			d.calls = 1 // all of the same gateway
			d.call(who, x.UTC().Add(time.Hour), empty)
		}
	}
	o := d.overview(day("2026-12-01").UTC())
	standings := map[string]Standing{}
	for _, c := range o.Clients {
		name, _, _ := strings.Cut(c.Name, "@")
		standings[name] = c.Standing
	}
	want := map[string]Standing{"one": StandingOverdue, "two": StandingOverdue, "three": StandingOverdue, "four": StandingOverdue, "clients beyond the ledger's bound": StandingActive}
	if diff := cmp.Diff(want, standings); diff != "" || o.Beyond != 1 {
		t.Errorf("%d beyond (-want +got):\n%s", o.Beyond, diff)
	}
	i := slices.IndexFunc(o.Clients, func(c Client) bool { return c.Agent == OtherAgent })
	if c := o.Clients[i]; !c.Beyond || c.Rhythm != RhythmUnknown || !c.QuietFrom.IsZero() || c.Calls != 45 {
		t.Errorf("%+v", c)
	}
}

// TestSumsAreTheUsage: what the sums say of all time is what usage says.
func TestSumsAreTheUsage(t *testing.T) {
	d := newDiary(t, browning(), LedgerOptions{})
	d.every("a", "2026-01-20", "2026-03-10", 12.5, 1)
	d.every("b", "2026-01-20", "2026-03-10", 12.5, 9, func(c *Call) { c.Report, c.Zone = weekly, "UTC" })
	d.every("early", "2026-01-20", "2026-02-10", 12.5, 3, func(c *Call) { c.Rows, c.Uncovered, c.Behind = 0, true, 3 })
	d.call("c", noon, func(c *Call) { c.Status, c.Refused, c.Report, c.Query = 404, "", "MailTraffic", "" })
	usage, err := d.ledgers[0].Usage(t.Context(), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var summed []Usage
	for _, s := range d.sums() {
		summed = append(summed, s.Usage)
	}
	if diff := cmp.Diff(usage, summed, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-usage +sums):\n%s", diff)
	}
}

// TestSurveyKeeps: the ledger is read once for many looks, the plan's state is always that in force.
func TestSurveyKeeps(t *testing.T) {
	d := newDiary(t, browning(), LedgerOptions{})
	d.call("a", noon.AddDate(0, 0, -20))
	d.now = noon
	s := NewSurvey(SurveyOptions{Ledger: d.ledgers[0], Plan: func() *Plan { return d.plan }, State: func() State { return d.state }, Now: func() time.Time { return d.now }, Keep: time.Hour})
	look := func(of func() (Overview, error)) Overview {
		t.Helper()
		o, err := of()
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	first := look(func() (Overview, error) { return s.Overview(t.Context()) })
	d.call("b", noon)
	d.state.Paused = true
	second := look(func() (Overview, error) { return s.Overview(t.Context()) })
	if len(first.Clients) != 1 || len(second.Clients) != 1 || first.Reports[0].Phase != PhaseBrownout || second.Reports[0].Phase != PhaseAnnounce || second.Clients[0].Phases[daily] != PhaseAnnounce {
		t.Errorf("%+v\n%+v", first.Reports, second.Reports)
	}
	if third := look(func() (Overview, error) { return s.Fresh(t.Context()) }); len(third.Clients) != 2 {
		t.Errorf("%d clients", len(third.Clients))
	}
	d.call("c", noon.Add(time.Minute))
	who, err := s.Usage(t.Context(), noon)
	if err != nil || len(who) != 2 || who[0].Calls != 1 {
		t.Errorf("a client that the survey has not seen yet is missing: %d, %v", len(who), err)
	}
	counts, ok := s.Counts(t.Context(), time.Hour)
	if !ok || counts.Standings["new"]+counts.Standings["active"] != 3 || counts.Ownerless != 3 || counts.Effects[EffectNever] != 1 {
		t.Errorf("%+v", counts)
	}
}

// held is a ledger's store that does not answer until it is let go.
type held struct {
	LedgerStore
	asked chan struct{}
	free  chan struct{}
}

func (h *held) ReadLedgerSums(ctx context.Context, r store.LedgerSums) error {
	close(h.asked)
	<-h.free
	return h.LedgerStore.ReadLedgerSums(ctx, r)
}

// TestFiguresDoNotWaitForAReader: a scrape whose time is over gets what there is, though somebody else's reading of the
// ledger hangs.
func TestFiguresDoNotWaitForAReader(t *testing.T) {
	h := &held{LedgerStore: openStore(t, "memory"), asked: make(chan struct{}), free: make(chan struct{})}
	s := NewSurvey(SurveyOptions{Ledger: ledgerOn(h, LedgerOptions{}), Plan: browning, State: func() State { return State{} }})
	read := make(chan error)
	go func() {
		_, err := s.Overview(context.Background())
		read <- err
	}()
	<-h.asked
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := s.Counts(over, time.Minute); ok {
		t.Error("figures of a ledger that was never read")
	}
	close(h.free)
	if err := <-read; err != nil {
		t.Fatal(err)
	}
}

var _ TurnStore = (*store.Store)(nil)
