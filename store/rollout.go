package store

import (
	"context"
	"database/sql"
	"time"
)

// Rollout is what was done to the plan of the rollout.
type Rollout struct {
	Paused bool
	Since  time.Time // of the pause; zero if there is none, as By and Reason are empty
	By     string
	Reason string
	Stops  []RolloutStop  // newest first, at most rolloutStops
	Pauses []RolloutPause // that are over, newest first, at most rolloutPauses
}

// RolloutPause is a pause that is over, half-open.
type RolloutPause struct {
	From, Until time.Time
	By          string
	Reason      string
}

// RolloutStop is the end of a brownout's window ahead of its time.
type RolloutStop struct {
	Window time.Time // its planned beginning, which names it
	At     time.Time
	Client string
	Report string
}

const (
	rolloutStops  = 100  // that are read: none of the older ones is of a window that is not over
	rolloutPauses = 1000 // likewise: more than a plan with all its windows sees
)

// Rollout reads what was done to the plan, as one moment has it.
func (s *Store) Rollout(ctx context.Context) (Rollout, error) {
	var r Rollout
	err := s.view(ctx, "read the rollout's state", func(tx *sql.Tx) error {
		r = Rollout{}
		rows, err := tx.QueryContext(ctx, "SELECT since, who, reason FROM rollout_pauses")
		err = each(rows, err, func(rows *sql.Rows) error {
			var since int64
			r.Paused = true
			err := rows.Scan(&since, &r.By, &r.Reason)
			r.Since = fromInstant(since)
			return err
		})
		if err != nil {
			return err
		}
		r.Stops, err = collect(ctx, tx, func(rows *sql.Rows) (stop RolloutStop, err error) {
			var begins, at int64
			err = rows.Scan(&begins, &at, &stop.Client, &stop.Report)
			stop.Window, stop.At = fromInstant(begins), fromInstant(at)
			return stop, err
		}, "SELECT begins, at, client, report FROM rollout_stops ORDER BY begins DESC LIMIT $1", rolloutStops)
		if err != nil {
			return err
		}
		r.Pauses, err = collect(ctx, tx, func(rows *sql.Rows) (p RolloutPause, err error) {
			var from, until int64
			err = rows.Scan(&from, &until, &p.By, &p.Reason)
			p.From, p.Until = fromInstant(from), fromInstant(until)
			return p, err
		}, "SELECT since, until, who, reason FROM rollout_past_pauses ORDER BY since DESC LIMIT $1", rolloutPauses)
		return err
	})
	return r, err
}

// PauseRollout stores that the rollout is paused. A pause that is stored already stays as it is, and whoever came first is
// named; only a reason is filled in where it had none.
func (s *Store) PauseRollout(ctx context.Context, at time.Time, by, reason string) error {
	return s.change(ctx, "pause the rollout", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO rollout_pauses (name, since, who, reason) VALUES ('pause', $1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET reason = excluded.reason WHERE rollout_pauses.reason = ''`, instant(at), by, reason)
		return err
	})
}

// ResumeRollout stores that the rollout is not paused from an instant on. The pause that it ends, if there is one, is kept
// as past.
func (s *Store) ResumeRollout(ctx context.Context, at time.Time) error {
	return s.change(ctx, "resume the rollout", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO rollout_past_pauses (since, until, who, reason)
			SELECT since, $1, who, reason FROM rollout_pauses WHERE since < $1 ON CONFLICT (since) DO NOTHING`, instant(at))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM rollout_pauses")
		return err
	})
}

// StopBrownout stores that a brownout was stopped; of several stops of one window the first stays.
func (s *Store) StopBrownout(ctx context.Context, stop RolloutStop) error {
	return s.change(ctx, "stop a brownout", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO rollout_stops (begins, at, client, report) VALUES ($1, $2, $3, $4) ON CONFLICT (begins) DO NOTHING",
			instant(stop.Window), instant(stop.At), stop.Client, stop.Report)
		return err
	})
}

// KnownClients names to each the ledger's clients that were first seen before an instant, by tenant and id. An error of
// each ends the reading and is given back.
func (s *Store) KnownClients(ctx context.Context, before time.Time, known func(tenant, client string) error) error {
	return s.view(ctx, "read the known clients", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT tenant, client FROM ledger_clients WHERE first_seen < $1", instant(before))
		return each(rows, err, func(rows *sql.Rows) error {
			var tenant, client string
			if err := rows.Scan(&tenant, &client); err != nil {
				return err
			}
			return known(tenant, client)
		})
	})
}
