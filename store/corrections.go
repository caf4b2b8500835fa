package store

import (
	"context"
	"database/sql"
	"time"

	"rwsgate/translate"
)

// CorrectionKind says what was corrected.
type CorrectionKind string

// The kinds of corrections, and what names the thing in Correction.What.
const (
	CorrectedDay   CorrectionKind = "day"   // the UTC date
	CorrectedSpan  CorrectionKind = "span"  // the interval, start/end in UTC; New is what is left of it beside known days
	CorrectedTotal CorrectionKind = "total" // report, zone and last local date
)

// Correction is a value that a later one replaced.
type Correction struct {
	Version  int64 // the tenant's version from which New holds
	Kind     CorrectionKind
	What     string
	Old, New translate.Minutes
	Source   string    // of New
	At       time.Time // commit time
}

// Corrections gives the latest corrections of a tenant, newest first, at most limit of them, and how many there are.
func (s *Store) Corrections(ctx context.Context, tenant string, limit int) (latest []Correction, count int, err error) {
	err = s.view(ctx, "load corrections", func(tx *sql.Tx) (err error) {
		tenant := tenantID(tenant)
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM corrections WHERE tenant = $1", tenant).Scan(&count); err != nil {
			return err
		}
		latest, err = collect(ctx, tx, scanCorrection, `SELECT version, kind, what, old_audio, old_video, new_audio, new_video, source, at
			FROM corrections WHERE tenant = $1 ORDER BY version DESC, kind, what LIMIT $2`, tenant, max(0, limit))
		return err
	})
	return latest, count, err
}

func scanCorrection(rows *sql.Rows) (c Correction, err error) {
	var at int64
	err = rows.Scan(&c.Version, &c.Kind, &c.What, &c.Old.Audio, &c.Old.Video, &c.New.Audio, &c.New.Video, &c.Source, &at)
	c.At = fromInstant(at)
	return c, err
}
