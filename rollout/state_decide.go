package rollout

import (
	"context"
	"time"
)

// Decide says what phase a request is in and what its answer carries; see Plan.Decide for the report. The tenant is the
// Entra tenant id, empty if there is none. It does no I/O and never waits for any.
//
// A brownout hits only clients that were seen before its window began. Until those are loaded nobody is refused; after
// that, a client that is not among them stops the window, for all, and is answered as in announce.
func (c *Control) Decide(tenant, report string, who Who, at time.Time) Decision {
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
	if d.Window != nil && !f.plan.KeepBrownouts && !c.hits(d.Window, tenant, report, who, at) {
		d.Window = nil
	}
	return d
}

// hits says whether a brownout hits a client; one that is new stops it.
func (c *Control) hits(w *Window, tenant, report string, who Who, at time.Time) bool {
	k := c.known.Load()
	if k == nil || !k.window.Equal(w.From) {
		return false
	}
	caller := callerOf(tenant, who)
	if k.has(caller) {
		return true
	}
	if k.all {
		c.stop(Stop{Window: w.From, At: at, Client: caller.label(k.key), Report: report})
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
