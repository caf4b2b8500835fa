package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"rwsgate/translate"
)

// BlockDays is the length of the blocks over which the ledger keeps sums, in UTC days. Block b begins on day
// b × BlockDays.
const BlockDays = 32

// LedgerDays is a set of the days of a block: bit n is its day n.
type LedgerDays int64

// Append appends the days of the set, ascending, to days; first is the first day of its block.
func (set LedgerDays) Append(days []translate.Day, first translate.Day) []translate.Day {
	for n := translate.Day(0); set != 0 && n < BlockDays; n++ {
		if set&(1<<n) != 0 {
			days = append(days, first+n)
		}
	}
	return days
}

// LedgerBlock is what one client did with one report (empty: the service root and $metadata) in a block of days.
type LedgerBlock struct {
	Tenant  string
	Client  string        // LedgerClient.ID
	Report  string        //
	First   translate.Day // of the block
	Called  LedgerDays    // days with calls
	Served  LedgerDays    // of them, days with a call answered with 200
	Covered LedgerDays    // of those, days with a call that asked for a day that was covered
	Filled  LedgerDays    // of those, days with a call that got a row, or a count
	LedgerCounts
}

// LedgerBrownout is what one client met of one report from the start of a brownout's window until a day after its end.
type LedgerBrownout struct {
	Tenant string
	Client string // LedgerClient.ID
	Report string
	Window time.Time // its start
	Failed int64     // calls
	First  time.Time // first failure; zero: none
	Last   time.Time // last failure; zero: none
	Served time.Time // first served call after Last, or an earlier one; zero: none
}

type blockKey struct {
	tenant, client, report string
	first                  translate.Day
}

func (k blockKey) compare(other blockKey) int {
	return cmp.Or(cmp.Compare(k.tenant, other.tenant), cmp.Compare(k.client, other.client), cmp.Compare(k.report, other.report), cmp.Compare(k.first, other.first))
}

// blockOf gives the first day of the block that holds a day. Days are those of calls, later than 1970.
func blockOf(d translate.Day) translate.Day { return d - d%BlockDays }

// addBlocks adds days to the sums of their blocks.
func addBlocks(ctx context.Context, tx *sql.Tx, days []LedgerDay) error {
	blocks := map[blockKey]*LedgerBlock{}
	for i := range days {
		d := &days[i]
		k := blockKey{d.Tenant, d.Client, d.Report, blockOf(d.Day)}
		b := blocks[k]
		if b == nil {
			b = &LedgerBlock{}
			blocks[k] = b
		}
		b.add(&d.LedgerCounts, LedgerDays(1)<<(d.Day-k.first))
	}
	rows := make([][]any, 0, len(blocks))
	for _, k := range slices.SortedFunc(maps.Keys(blocks), blockKey.compare) {
		b := blocks[k]
		row := []any{k.tenant, k.client, k.report, int64(k.first / BlockDays), int64(b.Called), int64(b.Served), int64(b.Covered), int64(b.Filled)}
		for _, n := range b.sums() {
			row = append(row, *n)
		}
		rows = append(rows, append(row, b.Options, b.Behind))
	}
	return insertSome(ctx, tx, "ledger_blocks (tenant, client, report, block, "+strings.Join(blockSets[:], ", ")+", "+strings.Join(ledgerSums[:], ", ")+", options, behind)", rows, addUpBlock)
}

// add counts what is new of a day, whose bit is given.
func (b *LedgerBlock) add(c *LedgerCounts, day LedgerDays) {
	b.LedgerCounts.Add(c)
	b.Called |= day
	if c.Served > 0 {
		b.Served |= day
	}
	if c.Served > c.Uncovered {
		b.Covered |= day
	}
	if c.Served > c.Empty {
		b.Filled |= day
	}
}

var blockSets = [...]string{"called_on", "served_on", "covered_on", "filled_on"}

// addUpBlock is what a second addition to the same client, report and block does.
var addUpBlock = func() string {
	var b strings.Builder
	b.WriteString("ON CONFLICT (tenant, client, report, block) DO UPDATE SET ")
	for _, c := range ledgerSums {
		b.WriteString(c + " = ledger_blocks." + c + " + excluded." + c + ", ")
	}
	for _, c := range append(blockSets[:], "options") {
		b.WriteString(c + " = ledger_blocks." + c + " | excluded." + c + ", ")
	}
	b.WriteString("behind = CASE WHEN excluded.behind > ledger_blocks.behind THEN excluded.behind ELSE ledger_blocks.behind END")
	return b.String()
}()

