package command

import (
	"container/heap"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"rwsgate/rollout"
)

// TestThreeYears runs fifty clients through all phases of a rollout, on the whole program by a clock of its own, and
// holds whatever the program says of them to what they saw. With RWSGATE_LONG it asks every simulated week, else every
// seventh, and at every event. The race detector sees the same on one store, with fewer questions.
func TestThreeYears(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of a core")
	}
	weeks := 7
	switch {
	case weekly():
		weeks = 1
	case underRace:
		newYears(t, "", rollout.IdentityFull).run(26)
		return
	}
	t.Run("hashed identities", func(t *testing.T) { newYears(t, "", rollout.IdentityHashed).run(2 * weeks) })
	onSharedStores(t, func(t *testing.T, dsn string) {
		if strings.HasPrefix(dsn, "sqlite:") {
			dsn = ""
		} else {
			dsn = ownSchema(t, dsn)
		}
		newYears(t, dsn, rollout.IdentityFull).run(weeks)
	})
}

// weekly says whether every simulated week is looked at.
func weekly() bool { return os.Getenv("RWSGATE_LONG") != "" }

// years is the simulation.
type years struct {
	*world
	m      *model
	hashed bool
	queue  turns
	file   string // rollout in force
	events []event
	looks  int

	refused map[string]int // calls by report and phase, since the program started
	stops   int            // of windows, the same
}

// event is something that an operator does, or a moment that is worth a look.
type event struct {
	at   time.Time
	what string
	do   func()
}

func newYears(t *testing.T, dsn string, identity rollout.Identity) *years {
	jobs := fifty()
	if len(jobs) != 50 {
		t.Fatalf("%d jobs", len(jobs))
	}
	users := make([]string, len(jobs))
	for i, j := range jobs {
		users[i] = j.user()
	}
	y := &years{file: yearsRollout + owners(jobs), hashed: identity == rollout.IdentityHashed, refused: map[string]int{}}
	more := fmt.Sprintf("ledger: { identity: %s, retention: 25mo }\nrefresh: { every: 7d }\n", identity)
	y.world = newWorld(t, dsn, uuid.NewString(), more, users, yearsFrom, y.file)
	y.m = newModel(jobs, y.watcher.Current().Ledger.Retention.Std())
	for _, j := range jobs {
		y.plan(j, yearsFrom)
	}
	y.plot()
	return y
}

// plot writes down what the operator will do.
func (y *years) plot() {
	at := func(t time.Time, what string, do func()) { y.events = append(y.events, event{t, what, do}) }
	at(date(2027, 12, 1).Add(time.Minute), "announced", nil)
	at(date(2028, 3, 1).Add(time.Minute), "brownouts may come", nil)
	at(date(2028, 5, 29), "the stopped window is planned again", func() {
		y.file = strings.Replace(y.file, "  clients:\n", replanned+"  clients:\n", 1)
		y.reload(y.file)
		again := date(2028, 6, 13).Add(22 * time.Hour)
		y.m.outages = append(y.m.outages, &outage{from: again, until: again.AddDate(0, 0, 1)})
	})
	at(date(2028, 7, 1).Add(time.Hour), "an owner says that a job is gone", func() {
		y.file = strings.Replace(y.file, "agent: \"gone*\" }, ", "agent: \"gone*\" }, gone: 2028-07-01, ", 1)
		y.reload(y.file)
		y.m.goneSince = date(2028, 7, 1)
	})
	y.pauseAt(at, date(2028, 10, 28).Add(15*time.Hour+10*time.Minute), date(2028, 10, 30).Add(6*time.Hour+4*time.Minute))
	at(date(2028, 12, 1), "a restart", func() {
		y.ends()
		y.start()
		y.refused, y.stops = map[string]int{}, 0
		y.moveTo(y.clock())
	})
	at(date(2029, 3, 1).Add(time.Minute), "retired", nil)
	y.pauseAt(at, date(2029, 4, 2).Add(7*time.Hour+4*time.Minute), date(2029, 4, 6).Add(7*time.Hour+4*time.Minute))
	at(date(2029, 6, 30).Add(time.Minute), "the hold expired", nil)
	at(date(2029, 9, 1).Add(time.Minute), "all is retired", nil)
}

// pauseAt plots a pause, with looks shortly after both ends.
func (y *years) pauseAt(at func(time.Time, string, func()), from, until time.Time) {
	at(from, "paused", func() {
		y.rwsgate(0, "rollout", "pause", "--reason", "month-end closing")
		y.m.pauses = append(y.m.pauses, pausing{from: from})
	})
	at(until, "resumed", func() {
		y.rwsgate(0, "rollout", "resume")
		y.m.pauses[len(y.m.pauses)-1].until = until
	})
}

