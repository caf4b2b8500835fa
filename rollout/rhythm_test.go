package rollout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/translate"
)

// simulated is a simulated client: it calls on the days that due gives, but for holidays, some days early or late, sometimes
// twice.
type simulated struct {
	name      string
	rhythm    Rhythm
	turn      func(n int) translate.Day // n-th due day
	jitter    int                       // days late at most
	skips     int                       // turns in a row that it may leave out
	shift     bool                      // a turn on a weekend moves to the next working day
	closure   int                       // longest yearly rest in days
	movedAt   int                       // turn from which it has another day
	retention translate.Day
}

const start = translate.Day(20454) // 2026-01-01

// jobs draws a regular job of any rhythm.
func jobs(rt *rapid.T) simulated {
	month := monthOf(start)
	n := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(rt, name) }
	rules := []dayOfMonth{
		{kind: 'd', n: n("day of month", 1, 31)}, {kind: 'w', n: n("working day", 1, 10)}, {kind: 'w', n: -n("working day from the end", 1, 5)},
		{kind: 'n', n: n("weekday", 1, 4), week: time.Weekday(n("day of week", 0, 6))}, {kind: 'n', n: -1, week: time.Friday},
	}
	rule := rapid.SampledFrom(rules).Draw(rt, "rule")
	moved, movedAt := rapid.SampledFrom(rules).Draw(rt, "rule later"), n("moved at", 4, 12)
	monthly := func(step int) func(i int) translate.Day {
		return func(i int) translate.Day {
			if step == 1 && i >= movedAt {
				return moved.in(month + i*step)
			}
			return rule.in(month + i*step)
		}
	}
	every := func(step int) func(i int) translate.Day {
		first := start + translate.Day(n("first", 0, 6))
		return func(i int) translate.Day { return first + translate.Day(i*step) }
	}
	return rapid.SampledFrom([]simulated{
		{name: "working days", rhythm: RhythmDaily, turn: workingDay(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday), skips: 1, closure: 14, retention: 760},
		{name: "three days a week", rhythm: RhythmDaily, turn: workingDay(time.Monday, time.Wednesday, time.Friday), skips: 1, closure: 14, retention: 760},
		{name: "every few days", rhythm: RhythmDaily, turn: every(n("every", 1, 3)), skips: 1, retention: 760},
		{name: "weekly", rhythm: RhythmWeekly, turn: every(7), jitter: 1, skips: 2, shift: true, retention: 760},
		{name: "every two weeks", rhythm: RhythmMonthly, turn: every(14), jitter: 1, skips: 1, retention: 760},
		{name: "monthly", rhythm: RhythmMonthly, turn: monthly(1), movedAt: movedAt, jitter: 2, skips: 1, shift: true, retention: 760},
		{name: "quarterly", rhythm: RhythmQuarterly, turn: monthly(3), jitter: 6, skips: 0, shift: true, retention: 1500},
		{name: "yearly", rhythm: RhythmYearly, turn: monthly(12), jitter: 12, shift: true, retention: 5000},
	}).Draw(rt, "job")
}

// workingDay gives the n-th day that falls on one of some weekdays.
func workingDay(on ...time.Weekday) func(n int) translate.Day {
	first := start
	for first.Weekday() != time.Sunday {
		first++
	}
	return func(n int) translate.Day {
		return first + translate.Day(n/len(on)*7) + translate.Day(on[n%len(on)])
	}
}

// run gives the days on which a job calls in its first so many turns.
func (j *simulated) run(rt *rapid.T, turns int) []translate.Day {
	var days []translate.Day
	skipped, ran := 0, 9
	rest := translate.Day(rapid.IntRange(0, 180).Draw(rt, "rest"))
	for i := range turns {
		d := j.turn(i)
		if in := (d - start) % 365; j.closure > 0 && in >= rest && in < rest+translate.Day(j.closure) {
			continue
		}
		moves := i == j.movedAt || i == j.movedAt-1
		if !moves && j.skips > skipped && (skipped > 0 || ran > 4) && rapid.IntRange(0, 9).Draw(rt, "skip") == 0 {
			skipped, ran = skipped+1, 0
			continue
		}
		skipped, ran = 0, ran+1
		for j.shift && (d.Weekday() == time.Saturday || d.Weekday() == time.Sunday) {
			d++
		}
		d += translate.Day(rapid.IntRange(0, j.jitter).Draw(rt, "late"))
		if n := len(days); n == 0 || d > days[n-1] {
			days = append(days, d)
		}
		if rapid.IntRange(0, 5).Draw(rt, "again") == 0 && j.rhythm != RhythmDaily {
			days = append(days, days[len(days)-1]+1)
		}
	}
	return days
}

