package cache

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"rwsgate/translate"
)

// interrupted is the stored error of a fetch until it has ended.
const interrupted = "a fetch began and did not end: it runs in another process, or its process died"

// fetch asks Graph once and commits what comes. Before it asks it stores the state of a failed fetch that took a call:
// a process that dies while it asks has then spent budget and backed off like any other.
func (k *Keeper) fetch(t *tenant, f *flight) error {
	before := *t.snapshot.Load()
	window := chooseWindow(before.History, before.Refresh, k.o.Now())
	if err := k.reserve(t, before); err != nil {
		return err
	}
	t.mu.Lock()
	fetcher := t.fetcher
	t.anew = false
	t.mu.Unlock()

	start := time.Now()
	d, err := k.ask(t, f, fetcher, window)
	f.fetched = true
	f.outcome.Window, f.outcome.Took = window, time.Since(start)
	if err != nil && f.ctx.Err() != nil {
		k.abandon(t, before.Refresh)
		return f.ctx.Err()
	}
	if err != nil {
		fault := k.faultOf(err)
		f.outcome.Calls = fault.Calls
		err = k.failed(t, f, before.Refresh, fault)
	} else {
		d.Window, d.Fetched, d.Calls = window, k.o.Now(), max(1, d.Calls)
		f.outcome.Calls, f.outcome.Days = d.Calls, len(d.Days)
		err = k.fetchedWell(t, f, before.Refresh, d)
	}
	k.tell(t, f, err)
	return err
}

// reserve stores that a fetch begins.
func (k *Keeper) reserve(t *tenant, s translate.Snapshot) error {
	now := k.o.Now()
	r := s.Refresh
	r.LastTry = now
	r.Calls = count(r.Calls, 1, now)
	r.Failures++
	r.LastError = interrupted
	r.NotBefore = now.Add(k.backoff(translate.FaultUnreachable, r.Failures, answerable(&s)))
	t.store.Lock()
	defer t.store.Unlock()
	ctx, cancel := context.WithTimeout(k.base, storeTimeout)
	defer cancel()
	if err := k.o.Histories.SaveRefresh(ctx, t.id, r); err != nil {
		return k.storeFailed(t, err)
	}
	return nil
}

// ask calls the fetcher with a deadline, under a renewed lease. A panic in it is an error: it must not end the process.
func (k *Keeper) ask(t *tenant, f *flight, fetcher Fetcher, w translate.Window) (d translate.Download, err error) {
	ctx, cancel := context.WithTimeout(f.ctx, k.o.Timeout)
	var renewal sync.WaitGroup
	defer renewal.Wait()
	defer cancel()
	renewal.Go(func() { k.keepLease(ctx, t, f) })
	defer func() {
		if p := recover(); p != nil {
			k.o.Logger.Error("fetch panicked", "tenant", t.label(), "panic", panicText(p), "stack", string(debug.Stack()))
			err = &translate.SourceError{Fault: translate.FaultUnreadable, Stage: translate.StageReport,
				Reason: "the answer made the client fail", Mend: "report it: the log has the place", Calls: CallsPerFetch}
		}
	}()
	return fetcher.Fetch(ctx, w)
}

// panicText gives a runtime error's text, and of all else the type only: it may hold anything.
func panicText(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", p)
}

// faultOf gives the SourceError in err; a deadline and what should not come become one. Their calls are not known, so
// the most that a fetch makes is counted.
func (k *Keeper) faultOf(err error) *translate.SourceError {
	var fault *translate.SourceError
	if errors.As(err, &fault) {
		return fault
	}
	fault = &translate.SourceError{Fault: translate.FaultUnreachable, Stage: translate.StageReport, Calls: CallsPerFetch,
		Mend: "look at the network and the proxy between here and Microsoft Graph"}
	if errors.Is(err, context.DeadlineExceeded) {
		fault.Reason = fmt.Sprintf("no complete answer within %v", k.o.Timeout)
	} else {
		fault.Reason = fmt.Sprintf("the fetch failed with an unexpected %T", err)
	}
	return fault
}

// abandon takes back what reserve stored, apart from the call, for a fetch that was cancelled.
func (k *Keeper) abandon(t *tenant, before translate.Refresh) {
	before.Calls = count(before.Calls, 1, k.o.Now())
	k.save(t, before)
}

// save stores a refresh state and puts it into memory; if the store fails, into memory only.
func (k *Keeper) save(t *tenant, r translate.Refresh) {
	t.store.Lock()
	defer t.store.Unlock()
	ctx, cancel := k.closing(storeTimeout)
	defer cancel()
	if err := k.o.Histories.SaveRefresh(ctx, t.id, r); err != nil {
		k.o.Logger.Warn("refresh state not stored", "tenant", t.label(), "error", err)
	}
	t.setRefresh(r)
}

func (k *Keeper) tell(t *tenant, f *flight, err error) {
	if k.o.Hooks.Fetched == nil {
		return
	}
	o := f.outcome
	s := t.snapshot.Load()
	o.Tenant, o.Name, o.State, o.Version, o.RefreshDate = t.id, t.label(), s.Refresh.State, s.Version, s.Refresh.RefreshDate
	k.o.Hooks.Fetched(o, err)
}
