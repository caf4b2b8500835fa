package cache

import (
	"context"
	"time"

	"rwsgate/translate"
)

// CallsPerFetch is the largest number of report calls that one Fetch may make, retries included. The keeper leaves that
// much room in Graph's limit and in the daily budget before it asks.
const CallsPerFetch = 2

// Fetcher asks Graph for one report of a tenant, with at most CallsPerFetch report calls. The error is a
// *translate.SourceError, or the context's.
type Fetcher interface {
	Fetch(ctx context.Context, window translate.Window) (translate.Download, error)
}

// Histories is where histories survive. Tenants are named by their Entra tenant id, in lower case. Each method is
// atomic; a failed one has changed nothing. Implementations are safe for concurrent use, by several processes too.
type Histories interface {
	// Load gives a tenant's snapshot; a tenant never seen has Version 0 and an empty history.
	Load(ctx context.Context, tenant string) (translate.Snapshot, error)

	// Merge adds a download to a tenant's history and replaces its refresh state, in one transaction. Rules: a day
	// not known is added; a known day with other minutes is corrected, unless the download has no minute at all (all
	// zeros or header only), which only adds; nothing is ever deleted. Version and Stored change only when a day did.
	Merge(ctx context.Context, tenant string, d translate.Download, r translate.Refresh) (translate.Snapshot, translate.Change, error)

	// SaveRefresh replaces a tenant's refresh state and nothing else.
	SaveRefresh(ctx context.Context, tenant string, r translate.Refresh) error

	// Versions gives the current version of every tenant that has one, in a single query: how other processes'
	// changes are noticed.
	Versions(ctx context.Context) (map[string]int64, error)

	// Lease takes or renews the right to fetch for a tenant until a time; false if another holder has it still.
	Lease(ctx context.Context, tenant, holder string, now, until time.Time) (bool, error)

	// Release gives a lease back early; without one of this holder it does nothing.
	Release(ctx context.Context, tenant, holder string) error
}
