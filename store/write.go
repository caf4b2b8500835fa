package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"rwsgate/translate"
)

// writing is how the values of one change are signed.
type writing struct {
	source    string
	at        time.Time              // when they were fetched
	now       time.Time              // commit time
	confirmed []translate.DayMinutes // known days that only change their source
}

// store writes what differs between what is held and next, corrections included, and counts the version up if anything
// did. It gives the version and commit time that hold then.
func (b held) store(ctx context.Context, tx *sql.Tx, next translate.History, w writing) (version int64, stored time.Time, err error) {
	c := compare(b.history, next)
	version, stored = b.version, b.stored
	if !c.empty() {
		version, stored = b.version+1, fromInstant(instant(w.now))
		if _, err := tx.ExecContext(ctx, "UPDATE tenants SET version = $2, stored = $3 WHERE id = $1", b.tenant, version, instant(stored)); err != nil {
			return 0, stored, err
		}
	}
	w.source = strings.ToLower(w.source)
	for _, step := range []func() error{
		func() error { return b.removeOld(ctx, tx, c) },
		func() error { return b.writeDays(ctx, tx, append(c.days, w.confirmed...), w) },
		func() error { return b.writeSpans(ctx, tx, c.spans, w) },
		func() error { return b.writeTotals(ctx, tx, c.totals, w) },
		func() error { return b.writeCorrections(ctx, tx, c.corrections, version, w) },
	} {
		if err := step(); err != nil {
			return 0, stored, err
		}
	}
	return version, stored, nil
}

// removeOld takes out what other knowledge has displaced: spans, and days that yielded to a span.
func (b held) removeOld(ctx context.Context, tx *sql.Tx, c difference) error {
	for _, o := range c.goneSpans {
		if _, err := tx.ExecContext(ctx, "DELETE FROM spans WHERE tenant = $1 AND begins = $2", b.tenant, instant(o.Start)); err != nil {
			return err
		}
	}
	for _, d := range c.goneDays {
		if _, err := tx.ExecContext(ctx, "DELETE FROM days WHERE tenant = $1 AND day = $2", b.tenant, int64(d.Day)); err != nil {
			return err
		}
	}
	return nil
}

func (b held) writeDays(ctx context.Context, tx *sql.Tx, days []translate.DayMinutes, w writing) error {
	rows := make([][]any, len(days))
	for i, d := range days {
		rows[i] = []any{b.tenant, int64(d.Day), d.Audio, d.Video, w.source, instant(w.at)}
	}
	return insert(ctx, tx, "days (tenant, day, audio, video, source, fetched)", rows,
		"ON CONFLICT (tenant, day) DO UPDATE SET audio = excluded.audio, video = excluded.video, source = excluded.source, fetched = excluded.fetched")
}

func (b held) writeSpans(ctx context.Context, tx *sql.Tx, spans []translate.Observation, w writing) error {
	rows := make([][]any, len(spans))
	for i, o := range spans {
		rows[i] = []any{b.tenant, instant(o.Start), instant(o.End), o.Audio, o.Video, w.source, instant(w.at)}
	}
	return insert(ctx, tx, "spans (tenant, begins, ends, audio, video, source, fetched)", rows, "")
}

func (b held) writeTotals(ctx context.Context, tx *sql.Tx, totals []translate.Total, w writing) error {
	rows := make([][]any, len(totals))
	for i, t := range totals {
		rows[i] = []any{b.tenant, t.Report, t.Zone, int64(t.Day), t.Audio, t.Video, w.source, instant(w.at)}
	}
	return insert(ctx, tx, "totals (tenant, report, zone, day, audio, video, source, fetched)", rows,
		"ON CONFLICT (tenant, report, zone, day) DO UPDATE SET audio = excluded.audio, video = excluded.video, source = excluded.source, fetched = excluded.fetched")
}

func (b held) writeCorrections(ctx context.Context, tx *sql.Tx, all []Correction, version int64, w writing) error {
	rows := make([][]any, len(all))
	for i, c := range all {
		rows[i] = []any{b.tenant, version, string(c.Kind), c.What, c.Old.Audio, c.Old.Video, c.New.Audio, c.New.Video, w.source, instant(w.now)}
	}
	return insert(ctx, tx, "corrections (tenant, version, kind, what, old_audio, old_video, new_audio, new_video, source, at)", rows, "")
}

// insert writes rows by as few statements as both engines' limits allow: a round trip a row would make a first merge
// of 180 days slow on a distant PostgreSQL.
func insert(ctx context.Context, tx *sql.Tx, into string, rows [][]any, conflict string) error {
	const most = 200
	for len(rows) > 0 {
		n := min(most, len(rows))
		tuples := make([]string, n)
		args := make([]any, 0, n*len(rows[0]))
		for i, row := range rows[:n] {
			marks := make([]string, len(row))
			for j := range row {
				marks[j] = "$" + strconv.Itoa(len(args)+j+1)
			}
			tuples[i] = "(" + strings.Join(marks, ", ") + ")"
			args = append(args, row...)
		}
		query := "INSERT INTO " + into + " VALUES " + strings.Join(tuples, ", ") + " " + conflict
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
