package command

import (
	"slices"
	"time"

	"rwsgate/rollout"
)

// The rollout of the simulation, as the test understands it, and beside it as the operator writes it.
type (
	stage struct {
		from  time.Time
		phase rollout.Phase
	}
	outage struct {
		from, until time.Time
		stopped     time.Time // ahead of its time; zero: not
	}
	pausing struct{ from, until time.Time }
)

// model is what the simulation knows to be true, from what its clients saw and its operator did.
type model struct {
	stages    map[string][]stage
	outages   []*outage
	pauses    []pausing
	heldUntil time.Time
	goneSince time.Time // the owner of "gone" said so
	jobs      []*job
	retention time.Duration
}

func newModel(jobs []*job, retention time.Duration) *model {
	m := &model{jobs: jobs, retention: retention, heldUntil: date(2029, 6, 30), stages: map[string][]stage{
		"":                   {{date(2027, 12, 1), rollout.PhaseAnnounce}, {date(2028, 3, 1), rollout.PhaseBrownout}, {date(2029, 3, 1), rollout.PhaseRetired}},
		"CsP2PAVTimeMonthly": {{date(2027, 12, 1), rollout.PhaseAnnounce}, {date(2028, 9, 1), rollout.PhaseBrownout}, {date(2029, 9, 1), rollout.PhaseRetired}},
	}}
	// Europe/Berlin is an hour ahead of UTC, two in summer: from 2028-03-26 and until 2028-10-29, 01:00 UTC.
	for _, w := range []struct {
		from  time.Time
		hours int
	}{
		{date(2028, 3, 15).Add(8 * time.Hour), 3},
		{date(2028, 3, 25).Add(19 * time.Hour), 12}, // over the start of summer time
		{date(2028, 5, 9).Add(22 * time.Hour), 24},  // a stranger stops it
		{date(2028, 10, 28).Add(10 * time.Hour), 24},
		{date(2028, 11, 15).Add(8 * time.Hour), 3},
	} {
		m.outages = append(m.outages, &outage{from: w.from, until: w.from.Add(time.Duration(w.hours) * time.Hour)})
	}
	return m
}

// yearsRollout is the same as the operator writes it. More windows and clients are added later.
const yearsRollout = `rollout:
  successor: https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts
  sunset: 2029-03-01
  reports:
    "*": [ { from: 2027-12-01, phase: announce }, { from: 2028-03-01, phase: brownout }, { from: 2029-03-01, phase: retired } ]
    CsP2PAVTimeMonthly: [ { from: 2027-12-01, phase: announce }, { from: 2028-09-01, phase: brownout }, { from: 2029-09-01, phase: retired } ]
  brownouts:
    - { from: 2028-03-15T09:00, duration: 3h, zone: Europe/Berlin }
    - { from: 2028-03-25T20:00, duration: 12h, zone: Europe/Berlin }
    - { from: 2028-05-10T00:00, duration: 24h, zone: Europe/Berlin }
    - { from: 2028-10-28T12:00, duration: 24h, zone: Europe/Berlin }
    - { from: 2028-11-15T09:00, duration: 3h, zone: Europe/Berlin }
`

// replanned is the window in place of the one that was stopped.
const replanned = "    - { from: 2028-06-14T00:00, duration: 24h, zone: Europe/Berlin }\n"

// owners are the agreements, by agent alone so that they fit hashed identities too.
func owners(jobs []*job) string {
	text := "  clients:\n    - { match: { agent: \"held*\" }, owner: Telephony, reason: rebuilt by June, until: 2029-06-30, phase: observe }\n"
	for _, j := range jobs {
		if j.owner != "" && j.name != "held" {
			text += "    - { match: { agent: \"" + j.name + "*\" }, owner: " + j.owner + " }\n"
		}
	}
	return text
}

func (m *model) paused(at time.Time) bool {
	for _, p := range m.pauses {
		if !at.Before(p.from) && (p.until.IsZero() || at.Before(p.until)) {
			return true
		}
	}
	return false
}

// interrupted says whether a pause fell into a brownout.
func (m *model) interrupted(o *outage) bool {
	return slices.ContainsFunc(m.pauses, func(p pausing) bool {
		return p.from.Before(o.until) && (p.until.IsZero() || p.until.After(o.from))
	})
}

// scheduled gives the phase of a report's schedule.
func (m *model) scheduled(report string, at time.Time) rollout.Phase {
	stages, own := m.stages[report]
	if !own {
		stages = m.stages[""]
	}
	phase := rollout.PhaseObserve
	for _, s := range stages {
		if !at.Before(s.from) {
			phase = s.phase
		}
	}
	return phase
}

func (m *model) held(j *job, at time.Time) bool { return j.name == "held" && at.Before(m.heldUntil) }

// phase gives the phase in force for a job.
func (m *model) phase(j *job, report string, at time.Time) rollout.Phase {
	phase := m.scheduled(report, at)
	if report == "" { // the root: the least advanced of all
		phase = min(phase, m.scheduled("CsP2PAVTimeMonthly", at))
	}
	if m.held(j, at) {
		phase = rollout.PhaseObserve
	}
	if m.paused(at) {
		phase = min(phase, rollout.PhaseAnnounce)
	}
	return phase
}

