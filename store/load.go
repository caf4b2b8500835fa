package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rwsgate/translate"
)

// The sources of a day. Any other text names an import. A day of SourceGraph is settled: only Graph corrects it. The
// zeros of a download without any minute are believed until something else is known.
const (
	SourceGraph  = "graph"
	SourceZeros  = "graph-zeros"
	SourceImport = "import"
)

// Load gives a tenant's snapshot as one moment has it; a tenant never seen has Version 0, an empty history and a zero
// refresh state.
func (s *Store) Load(ctx context.Context, tenant string) (translate.Snapshot, error) {
	var snap translate.Snapshot
	err := s.view(ctx, "load", func(tx *sql.Tx) (err error) {
		tenant := tenantID(tenant)
		if snap.Refresh, err = loadRefresh(ctx, tx, tenant); err != nil {
			return err
		}
		var stored int64
		err = tx.QueryRowContext(ctx, "SELECT version, stored FROM tenants WHERE id = $1", tenant).Scan(&snap.Version, &stored)
		if errors.Is(err, sql.ErrNoRows) || err == nil && snap.Version == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		snap.Stored = fromInstant(stored)
		days, err := collect(ctx, tx, scanDay, "SELECT day, audio, video FROM days WHERE tenant = $1 ORDER BY day", tenant)
		if err != nil {
			return err
		}
		snap.History, err = loadHistory(ctx, tx, tenant, days)
		return err
	})
	return snap, err
}

// Versions gives the current version of every tenant that has one.
func (s *Store) Versions(ctx context.Context) (map[string]int64, error) {
	versions := map[string]int64{}
	err := s.fail(ctx, "look for changes", func() error {
		rows, err := s.read.QueryContext(ctx, "SELECT id, version FROM tenants WHERE version > 0")
		return each(rows, err, func(rows *sql.Rows) error {
			var id string
			var v int64
			err := rows.Scan(&id, &v)
			versions[id] = v
			return err
		})
	}())
	if err != nil {
		return nil, err
	}
	return versions, nil
}

// StoredDay is a known UTC day and whence it is known.
type StoredDay struct {
	translate.DayMinutes
	Source  string    // SourceGraph, SourceZeros, or the name of an import
	Fetched time.Time // when this value was first fetched or imported from Source
}

// Days gives the known UTC days of a tenant with their sources, ascending.
func (s *Store) Days(ctx context.Context, tenant string) ([]StoredDay, error) {
	var days []StoredDay
	err := s.view(ctx, "load days", func(tx *sql.Tx) (err error) {
		days, err = collect(ctx, tx, func(rows *sql.Rows) (d StoredDay, err error) {
			var fetched int64
			err = rows.Scan(&d.Day, &d.Audio, &d.Video, &d.Source, &fetched)
			d.Fetched = fromInstant(fetched)
			return d, err
		}, "SELECT day, audio, video, source, fetched FROM days WHERE tenant = $1 ORDER BY day", tenantID(tenant))
		return err
	})
	return days, err
}

// loadHistory makes a history of days and of the spans and totals of a tenant.
func loadHistory(ctx context.Context, tx *sql.Tx, tenant string, days []translate.DayMinutes) (translate.History, error) {
	spans, err := collect(ctx, tx, scanSpan, "SELECT begins, ends, audio, video FROM spans WHERE tenant = $1 ORDER BY begins", tenant)
	if err != nil {
		return translate.History{}, err
	}
	totals, err := collect(ctx, tx, scanTotal, "SELECT report, zone, day, audio, video FROM totals WHERE tenant = $1", tenant)
	if err != nil {
		return translate.History{}, err
	}
	h, err := translate.NewHistory(days, spans, totals)
	if err != nil {
		return h, &Error{Op: "load", Fault: FaultCorrupt, Reason: "what is stored of tenant " + tenant + " contradicts itself", Err: err,
			Mend: "restore a backup, and tell the makers of rwsgate"}
	}
	return h, nil
}

func loadRefresh(ctx context.Context, tx *sql.Tx, tenant string) (translate.Refresh, error) {
	var r translate.Refresh
	var state string
	err := tx.QueryRowContext(ctx, "SELECT state FROM refreshes WHERE tenant = $1", tenant).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(state), &r); err != nil {
		return r, fmt.Errorf("refresh state of tenant %s: %w", tenant, err)
	}
	return r, nil
}

func scanDay(rows *sql.Rows) (d translate.DayMinutes, err error) {
	err = rows.Scan(&d.Day, &d.Audio, &d.Video)
	return d, err
}

func scanSpan(rows *sql.Rows) (o translate.Observation, err error) {
	var begins, ends int64
	err = rows.Scan(&begins, &ends, &o.Audio, &o.Video)
	o.Start, o.End = fromInstant(begins), fromInstant(ends)
	return o, err
}

func scanTotal(rows *sql.Rows) (t translate.Total, err error) {
	err = rows.Scan(&t.Report, &t.Zone, &t.Day, &t.Audio, &t.Video)
	return t, err
}

// collect gives what scan makes of each row of a query.
func collect[T any](ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	rows, err := tx.QueryContext(ctx, query, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		v, err := scan(rows)
		all = append(all, v)
		return err
	})
	return all, err
}

// each calls do for every row of a query's answer and closes it.
func each(rows *sql.Rows, err error, do func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// tenantID gives the form in which tenants are named here.
func tenantID(tenant string) string { return strings.ToLower(tenant) }
