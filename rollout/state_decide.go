package rollout

import (
	"context"
	"time"
)

// Decide says what phase a request is in and what its answer carries; see Plan.Decide. Whether a request that a Window
// or Retired speaks of is refused indeed, Refuses says, when nothing else is wrong with it. It does no I/O.
func (c *Control) Decide(report string, who Who, at time.Time) Decision {
	f := c.current.Load()
	if !f.acts {
		return Decision{}
	}
	state := &f.state
	if !f.read {
		state = &State{Paused: true}
	}
	d := f.plan.Decide(state, report, who, at)
	if d.Phase >= PhaseAnnounce {
		d.Headers = f.headers
	}
	return d
}

// Refuses says whether a request gets the error document that its decision speaks of. The tenant is the Entra tenant
// id. It does no I/O and never waits for any.
//
// A brownout hits only clients that were seen before its window began. Until those are loaded nobody is refused; after
// that, a client that is not among them stops the window, for all, and is answered as in announce.
func (c *Control) Refuses(d *Decision, tenant, report string, who Who, at time.Time) bool {
	if d.Retired || d.Window == nil {
		return d.Retired
	}
	f := c.current.Load()
	if f.state.Stopped(d.Window.From) {
		return false
	}
	if f.plan.KeepBrownouts {
		return true
	}
	k := c.known.Load()
	if k == nil || !k.window.Equal(d.Window.From) {
		return false
	}
	caller := callerOf(tenant, who)
	if k.has(caller) {
		return true
	}
	if k.all {
		c.stop(Stop{Window: d.Window.From, At: at, Client: caller.label(k.key), Report: report})
	}
	return false
}

// stop ends a window in this process, once; Run tells the others by the store.
func (c *Control) stop(s Stop) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current.Load().state.Stopped(s.Window) {
		return
	}
	c.changeLocked(func(f *inForce) { f.state = f.state.with(s) })
	c.pending = append(c.pending, s)
	c.o.Logger.WarnContext(context.Background(), "a brownout was stopped ahead of its time, for all clients",
		"window", s.Window, "cause", "a client called that was never seen before the window began", "client", s.Client, "report", s.Report,
		"mend", "find out whose it is (rwsgate usage), tell the owner, then plan another window; rollout.brownout_stop: never keeps windows running")
	if c.o.Stopped != nil {
		c.o.Stopped(s)
	}
	c.wake()
}
