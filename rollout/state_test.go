package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/store"
)

// window is the brownout of these tests: three hours from noon, in the phase brownout.
var window = Window{From: noon, Until: noon.Add(3 * time.Hour), Zone: "UTC"}

func browning() *Plan {
	return &Plan{Reports: map[string][]Step{Others: {{noon.AddDate(0, -1, 0), PhaseBrownout}}}, Brownouts: []Window{window}}
}

// controlled is a Control with a clock and a log that tests can read.
type controlled struct {
	*Control
	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

func (c *controlled) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.Write(b)
}

func (c *controlled) told() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

// controlOn makes a Control whose clock stands a minute into the window.
func controlOn(s StateStore, o ControlOptions) *controlled {
	c := &controlled{now: noon.Add(time.Minute)}
	o.Store, o.Logger = s, slog.New(slog.NewTextHandler(c, nil))
	o.Now = func() time.Time { return c.now }
	c.Control = NewControl(o)
	c.Use(browning())
	return c
}

// refuses asks for the daily report as a client does.
func (c *controlled) refuses(who Who) bool {
	d := c.Decide(daily, who, c.now)
	return c.Refuses(&d, tenant, daily, who, c.now)
}

func (c *controlled) sync(t *testing.T) {
	t.Helper()
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.LoadKnown(t.Context())
}

var (
	job      = Who{Principal: "etl@example.com", Agent: "python-requests/2.31.0", Address: home}
	stranger = Who{Principal: "new@example.com", Agent: "curl/8", Address: home}
)

// seen has a client called at a time, and stores it.
func seen(t testing.TB, s LedgerStore, who Who, at time.Time, o LedgerOptions) {
	t.Helper()
	l := ledgerOn(s, o)
	c := call()
	c.At, c.Principal, c.Claimed, c.Agent, c.Address = at, who.Principal, who.Claimed, who.Agent, who.Address
	l.Note(c)
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAPauseCountsAtOnceAndEverywhere(t *testing.T) {
	path := "sqlite:" + t.TempDir() + "/s.db"
	s := openStore(t, path)
	seen(t, s, job, noon.Add(-time.Hour), LedgerOptions{})
	one, two := controlOn(s, ControlOptions{}), controlOn(openStore(t, path), ControlOptions{})
	one.sync(t)
	two.sync(t)
	if !one.refuses(job) || !two.refuses(job) {
		t.Fatal("the brownout hits nobody")
	}
	state, err := one.Pause(t.Context(), "ann", "too\nearly")
	if err != nil || !state.Paused || state.By != "ann" || state.Reason != "too?early" || !state.Since.Equal(one.now) {
		t.Fatalf("%+v %v", state, err)
	}
	if one.refuses(job) {
		t.Error("the next request is refused")
	}
	if d := one.Decide(daily, job, one.now); d.Phase != PhaseAnnounce || len(d.Headers) == 0 {
		t.Errorf("%+v", d)
	}
	if again, err := two.Pause(t.Context(), "bob", "me too"); err != nil || again.By != "ann" {
		t.Errorf("a second pause: %+v %v", again, err)
	}
	two.sync(t)
	if two.refuses(job) {
		t.Error("the other process refuses")
	}
	fresh := controlOn(openStore(t, path), ControlOptions{})
	fresh.sync(t)
	if fresh.refuses(job) || fresh.State().By != "ann" {
		t.Error("a restart forgets the pause")
	}
	if state, err := two.Resume(t.Context()); err != nil || state.Paused || state.By != "" || !state.Since.IsZero() {
		t.Errorf("%+v %v", state, err)
	}
	one.sync(t)
	if !one.refuses(job) || !two.refuses(job) {
		t.Error("resuming has no effect")
	}
}

// broken is a store that fails while away is set, or that takes changes and cannot be read.
type broken struct {
	StateStore
	mu         sync.Mutex
	away       bool
	unreadable bool
}

func (b *broken) set(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = away
}

func (b *broken) fail() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return errAway
	}
	return nil
}

