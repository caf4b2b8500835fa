package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"rwsgate/translate"
)

// LedgerClient is a client as the ledger knows it. ID names it within its tenant and must follow from Principal,
// Claimed, Agent and Address alone.
type LedgerClient struct {
	Tenant    string // in lower case, empty if the call reached none
	ID        string
	Principal string
	Claimed   bool   // the principal's name is only what the client said
	Agent     string // family of the User-Agent
	Address   string // empty for a client that is told by its principal
	UserAgent string // as last seen; may be empty
	SeenFrom  string // address as last seen; may be empty
	First     time.Time
	Last      time.Time
	Rhythm    string        // see LedgerQuiet; set by ReadLedgerSums alone
	QuietFrom translate.Day // the same; 0: it was not found to be quiet
}

// LedgerCounts are the counts of one client, report and day. All but Options and Behind add up.
type LedgerCounts struct {
	Calls      int64
	Served     int64 // calls of a report answered with 200
	Hits       int64 // answers out of the cache
	Rows       int64
	Empty      int64 // calls answered with 200 and no row
	Unfinished int64 // rows of periods that were over but not covered
	Uncovered  int64 // of Served: asked only for days after the last covered day
	Refused    int64
	Denied     int64 // 401
	Errors     int64 // 500 and above
	Brownouts  int64
	Bytes      int64
	Atom       int64
	Verbose    int64
	Light      int64
	Other      int64 // other formats
	Options    int64 // bits, joined by or
	Behind     int64 // days, the greatest counts
}

// Add adds what other counts.
func (c *LedgerCounts) Add(other *LedgerCounts) {
	mine, more := c.sums(), other.sums()
	for i := range mine {
		*mine[i] += *more[i]
	}
	c.Options |= other.Options
	c.Behind = max(c.Behind, other.Behind)
}

// ledgerSums are the columns that add up, in the order of sums.
var ledgerSums = [...]string{"calls", "served", "hits", "entries", "empties", "unfinished", "uncovered", "refused", "denied", "errors",
	"brownouts", "bytes", "atom", "verbose_json", "light_json", "other_format"}

func (c *LedgerCounts) sums() [len(ledgerSums)]*int64 {
	return [...]*int64{&c.Calls, &c.Served, &c.Hits, &c.Rows, &c.Empty, &c.Unfinished, &c.Uncovered, &c.Refused, &c.Denied, &c.Errors,
		&c.Brownouts, &c.Bytes, &c.Atom, &c.Verbose, &c.Light, &c.Other}
}

// LedgerDay is what one client did with one report (empty: the service root and $metadata) on one UTC day.
type LedgerDay struct {
	Tenant string
	Client string // LedgerClient.ID
	Report string
	Day    translate.Day
	LedgerCounts
}

// LedgerMark counts the calls of a LedgerDay that carried a name of some kind, such as a zone.
type LedgerMark struct {
	Tenant string
	Client string
	Report string
	Day    translate.Day
	Kind   string
	Name   string
	Calls  int64
}

// LedgerBatch is what a process noted since its last batch. No client, day or mark may stand in it twice, each
// of them needs its client in the same batch, and all text must be valid UTF-8 without zero bytes.
type LedgerBatch struct {
	Writer    string // names the process, unique for each start
	Seq       int64  // ascending
	Clients   []LedgerClient
	Days      []LedgerDay
	Marks     []LedgerMark
	Shapes    []LedgerMark // of which only sums over blocks are kept
	Brownouts []LedgerBrownout
}

