package store

import (
	"context"
	"database/sql"
	"time"
)

// Lease takes or renews the right to fetch for a tenant until a time; false if another holder has it still. A lease is
// free from its until on.
func (s *Store) Lease(ctx context.Context, tenant, holder string, now, until time.Time) (bool, error) {
	var got bool
	err := s.change(ctx, "lease", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE leases.until <= $4 OR leases.holder = excluded.holder`, tenantID(tenant), holder, instant(until), instant(now))
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		got = n == 1
		return err
	})
	return got && err == nil, err
}

// Release gives a lease back early; without one of this holder it does nothing.
func (s *Store) Release(ctx context.Context, tenant, holder string) error {
	return s.change(ctx, "release", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM leases WHERE name = $1 AND holder = $2", tenantID(tenant), holder)
		return err
	})
}
