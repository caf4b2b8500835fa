package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rwsgate/store"
)

// StateStore keeps the state of the rollout and knows the ledger's clients; *store.Store is one.
type StateStore interface {
	Rollout(ctx context.Context) (store.Rollout, error)
	PauseRollout(ctx context.Context, at time.Time, by, reason string) error
	ResumeRollout(ctx context.Context, at time.Time) error
	StopBrownout(ctx context.Context, stop store.RolloutStop) error
	KnownClients(ctx context.Context, before time.Time, known func(tenant, client string) error) error
	LedgerKey(ctx context.Context) ([]byte, error)
}

// ControlOptions are what a Control is made of. Store is required.
type ControlOptions struct {
	Store    StateStore
	Now      func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: slog.Default
	Identity Identity         // the ledger's; empty: IdentityFull
	Poll     time.Duration    // between looks at the store; 0: 2 s
	Stopped  func(Stop)       // told of each brownout that this process stops; nil: nobody is

	mostKnown int // clients that are held in memory; 0: knownMost
}

const (
	defaultPoll = 2 * time.Second
	storeLimit  = 3 * time.Second // for one look at the store: with the poll's 2 s, at most 5 s between two
	writeLimit  = 5 * time.Second // for one change by an operator
)

// Control is the rollout in force: the configured plan and what was done to it. Decide is for the hot path; Run keeps
// the state fresh. All methods are safe for concurrent use. While nothing was read from the store yet it acts as if it
// were paused: nobody is refused.
type Control struct {
	o       ControlOptions
	current atomic.Pointer[inForce]
	known   atomic.Pointer[known] // nil: nobody is

	mu      sync.Mutex // guards changes of current, and pending
	pending []Stop     // stops that are not stored yet

	syncing sync.Mutex // one look at the store at a time
	away    bool       // the log was told that the store is away; guarded by syncing
	loading sync.Mutex // one load of the known clients at a time
	blind   bool       // the log was told that they cannot be loaded; guarded by loading
	kick    chan struct{}
}

// inForce is one moment of the rollout. It is replaced, never changed.
type inForce struct {
	plan    *Plan
	acts    bool // the plan does more than observe
	headers []Header
	state   State
	read    bool // the state is the store's
}

// NewControl makes a Control with an empty plan, which observes.
func NewControl(o ControlOptions) *Control {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Poll, o.mostKnown = cmp.Or(o.Poll, defaultPoll), cmp.Or(o.mostKnown, knownMost)
	c := &Control{o: o, kick: make(chan struct{}, 1)}
	c.current.Store(&inForce{plan: &Plan{}, state: State{Stops: []Stop{}}})
	return c
}

// Use puts a plan into force.
func (c *Control) Use(p *Plan) {
	c.change(func(f *inForce) { f.plan, f.acts, f.headers = p, p.Acts(), p.Headers() })
	c.wake()
}

// Plan gives the plan in force.
func (c *Control) Plan() *Plan { return c.current.Load().plan }

// State gives the state in force; its Stops are shared and must not be changed.
func (c *Control) State() State { return c.current.Load().state }

// change replaces what is in force.
func (c *Control) change(edit func(*inForce)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changeLocked(edit)
}

func (c *Control) changeLocked(edit func(*inForce)) {
	next := *c.current.Load()
	edit(&next)
	c.current.Store(&next)
}

// Pause stores that every phase is at most announce, and acts on it from the next request on. A rollout that is paused
// already stays so, with its first reason; see GaveReason. After an error the store may have the change or not, see ErrStored.
func (c *Control) Pause(ctx context.Context, by, reason string) (State, error) {
	return c.write(ctx, func(ctx context.Context) error {
		return c.o.Store.PauseRollout(ctx, c.o.Now(), printable(by, maxText), printable(reason, maxText))
	})
}

// GaveReason says whether a pause's reason is the one that Pause was called with.
func (s State) GaveReason(reason string) bool { return s.Reason == printable(reason, maxText) }

