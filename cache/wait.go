package cache

import (
	"context"
	"fmt"
	"math"
	"time"

	"rwsgate/translate"
)

// NoHistoryError says that a tenant has no history to answer from yet, why, and when to ask again. Its text is for
// logs, not for legacy clients.
type NoHistoryError struct {
	Tenant string
	Cause  error         // *translate.SourceError, or the store's error; nil while the first fetch runs
	Retry  time.Duration // when the next fetch is likely to have ended
}

// Error says why there is no history.
func (e *NoHistoryError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("tenant %s: no history yet, the first fetch still runs", e.Tenant)
	}
	return fmt.Sprintf("tenant %s: no history yet: %v", e.Tenant, e.Cause)
}

// Unwrap gives the cause.
func (e *NoHistoryError) Unwrap() error { return e.Cause }

// RetryAfter gives the whole seconds of a Retry-After header, at least 1.
func (e *NoHistoryError) RetryAfter() int {
	return max(1, int(math.Ceil(e.Retry.Seconds())))
}

// Wait gives a tenant's history: at once if there is one. If there is none it begins the first fetch, or joins it, and
// waits until FirstWait has passed since the fetch began; then, or while a failed fetch is not to be repeated yet, the
// error is a *NoHistoryError. Other errors: ErrTenant, ErrClosed, the context's.
func (k *Keeper) Wait(ctx context.Context, id string) (translate.Snapshot, error) {
	t := k.find(id)
	if t == nil {
		return translate.Snapshot{}, ErrTenant
	}
	if s := t.snapshot.Load(); answerable(s) {
		return *s, nil
	}
	f, err := k.first(t)
	if err != nil {
		return translate.Snapshot{}, err
	}
	select {
	case <-f.done:
	case <-f.late:
	case <-ctx.Done():
		return translate.Snapshot{}, ctx.Err()
	}
	if s := t.snapshot.Load(); answerable(s) {
		return *s, nil
	}
	select {
	case <-f.done:
		if k.base.Err() != nil {
			return translate.Snapshot{}, ErrClosed
		}
		return translate.Snapshot{}, k.noHistory(t, f.err)
	default:
		return translate.Snapshot{}, &NoHistoryError{Tenant: t.id, Retry: k.o.FirstWait}
	}
}

// first gives the work that may bring a tenant's first history, or the error while it is too early to try again.
func (k *Keeper) first(t *tenant) (*flight, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight != nil {
		return t.flight, nil
	}
	if now := k.o.Now(); now.Before(k.nextLocked(t)) && !k.elsewhere(t) {
		return nil, k.noHistoryLocked(t, nil, now)
	}
	f := k.beginLocked(t, false, k.demand)
	if f == nil {
		return nil, ErrClosed
	}
	return f, nil
}

func (k *Keeper) noHistory(t *tenant, cause error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return k.noHistoryLocked(t, cause, k.o.Now())
}

func (k *Keeper) noHistoryLocked(t *tenant, cause error, now time.Time) error {
	r := t.refresh()
	switch {
	case cause != nil:
	case t.storeErr != nil:
		cause = t.storeErr
	case t.lastFault() != nil:
		cause = t.lastFault()
	case r.LastError != "":
		cause = fmt.Errorf("%s", r.LastError) // of before a restart, or of another process
	}
	return &NoHistoryError{Tenant: t.id, Cause: cause, Retry: k.nextLocked(t).Sub(now)}
}
