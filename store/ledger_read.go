package store

import (
	"context"
	"database/sql"
	"strings"

	"rwsgate/translate"
)

// LedgerReader is told what the ledger holds: first the clients, then their days, ascending, then their marks, summed
// over the days (Day is 0). All are ordered by tenant and client. A field that is nil is not read; an error ends the
// reading.
type LedgerReader struct {
	Client func(LedgerClient) error
	Day    func(LedgerDay) error
	Mark   func(LedgerMark) error
}

// ReadLedger reads what was noted on the UTC day since and later, as one moment has it.
func (s *Store) ReadLedger(ctx context.Context, since translate.Day, r LedgerReader) error {
	return s.view(ctx, "read the ledger", func(tx *sql.Tx) error {
		for _, read := range []func(context.Context, *sql.Tx, translate.Day, LedgerReader) error{readClients, readDays, readMarks} {
			if err := read(ctx, tx, since, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// inBlock joins the rows of a table by day to their blocks. The keys of both begin with the client, so that a few days
// of two years are found by their blocks, and the rest is not looked at.
func inBlock(table string) string {
	return strings.ReplaceAll("T.tenant = b.tenant AND T.client = b.client AND T.report = b.report AND T.day >= 32 * b.block AND T.day < 32 * (b.block + 1)", "T", table)
}

// firstBlock gives the block of a day, the first for days before 1970.
func firstBlock(d translate.Day) int64 { return int64(blockOf(max(0, d)) / BlockDays) }

func readClients(ctx context.Context, tx *sql.Tx, since translate.Day, r LedgerReader) error {
	if r.Client == nil {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT tenant, client, principal, claimed, agent, address, user_agent, seen_from, first_seen, last_seen
		FROM ledger_clients c WHERE EXISTS (SELECT 1 FROM ledger_blocks b JOIN ledger_days d ON `+inBlock("d")+`
			WHERE b.tenant = c.tenant AND b.client = c.client AND b.block >= $2 AND d.day >= $1)
		ORDER BY tenant, client`, int64(since), firstBlock(since))
	return each(rows, err, func(rows *sql.Rows) error {
		c, err := scanClient(rows)
		if err != nil {
			return err
		}
		return r.Client(c)
	})
}

func scanClient(rows *sql.Rows, more ...any) (c LedgerClient, err error) {
	var claimed, first, last int64
	err = rows.Scan(append([]any{&c.Tenant, &c.ID, &c.Principal, &claimed, &c.Agent, &c.Address, &c.UserAgent, &c.SeenFrom, &first, &last}, more...)...)
	c.Claimed, c.First, c.Last = claimed != 0, fromInstant(first), fromInstant(last)
	return c, err
}

func readDays(ctx context.Context, tx *sql.Tx, since translate.Day, r LedgerReader) error {
	if r.Day == nil {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT d.tenant, d.client, d.report, d.day, d."+strings.Join(ledgerSums[:], ", d.")+`, d.options, d.behind
		FROM ledger_blocks b JOIN ledger_days d ON `+inBlock("d")+`
		WHERE b.block >= $2 AND d.day >= $1 ORDER BY d.tenant, d.client, d.report, d.day`, int64(since), firstBlock(since))
	return each(rows, err, func(rows *sql.Rows) error {
		var d LedgerDay
		into := []any{&d.Tenant, &d.Client, &d.Report, &d.Day}
		for _, n := range d.sums() {
			into = append(into, n)
		}
		if err := rows.Scan(append(into, &d.Options, &d.Behind)...); err != nil {
			return err
		}
		return r.Day(d)
	})
}

func readMarks(ctx context.Context, tx *sql.Tx, since translate.Day, r LedgerReader) error {
	if r.Mark == nil {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT m.tenant, m.client, m.report, m.kind, m.name, CAST(SUM(m.calls) AS BIGINT)
		FROM ledger_blocks b JOIN ledger_marks m ON `+inBlock("m")+`
		WHERE b.block >= $2 AND m.day >= $1 GROUP BY m.tenant, m.client, m.report, m.kind, m.name
		ORDER BY m.tenant, m.client, m.report, m.kind, m.name`, int64(since), firstBlock(since))
	return each(rows, err, func(rows *sql.Rows) error {
		var m LedgerMark
		if err := rows.Scan(&m.Tenant, &m.Client, &m.Report, &m.Kind, &m.Name, &m.Calls); err != nil {
			return err
		}
		return r.Mark(m)
	})
}
