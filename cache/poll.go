package cache

import (
	"context"
	"errors"
	"time"
)

// poll looks at the store's versions every few seconds and loads what other processes changed.
func (k *Keeper) poll() {
	tick := time.NewTicker(k.o.Poll)
	defer tick.Stop()
	for {
		select {
		case <-k.base.Done():
			return
		case <-tick.C:
			k.look(k.base)
		}
	}
}

// look compares the store's versions with memory once.
func (k *Keeper) look(ctx context.Context) {
	bounded, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	versions, err := k.o.Histories.Versions(bounded)
	if ctx.Err() != nil {
		return
	}
	if k.o.Hooks.Polled != nil {
		k.o.Hooks.Polled(err)
	}
	k.storeSeen(err)
	if err != nil {
		return
	}
	for id, t := range *k.tenants.Load() {
		if v, ok := versions[id]; ok && v != t.snapshot.Load().Version {
			if k.reload(ctx, t) != nil {
				return
			}
		}
	}
}

// storeSeen notes whether the store answers, and logs the change.
func (k *Keeper) storeSeen(err error) {
	if away := err != nil; k.storeDown.Swap(away) == away {
		return
	}
	if err != nil {
		k.o.Logger.Error("store does not answer; answers go on from memory", "error", err)
		return
	}
	k.o.Logger.Info("store answers again")
}

// storeWorks notes that the store took a download.
func (k *Keeper) storeWorks() {
	if k.storeFailing.Swap(false) {
		k.o.Logger.Info("the store works again")
	}
}

// reload replaces a tenant's snapshot by what the store has.
func (k *Keeper) reload(ctx context.Context, t *tenant) error {
	t.store.Lock()
	defer t.store.Unlock()
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	s, err := k.o.Histories.Load(ctx, t.id)
	if err != nil {
		return k.storeFailed(t, err)
	}
	t.swap(s)
	return nil
}

// storeFailed notes that the store failed for a tenant and when to try again. The first failure is logged for all.
func (k *Keeper) storeFailed(t *tenant, err error) error {
	if !errors.Is(err, context.Canceled) && !k.storeFailing.Swap(true) {
		k.o.Logger.Error("the store fails; no history is refreshed until it works, answers go on", "tenant", t.label(), "error", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := storeBackoff << min(t.storeTries, 5)
	t.storeTries++
	t.storeErr = err
	t.holdOff = k.o.Now().Add(min(wait, maxStoreWait))
	return err
}
