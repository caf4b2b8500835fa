package store

import (
	"context"
	"database/sql"
	"time"
)

// A turn is something that all processes together do once at a time, such as this week's digest.

// TakeTurn gives the right to do what is due at a time, until a time; false if it is done, or another process has the
// right still. The holder of it may take it again.
func (s *Store) TakeTurn(ctx context.Context, name, holder string, due, now, until time.Time) (bool, error) {
	var got bool
	err := s.change(ctx, "take a turn", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO ledger_turns (name, due, holder, until, done) VALUES ($1, $2, $3, $4, 0)
			ON CONFLICT (name, due) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE ledger_turns.done = 0 AND (ledger_turns.until <= $5 OR ledger_turns.holder = excluded.holder)`,
			name, instant(due), holder, instant(until), instant(now))
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		got = n == 1
		return err
	})
	return got && err == nil, err
}

// EndTurn notes that what was due at a time is done, and forgets the turns of the same name that are more than a year
// older.
func (s *Store) EndTurn(ctx context.Context, name string, due time.Time) error {
	return s.change(ctx, "end a turn", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE ledger_turns SET done = 1 WHERE name = $1 AND due = $2", name, instant(due)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM ledger_turns WHERE name = $1 AND due < $2", name, instant(due.AddDate(-1, 0, 0)))
		return err
	})
}
