package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rwsgate/gateway/admin"
	"rwsgate/rollout"
)

// look asks the program everything that it can be asked, and holds it to the truth.
func (y *years) look(when string) {
	t := y.t
	t.Helper()
	now := y.clock()
	if _, err := y.ledger.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	y.looks++
	said := &spoken{years: y, at: now, when: when}
	y.adminJSON("/api/rollout", &said.overview)
	if said.thorough = weekly() || y.looks%5 == 0; said.thorough {
		y.adminJSON("/api/usage?since=2027-01-01", &said.whole)
	}
	y.adminJSON("/api/usage?since=30d", &said.month)
	said.digest = y.rwsgate(0, "rollout", "digest")
	said.metrics = y.admin("/metrics")
	said.judgeClients()
	said.judgePlan()
	said.judgeOutages()
	said.judgeCounts()
	said.judgePreviews()
	said.judgeEvidence()
	if t.Failed() {
		t.Fatalf("%s (%s): see above", now.Format(time.RFC3339), when)
	}
}

// spoken is what the program says at one moment.
type spoken struct {
	*years
	at           time.Time
	when         string
	overview     rollout.Overview
	whole, month admin.Usage
	digest       string
	metrics      string
	thorough     bool // all previews are asked for, and the usage of all time
	standings    map[string]int
	ownerless    int
	blocking     int
}

func (s *spoken) wrong(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("%s (%s): %s", s.at.Format(time.RFC3339), s.when, fmt.Sprintf(format, args...))
}

// ledgered are the jobs that the ledger still knows.
func (s *spoken) ledgered() (all []*job) {
	for _, j := range s.m.jobs {
		if len(s.m.kept(j, s.at, time.Time{})) > 0 {
			all = append(all, j)
		}
	}
	return all
}

// byAgent gives the clients of the simulation's tenant.
func byAgent(tenant string, all []rollout.Client) map[string]*rollout.Client {
	found := map[string]*rollout.Client{}
	for i := range all {
		if all[i].Tenant == tenant {
			found[all[i].Agent] = &all[i]
		}
	}
	return found
}

func (s *spoken) judgeClients() {
	s.t.Helper()
	known := byAgent(s.tenant, s.overview.Clients)
	whole, month := byAgent(s.tenant, s.whole.Clients), byAgent(s.tenant, s.month.Clients)
	jobs := s.ledgered()
	if len(known) != len(jobs) || s.thorough && len(whole) != len(jobs) {
		s.wrong("%d clients, %d in usage, of %d: %v", len(known), len(whole), len(jobs), slices.Sorted(maps.Keys(known)))
	}
	s.standings = map[string]int{}
	for _, j := range jobs {
		c := known[j.agent()]
		if c == nil || s.thorough && whole[j.agent()] == nil {
			s.wrong("%s is missing", j.name)
			continue
		}
		s.judgeTally(j, "overview", c, s.m.kept(j, s.at, time.Time{}))
		if s.thorough {
			s.judgeTally(j, "usage", whole[j.agent()], s.m.kept(j, s.at, time.Time{}))
		}
		recent := s.m.kept(j, s.at, s.at.AddDate(0, 0, -30))
		if m := month[j.agent()]; (m != nil) != (len(recent) > 0) {
			s.wrong("%s in the usage of 30 days: %t", j.name, m != nil)
		} else if m != nil {
			s.judgeTally(j, "usage of 30 days", m, recent)
		}
		s.judgeClient(j, c)
		s.judgeStanding(j, c)
		s.judgeDigest(j, c)
	}
}

// judgeTally holds counts to the calls that a job made.
func (s *spoken) judgeTally(j *job, where string, c *rollout.Client, calls []made) {
	s.t.Helper()
	want := tally(calls)
	got := []int64{c.Calls, c.Served, c.Rows, c.Empty, c.Refused, c.Denied, c.Errors, c.Brownouts, c.Bytes}
	if w := []int64{want.Calls, want.Served, want.Rows, want.Empty, want.Refused, 0, 0, want.Brownouts, want.Bytes}; !slices.Equal(got, w) {
		s.wrong("%s of %s: calls, served, rows, empty, refused, denied, errors, brownouts, bytes %v, not %v", where, j.name, got, w)
	}
	if first, last := j.calls[0].at, j.calls[len(j.calls)-1].at; !c.First.Equal(first) || !c.Last.Equal(last) {
		s.wrong("%s of %s: from %s to %s, not %s to %s", where, j.name, c.First, c.Last, first, last)
	}
	reports := map[string]int64{}
	for _, made := range calls {
		reports[made.report]++
	}
	for _, r := range c.Reports {
		if reports[r.Report] != r.Calls {
			s.wrong("%s of %s: %d calls of %q, not %d", where, j.name, r.Calls, r.Report, reports[r.Report])
		}
	}
	if len(c.Reports) != len(reports) {
		s.wrong("%s of %s: %+v", where, j.name, c.Reports)
	}
}

