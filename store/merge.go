package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"rwsgate/translate"
)

// Merge adds a download to a tenant's history by translate.Merge and replaces its refresh state, in one transaction.
// Version and Stored change only when a day did. A day that Graph confirms with minutes becomes Graph's own, whoever
// said it first.
func (s *Store) Merge(ctx context.Context, tenant string, d translate.Download, r translate.Refresh) (translate.Snapshot, translate.Change, error) {
	var snap translate.Snapshot
	var change translate.Change
	err := s.change(ctx, "merge", func(tx *sql.Tx) error {
		b, err := s.lockTenant(ctx, tx, tenant)
		if err != nil {
			return err
		}
		w := writing{source: SourceZeros, at: d.Fetched, now: s.now()}
		if slices.ContainsFunc(d.Days, func(m translate.DayMinutes) bool { return !m.IsZero() }) {
			w.source = SourceGraph
		}
		if w.at.IsZero() {
			w.at = w.now
		}
		snap.History, change = translate.Merge(b.history, d)
		if w.source == SourceGraph {
			w.confirmed = b.unsettled(d.Days)
		}
		if snap.Version, snap.Stored, err = b.store(ctx, tx, snap.History, w); err != nil {
			return err
		}
		snap.Refresh, err = saveRefresh(ctx, tx, b.tenant, r)
		return err
	})
	if err != nil {
		return translate.Snapshot{}, translate.Change{}, err
	}
	return snap, change, nil
}

// SaveRefresh replaces a tenant's refresh state and nothing else.
func (s *Store) SaveRefresh(ctx context.Context, tenant string, r translate.Refresh) error {
	return s.change(ctx, "save the refresh state", func(tx *sql.Tx) error {
		_, err := saveRefresh(ctx, tx, tenantID(tenant), r)
		return err
	})
}

// saveRefresh gives the state as a later Load will.
func saveRefresh(ctx context.Context, tx *sql.Tx, tenant string, r translate.Refresh) (stored translate.Refresh, err error) {
	for _, t := range []*time.Time{&r.Due, &r.NotBefore, &r.LastTry, &r.LastSuccess, &r.LastFull, &r.Stalled} {
		*t = t.UTC()
	}
	r.Calls = slices.Clone(r.Calls)
	for i := range r.Calls {
		r.Calls[i] = r.Calls[i].UTC()
	}
	state, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO refreshes (tenant, state) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET state = excluded.state",
		tenant, string(state))
	if err != nil {
		return r, err
	}
	return stored, json.Unmarshal(state, &stored)
}

// held is what is stored of a tenant while a transaction holds the right to change it.
type held struct {
	tenant  string
	version int64
	stored  time.Time
	history translate.History
	loose   map[translate.Day]string // source of each day that is not of SourceGraph
}

// lockTenant takes the right to change a tenant until the transaction ends, and reads what is stored. The statement
// that creates a tenant's row also locks it, on both engines: PostgreSQL by the row, SQLite as any write does.
func (s *Store) lockTenant(ctx context.Context, tx *sql.Tx, tenant string) (held, error) {
	b := held{tenant: tenantID(tenant), loose: map[translate.Day]string{}}
	if tenant == "" {
		return b, &Error{Op: "merge", Fault: FaultInvalid, Reason: "no tenant is named"}
	}
	var stored int64
	err := tx.QueryRowContext(ctx, `INSERT INTO tenants (id, version, stored) VALUES ($1, 0, 0)
		ON CONFLICT (id) DO UPDATE SET version = tenants.version RETURNING version, stored`, b.tenant).Scan(&b.version, &stored)
	if err != nil {
		return b, err
	}
	if b.version > 0 {
		b.stored = fromInstant(stored)
	}
	days, err := collect(ctx, tx, func(rows *sql.Rows) (d translate.DayMinutes, err error) {
		var source string
		err = rows.Scan(&d.Day, &d.Audio, &d.Video, &source)
		if source != SourceGraph {
			b.loose[d.Day] = source
		}
		return d, err
	}, "SELECT day, audio, video, source FROM days WHERE tenant = $1 ORDER BY day", b.tenant)
	if err != nil {
		return b, err
	}
	b.history, err = loadHistory(ctx, tx, b.tenant, days)
	return b, err
}

// unsettled gives those of days that are known with the same minutes from another source than Graph.
func (b held) unsettled(days []translate.DayMinutes) []translate.DayMinutes {
	var same []translate.DayMinutes
	for _, d := range days {
		if m, known := b.history.At(d.Day); known && m == d.Minutes && b.loose[d.Day] != "" {
			same = append(same, d)
		}
	}
	return same
}
