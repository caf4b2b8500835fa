package store

import (
	"context"
	"database/sql"
	"strings"

	"rwsgate/translate"
)

// LedgerSums is told what the ledger holds in all: first the clients, then their blocks, ascending, then their marks,
// summed over the blocks (Day is 0), then what brownouts did. All are ordered by tenant and client. Every field is
// required; an error ends the reading.
type LedgerSums struct {
	Client   func(LedgerClient) error
	Block    func(LedgerBlock) error
	Mark     func(LedgerMark) error
	Brownout func(LedgerBrownout) error
}

// ReadLedgerSums reads all that is kept, as one moment has it. Two thousand clients of two years are sixty thousand
// blocks, where their days would be a million and a half.
func (s *Store) ReadLedgerSums(ctx context.Context, r LedgerSums) error {
	return s.view(ctx, "sum up the ledger", func(tx *sql.Tx) error {
		for _, read := range []func(context.Context, *sql.Tx, LedgerSums) error{readAllClients, readBlocks, readBlockMarks, readBrownouts} {
			if err := read(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func readAllClients(ctx context.Context, tx *sql.Tx, r LedgerSums) error {
	rows, err := tx.QueryContext(ctx, `SELECT c.tenant, c.client, c.principal, c.claimed, c.agent, c.address, c.user_agent, c.seen_from, c.first_seen, c.last_seen,
			COALESCE(q.rhythm, ''), COALESCE(q.quiet_from, 0)
		FROM ledger_clients c LEFT JOIN ledger_quiet q ON q.tenant = c.tenant AND q.client = c.client AND q.last_seen = c.last_seen
		ORDER BY c.tenant, c.client`)
	return each(rows, err, func(rows *sql.Rows) error {
		var rhythm string
		var quiet int64
		c, err := scanClient(rows, &rhythm, &quiet)
		c.Rhythm, c.QuietFrom = rhythm, translate.Day(quiet)
		if err != nil {
			return err
		}
		return r.Client(c)
	})
}

func readBlocks(ctx context.Context, tx *sql.Tx, r LedgerSums) error {
	rows, err := tx.QueryContext(ctx, "SELECT tenant, client, report, block, "+strings.Join(blockSets[:], ", ")+", "+strings.Join(ledgerSums[:], ", ")+`, options, behind
		FROM ledger_blocks ORDER BY tenant, client, report, block`)
	var b LedgerBlock
	into := []any{&b.Tenant, &b.Client, &b.Report, &b.First, &b.Called, &b.Served, &b.Covered, &b.Filled}
	for _, n := range b.sums() {
		into = append(into, n)
	}
	into = append(into, &b.Options, &b.Behind)
	return each(rows, err, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		b.First *= BlockDays
		return r.Block(b)
	})
}

func readBlockMarks(ctx context.Context, tx *sql.Tx, r LedgerSums) error {
	rows, err := tx.QueryContext(ctx, `SELECT tenant, client, report, kind, name, CAST(SUM(calls) AS BIGINT) FROM ledger_block_marks
		GROUP BY tenant, client, report, kind, name ORDER BY tenant, client, report, kind, name`)
	return each(rows, err, func(rows *sql.Rows) error {
		var m LedgerMark
		if err := rows.Scan(&m.Tenant, &m.Client, &m.Report, &m.Kind, &m.Name, &m.Calls); err != nil {
			return err
		}
		return r.Mark(m)
	})
}

func readBrownouts(ctx context.Context, tx *sql.Tx, r LedgerSums) error {
	rows, err := tx.QueryContext(ctx, "SELECT tenant, client, report, begins, failed, first, last, served FROM ledger_brownouts ORDER BY tenant, client, report, begins")
	return each(rows, err, func(rows *sql.Rows) error {
		var b LedgerBrownout
		var begins, first, last, served int64
		if err := rows.Scan(&b.Tenant, &b.Client, &b.Report, &begins, &b.Failed, &first, &last, &served); err != nil {
			return err
		}
		b.Window, b.First, b.Last, b.Served = fromInstant(begins), fromInstantOrNone(first), fromInstantOrNone(last), fromInstantOrNone(served)
		return r.Brownout(b)
	})
}