// AddLedger adds a batch, whole or not at all. A batch that is already stored changes nothing, so one whose fate is
// unknown after an error may be sent again; it must then be the same, and come before any later one.
func (s *Store) AddLedger(ctx context.Context, b LedgerBatch) error {
	return s.change(ctx, "add to the ledger", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO ledger_writers (writer, seq, at) VALUES ($1, $2, $3)
			ON CONFLICT (writer) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE ledger_writers.seq < excluded.seq`,
			b.Writer, b.Seq, instant(s.now()))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if err := addClients(ctx, tx, b.Clients); err != nil {
			return err
		}
		if err := addDays(ctx, tx, b.Days); err != nil {
			return err
		}
		if err := addMarks(ctx, tx, b.Marks); err != nil {
			return err
		}
		if err := addBlocks(ctx, tx, b.Days); err != nil {
			return err
		}
		if err := addBlockMarks(ctx, tx, b.Marks, b.Shapes); err != nil {
			return err
		}
		return addBrownouts(ctx, tx, b.Brownouts)
	})
}

// addClients, addDays and addMarks write in the order of the keys: two processes that lock rows in the same order
// never wait for each other in a ring.
func addClients(ctx context.Context, tx *sql.Tx, clients []LedgerClient) error {
	clients = slices.SortedFunc(slices.Values(clients), func(a, b LedgerClient) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID))
	})
	rows := make([][]any, len(clients))
	for i, c := range clients {
		claimed := 0
		if c.Claimed {
			claimed = 1
		}
		rows[i] = []any{c.Tenant, c.ID, c.Principal, claimed, c.Agent, c.Address, c.UserAgent, c.SeenFrom, instant(c.First), instant(c.Last)}
	}
	return insertSome(ctx, tx, "ledger_clients (tenant, client, principal, claimed, agent, address, user_agent, seen_from, first_seen, last_seen)", rows,
		`ON CONFLICT (tenant, client) DO UPDATE SET
		user_agent = CASE WHEN excluded.last_seen >= ledger_clients.last_seen THEN excluded.user_agent ELSE ledger_clients.user_agent END,
		seen_from = CASE WHEN excluded.last_seen >= ledger_clients.last_seen THEN excluded.seen_from ELSE ledger_clients.seen_from END,
		first_seen = CASE WHEN excluded.first_seen < ledger_clients.first_seen THEN excluded.first_seen ELSE ledger_clients.first_seen END,
		last_seen = CASE WHEN excluded.last_seen > ledger_clients.last_seen THEN excluded.last_seen ELSE ledger_clients.last_seen END`)
}

func addDays(ctx context.Context, tx *sql.Tx, days []LedgerDay) error {
	days = slices.SortedFunc(slices.Values(days), func(a, b LedgerDay) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Report, b.Report), cmp.Compare(a.Day, b.Day))
	})
	rows := make([][]any, len(days))
	for i := range days {
		d := &days[i]
		rows[i] = []any{d.Tenant, d.Client, d.Report, int64(d.Day)}
		for _, n := range d.sums() {
			rows[i] = append(rows[i], *n)
		}
		rows[i] = append(rows[i], d.Options, d.Behind)
	}
	return insertSome(ctx, tx, "ledger_days (tenant, client, report, day, "+strings.Join(ledgerSums[:], ", ")+", options, behind)", rows, addUp)
}

// addUp is what a second addition to the same client, report and day does.
var addUp = func() string {
	var b strings.Builder
	b.WriteString("ON CONFLICT (tenant, client, report, day) DO UPDATE SET ")
	for _, c := range ledgerSums {
		b.WriteString(c + " = ledger_days." + c + " + excluded." + c + ", ")
	}
	b.WriteString(`options = ledger_days.options | excluded.options,
		behind = CASE WHEN excluded.behind > ledger_days.behind THEN excluded.behind ELSE ledger_days.behind END`)
	return b.String()
}()

func addMarks(ctx context.Context, tx *sql.Tx, marks []LedgerMark) error {
	marks = slices.SortedFunc(slices.Values(marks), func(a, b LedgerMark) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Client, b.Client), cmp.Compare(a.Report, b.Report),
			cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	rows := make([][]any, len(marks))
	for i, m := range marks {
		rows[i] = []any{m.Tenant, m.Client, m.Report, int64(m.Day), m.Kind, m.Name, m.Calls}
	}
	return insertSome(ctx, tx, "ledger_marks (tenant, client, report, day, kind, name, calls)", rows,
		"ON CONFLICT (tenant, client, report, day, kind, name) DO UPDATE SET calls = ledger_marks.calls + excluded.calls")
}

// insertSome inserts a few rows a statement: SQLite looks parameters up one by one, so that the time of a statement
// grows with the square of their number, and the rows of the ledger are wide.
func insertSome(ctx context.Context, tx *sql.Tx, into string, rows [][]any, conflict string) error {
	for some := range slices.Chunk(rows, 20) {
		if err := insert(ctx, tx, into, some, conflict); err != nil {
			return err
		}
	}
	return nil
}
