package command

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"rwsgate/rollout"
)

// The years of the simulation. Schedules go on after its end, so that it is known who would have called again.
var (
	yearsFrom    = date(2027, 1, 4)
	yearsUntil   = date(2029, 12, 31)
	yearsHorizon = date(2032, 6, 1)
)

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// What a client does when it is refused because of the rollout.
type temper int

const (
	goesOn    temper = iota // ignores it and comes at its next turn
	retries                 // tries again every hour until it is served, twelve hours at most
	staysAway               // somebody switches it off for ten days
	givesUp                 // somebody retires it for good
)

// job is a client: a program that somebody runs by a schedule of its own.
type job struct {
	name   string // principal without its domain, and agent family
	owner  string
	rhythm rollout.Rhythm
	turns  []time.Time // all that it was ever planned to make, ascending
	ends   time.Time   // switched off from then on; zero: never
	temper temper
	steady bool // no holidays, moves or gaps: it must never seem late
	fails  int  // status that its query always gets; 0: 200
	report string
	query  string
	model  bool // asks for $metadata first, and goes on only if it gets it

	// What became of it.
	calls []made
	away  time.Time // until then
	over  bool      // gave up
}

// made is a call as its client saw it.
type made struct {
	at       time.Time
	report   string
	status   int
	rows     int
	bytes    int
	brownout bool
	retired  bool
}

func (j *job) user() string  { return j.name + "@example.onmicrosoft.com" }
func (j *job) agent() string { return j.name }

// next gives the first turn after an instant that the job will make, or a zero time.
func (j *job) next(after time.Time) time.Time {
	if j.over {
		return time.Time{}
	}
	for _, t := range j.turnsAfter(after) {
		if t.Before(j.away) {
			continue
		}
		if j.ends.IsZero() || t.Before(j.ends) {
			return t
		}
		break
	}
	return time.Time{}
}

func (j *job) turnsAfter(after time.Time) []time.Time {
	i, _ := slices.BinarySearchFunc(j.turns, after.Add(1), time.Time.Compare)
	return j.turns[i:]
}

// days makes a turn of every day for which on says so.
func days(hour, minute int, on func(d time.Time) bool) (all []time.Time) {
	for d := yearsFrom; d.Before(yearsHorizon); d = d.AddDate(0, 0, 1) {
		if on(d) {
			all = append(all, d.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute))
		}
	}
	return all
}

func everyDay(time.Time) bool { return true }

func workday(d time.Time) bool { return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday }

func on(w time.Weekday) func(time.Time) bool {
	return func(d time.Time) bool { return d.Weekday() == w }
}

// holidays leave out the days around New Year and two weeks of August.
func holidays(on func(time.Time) bool) func(time.Time) bool {
	return func(d time.Time) bool {
		away := d.Month() == time.December && d.Day() > 22 || d.Month() == time.January && d.Day() < 5 || d.Month() == time.August && d.Day() > 5 && d.Day() < 20
		return on(d) && !away
	}
}

// firstWorkday is the first working day of every n-th month, counted from January.
func firstWorkday(n int) func(time.Time) bool {
	return func(d time.Time) bool {
		if (int(d.Month())-1)%n != 0 || !workday(d) {
			return false
		}
		for day := 1; day < d.Day(); day++ {
			if workday(date(d.Year(), d.Month(), day)) {
				return false
			}
		}
		return true
	}
}

func dayOf(n, months int) func(time.Time) bool {
	return func(d time.Time) bool { return d.Day() == n && (int(d.Month())-1)%months == 0 }
}

func lastWorkday(d time.Time) bool {
	if !workday(d) {
		return false
	}
	for x := d.AddDate(0, 0, 1); x.Month() == d.Month(); x = x.AddDate(0, 0, 1) {
		if workday(x) {
			return false
		}
	}
	return true
}

func secondTuesday(d time.Time) bool {
	return d.Weekday() == time.Tuesday && d.Day() > 7 && d.Day() < 15
}

