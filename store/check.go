package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Check reads everything and looks for damage: SQLite's own integrity and foreign key checks, whether each tenant's
// history is one that can be, and whether no correction is newer than its tenant. Nil means that all is well.
func (s *Store) Check(ctx context.Context) error {
	var found []string
	if s.kind != KindPostgres {
		for _, pragma := range []string{"PRAGMA integrity_check", "PRAGMA foreign_key_check"} {
			more, err := checkPragma(ctx, s.read, pragma)
			if err != nil {
				return s.fail(ctx, "check", err)
			}
			found = append(found, more...)
		}
	}
	ids, err := s.checkTables(ctx, &found)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := s.Load(ctx, id); FaultOf(err) == FaultCorrupt {
			found = append(found, err.Error())
		} else if err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &Error{Op: "check", Where: s.path, Fault: FaultCorrupt, Reason: "damage was found: " + strings.Join(found, "; "),
		Mend: "restore a backup, or save rows with sqlite3 FILE .recover"}
}

// checkTables gives all tenants, and adds to found what the tables contradict each other in.
func (s *Store) checkTables(ctx context.Context, found *[]string) (ids []string, err error) {
	scanID := func(rows *sql.Rows) (id string, err error) {
		err = rows.Scan(&id)
		return id, err
	}
	err = s.view(ctx, "check", func(tx *sql.Tx) (err error) {
		for what, query := range map[string]string{
			"has data without a version": `SELECT id FROM tenants WHERE version <= 0 AND (
				EXISTS (SELECT 1 FROM days WHERE tenant = id) OR EXISTS (SELECT 1 FROM spans WHERE tenant = id) OR EXISTS (SELECT 1 FROM totals WHERE tenant = id))`,
			"has a correction of a version yet to come": `SELECT id FROM tenants WHERE EXISTS (SELECT 1 FROM corrections c WHERE c.tenant = id AND c.version > tenants.version)`,
		} {
			bad, err := collect(ctx, tx, scanID, query)
			if err != nil {
				return err
			}
			for _, id := range bad {
				*found = append(*found, fmt.Sprintf("tenant %s %s", id, what))
			}
		}
		ids, err = collect(ctx, tx, scanID, "SELECT id FROM tenants ORDER BY id")
		return err
	})
	return ids, err
}

// checkPragma gives the findings of one of SQLite's checks, nothing if all is well.
func checkPragma(ctx context.Context, db *sql.DB, pragma string) ([]string, error) {
	var found []string
	rows, err := db.QueryContext(ctx, pragma)
	err = each(rows, err, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if len(values) > 0 && values[0].String != "ok" {
			found = append(found, values[0].String)
		}
		return nil
	})
	return found, err
}
