package cache

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"rwsgate/translate"
)

// tenant is what the keeper knows of one tenant.
type tenant struct {
	id       string
	snapshot atomic.Pointer[translate.Snapshot] // never nil; Refresh in it is the current one

	store sync.Mutex // held over reading or committing this tenant and the swap after it; taken before mu

	mu         sync.Mutex
	name       string
	fetcher    Fetcher
	removed    bool
	loaded     bool
	flight     *flight
	queued     bool
	anew       bool                   // the next fetch ignores the back-off
	pending    *translate.Download    // fetched, but its commit failed
	fault      *translate.SourceError // of the last fetch
	storeErr   error                  // of the last try to read or commit
	storeTries int                    // failed in a row
	holdOff    time.Time              // no work before: the store failed, or another process has the lease
	graphWait  time.Time              // Graph itself said how long to stay away
}

// flight is a tenant's work under way: at most one at a time.
type flight struct {
	forced bool
	asked  time.Time
	ctx    context.Context
	cancel context.CancelFunc
	late   chan struct{} // closed when clients have waited long enough
	done   chan struct{} // closed when outcome and err are set
	timer  *time.Timer

	lost    atomic.Bool // the lease was not renewed
	fetched bool        // a fetch was made, or another process made it
	outcome Outcome
	err     error
}

func newTenant(id, name string, f Fetcher) *tenant {
	t := &tenant{id: id, name: name, fetcher: f}
	t.snapshot.Store(&translate.Snapshot{Refresh: translate.Refresh{State: translate.SourceUnknown}})
	return t
}

func (t *tenant) replace(name string, f Fetcher) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.name = name
	if !sameFetcher(t.fetcher, f) {
		t.fetcher, t.graphWait = f, time.Time{}
		t.anew = t.refresh().Failures > 0
	}
}

func sameFetcher(a, b Fetcher) bool {
	if a == nil || b == nil || !reflect.TypeOf(a).Comparable() || !reflect.TypeOf(b).Comparable() {
		return false
	}
	return a == b
}

func (t *tenant) remove() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removed = true
	if t.flight != nil {
		t.flight.cancel()
	}
}

func (t *tenant) label() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.name
}

// swap puts what the store has into memory. A snapshot without data never replaces one with data: the store was
// emptied under us, and answers go on.
func (t *tenant) swap(s translate.Snapshot) {
	if s.Refresh.State == "" {
		s.Refresh.State = translate.SourceUnknown
	}
	old := t.snapshot.Load()
	if s.Version == 0 && old.Version > 0 {
		s.History, s.Version, s.Stored = old.History, old.Version, old.Stored
	}
	t.snapshot.Store(&s)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.loaded = true
	t.storeErr, t.storeTries = nil, 0
}

// setRefresh changes the refresh state in memory only.
func (t *tenant) setRefresh(r translate.Refresh) {
	s := *t.snapshot.Load()
	s.Refresh = r
	t.snapshot.Store(&s)
}

// lastFault gives the fault of the last fetch, if it was ours and has not passed since; t.mu is held.
func (t *tenant) lastFault() *translate.SourceError {
	if t.fault == nil || t.fault.Error() != t.refresh().LastError {
		return nil
	}
	return t.fault
}

func (t *tenant) refresh() translate.Refresh { return t.snapshot.Load().Refresh }
