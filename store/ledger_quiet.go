package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"rwsgate/translate"
)

// LedgerQuiet says that a client was found to be quiet after its last call.
type LedgerQuiet struct {
	Tenant string
	Client string    // LedgerClient.ID
	Last   time.Time // the call; after a later one this says nothing
	Rhythm string    // of its calls until then
	From   translate.Day
}

// KeepQuiet stores which clients were found to be quiet. One that is not known, or has called since, is left out.
func (s *Store) KeepQuiet(ctx context.Context, quiet []LedgerQuiet) error {
	quiet = slices.SortedFunc(slices.Values(quiet), func(a, b LedgerQuiet) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Client, b.Client))
	})
	return s.change(ctx, "note who is quiet", func(tx *sql.Tx) error {
		for _, q := range quiet {
			if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_quiet (tenant, client, last_seen, rhythm, quiet_from)
				SELECT tenant, client, last_seen, $4, $5 FROM ledger_clients WHERE tenant = $1 AND client = $2 AND last_seen = $3
				ON CONFLICT (tenant, client) DO UPDATE SET last_seen = excluded.last_seen, rhythm = excluded.rhythm, quiet_from = excluded.quiet_from`,
				q.Tenant, q.Client, instant(q.Last), q.Rhythm, int64(q.From)); err != nil {
				return err
			}
		}
		return nil
	})
}