// Resume ends a pause, and acts on it from the next request on. After an error the store may have the change or not, see
// ErrStored.
func (c *Control) Resume(ctx context.Context) (State, error) {
	return c.write(ctx, func(ctx context.Context) error { return c.o.Store.ResumeRollout(ctx, c.o.Now()) })
}

// ErrStored is the error of a change that the store has, but that is not in force here yet: the next look at the store
// brings it. After any other error it is not known whether the store has it.
var ErrStored = errors.New("it is stored, and counts as soon as the store can be read")

// write does one change of the store and takes over what the store then has.
func (c *Control) write(ctx context.Context, do func(context.Context) error) (State, error) {
	c.syncing.Lock()
	defer c.syncing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	if err := do(ctx); err != nil {
		return c.State(), err
	}
	if err := c.readState(ctx); err != nil {
		c.wake()
		return c.State(), fmt.Errorf("%w: %w", ErrStored, err)
	}
	return c.State(), nil
}

// Sync stores what is not stored yet and takes over the store's state. An error leaves the last known state in force.
func (c *Control) Sync(ctx context.Context) error {
	c.syncing.Lock()
	defer c.syncing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	err := c.storeStops(ctx)
	if err == nil {
		err = c.readState(ctx)
	}
	switch {
	case err != nil && !c.away:
		c.away = true
		c.o.Logger.WarnContext(ctx, "the rollout's state cannot be read, the last known goes on", "cause", err)
	case err == nil && c.away:
		c.away = false
		c.o.Logger.InfoContext(ctx, "the rollout's state is read again")
	}
	return err
}

// readState takes over the store's state; stops that are not stored yet stay in force.
func (c *Control) readState(ctx context.Context) error {
	r, err := c.o.Store.Rollout(ctx)
	if err != nil {
		return err
	}
	s := State{Paused: r.Paused, Since: r.Since, By: r.By, Reason: r.Reason, Stops: make([]Stop, 0, len(r.Stops)), Pauses: make([]Pause, 0, len(r.Pauses))}
	for _, p := range r.Pauses {
		s.Pauses = append(s.Pauses, Pause(p))
	}
	for _, stop := range r.Stops {
		s.Stops = append(s.Stops, Stop(stop))
	}
	before := c.State()
	c.change(func(f *inForce) {
		for _, stop := range c.pending {
			s = s.with(stop)
		}
		f.state, f.read = s, true
	})
	if before.Paused != s.Paused {
		c.o.Logger.InfoContext(ctx, "the rollout's pause changed", "paused", s.Paused, "by", s.By, "reason", s.Reason)
	}
	return nil
}

// with gives the state with one more stop.
func (s State) with(stop Stop) State {
	if s.Stopped(stop.Window) {
		return s
	}
	s.Stops = append([]Stop{stop}, s.Stops...)
	slices.SortStableFunc(s.Stops, func(a, b Stop) int { return b.Window.Compare(a.Window) })
	return s
}

// storeStops stores the stops that are not stored yet.
func (c *Control) storeStops(ctx context.Context) error {
	c.mu.Lock()
	todo := slices.Clone(c.pending)
	c.mu.Unlock()
	for _, stop := range todo {
		if err := c.o.Store.StopBrownout(ctx, store.RolloutStop(stop)); err != nil {
			return err
		}
		c.mu.Lock()
		c.pending = slices.DeleteFunc(c.pending, func(s Stop) bool { return s.Window.Equal(stop.Window) })
		c.mu.Unlock()
	}
	return nil
}

// Run keeps the state fresh until ctx ends: it looks at the store every few seconds, and loads the known clients when a
// brownout is near.
func (c *Control) Run(ctx context.Context) error {
	tick := time.NewTicker(c.o.Poll)
	defer tick.Stop()
	loads := make(chan struct{}, 1)
	var loading sync.WaitGroup
	defer loading.Wait()
	loading.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-loads:
				c.LoadKnown(ctx)
			}
		}
	})
	for {
		_ = c.Sync(ctx) // it logs its failure, and comes again
		select {
		case loads <- struct{}{}:
		default: // one is under way
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-c.kick:
		}
	}
}

// wake has Run look at once.
func (c *Control) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}