func (m *model) outageAt(at time.Time) *outage {
	for _, o := range m.outages {
		if !at.Before(o.from) && at.Before(o.until) {
			return o
		}
	}
	return nil
}

// want gives the status that a job's call for a report gets, empty for $metadata, and what stops because of it.
func (m *model) want(j *job, report string, at time.Time) (status int, stops *outage) {
	good := 200
	if j.fails != 0 {
		good = j.fails
	}
	if report == "MailTraffic" {
		return good, nil
	}
	switch m.phase(j, report, at) {
	case rollout.PhaseRetired:
		return 410, nil
	case rollout.PhaseBrownout:
		o := m.outageAt(at)
		if o == nil || !o.stopped.IsZero() {
			return good, nil
		}
		if len(j.calls) == 0 || !j.calls[0].at.Before(o.from) {
			return good, o
		}
		return 503, nil
	}
	return good, nil
}

// kept gives the job's calls that the ledger still holds, those of the UTC day of since or later.
func (m *model) kept(j *job, now, since time.Time) []made {
	first := now.Add(-m.retention).Truncate(24 * time.Hour)
	if since.After(first) {
		first = since.Truncate(24 * time.Hour)
	}
	for i := range j.calls {
		if !j.calls[i].at.Before(first) {
			return j.calls[i:]
		}
	}
	return nil
}

// tally adds up calls as the ledger should.
func tally(calls []made) rollout.Tally {
	var t rollout.Tally
	for _, c := range calls {
		t.Calls++
		t.Rows += int64(c.rows)
		t.Bytes += int64(c.bytes)
		switch {
		case c.status == 200 && c.report != "":
			t.Served++
			if c.rows == 0 {
				t.Empty++
			}
		case c.brownout:
			t.Brownouts++
		case c.status >= 400 && c.status < 500:
			t.Refused++
		}
	}
	return t
}

// The rules of docs/usage.md: the days that two periods and holidays take, and what a due day may scatter.
var leastSilence = map[rollout.Rhythm]struct{ silence, tolerance, period int }{
	rollout.RhythmDaily:     {3 * 7, 1, 3},
	rollout.RhythmWeekly:    {4 * 7, 2, 7},
	rollout.RhythmMonthly:   {11 * 7, 14, 35},
	rollout.RhythmQuarterly: {29*7 + 5, 21, 104},
	rollout.RhythmYearly:    {762, 49, 397},
	rollout.RhythmUnknown:   {762, 0, 0},
}

// quietBy gives when a job that is over must be called quiet at the latest: after two turns that it missed with their
// tolerance, the silence of its rhythm, and a quarter more than its longest silence.
func (j *job) quietBy() time.Time {
	last := j.calls[len(j.calls)-1].at
	rule := leastSilence[j.rhythm]
	by := last.AddDate(0, 0, rule.silence+rule.period+2)
	longest := time.Duration(0)
	for i := 1; i < len(j.calls); i++ {
		if gap := j.calls[i].at.Sub(j.calls[i-1].at); j.calls[i].at.After(last.AddDate(0, 0, -410)) {
			longest = max(longest, gap)
		}
	}
	if t := last.Add(max(longest*5/4, longest+3*24*time.Hour) + 3*24*time.Hour); t.After(by) {
		by = t
	}
	if missed := j.turnsAfter(last); len(missed) > 1 {
		if t := missed[1].AddDate(0, 0, 2*rule.tolerance+2); t.After(by) {
			by = t
		}
	}
	return by
}

// missedTwo says whether the job let two of its own turns pass since its last call, a week without any standing for one.
func (j *job) missedTwo(now time.Time) bool {
	missed := j.turnsAfter(j.calls[len(j.calls)-1].at)
	return len(missed) > 1 && missed[1].Before(now)
}

// effect says what an outage did to a job, and whether that cannot be told yet or is a matter of tolerances.
func (m *model) effect(j *job, o *outage, now time.Time) (effect string, sure bool) {
	failed, served := false, false
	var last, back time.Time
	for _, c := range j.calls {
		switch {
		case c.at.Before(o.from):
		case c.at.Before(o.until) && c.brownout:
			failed, last, back = true, c.at, time.Time{}
		case c.status == 200:
			served = served || c.at.Before(o.until)
			if failed && back.IsZero() {
				back = c.at
			}
		}
	}
	due := o.until.AddDate(0, 0, 1)
	latest := due
	if turns := j.turnsAfter(last); failed && len(turns) > 0 {
		slack := leastSilence[j.rhythm].tolerance + 4
		if t := turns[0].AddDate(0, 0, slack); t.After(latest) {
			latest = t
		}
	}
	switch {
	case !failed && served:
		return rollout.EffectServed, true
	case !failed:
		return rollout.EffectNever, true
	case !back.IsZero() && (back.Before(due) || len(j.turnsAfter(last)) > 0 && back.Equal(j.turnsAfter(last)[0])):
		return rollout.EffectRetried, true
	case !back.IsZero() && back.Before(latest): // out of turn, but not late for certain
		return rollout.EffectRetried, false
	case now.Before(due):
		return rollout.EffectFailing, true
	case now.After(latest):
		return rollout.EffectAway, true
	}
	return rollout.EffectFailing, false
}