// bound is the silence, in days, after which a client is quiet at the latest, unless it was silent for long before: two
// of the longest gaps of its rhythm, and the slack.
var bound = map[Rhythm]int{RhythmDaily: 28, RhythmWeekly: 35, RhythmMonthly: 105, RhythmQuarterly: 292, RhythmYearly: 930}

// TestNoRegularJobIsFalselyQuiet simulates jobs with holidays, late runs, double runs, and a move: whenever it calls
// again it was not called quiet until then; after its last call it is quiet within the bound.
func TestNoRegularJobIsFalselyQuiet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		j := jobs(rt)
		turns := map[Rhythm]int{RhythmDaily: 150, RhythmWeekly: 60, RhythmMonthly: 24, RhythmQuarterly: 12, RhythmYearly: 8}[j.rhythm]
		days := j.run(rt, turns)
		if len(days) < 2 {
			return
		}
		for i := 1; i < len(days); i++ {
			before := days[i] - 1 // a call may come at any time of its day
			known := since(days[:i], before-j.retention)
			if f := Foretell(known, before.UTC().Add(23*time.Hour)); f.Quiet {
				rt.Fatalf("%s: called on %s, was quiet before\n%s\n%+v", j.name, days[i], list(known), f)
			}
		}
		f := Foretell(days, days[len(days)-1].UTC())
		if f.Rhythm == RhythmUnknown {
			rt.Fatalf("%s: its rhythm is not known\n%s", j.name, list(days))
		}
		longest := 0
		for _, g := range gaps(days) {
			longest = max(longest, g)
		}
		last := days[len(days)-1]
		end := last + translate.Day(max(bound[f.Rhythm], longest+max(3, longest/4)+1, forgotten*int(one(f.Rhythm == RhythmYearly))))
		if g := Foretell(days, end.UTC()); !g.Quiet || g.MissedTurns < 2 {
			rt.Fatalf("%s: not quiet on %s\n%s\n%+v", j.name, end, list(days), g)
		}
	})
}

// TestQuietNeedsTwoMissedTurns holds the parts of a forecast together, for any days at all.
func TestQuietNeedsTwoMissedTurns(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		day := start
		var days []translate.Day
		step := rapid.SampledFrom([]int{1, 3, 8, 40, 100, 400}).Draw(rt, "step")
		for range rapid.IntRange(0, 60).Draw(rt, "calls") {
			day += translate.Day(rapid.IntRange(1, step).Draw(rt, "gap"))
			days = append(days, day)
		}
		silence := translate.Day(rapid.IntRange(0, 900).Draw(rt, "silence"))
		f := Foretell(days, (day + silence).UTC())
		switch {
		case len(days) == 0:
			if f != (Forecast{Rhythm: RhythmUnknown}) {
				rt.Fatalf("%+v", f)
			}
			return
		case f.Quiet != (day+silence >= f.QuietFrom), f.Quiet && f.Rhythm != RhythmUnknown && f.MissedTurns < 2,
			f.Rhythm == RhythmUnknown && f.Quiet != (silence >= forgotten), f.Rhythm == RhythmUnknown && (f.NextDue != 0 || f.MissedTurns != 0),
			f.Rhythm != RhythmUnknown && f.NextDue <= day, f.NextDue != 0 && f.NextDue+translate.Day(f.Tolerance) < day+silence:
			rt.Fatalf("%s\nafter %d days: %+v", list(days), silence, f)
		}
		if silence > 0 {
			if before := Foretell(days, (day + silence - 1).UTC()); before.MissedTurns > f.MissedTurns || before.Quiet && !f.Quiet || before.QuietFrom != f.QuietFrom {
				rt.Fatalf("the day before: %+v, then %+v", before, f)
			}
		}
	})
}

func list(days []translate.Day) string {
	var b strings.Builder
	for _, d := range days {
		fmt.Fprintf(&b, "%s %s, ", d.Weekday().String()[:2], d)
	}
	return b.String()
}

