package cache

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rwsgate/translate"
)

// Outcome says what a fetch brought.
type Outcome struct {
	Tenant, Name string
	Window       translate.Window // 0 if another process fetched
	Calls        int              // report calls made
	Days         int              // days in the download
	Change       translate.Change
	RefreshDate  translate.Day
	State        translate.SourceState
	Version      int64
	Took         time.Duration // of the fetch, by the runtime's clock
	Elsewhere    bool          // another process fetched meanwhile; its result was taken over
}

// LimitError says that a fetch would pass Graph's own limit of report calls, or the time that Graph asked to wait.
type LimitError struct{ Until time.Time }

// Error says until when.
func (e *LimitError) Error() string {
	return fmt.Sprintf("Graph's own limit allows no report call before %s", e.Until.UTC().Format(time.RFC3339))
}

// Refresh fetches a tenant's report now, whatever schedule, back-off and daily budget say, but inside Graph's own limit
// (*LimitError). Demands at the same time share one fetch, also with a scheduled one. The error of a failed fetch is a
// *translate.SourceError, else the store's, ErrTenant, ErrClosed or the context's; the context ends the waiting only.
func (k *Keeper) Refresh(ctx context.Context, id string) (Outcome, error) {
	t := k.find(strings.ToLower(id))
	if t == nil {
		return Outcome{}, ErrTenant
	}
	for {
		f := k.join(t)
		if f == nil {
			return Outcome{}, ErrClosed
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		}
		if f.forced || f.fetched {
			return f.outcome, f.err
		}
	}
}

// join gives the work under way, else begins a forced fetch; nil if the keeper has ended.
func (k *Keeper) join(t *tenant) *flight {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight != nil {
		return t.flight
	}
	return k.beginLocked(t, true, k.demand)
}