// judgeClient holds what else is said of a client to what it is.
func (s *spoken) judgeClient(j *job, c *rollout.Client) {
	s.t.Helper()
	if hashed := strings.HasPrefix(c.Principal, "#"); hashed != s.hashed || !hashed && c.Principal != j.user() || hashed && strings.Contains(c.UserAgent, "/") {
		s.wrong("%s is %s, %s", j.name, c.Principal, c.UserAgent)
	}
	if c.Owner != j.owner || c.Beyond || c.Claimed || c.TenantName != "example.onmicrosoft.com" || c.Held != s.m.held(j, s.at) {
		s.wrong("%s: %+v", j.name, c)
	}
	for _, report := range []string{"CsP2PAVTimeDaily", "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"} {
		if want := s.m.phase(j, report, s.at); c.Phases[report] != want {
			s.wrong("%s: %s is in %s, not %s", j.name, report, c.Phases[report], want)
		}
	}
	if j.owner == "" {
		s.ownerless++
	}
	if retired := s.m.phase(j, "", s.at) == rollout.PhaseRetired; !retired && c.Standing != rollout.StandingQuiet && c.Standing != rollout.StandingRetirable {
		s.blocking++
	}
}

// judgeStanding holds a client's standing and forecast to what the job was planned to do.
func (s *spoken) judgeStanding(j *job, c *rollout.Client) {
	s.t.Helper()
	s.standings[string(c.Standing)]++
	if !slices.Contains(rollout.Standings, c.Standing) {
		s.wrong("%s stands %q", j.name, c.Standing)
	}
	fresh := s.at.Sub(j.calls[0].at) < 7*24*time.Hour
	if fresh != (c.Standing == rollout.StandingNew) {
		s.wrong("%s, first seen on %s, is %s", j.name, j.calls[0].at, c.Standing)
	}
	if empty := j.name == "empty" && s.at.After(yearsFrom.AddDate(0, 0, 35)); empty != (c.Standing == rollout.StandingRetirable) {
		s.wrong("%s is %s", j.name, c.Standing)
	}
	gone := j.name == "gone" && !s.m.goneSince.IsZero()
	next := j.next(s.at)
	switch {
	case fresh || j.name == "empty":
	case gone:
		if c.Standing != rollout.StandingQuiet {
			s.wrong("%s is %s, its owner says it is gone", j.name, c.Standing)
		}
	case c.Standing == rollout.StandingQuiet:
		if !next.IsZero() {
			s.wrong("%s is said to be quiet, and will call on %s; last call %s, %s", j.name, next, c.Last, c.Rhythm)
		}
		if j.rhythm != rollout.RhythmUnknown && !j.missedTwo(s.at) {
			s.wrong("%s is said to be quiet before it missed two turns: last call %s", j.name, c.Last)
		}
	case next.IsZero() && s.at.After(j.quietBy()):
		s.wrong("%s is %s, not quiet: last call %s, %s, quiet from %s, should be by %s", j.name, c.Standing, c.Last, c.Rhythm, c.QuietFrom, j.quietBy())
	}
	if j.steady && !next.IsZero() && j.away.IsZero() && len(j.calls) > 0 {
		s.judgeForecast(j, c, next)
	}
}

// settled is after how many turns a steady job's rhythm is known.
var settled = map[rollout.Rhythm]int{
	rollout.RhythmDaily: 15, rollout.RhythmWeekly: 5, rollout.RhythmMonthly: 5, rollout.RhythmQuarterly: 4, rollout.RhythmYearly: 2,
}