// twice adds a second run, some minutes later, to every n-th turn.
func twice(turns []time.Time, n int) (all []time.Time) {
	for i, t := range turns {
		all = append(all, t)
		if i%n == 0 {
			all = append(all, t.Add(7*time.Minute))
		}
	}
	return all
}

// moved has the turns from an instant on at another time.
func moved(turns []time.Time, from time.Time, by time.Duration) []time.Time {
	all := slices.Clone(turns)
	for i := range all {
		if !all[i].Before(from) {
			all[i] = all[i].Add(by)
		}
	}
	return all
}

// strayed moves each turn by up to n days, either way.
func strayed(turns []time.Time, n int, seed uint64) []time.Time {
	random := rand.New(rand.NewPCG(seed, 1))
	all := slices.Clone(turns)
	for i := range all {
		if i > 0 {
			all[i] = all[i].AddDate(0, 0, random.IntN(2*n+1)-n)
		}
	}
	return all
}

// The queries of the jobs.
const (
	dailyQuery   = "CsP2PAVTimeDaily?$format=json&$top=5"
	weeklyQuery  = "CsP2PAVTimeWeekly?$top=3"
	monthlyQuery = "CsP2PAVTimeMonthly?$format=json&$orderby=Date desc&$top=2"
	emptyQuery   = "CsP2PAVTimeDaily?$filter=Date lt datetime'2015-01-01T00:00:00'"
	badQuery     = "CsP2PAVTimeDaily?$filter=Date lt '01/01/2015'"
)

