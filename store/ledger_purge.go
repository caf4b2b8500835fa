package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"

	"rwsgate/translate"
)

// PurgeLedger forgets what was noted before the UTC day before, and clients of which nothing is left. Strangers, who
// never got past a 401 and have been quiet since the day strangers, go whole, so that guessing passwords from many
// addresses does not fill the ledger. It gives the number of clients that are gone.
func (s *Store) PurgeLedger(ctx context.Context, before, strangers translate.Day) (gone int64, err error) {
	err = s.change(ctx, "purge the ledger", func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM ledger_marks WHERE day < $1", "DELETE FROM ledger_days WHERE day < $1"} {
			if _, err := tx.ExecContext(ctx, q, int64(before)); err != nil {
				return err
			}
		}
		if err := purgeSums(ctx, tx, before); err != nil {
			return err
		}
		if err := forgetStrangers(ctx, tx, instant(strangers.UTC())); err != nil {
			return err
		}
		const nothingLeft = `last_seen < $1 AND NOT EXISTS (SELECT 1 FROM ledger_days d
			WHERE d.tenant = ledger_clients.tenant AND d.client = ledger_clients.client)`
		quiet := instant(max(before, strangers).UTC())
		for _, table := range []string{"ledger_block_marks", "ledger_brownouts", "ledger_quiet"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+` WHERE EXISTS (SELECT 1 FROM ledger_clients
				WHERE ledger_clients.tenant = `+table+".tenant AND ledger_clients.client = "+table+".client AND "+nothingLeft+")", quiet); err != nil {
				return err
			}
		}
		r, err := tx.ExecContext(ctx, "DELETE FROM ledger_clients WHERE "+nothingLeft, quiet)
		if err != nil {
			return err
		}
		if gone, err = r.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM ledger_writers WHERE at < $1", instant(strangers.UTC()))
		return err
	})
	if err != nil {
		return 0, err
	}
	return gone, nil
}

// alone makes a purge wait for batches and purges of other processes that are under way, and those to come wait for it:
// they would lock the same rows in orders of their own. AddLedger begins with the writers' table.
func (s *Store) alone(ctx context.Context, tx *sql.Tx) error {
	if s.kind != KindPostgres {
		return nil // SQLite has one writer at a time
	}
	_, err := tx.ExecContext(ctx, "LOCK TABLE ledger_writers IN SHARE ROW EXCLUSIVE MODE")
	return err
}

// forgetStrangers removes the days and marks of clients that were only ever denied and were last seen before an
// instant.
func forgetStrangers(ctx context.Context, tx *sql.Tx, quiet int64) error {
	found, err := collect(ctx, tx, func(rows *sql.Rows) (id [2]string, err error) {
		err = rows.Scan(&id[0], &id[1])
		return id, err
	}, `SELECT tenant, client FROM ledger_clients c WHERE last_seen < $1 AND NOT EXISTS (SELECT 1 FROM ledger_days d
		WHERE d.tenant = c.tenant AND d.client = c.client AND d.calls > d.denied) ORDER BY tenant, client`, quiet)
	if err != nil {
		return err
	}
	for _, id := range found {
		// The update holds the row against a process that adds to it at this moment, or finds that one did.
		r, err := tx.ExecContext(ctx, "UPDATE ledger_clients SET last_seen = last_seen WHERE tenant = $1 AND client = $2 AND last_seen < $3", id[0], id[1], quiet)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return err
			}
			continue
		}
		for _, table := range ofClients {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE tenant = $1 AND client = $2", id[0], id[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofClients are the tables whose rows belong to a client.
var ofClients = [...]string{"ledger_marks", "ledger_days", "ledger_blocks", "ledger_block_marks", "ledger_brownouts", "ledger_quiet"}

// purgeSums forgets the blocks before a day, and sums the block that holds it up again from the days that are left.
// The shapes of queries have no days: theirs go when their whole block is past, up to BlockDays later.
func purgeSums(ctx context.Context, tx *sql.Tx, before translate.Day) error {
	block := int64(blockOf(before) / BlockDays)
	type step struct {
		query string
		args  []any
	}
	steps := []step{
		{"DELETE FROM ledger_blocks WHERE block < $1", []any{block}},
		{"DELETE FROM ledger_block_marks WHERE block < $1", []any{block}},
		{"DELETE FROM ledger_brownouts WHERE begins < $1", []any{instant(before.UTC())}},
	}
	if before > blockOf(before) {
		// What another process has added since the deletion is new altogether, and whole: it waits for rows that were deleted.
		const newcomers = " ON CONFLICT DO NOTHING"
		from, to := int64(before), int64(blockOf(before))+BlockDays
		steps = append(steps,
			step{"DELETE FROM ledger_blocks WHERE block = $1", []any{block}},
			step{sumBlocks + " WHERE day >= $1 AND day < $2 GROUP BY tenant, client, report, day / 32" + newcomers, []any{from, to}},
			step{"DELETE FROM ledger_block_marks WHERE block = $1 AND kind <> $2", []any{block, LedgerShape}},
			step{sumBlockMarks + " WHERE day >= $1 AND day < $2 GROUP BY tenant, client, report, day / 32, kind, name" + newcomers, []any{from, to}})
	}
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// LedgerKey gives the key by which this store's ledger hashes identities: 32 bytes, made at the first call.
func (s *Store) LedgerKey(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	var secret string
	err := s.change(ctx, "find the ledger's key", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO ledger_keys (name, secret) VALUES ('identity', $1) ON CONFLICT (name) DO NOTHING", hex.EncodeToString(fresh)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT secret FROM ledger_keys WHERE name = 'identity'").Scan(&secret)
	})
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(secret)
	if err != nil || len(key) != len(fresh) {
		return nil, &Error{Op: "find the ledger's key", Where: s.path, Fault: FaultCorrupt, Reason: "the key is damaged",
			Mend: "restore a backup, or remove the row of ledger_keys; clients then count as new ones"}
	}
	return key, nil
}
