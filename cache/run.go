package cache

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Run loads what is stored and then keeps all tenants fresh until the context ends. It returns nil when all its work
// has ended; fetches under way are cancelled, leases given back.
func (k *Keeper) Run(ctx context.Context) error {
	defer k.Close()
	detach := context.AfterFunc(ctx, k.stop)
	defer detach()
	var both sync.WaitGroup
	both.Go(k.poll)
	both.Go(k.schedule)
	both.Wait()
	return nil
}

// preload loads all tenants that are new, so that slow fetches in all slots keep no stored history away from clients.
func (k *Keeper) preload() {
	now := k.o.Now()
	for _, t := range *k.tenants.Load() {
		t.mu.Lock()
		todo := !t.loaded && !t.holdOff.After(now)
		t.mu.Unlock()
		if todo && k.reload(k.base, t) != nil {
			return // the store is away, or the keeper ends
		}
	}
}

// schedule begins the work of tenants that are due, the longest due first, never more at a time than there are slots.
func (k *Keeper) schedule() {
	tick := time.NewTicker(k.o.Poll)
	defer tick.Stop()
	queue := k.due(nil)
	for {
		queue = k.dispatch(queue)
		select {
		case <-k.base.Done():
			return
		case <-k.kick:
			if k.added.Swap(false) || len(queue) == 0 {
				queue = k.due(queue)
			}
		case <-tick.C:
			queue = k.due(queue)
		}
	}
}

// dispatch begins the work at the head of the queue while there are free slots, and gives the rest.
func (k *Keeper) dispatch(queue []*tenant) []*tenant {
	for len(queue) > 0 {
		select {
		case k.slots <- struct{}{}:
		default:
			return queue
		}
		if !k.begin(queue[0]) {
			<-k.slots
		}
		queue = queue[1:]
	}
	return queue
}

// begin begins a tenant's scheduled work in a slot already taken; false if there is none to do.
func (k *Keeper) begin(t *tenant) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queued = false
	if t.flight != nil || t.removed {
		return false
	}
	return k.beginLocked(t, false, nil) != nil
}

// due adds the tenants that have become due to the queue.
func (k *Keeper) due(queue []*tenant) []*tenant {
	k.preload()
	now := k.o.Now()
	type waiting struct {
		*tenant
		since time.Time
	}
	var found []waiting
	for _, t := range *k.tenants.Load() {
		t.mu.Lock()
		if since := k.nextLocked(t); !t.queued && t.flight == nil && !since.After(now) {
			t.queued = true
			found = append(found, waiting{t, since})
		}
		t.mu.Unlock()
	}
	slices.SortFunc(found, func(a, b waiting) int { return a.since.Compare(b.since) })
	for _, w := range found {
		queue = append(queue, w.tenant)
	}
	return queue
}

// nextLocked is when a tenant has work to do next; t.mu is held.
func (k *Keeper) nextLocked(t *tenant) time.Time {
	if !t.loaded || t.pending != nil {
		return t.holdOff
	}
	s := t.snapshot.Load()
	r := s.Refresh
	if t.anew {
		r.Due, r.NotBefore = time.Time{}, time.Time{}
	}
	return latest(k.readyAt(r, answerable(s)), t.holdOff)
}