// fifty are the jobs of the simulation.
func fifty() []*job {
	var all []*job
	add := func(rhythm rollout.Rhythm, query string, turns []time.Time, edit ...func(*job)) {
		j := &job{name: fmt.Sprintf("job%02d-%s", len(all)+1, rhythm), owner: []string{"Finance", "Telephony", "Reporting"}[len(all)%3], rhythm: rhythm, query: query, turns: turns, temper: givesUp, steady: true}
		j.report, _, _ = strings.Cut(query, "?")
		for _, e := range edit {
			e(j)
		}
		all = append(all, j)
	}
	is := func(t temper) func(*job) { return func(j *job) { j.temper = t } }
	unsteady := func(j *job) { j.steady = false }
	until := func(t time.Time) func(*job) { return func(j *job) { j.ends, j.temper = t, goesOn } }
	called := func(name string) func(*job) { return func(j *job) { j.name = name } }
	for i := range 5 { // in and out of the windows
		add(rollout.RhythmDaily, dailyQuery, days(3*i+1, 11*i, everyDay), is([]temper{retries, goesOn, staysAway, retries, goesOn}[i]))
	}
	add(rollout.RhythmDaily, dailyQuery, twice(days(8, 30, everyDay), 9), is(retries))
	add(rollout.RhythmDaily, dailyQuery, moved(days(2, 10, everyDay), date(2028, 2, 1), 7*time.Hour), is(goesOn))
	add(rollout.RhythmDaily, dailyQuery, days(9, 5, everyDay), is(goesOn), called("deaf"))                              // ignores errors for good
	add(rollout.RhythmDaily, dailyQuery, days(9, 45, everyDay), called("held"), func(j *job) { j.owner = "Telephony" }) // under a hold
	add(rollout.RhythmDaily, dailyQuery, days(12, 0, everyDay), until(date(2027, 6, 30)))
	for i := range 4 {
		add(rollout.RhythmDaily, dailyQuery, days(6+2*i, 20, workday), is([]temper{goesOn, retries, staysAway, goesOn}[i]))
	}
	add(rollout.RhythmDaily, dailyQuery, days(7, 15, holidays(workday)), unsteady, is(retries))
	add(rollout.RhythmDaily, weeklyQuery, days(10, 15, holidays(workday)), unsteady, is(goesOn))
	add(rollout.RhythmDaily, dailyQuery, days(23, 50, workday), until(date(2028, 3, 15)))
	add(rollout.RhythmDaily, badQuery, days(16, 40, workday), func(j *job) { j.fails = 400 }, is(goesOn), called("misspelt"))
	add(rollout.RhythmDaily, monthlyQuery, days(9, 30, workday), is(goesOn))
	for i := range 4 {
		add(rollout.RhythmWeekly, weeklyQuery, days(8, 5*i, on(time.Weekday(i))), is([]temper{retries, goesOn, goesOn, staysAway}[i]))
	}
	add(rollout.RhythmWeekly, weeklyQuery, moved(days(5, 0, on(time.Thursday)), date(2028, 8, 1), 24*time.Hour), unsteady, is(goesOn))
	add(rollout.RhythmWeekly, weeklyQuery, days(5, 0, holidays(on(time.Friday))), unsteady, is(goesOn))
	add(rollout.RhythmWeekly, weeklyQuery, days(6, 0, on(time.Tuesday)), until(date(2027, 9, 30)))
	add(rollout.RhythmWeekly, emptyQuery, days(11, 0, on(time.Wednesday)), is(goesOn), called("empty"))
	add(rollout.RhythmWeekly, "MailTraffic?$top=5", days(4, 0, on(time.Saturday)), func(j *job) { j.fails = 404 }, is(goesOn), called("elsewhere"))
	for i := range 3 {
		add(rollout.RhythmMonthly, monthlyQuery, days(7+i, 0, firstWorkday(1)), is([]temper{goesOn, retries, givesUp}[i]))
	}
	add(rollout.RhythmMonthly, monthlyQuery, days(9, 0, dayOf(15, 1)), is(retries))
	add(rollout.RhythmMonthly, monthlyQuery, days(10, 30, dayOf(5, 1)), is(goesOn))
	add(rollout.RhythmMonthly, monthlyQuery, days(20, 0, lastWorkday), is(goesOn))
	add(rollout.RhythmMonthly, monthlyQuery, days(13, 0, secondTuesday), is(goesOn))
	add(rollout.RhythmMonthly, monthlyQuery, strayed(days(9, 0, dayOf(12, 1)), 2, 7), unsteady, is(goesOn))
	add(rollout.RhythmMonthly, monthlyQuery, moved(days(9, 0, dayOf(3, 1)), date(2028, 6, 1), 15*24*time.Hour), unsteady, is(goesOn))
	add(rollout.RhythmMonthly, dailyQuery, days(9, 0, dayOf(1, 1)), until(date(2028, 1, 20)))
	for i := range 3 {
		add(rollout.RhythmQuarterly, monthlyQuery, days(9+i, 0, firstWorkday(3)), is(goesOn))
	}
	add(rollout.RhythmQuarterly, dailyQuery, strayed(days(9, 0, dayOf(14, 3)), 4, 11), unsteady, is(retries))
	add(rollout.RhythmQuarterly, monthlyQuery, days(9, 0, dayOf(10, 3)), until(date(2028, 4, 30)))
	add(rollout.RhythmYearly, monthlyQuery, days(9, 0, dayOf(8, 12)), is(goesOn))
	add(rollout.RhythmYearly, dailyQuery, strayed(days(15, 0, dayOf(20, 12)), 9, 13), unsteady, is(goesOn))
	add(rollout.RhythmYearly, dailyQuery, days(9, 0, dayOf(9, 12)), until(date(2028, 2, 1)))
	add(rollout.RhythmUnknown, dailyQuery, []time.Time{date(2027, 3, 10).Add(9 * time.Hour)}, unsteady, called("once"))
	add(rollout.RhythmUnknown, dailyQuery, []time.Time{date(2027, 5, 10).Add(9 * time.Hour), date(2027, 5, 31).Add(9 * time.Hour)}, unsteady, called("gone"))
	add(rollout.RhythmUnknown, dailyQuery, []time.Time{date(2028, 5, 10).Add(8*time.Hour + 13*time.Minute)}, unsteady, called("stranger"), func(j *job) { j.owner = "" })
	add(rollout.RhythmDaily, weeklyQuery, days(9, 17, workday), is(goesOn), called("library"), func(j *job) { j.model = true })
	return all
}