// addBlockMarks adds marks to the sums of their blocks.
func addBlockMarks(ctx context.Context, tx *sql.Tx, all ...[]LedgerMark) error {
	type markKey struct {
		blockKey
		kind, name string
	}
	sums := map[markKey]int64{}
	for _, marks := range all {
		for i := range marks {
			m := &marks[i]
			sums[markKey{blockKey{m.Tenant, m.Client, m.Report, blockOf(m.Day)}, m.Kind, m.Name}] += m.Calls
		}
	}
	rows := make([][]any, 0, len(sums))
	for _, k := range slices.SortedFunc(maps.Keys(sums), func(a, b markKey) int {
		return cmp.Or(a.compare(b.blockKey), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	}) {
		rows = append(rows, []any{k.tenant, k.client, k.report, int64(k.first / BlockDays), k.kind, k.name, sums[k]})
	}
	return insertSome(ctx, tx, "ledger_block_marks (tenant, client, report, block, kind, name, calls)", rows,
		"ON CONFLICT (tenant, client, report, block, kind, name) DO UPDATE SET calls = ledger_block_marks.calls + excluded.calls")
}

// addBrownouts adds what clients met of brownouts. Of two served calls the first after the last failure is kept, so
// that it does not matter which process reports first.
func addBrownouts(ctx context.Context, tx *sql.Tx, all []LedgerBrownout) error {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b LedgerBrownout) int { return a.key().compare(b.key()) })
	all = joined(all)
	rows := make([][]any, len(all))
	for i, b := range all {
		rows[i] = []any{b.Tenant, b.Client, b.Report, instant(b.Window), b.Failed, instantOrNone(b.First), instantOrNone(b.Last), instantOrNone(b.Served)}
	}
	const last = "CASE WHEN excluded.last > ledger_brownouts.last THEN excluded.last ELSE ledger_brownouts.last END"
	return insertSome(ctx, tx, "ledger_brownouts (tenant, client, report, begins, failed, first, last, served)", rows,
		`ON CONFLICT (tenant, client, report, begins) DO UPDATE SET failed = ledger_brownouts.failed + excluded.failed,
		first = CASE WHEN ledger_brownouts.first = 0 OR excluded.first > 0 AND excluded.first < ledger_brownouts.first THEN excluded.first ELSE ledger_brownouts.first END,
		last = `+last+`,
		served = CASE
			WHEN ledger_brownouts.served > `+last+` AND (excluded.served <= `+last+` OR ledger_brownouts.served <= excluded.served) THEN ledger_brownouts.served
			WHEN excluded.served > `+last+` THEN excluded.served
			WHEN ledger_brownouts.served > excluded.served THEN ledger_brownouts.served ELSE excluded.served END`)
}

// joined joins what stands twice in a sorted list: a window that lies over midnight has two days in one batch.
func joined(all []LedgerBrownout) []LedgerBrownout {
	n := 0
	for i := range all {
		if n > 0 && all[n-1].key() == all[i].key() {
			all[n-1].join(&all[i])
			continue
		}
		all[n] = all[i]
		n++
	}
	return all[:n]
}

type brownoutKey struct {
	blockKey
	window int64
}

func (k brownoutKey) compare(other brownoutKey) int {
	return cmp.Or(k.blockKey.compare(other.blockKey), cmp.Compare(k.window, other.window))
}

func (b *LedgerBrownout) key() brownoutKey {
	return brownoutKey{blockKey{b.Tenant, b.Client, b.Report, 0}, instant(b.Window)}
}

// join does what the statement of addBrownouts does.
func (b *LedgerBrownout) join(other *LedgerBrownout) {
	b.Failed += other.Failed
	if b.First.IsZero() || !other.First.IsZero() && other.First.Before(b.First) {
		b.First = other.First
	}
	if other.Last.After(b.Last) {
		b.Last = other.Last
	}
	mine, its := b.Served, other.Served
	switch {
	case mine.After(b.Last) && (!its.After(b.Last) || !its.Before(mine)):
	case its.After(b.Last) || its.After(mine):
		b.Served = its
	}
}

func instantOrNone(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return instant(t)
}

func fromInstantOrNone(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return fromInstant(n)
}