// run lives through the years. It asks every so many weeks.
func (y *years) run(weeks int) {
	y.post("/api/refresh")
	looks := yearsFrom.AddDate(0, 0, 9).Add(5*time.Hour + 3*time.Minute)
	refreshed := yearsFrom
	for {
		next := yearsUntil
		if len(y.queue) > 0 && y.queue[0].at.Before(next) {
			next = y.queue[0].at
		}
		event := len(y.events) > 0 && !y.events[0].at.After(next)
		switch {
		case event && !y.events[0].at.After(looks):
			e := y.events[0]
			y.events = y.events[1:]
			y.moveTo(e.at)
			if e.do != nil {
				e.do()
			}
			y.look(e.what)
		case !looks.After(next):
			y.moveTo(looks)
			y.look("a look")
			looks = looks.AddDate(0, 0, 7*weeks)
		case next.Equal(yearsUntil):
			y.end()
			return
		default:
			y.call(heap.Pop(&y.queue).(turn))
		}
		if y.clock().Sub(refreshed) > 60*24*time.Hour {
			y.post("/api/refresh")
			refreshed = y.clock()
		}
	}
}

// end looks at the last day: all is over, and the evidence says so to a script.
func (y *years) end() {
	y.moveTo(yearsUntil)
	y.post("/api/refresh")
	y.look("the end")
	y.rwsgate(0, "rollout", "evidence", "--format", "json")
}

// call makes one turn of a job.
func (y *years) call(c turn) {
	y.advance(c.at)
	status := 200
	if c.job.model {
		status = y.ask(c.job, "", "$metadata")
	}
	if status == 200 {
		status = y.ask(c.job, c.job.report, c.job.query)
	}
	y.react(c, status == 503 || status == 410, status == 410)
}

// ask makes one call and takes down what the job sees.
func (y *years) ask(j *job, report, query string) (status int) {
	at := y.clock()
	want, stops := y.m.want(j, report, at)
	a := y.legacy(j.user(), fmt.Sprintf("%s/1.%d", j.agent(), at.Year()), query, "X-timezone: W. Europe Standard Time")
	if a.status != want {
		y.t.Errorf("%s: %s got %d, not %d: %.200s", at.Format(time.RFC3339), j.name, a.status, want, a.body)
	}
	if announced, got := y.m.phase(j, report, at) >= rollout.PhaseAnnounce, a.header.Get("Deprecation") != ""; got != announced {
		y.t.Errorf("%s: %s: announced %t", at.Format(time.RFC3339), j.name, got)
	}
	rows := strings.Count(a.body, "<entry>") + strings.Count(a.body, `"__metadata":`)
	j.calls = append(j.calls, made{at, report, a.status, rows, len(a.body), strings.Contains(a.body, "ServiceDeprecatedBrownout"), a.status == 410})
	if a.status == 503 || a.status == 410 {
		y.refused[fmt.Sprintf("{phase=%q,report=%q}", map[int]string{503: "brownout", 410: "retired"}[a.status], report)]++
	}
	if stops != nil {
		y.stops++
		stops.stopped = at
		y.moveTo(at)
		y.look("a stranger stopped a window")
	}
	return a.status
}

// react does what whoever runs a job does after a call.
func (y *years) react(c turn, refused, retired bool) {
	j := c.job
	switch {
	case !refused || j.temper == goesOn && !(retired && j.name != "deaf" && c.at.Year() == 2029 && c.at.Month() > 6):
	case j.temper == retries && !retired:
		if c.attempt < 12 {
			heap.Push(&y.queue, turn{c.at.Add(time.Hour), j, c.attempt + 1})
			return
		}
	case j.temper == staysAway && !retired:
		j.away = c.at.AddDate(0, 0, 10)
	default:
		j.over = true
	}
	y.plan(j, c.at)
}

// plan puts a job's next turn into the queue.
func (y *years) plan(j *job, after time.Time) {
	if next := j.next(after); !next.IsZero() {
		heap.Push(&y.queue, turn{next, j, 0})
	}
}

// advance moves the clock to a call, by way of every moment at which the program's loops have something to do.
func (y *years) advance(to time.Time) {
	now := y.clock()
	for _, o := range y.m.outages {
		for _, edge := range []time.Time{o.from.Add(-time.Minute), o.from, o.from.Add(10 * time.Second), o.until, o.until.AddDate(0, 0, 1)} {
			if edge.After(now) && edge.Before(to) {
				y.moveTo(edge)
				y.look("the edge of a window")
			}
		}
	}
	apart := 1 // days between what the program's loops do
	if underRace {
		apart = 7
	}
	if to.YearDay()/apart != now.YearDay()/apart {
		y.moveTo(to)
		return
	}
	y.settle()
	y.nanos.Store(to.UnixNano())
}

// turn is a call that a job is going to make.
type turn struct {
	at      time.Time
	job     *job
	attempt int
}

// turns is a queue of calls by time.
type turns []turn

// Len, Less, Swap, Push and Pop make it a heap.
func (q *turns) Len() int { return len(*q) }

func (q *turns) Less(i, j int) bool { return (*q)[i].at.Before((*q)[j].at) }

func (q *turns) Swap(i, j int) { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }

func (q *turns) Push(x any) { *q = append(*q, x.(turn)) }

func (q *turns) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