func (b *broken) Rollout(ctx context.Context) (store.Rollout, error) {
	if err := b.fail(); err != nil {
		return store.Rollout{}, err
	}
	if b.unreadable {
		return store.Rollout{}, errAway
	}
	return b.StateStore.Rollout(ctx)
}

func (b *broken) PauseRollout(ctx context.Context, at time.Time, by, reason string) error {
	if err := b.fail(); err != nil {
		return err
	}
	return b.StateStore.PauseRollout(ctx, at, by, reason)
}

func (b *broken) StopBrownout(ctx context.Context, stop store.RolloutStop) error {
	if err := b.fail(); err != nil {
		return err
	}
	return b.StateStore.StopBrownout(ctx, stop)
}

func (b *broken) KnownClients(ctx context.Context, before time.Time, known func(tenant, client string) error) error {
	if err := b.fail(); err != nil {
		return err
	}
	return b.StateStore.KnownClients(ctx, before, known)
}

func TestTheLastKnownStateGoesOn(t *testing.T) {
	s := openStore(t, "memory")
	seen(t, s, job, noon.Add(-time.Hour), LedgerOptions{})
	b := &broken{StateStore: s, away: true}
	c := controlOn(b, ControlOptions{})
	if c.Sync(t.Context()) == nil {
		t.Fatal("no error of a store that is away")
	}
	c.LoadKnown(t.Context())
	if d := c.Decide(daily, job, c.now); d.Phase != PhaseAnnounce || c.refuses(job) {
		t.Error("somebody is refused before the state was read")
	}
	b.set(false)
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c.refuses(job) || len(c.State().Stops) > 0 {
		t.Error("somebody is refused, or new, before the known clients were read")
	}
	c.LoadKnown(t.Context())
	b.set(true)
	_ = c.Sync(t.Context())
	_ = c.Sync(t.Context())
	if !c.refuses(job) {
		t.Error("the last known state is forgotten")
	}
	if state, err := c.Pause(t.Context(), "ann", ""); err == nil || state.Paused || !c.refuses(job) {
		t.Error("a pause that could not be stored is in force")
	}
	b.set(false)
	c.sync(t)
	if log := c.told(); strings.Count(log, "the last known goes on") != 2 || strings.Count(log, "is read again") != 2 || strings.Count(log, "clients cannot be read") != 1 {
		t.Errorf("log: %s", log)
	}
}

// TestAChangeThatIsStoredSaysSo: an operator who is told that resuming failed must not find brownouts running seconds
// later without a word that they would.
func TestAChangeThatIsStoredSaysSo(t *testing.T) {
	b := &broken{StateStore: openStore(t, "memory")}
	c := controlOn(b, ControlOptions{})
	c.sync(t)
	b.unreadable = true
	state, err := c.Pause(t.Context(), "ann", "")
	if !errors.Is(err, ErrStored) || !errors.Is(err, errAway) || state.Paused {
		t.Fatalf("%+v %v", state, err)
	}
	b.unreadable = false
	if c.sync(t); c.State().By != "ann" {
		t.Errorf("%+v", c.State())
	}
	b.set(true)
	if _, err := c.Pause(t.Context(), "bob", ""); err == nil || errors.Is(err, ErrStored) {
		t.Errorf("%v", err)
	}
}

