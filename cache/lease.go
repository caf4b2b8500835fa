package cache

import (
	"context"
	"time"
)

// leaseRetry is how often work that somebody waits for tries again while another process has the lease.
const leaseRetry = time.Second

// lease takes the right to fetch. While another process has it, work that somebody waits for waits too: until that
// process has brought the first history, or, if forced, until the lease is free. Other work comes again later.
func (k *Keeper) lease(t *tenant, f *flight) (bool, error) {
	patience := time.Duration(0)
	switch {
	case f.forced:
		patience = k.o.Timeout + k.o.LeaseFor
	case !answerable(t.snapshot.Load()):
		patience = k.o.FirstWait
	}
	for waited := time.Duration(0); ; waited += leaseRetry {
		ok, err := k.holdLease(f.ctx, t)
		if err != nil || ok {
			return ok, err
		}
		if waited >= patience {
			k.holdOff(t, k.o.LeaseFor)
			return false, nil
		}
		select {
		case <-time.After(leaseRetry):
		case <-f.ctx.Done():
			return false, f.ctx.Err()
		}
	}
}

// holdLease takes or renews the lease.
func (k *Keeper) holdLease(ctx context.Context, t *tenant) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	now := k.o.Now()
	ok, err := k.o.Histories.Lease(ctx, t.id, k.o.Holder, now, now.Add(k.o.LeaseFor))
	if err != nil {
		return false, k.storeFailed(t, err)
	}
	return ok, nil
}

// release gives the lease back, also while the keeper ends. A lease that cannot be given back runs out.
func (k *Keeper) release(t *tenant) {
	ctx, cancel := k.closing(storeTimeout)
	defer cancel()
	if err := k.o.Histories.Release(ctx, t.id, k.o.Holder); err != nil {
		k.o.Logger.Debug("lease not given back", "tenant", t.label(), "error", err)
	}
}

// closing gives a context for what must still be written when the keeper ends: then it has little time only.
func (k *Keeper) closing(usual time.Duration) (context.Context, context.CancelFunc) {
	if k.base.Err() != nil {
		usual = closingTimeout
	}
	return context.WithTimeout(context.WithoutCancel(k.base), usual)
}

// keepLease renews the lease until the context ends, and notes if that failed: another process may fetch then.
func (k *Keeper) keepLease(ctx context.Context, t *tenant, f *flight) {
	tick := time.NewTicker(k.o.LeaseFor / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := k.o.Now()
		bounded, cancel := context.WithTimeout(ctx, storeTimeout)
		ok, err := k.o.Histories.Lease(bounded, t.id, k.o.Holder, now, now.Add(k.o.LeaseFor))
		cancel()
		if ctx.Err() == nil && (err != nil || !ok) {
			f.lost.Store(true)
			k.o.Logger.Warn("lease not renewed during a fetch", "tenant", t.label(), "error", err)
		}
	}
}

func (k *Keeper) holdOff(t *tenant, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.holdOff = k.o.Now().Add(d)
}
