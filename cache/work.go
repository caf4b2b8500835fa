package cache

import (
	"context"
	"time"

	"rwsgate/translate"
)

// beginLocked starts a tenant's work; t.mu is held and there is no flight. A slot is taken from the given ones once the
// work runs; nil means that it has one of the scheduled slots already. It gives nil if the keeper has ended.
func (k *Keeper) beginLocked(t *tenant, forced bool, slots chan struct{}) *flight {
	f := &flight{forced: forced, asked: k.o.Now(), late: make(chan struct{}), done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancel(k.base)
	t.flight = f
	if !k.launch(func() { k.fly(t, f, slots) }) {
		f.cancel()
		t.flight = nil
		return nil
	}
	f.timer = time.AfterFunc(k.o.FirstWait, func() { close(f.late) })
	return f
}

// fly does a tenant's work in a slot and tells who waits.
func (k *Keeper) fly(t *tenant, f *flight, slots chan struct{}) {
	defer f.cancel()
	var err error
	if slots == nil {
		defer k.wake()
		defer func() { <-k.slots }()
		err = k.work(t, f)
	} else {
		select {
		case slots <- struct{}{}:
			err = k.work(t, f)
			<-slots
		case <-f.ctx.Done():
			err = f.ctx.Err()
		}
	}
	switch {
	case err == nil:
	case k.base.Err() != nil:
		err = ErrClosed
	case f.ctx.Err() != nil:
		err = ErrTenant
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	f.err = err
	f.outcome.Tenant, f.outcome.Name = t.id, t.name
	s := t.snapshot.Load()
	f.outcome.State, f.outcome.Version, f.outcome.RefreshDate = s.Refresh.State, s.Version, s.Refresh.RefreshDate
	f.timer.Stop()
	t.flight = nil
	close(f.done)
}

// work loads, commits what waits for the store, and fetches if the tenant is due or the work is forced.
func (k *Keeper) work(t *tenant, f *flight) error {
	t.mu.Lock()
	loaded, pending := t.loaded, t.pending != nil
	t.mu.Unlock()
	if !loaded {
		if err := k.reload(f.ctx, t); err != nil {
			return err
		}
	}
	if !pending && !f.forced && !k.isDue(t) && !k.elsewhere(t) {
		return nil
	}
	leased, err := k.lease(t, f)
	if err != nil || !leased {
		return err
	}
	defer k.release(t)
	if err := k.reload(f.ctx, t); err != nil {
		return err
	}
	if err := k.settle(t, f); err != nil {
		return err
	}
	return k.fetchIfDue(t, f)
}

// fetchIfDue fetches under the lease, if that is still called for now that the state is fresh from the store.
func (k *Keeper) fetchIfDue(t *tenant, f *flight) error {
	r := t.refresh()
	if f.forced {
		if r.LastTry.After(f.asked) && r.LastSuccess.Equal(r.LastTry) {
			f.fetched, f.outcome.Elsewhere = true, true
			return nil
		}
		t.mu.Lock()
		until := latest(limitAt(r.Calls, k.o.Now()), t.graphWait)
		t.mu.Unlock()
		if until.After(k.o.Now()) {
			return &LimitError{until}
		}
	} else if !k.isDue(t) {
		return nil
	}
	return k.fetch(t, f)
}

func (k *Keeper) isDue(t *tenant) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.snapshot.Load()
	r := s.Refresh
	if t.anew {
		r.Due, r.NotBefore = time.Time{}, time.Time{}
	}
	return !k.readyAt(r, answerable(s)).After(k.o.Now())
}

// settle commits a download whose first commit failed, unless another process has fetched since. One that the store
// refuses for a whole period while it takes leases is given up: a new one may fare better.
func (k *Keeper) settle(t *tenant, f *flight) error {
	t.mu.Lock()
	d := t.pending
	t.mu.Unlock()
	if d == nil {
		return nil
	}
	if t.refresh().LastSuccess.After(d.Fetched) || k.o.Now().Sub(d.Fetched) >= k.o.Every {
		k.setPending(t, nil)
		return nil
	}
	r := t.refresh() // as reserve stored it: with one call
	if d.Calls > 1 {
		r.Calls = count(r.Calls, d.Calls-1, d.Fetched)
	}
	return k.commit(t, f, *d, r)
}

// elsewhere says whether another process seems to be fetching a tenant's first history just now.
func (k *Keeper) elsewhere(t *tenant) bool {
	s := t.snapshot.Load()
	return !answerable(s) && s.Refresh.LastError == interrupted && k.o.Now().Sub(s.Refresh.LastTry) < k.o.Timeout
}

// setPending keeps a download for later, or none, and says whether there was none before.
func (k *Keeper) setPending(t *tenant, d *translate.Download) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := t.pending == nil
	t.pending = d
	return first
}
