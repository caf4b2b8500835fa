package cache

import (
	"cmp"
	"errors"
	"time"

	"rwsgate/translate"
)

// errLease says that a download waits because another process may have fetched meanwhile.
var errLease = errors.New("the lease was lost during the fetch; the download is stored once it is held again")

// stalledSince is since when Graph's refresh date has not moved, after a success with date now.
func stalledSince(before translate.Refresh, date translate.Day) time.Time {
	switch {
	case before.LastSuccess.IsZero() || date != before.RefreshDate:
		return time.Time{}
	case before.Stalled.IsZero():
		return before.LastSuccess
	}
	return before.Stalled
}

// succeeded gives the refresh state after a download.
func (k *Keeper) succeeded(before translate.Snapshot, d translate.Download) translate.Refresh {
	r := before.Refresh
	now := d.Fetched
	date := r.RefreshDate
	if len(d.Days) > 0 {
		date = d.Refresh
	}
	r.Stalled = stalledSince(before.Refresh, date)
	r.RefreshDate = date
	r.LastTry, r.LastSuccess = now, now
	if d.Window == translate.D180 {
		r.LastFull = now
	}
	r.Failures, r.LastError, r.NotBefore = 0, "", time.Time{}
	r.Due = now.Add(k.jitter(k.o.Every))
	r.State, r.Since = stateAfter(before.Refresh, before.History, d)
	return r
}

// fetchedWell counts a download's calls and commits it.
func (k *Keeper) fetchedWell(t *tenant, f *flight, before translate.Refresh, d translate.Download) error {
	t.mu.Lock()
	t.fault, t.graphWait = nil, time.Time{}
	t.mu.Unlock()
	if f.lost.Load() {
		k.setPending(t, &d)
		return errLease
	}
	before.Calls = count(before.Calls, d.Calls, d.Fetched)
	return k.commit(t, f, d, before)
}

// commit merges a download into the store and swaps memory then. If the store fails, the download waits for it: Graph
// is not asked again.
// last is the refresh state that the new one follows.
func (k *Keeper) commit(t *tenant, f *flight, d translate.Download, last translate.Refresh) error {
	t.store.Lock()
	defer t.store.Unlock()
	before := *t.snapshot.Load()
	before.Refresh = last
	r := k.succeeded(before, d)
	ctx, cancel := k.closing(storeTimeout)
	defer cancel()
	s, change, err := k.o.Histories.Merge(ctx, t.id, d, r)
	if err != nil {
		if k.setPending(t, &d) {
			k.o.Logger.Error("download not stored; it is kept until the store takes it", "tenant", t.label(), "error", err)
		}
		return k.storeFailed(t, err)
	}
	k.storeWorks()
	k.setPending(t, nil)
	t.swap(s)
	f.outcome.Window, f.outcome.Days, f.outcome.Change = d.Window, len(d.Days), change
	k.logSuccess(t, before, d, change)
	return nil
}

// failed counts a failed fetch and stores when to try again.
func (k *Keeper) failed(t *tenant, f *flight, before translate.Refresh, fault *translate.SourceError) error {
	now := k.o.Now()
	history := answerable(t.snapshot.Load())
	r := before
	r.LastTry = now
	r.Calls = count(r.Calls, max(fault.Calls, 0), now)
	r.Failures++
	r.LastError = fault.Error()
	r.State = cmp.Or(stateOf(fault.Fault), before.State)
	r.NotBefore = now.Add(k.backoff(fault.Fault, r.Failures, history))
	if wait := min(fault.Wait, maxGraphWait); wait > 0 {
		r.NotBefore = latest(r.NotBefore, now.Add(wait))
		t.mu.Lock()
		t.graphWait = now.Add(wait)
		t.mu.Unlock()
	}
	t.mu.Lock()
	t.fault = fault
	t.mu.Unlock()
	if !f.lost.Load() {
		k.save(t, r)
	}
	k.logFailure(t, before, r, fault)
	return fault
}
