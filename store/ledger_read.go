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

func readClients(ctx context.Context, tx *sql.Tx, since translate.Day, r LedgerReader) error {
	if r.Client == nil {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT tenant, client, principal, claimed, agent, address, user_agent, seen_from, first_seen, last_seen
		FROM ledger_clients c WHERE EXISTS (SELECT 1 FROM ledger_days d WHERE d.tenant = c.tenant AND d.client = c.client AND d.day >= $1)
		ORDER BY tenant, client`, int64(since))
	return each(rows, err, func(rows *sql.Rows) error {
		c, err := scanClient(rows)
		if err != nil {
			return err
		}
		return r.Client(c)
	})
}

func scanClient(rows *sql.Rows) (c LedgerClient, err error) {
	var claimed, first, last int64
	err = rows.Scan(&c.Tenant, &c.ID, &c.Principal, &claimed, &c.Agent, &c.Address, &c.UserAgent, &c.SeenFrom, &first, &last)
	c.Claimed, c.First, c.Last = claimed != 0, fromInstant(first), fromInstant(last)
	return c, err
}

func readDays(ctx context.Context, tx *sql.Tx, since translate.Day, r LedgerReader) error {
	if r.Day == nil {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT tenant, client, report, day, "+strings.Join(ledgerSums[:], ", ")+`, options, behind
		FROM ledger_days WHERE day >= $1 ORDER BY tenant, client, report, day`, int64(since))
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
	rows, err := tx.QueryContext(ctx, `SELECT tenant, client, report, kind, name, CAST(SUM(calls) AS BIGINT) FROM ledger_marks
		WHERE day >= $1 GROUP BY tenant, client, report, kind, name ORDER BY tenant, client, report, kind, name`, int64(since))
	return each(rows, err, func(rows *sql.Rows) error {
		var m LedgerMark
		if err := rows.Scan(&m.Tenant, &m.Client, &m.Report, &m.Kind, &m.Name, &m.Calls); err != nil {
			return err
		}
		return r.Mark(m)
	})
}
