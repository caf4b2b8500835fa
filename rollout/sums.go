package rollout

import (
	"context"
	"slices"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// Sums are all that the ledger keeps of one client. Usage covers all that is kept, but for its field Days, which holds
// all days with calls.
type Sums struct {
	Usage
	Recent    Tally                      // of the present block of days and the one before
	Fruitless bool                       // see fruitless
	Shapes    []Shaped                   // most used first
	served    map[string][]translate.Day // days on which a report was served, by report
	met       []store.LedgerBrownout
	noted     Forecast // of a client that was found to be quiet, when its days were all there; zero for others
}

// Shaped is a shape of query with its calls.
type Shaped struct {
	Query string
	Calls int64
}

// Sums gives all clients by tenant and id. It flushes first, as Usage does.
func (l *Ledger) Sums(ctx context.Context) ([]Sums, error) {
	if err := l.Flush(ctx); ctx.Err() != nil {
		return nil, err
	}
	a := addition{recent: recentSince(l.o.Now()), place: map[[2]string]int{}}
	if err := l.o.Store.ReadLedgerSums(ctx, store.LedgerSums{Client: a.client, Block: a.block, Mark: a.mark, Brownout: a.brownout}); err != nil {
		return nil, err
	}
	for i := range a.all {
		a.all[i].settle(a.blocks[i])
	}
	return a.all, nil
}

// recentSince gives the first day of the block before the present one.
func recentSince(now time.Time) translate.Day {
	today := translate.DayOf(now)
	return today - today%store.BlockDays - store.BlockDays
}

// addition adds up what the store tells.
type addition struct {
	recent translate.Day
	all    []Sums
	blocks [][]store.LedgerBlock // of each of all
	place  map[[2]string]int
}

func (a *addition) client(c store.LedgerClient) error {
	a.place[[2]string{c.Tenant, c.ID}] = len(a.all)
	a.blocks = append(a.blocks, nil)
	s := Sums{Usage: usageOf(c), Recent: newTally(), served: map[string][]translate.Day{}}
	if c.QuietFrom != 0 {
		s.noted = Forecast{Rhythm: Rhythm(c.Rhythm), MissedTurns: 2, Quiet: true, QuietFrom: c.QuietFrom}
	}
	a.all = append(a.all, s)
	return nil
}

func (a *addition) of(tenant, client string) (int, error) {
	i, ok := a.place[[2]string{tenant, client}]
	if !ok {
		return 0, errNoClient
	}
	return i, nil
}

func (a *addition) block(b store.LedgerBlock) error {
	i, err := a.of(b.Tenant, b.Client)
	if err != nil {
		return err
	}
	s := &a.all[i]
	s.add(&b.LedgerCounts)
	s.report(b.Report).add(&b.LedgerCounts)
	if b.First >= a.recent {
		s.Recent.add(&b.LedgerCounts)
	}
	s.Days = b.Called.Append(s.Days, b.First)
	s.served[b.Report] = b.Served.Append(s.served[b.Report], b.First)
	a.blocks[i] = append(a.blocks[i], b)
	return nil
}

func (a *addition) mark(m store.LedgerMark) error {
	i, err := a.of(m.Tenant, m.Client)
	if err != nil {
		return err
	}
	s := &a.all[i]
	if m.Kind == markShape {
		s.Shapes = append(s.Shapes, Shaped{m.Name, m.Calls})
		return nil
	}
	s.addMark(m)
	return nil
}

func (a *addition) brownout(b store.LedgerBrownout) error {
	i, err := a.of(b.Tenant, b.Client)
	if err != nil {
		return err
	}
	a.all[i].met = append(a.all[i].met, b)
	return nil
}

// settle says of a client what its blocks tell.
func (s *Sums) settle(blocks []store.LedgerBlock) {
	slices.Sort(s.Days)
	s.Days = slices.Compact(s.Days)
	var behind int64
	s.OnlyUncovered, behind = onlyUncoveredBlocks(blocks)
	s.SuggestedDelay = int(behind)
	for i := range s.Reports {
		of := &s.Reports[i]
		mine := slices.DeleteFunc(slices.Clone(blocks), func(b store.LedgerBlock) bool { return b.Report != of.Report })
		of.OnlyUncovered, _ = onlyUncoveredBlocks(mine)
	}
	s.Fruitless = fruitless(blocks)
	slices.SortStableFunc(s.Shapes, func(a, b Shaped) int { return int(b.Calls - a.Calls) })
}

// onlyUncoveredBlocks is onlyUncovered by blocks. How many days behind it was, is told by the blocks of those days.
func onlyUncoveredBlocks(blocks []store.LedgerBlock) (only bool, behind int64) {
	days := daysOf(blocks, func(b *store.LedgerBlock) store.LedgerDays { return b.Served })
	days = days[max(0, len(days)-lookBack):]
	if len(days) < lookLeast {
		return false, 0
	}
	covered := daysOf(blocks, func(b *store.LedgerBlock) store.LedgerDays { return b.Covered })
	if n := len(covered); n > 0 && covered[n-1] >= days[0] {
		return false, 0
	}
	for i := range blocks {
		if b := &blocks[i]; b.First+store.BlockDays > days[0] {
			behind = max(behind, b.Behind)
		}
	}
	return true, behind
}

// A client is fruitless when on fruitlessDays or more, the first and the last of them at least fruitlessSpan days
// apart, it asked for days that were covered, and got no row and no count, ever.
const (
	fruitlessDays = 3
	fruitlessSpan = 28
)

// fruitless says whether nobody would miss a client's answers: they only ever were empty, and not because it asked too
// early.
func fruitless(blocks []store.LedgerBlock) bool {
	for i := range blocks {
		if blocks[i].Filled != 0 {
			return false
		}
	}
	days := daysOf(blocks, func(b *store.LedgerBlock) store.LedgerDays { return b.Covered })
	return len(days) >= fruitlessDays && days[len(days)-1]-days[0] >= fruitlessSpan
}

// daysOf gives the days of one kind, ascending.
func daysOf(blocks []store.LedgerBlock, kind func(*store.LedgerBlock) store.LedgerDays) []translate.Day {
	var days []translate.Day
	for i := range blocks {
		days = kind(&blocks[i]).Append(days, blocks[i].First)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// foretell is Foretell for a client whose days may be gone from the ledger.
func (s *Sums) foretell(now time.Time) Forecast {
	f := Foretell(s.Days, now)
	if !f.Quiet && s.noted.Quiet && translate.DayOf(now) >= s.noted.QuietFrom {
		return s.noted
	}
	return f
}