// judgeForecast holds the forecast of a job that never strays to its next turn.
func (s *spoken) judgeForecast(j *job, c *rollout.Client, next time.Time) {
	s.t.Helper()
	if len(j.calls) < settled[j.rhythm] || s.at.Sub(j.calls[0].at) < 15*24*time.Hour {
		return
	}
	if c.Rhythm != j.rhythm {
		s.wrong("%s is said to be %s", j.name, c.Rhythm)
	}
	if c.MissedTurns > 0 || c.Standing == rollout.StandingOverdue {
		s.wrong("%s is said to be late: %d turns, last call %s, next %s", j.name, c.MissedTurns, c.Last, next)
	}
	day := next.Truncate(24 * time.Hour)
	if off := day.Sub(c.NextDue).Hours() / 24; off > float64(c.DueWithin) || off < -float64(c.DueWithin)-1 {
		s.wrong("%s is due on %s within %d days, and will call on %s", j.name, c.NextDue, c.DueWithin, next)
	}
}

// judgeDigest holds the digest's line of a client to what is said of it elsewhere.
func (s *spoken) judgeDigest(j *job, c *rollout.Client) {
	s.t.Helper()
	owner := "## " + j.owner + "\n"
	if j.owner == "" {
		owner = "## Nobody's\n"
	}
	_, section, ok := strings.Cut(s.digest, owner)
	section, _, _ = strings.Cut(section, "\n## ")
	line := fmt.Sprintf("- `%s` of example.onmicrosoft.com: **%s**, ", c.Name, c.Standing)
	if !ok || strings.Count(section, line) != 1 || !strings.Contains(section, line) || !strings.Contains(section, "last call "+c.Last.UTC().Format(time.DateOnly)) {
		s.wrong("the digest does not have %q in %s", line, owner)
	}
}

// judgePlan holds phases, pause and holds to what the operator planned and did.
func (s *spoken) judgePlan() {
	s.t.Helper()
	paused := s.m.paused(s.at)
	if s.overview.State.Paused != paused || paused && (s.overview.State.Reason != "month-end closing" || !s.overview.State.Since.Equal(s.m.pauses[len(s.m.pauses)-1].from)) {
		s.wrong("the pause is %+v", s.overview.State)
	}
	s.judgeSchedule()
	nobody := &job{}
	for _, r := range s.overview.Reports {
		if want := s.m.phase(nobody, r.Report, s.at); r.Phase != want || r.Scheduled != s.m.scheduled(r.Report, s.at) {
			s.wrong("%+v, not %s", r, want)
		}
		s.metric(fmt.Sprintf("rwsgate_rollout_phase{report=%q}", r.Report), int(s.m.phase(nobody, r.Report, s.at)))
	}
	s.metric("rwsgate_rollout_paused", one(paused))
	expired := !s.at.Before(s.m.heldUntil)
	if h := s.overview.Holds; len(h) != 1 || h[0].Expired != expired || h[0].Owner != "Telephony" {
		s.wrong("holds %+v", h)
	}
	s.metric(`rwsgate_holds{state="expired"}`, one(expired))
	if strings.Contains(s.digest, "**The rollout is paused**") != paused || strings.Contains(s.digest, "**The hold for `agent held*` expired on 2029-06-30.**") != expired {
		s.wrong("the digest tells otherwise of pause or hold:\n%.600s", s.digest)
	}
}