func TestAStrangerStopsABrownout(t *testing.T) {
	s := openStore(t, "sqlite:"+t.TempDir()+"/s.db")
	seen(t, s, job, noon.Add(-time.Second), LedgerOptions{})
	b := &broken{StateStore: s}
	var stopped []Stop
	c, other := controlOn(b, ControlOptions{Stopped: func(s Stop) { stopped = append(stopped, s) }}), controlOn(s, ControlOptions{})
	c.sync(t)
	other.sync(t)
	b.set(true)
	if !c.refuses(job) {
		t.Fatal("the brownout hits nobody")
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if c.refuses(stranger) {
				t.Error("the stranger is refused")
			}
		})
	}
	all.Wait()
	if d := c.Decide(daily, stranger, c.now); d.Phase != PhaseBrownout || d.Window != nil || c.refuses(job) {
		t.Errorf("the window goes on: %+v", d)
	}
	if len(stopped) != 1 || stopped[0].Client != "new@example.com, curl" || stopped[0].Report != daily || !stopped[0].Window.Equal(noon) {
		t.Errorf("%+v", stopped)
	}
	if log := c.told(); strings.Count(log, "a brownout was stopped") != 1 || !strings.Contains(log, "mend=") || !strings.Contains(log, "cause=") {
		t.Errorf("log: %s", log)
	}
	_ = c.Sync(t.Context())
	if c.refuses(job) || !other.refuses(job) {
		t.Error("a stop is forgotten, or stored in a store that is away")
	}
	b.set(false)
	c.sync(t)
	other.sync(t)
	if other.refuses(job) || len(other.State().Stops) != 1 || len(c.State().Stops) != 1 {
		t.Errorf("the stop does not reach the other process: %+v", other.State())
	}
	c.now = noon.AddDate(0, 0, 1)
	next := browning()
	next.Brownouts = append(next.Brownouts, Window{From: c.now.Add(-time.Minute), Until: c.now.Add(time.Hour)})
	seen(t, s, stranger, noon.Add(2*time.Minute), LedgerOptions{})
	c.Use(next)
	c.sync(t)
	if !c.refuses(job) || !c.refuses(stranger) || len(c.State().Stops) != 1 {
		t.Error("the next window is stopped too, though everybody was seen before it")
	}
}

func TestWhoCountsAsKnown(t *testing.T) {
	before, after := noon.Add(-time.Minute), noon.Add(time.Second)
	anonymous := Who{Principal: "somebody@example.com", Claimed: true, Agent: "curl/8", Address: home}
	elsewhere := anonymous
	elsewhere.Address = netip.MustParseAddr("192.0.2.8")
	newer, away := job, job
	newer.Agent = "python-requests/3.0"
	away.Address = elsewhere.Address
	browser := job
	browser.Agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	claimed := job
	claimed.Claimed = true
	for _, c := range []struct {
		name         string
		seen, caller Who
		at           time.Time
		known        bool
	}{
		{"the same", job, job, before, true},
		{"a newer version", job, newer, before, true},
		{"from elsewhere", job, away, before, true},
		{"another program", job, browser, before, false},
		{"first seen in the window", job, job, after, false},
		{"at its first instant", job, job, noon, false},
		{"an anonymous one", anonymous, anonymous, before, true},
		{"an anonymous one from elsewhere", anonymous, elsewhere, before, false},
		{"a claimed name is not the verified one", job, claimed, before, false},
	} {
		for _, id := range []Identity{IdentityFull, IdentityHashed} {
			t.Run(c.name+", "+string(id), func(t *testing.T) {
				s := openStore(t, "memory")
				seen(t, s, c.seen, c.at, LedgerOptions{Identity: id})
				g := controlOn(s, ControlOptions{Identity: id})
				g.sync(t)
				if got := g.refuses(c.caller); got != c.known {
					t.Errorf("refused %v", got)
				}
				if stops := len(g.State().Stops); (stops == 0) != c.known {
					t.Errorf("%d stops", stops)
				}
				if id == IdentityHashed && strings.Contains(g.told(), "example.com") {
					t.Errorf("the log names who is hashed: %s", g.told())
				}
			})
		}
	}
}