// TestForetell pins what is said of jobs that everybody knows.
func TestForetell(t *testing.T) {
	weekdays := func(from string, n int) (days []translate.Day) {
		for d := day(from); len(days) < n; d++ {
			if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
				days = append(days, d)
			}
		}
		return days
	}
	on := func(dates ...string) (days []translate.Day) {
		for _, d := range dates {
			days = append(days, day(d))
		}
		return days
	}
	firstWorkingDays := on("2026-01-01", "2026-02-02", "2026-03-02", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01")
	for name, c := range map[string]struct {
		days   []translate.Day
		today  string
		rhythm Rhythm
		due    string
		missed int
		quiet  bool
	}{
		"never":                           {nil, "2026-03-01", RhythmUnknown, "", 0, false},
		"once":                            {on("2026-03-01"), "2026-03-02", RhythmUnknown, "", 0, false},
		"once, two years ago":             {on("2026-03-01"), "2028-03-29", RhythmUnknown, "", 0, false},
		"once, 25 months ago":             {on("2026-03-01"), "2028-03-30", RhythmUnknown, "", 0, true},
		"a working week":                  {weekdays("2026-03-02", 5), "2026-03-09", RhythmUnknown, "", 0, false},
		"on Friday":                       {weekdays("2026-03-02", 20), "2026-03-27", RhythmDaily, "2026-03-30", 0, false},
		"not overdue on Sunday":           {weekdays("2026-03-02", 20), "2026-03-29", RhythmDaily, "2026-03-30", 0, false},
		"not overdue on Tuesday":          {weekdays("2026-03-02", 20), "2026-03-31", RhythmDaily, "2026-03-30", 0, false},
		"overdue on Wednesday":            {weekdays("2026-03-02", 20), "2026-04-01", RhythmDaily, "2026-03-31", 1, false},
		"three weeks later":               {weekdays("2026-03-02", 20), "2026-04-17", RhythmDaily, "2026-04-16", 13, false},
		"quiet":                           {weekdays("2026-03-02", 20), "2026-04-18", RhythmDaily, "2026-04-17", 14, true},
		"twice only":                      {on("2026-03-01", "2026-04-01"), "2026-05-20", RhythmUnknown, "", 0, false},
		"first working day":               {firstWorkingDays, "2026-07-02", RhythmMonthly, "2026-08-03", 0, false},
		"first working day, missed":       {firstWorkingDays, "2026-08-09", RhythmMonthly, "2026-09-01", 1, false},
		"first working day, missed twice": {firstWorkingDays, "2026-09-14", RhythmMonthly, "2026-10-01", 2, false},
		"first working day, quiet":        {firstWorkingDays, "2026-09-16", RhythmMonthly, "2026-10-01", 2, true},
		"month's end":                     {on("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"), "2026-05-01", RhythmMonthly, "2026-05-31", 0, false},
		"a week of tests":                 {on("2026-01-05", "2026-02-05", "2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-04-05"), "2026-04-20", RhythmMonthly, "2026-05-05", 0, false},
		"Mondays":                         {on("2026-03-02", "2026-03-09", "2026-03-17", "2026-03-23"), "2026-03-28", RhythmWeekly, "2026-03-30", 0, false},
		"quarter":                         {on("2026-01-04", "2026-04-04", "2026-07-04"), "2026-08-01", RhythmQuarterly, "2026-10-04", 0, false},
		"yearly":                          {on("2025-01-15", "2026-01-15"), "2026-12-01", RhythmYearly, "2027-01-15", 0, false},
		"yearly, one missed":              {on("2025-01-15", "2026-01-15"), "2027-03-01", RhythmYearly, "2028-01-15", 1, false},
		"now and then":                    {on("2026-01-02", "2026-01-09", "2026-05-20", "2026-06-02", "2026-07-14"), "2026-07-15", RhythmUnknown, "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := Foretell(c.days, day(c.today).UTC())
			due := ""
			if f.NextDue != 0 {
				due = f.NextDue.String()
			}
			if f.Rhythm != c.rhythm || due != c.due || f.MissedTurns != c.missed || f.Quiet != c.quiet {
				t.Errorf("%+v, due %s", f, due)
			}
		})
	}
}

func BenchmarkForetell(b *testing.B) {
	for name, step := range map[string]translate.Day{"daily": 1, "monthly": 30} {
		var days []translate.Day
		for d := start; d < start+760; d += step {
			days = append(days, d)
		}
		now := (start + 765).UTC()
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Foretell(days, now)
			}
		})
	}
}