// judgeSchedule holds the page's calendar, and the counts of refused calls, to the same.
func (s *spoken) judgeSchedule() {
	s.t.Helper()
	var page struct{ Reports []admin.Schedule }
	s.adminJSON("/api/rollout/schedule", &page)
	for _, r := range page.Reports {
		want, own := s.m.stages[r.Report]
		if !own {
			want = s.m.stages[""]
		}
		if !slices.EqualFunc(r.Steps, want, func(a rollout.NextStep, b stage) bool { return a.From.Equal(b.from) && a.Phase == b.phase }) {
			s.wrong("the schedule of %s is %+v", r.Report, r.Steps)
		}
	}
	if len(page.Reports) != 3 {
		s.wrong("schedules %+v", page.Reports)
	}
	for labels, n := range s.refused {
		if !strings.Contains(labels, `report=""`) {
			s.metric("rwsgate_rollout_refused_total"+labels, n)
		}
	}
	s.metric("rwsgate_brownout_stopped_total", s.stops)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// metric holds a metric's value to the truth.
func (s *spoken) metric(name string, want int) {
	s.t.Helper()
	_, rest, ok := strings.Cut(s.metrics, "\n"+name+" ")
	value, _, _ := strings.Cut(rest, "\n")
	if n, err := json.Number(value).Float64(); !ok || err != nil || int(n) != want {
		s.wrong("%s is %q, not %d", name, value, want)
	}
}

// judgeCounts holds the counts of standings to the clients, wherever they are shown.
func (s *spoken) judgeCounts() {
	s.t.Helper()
	if s.overview.Ownerless != s.ownerless || s.overview.Beyond != 0 {
		s.wrong("%d without an owner, %d beyond the bound", s.overview.Ownerless, s.overview.Beyond)
	}
	for _, standing := range rollout.Standings {
		if n := s.standings[string(standing)]; s.overview.Standings[string(standing)] != n {
			s.wrong("%d %s, not %d", s.overview.Standings[string(standing)], standing, n)
		} else {
			s.metric(fmt.Sprintf("rwsgate_clients{standing=%q}", standing), n)
		}
	}
	s.metric("rwsgate_clients_without_owner", s.ownerless)
	s.metric("rwsgate_clients_beyond_bound", 0)
}

// judgePreviews holds what is foretold of some dates to the schedule and to who asked for what.
func (s *spoken) judgePreviews() {
	s.t.Helper()
	for i, day := range []time.Time{date(2028, 2, 1), date(2028, 3, 15), date(2028, 12, 1), date(2029, 4, 3), date(2029, 7, 1), date(2029, 10, 1)} {
		if !s.thorough && s.looks%6 != i {
			continue
		}
		at := day.AddDate(0, 0, 1).Add(-time.Second)
		var p rollout.Preview
		if err := json.Unmarshal([]byte(s.rwsgate(0, "rollout", "preview", "--at", day.Format(time.DateOnly), "--format", "json")), &p); err != nil {
			s.t.Fatal(err)
		}
		want := map[string]bool{}
		for _, j := range s.ledgered() {
			if s.m.breaks(j, at) {
				want[j.agent()+" "+j.report] = true
			}
		}
		got := map[string]bool{}
		for _, b := range p.Breaks {
			if b.Tenant == s.tenant {
				_, agent, _ := strings.Cut(b.Name, ", ")
				got[agent+" "+b.Report] = true
			}
		}
		if !maps.Equal(got, want) || !p.At.Equal(at) || p.Paused != s.m.paused(s.at) {
			s.wrong("preview of %s: %v, not %v", day, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
}

// breaks says whether a job fails at an instant by the schedule, or failed in a window of its phase before.
func (m *model) breaks(j *job, at time.Time) bool {
	if !strings.HasPrefix(j.report, "CsP2P") || m.held(j, at) {
		return false
	}
	switch m.scheduled(j.report, at) {
	case rollout.PhaseRetired:
		return true
	case rollout.PhaseBrownout:
		for _, o := range m.outages {
			if !o.from.After(at) && m.scheduled(j.report, o.from) == rollout.PhaseBrownout && !m.held(j, o.from) {
				return true
			}
		}
	}
	return false
}

// judgeEvidence holds the criteria to the truth.
func (s *spoken) judgeEvidence() {
	s.t.Helper()
	var e rollout.Evidence
	s.adminJSON("/api/rollout/evidence", &e)
	strangers := false
	held := map[int]bool{}
	for _, j := range s.ledgered() {
		since := s.at.AddDate(0, 0, -30)
		strangers = strangers || j.calls[0].at.After(since) || j.owner == "" && j.calls[len(j.calls)-1].at.After(since)
	}
	for _, o := range s.m.outages {
		if o.stopped.IsZero() && !s.at.Before(o.until) && !s.m.interrupted(o) {
			held[int(o.until.Sub(o.from).Hours())] = true
		}
	}
	want := []bool{s.blocking == 0, !s.at.Before(s.m.heldUntil), !strangers, held[12] && held[24], !s.m.paused(s.at), true, true}
	for i, c := range e.Criteria {
		if i != 5 && c.Met != want[i] { // the data is as old as the last refresh
			s.wrong("%s: %t, %s", c.Name, c.Met, c.Detail)
		}
	}
	if len(e.Criteria) != len(want) || len(e.Clients) != len(s.ledgered()) || !e.At.Equal(s.at) {
		s.wrong("evidence of %s has %d criteria, %d clients", e.At, len(e.Criteria), len(e.Clients))
	}
}