func TestAPrincipalOfManyAgentsIsKnownByTheRest(t *testing.T) {
	s := openStore(t, "memory")
	l := ledgerOn(s, LedgerOptions{})
	for i := range maxAgents + 1 {
		c := call()
		c.At, c.Agent = noon.Add(-time.Hour), fmt.Sprintf("agent-%c%c", 'a'+i/26, 'a'+i%26)
		l.Note(c)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := controlOn(s, ControlOptions{})
	c.sync(t)
	if !c.refuses(Who{Principal: job.Principal, Agent: "yet-another"}) || len(c.State().Stops) > 0 {
		t.Error("a client of too many agents stops the window")
	}
}

// TestClientsAreLoadedInTime walks a clock over the beginning of a window: who called until then is known, and nobody
// is taken for new before all of them can be.
func TestClientsAreLoadedInTime(t *testing.T) {
	s := openStore(t, "memory")
	seen(t, s, job, noon.Add(-time.Hour), LedgerOptions{})
	c := controlOn(s, ControlOptions{})
	c.now = noon.Add(-knownAhead - time.Second)
	c.sync(t)
	if c.known.Load() != nil {
		t.Error("clients are held in memory long before a window")
	}
	c.now = noon.Add(-time.Minute)
	c.sync(t)
	late := Who{Principal: "late@example.com", Agent: "curl/8"}
	seen(t, s, late, noon.Add(-time.Second), LedgerOptions{})
	c.now = noon.Add(time.Second)
	c.sync(t)
	if !c.refuses(job) {
		t.Error("a client that is known long since is served")
	}
	if c.refuses(late) || c.refuses(stranger) || len(c.State().Stops) > 0 {
		t.Error("somebody is taken for new before all can be known")
	}
	c.now = noon.Add(knownAfter)
	c.sync(t)
	if !c.refuses(late) || len(c.State().Stops) > 0 {
		t.Error("a client that called just before the window counts as new")
	}
	if c.refuses(stranger) || len(c.State().Stops) != 1 {
		t.Error("a stranger does not stop the window")
	}
	c.now = window.Until
	c.sync(t)
	if c.known.Load() != nil {
		t.Error("clients are held in memory after the window")
	}
}

func TestTooManyClientsToTellApart(t *testing.T) {
	s := openStore(t, "memory")
	for i := range 4 {
		seen(t, s, Who{Principal: fmt.Sprintf("user-%d@example.com", i), Agent: "curl/8"}, noon.Add(-time.Hour), LedgerOptions{})
	}
	seen(t, s, job, noon.Add(-time.Hour), LedgerOptions{})
	c := controlOn(s, ControlOptions{mostKnown: 4})
	c.sync(t)
	if c.refuses(job) || c.refuses(stranger) || len(c.State().Stops) > 0 || !strings.Contains(c.told(), "ledger.retention") {
		t.Errorf("log %s", c.told())
	}
	c = controlOn(s, ControlOptions{mostKnown: 5})
	c.sync(t)
	if !c.refuses(job) {
		t.Error("as many as there is room for are too many")
	}
}

func TestBrownoutsThatNothingStops(t *testing.T) {
	c := controlOn(openStore(t, "memory"), ControlOptions{})
	p := browning()
	p.KeepBrownouts = true
	c.Use(p)
	c.sync(t)
	if !c.refuses(stranger) || len(c.State().Stops) > 0 {
		t.Error("a stranger stops a window that is to be kept")
	}
}

// TestRunKeepsUp lets two processes run on one store: what happens in one reaches the other by itself.
func TestRunKeepsUp(t *testing.T) {
	path := "sqlite:" + t.TempDir() + "/s.db"
	s := openStore(t, path)
	seen(t, s, job, noon.Add(-time.Hour), LedgerOptions{})
	one, two := controlOn(s, ControlOptions{Poll: 10 * time.Millisecond}), controlOn(openStore(t, path), ControlOptions{Poll: 10 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, c := range []*controlled{one, two} {
		running.Go(func() {
			if err := c.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	defer running.Wait()
	defer cancel()
	eventually(t, "both brown out", func() bool { return one.refuses(job) && two.refuses(job) })
	if _, err := one.Pause(ctx, "ann", ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pause arrives", func() bool { return !two.refuses(job) && two.State().By == "ann" })
	if _, err := two.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the pause arrives", func() bool { return one.refuses(job) })
	one.refuses(stranger)
	eventually(t, "the stop arrives", func() bool { return !two.refuses(job) && len(two.State().Stops) == 1 })
}

// eventually waits long for something that takes short.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatal(what + ": not in a minute")
}
