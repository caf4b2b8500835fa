package store

import (
	"fmt"
	"sync"
	"testing"
)

// TestPurgeBesideNewcomers: clients whose first calls are stored while other processes purge, as all do at midnight, and sum
// up the block of their day again, are counted once, and stop nobody's purge.
func TestPurgeBesideNewcomers(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		adds, purges := open(t, dsn), [...]*Store{open(t, dsn), open(t, dsn)}
		const on, before, newcomers = "2026-01-25", "2026-01-20", 100 // days of one block
		added := make(chan error)                                     // nil after each, closed after the last
		go func() {
			defer close(added)
			for i := range newcomers {
				id := fmt.Sprint("c", i)
				added <- adds.AddLedger(t.Context(), LedgerBatch{Writer: "w", Seq: int64(i + 1), Clients: []LedgerClient{someClient(id, on, on)},
					Days: []LedgerDay{dayOf(id, "Daily", on, numbered(1))}, Marks: []LedgerMark{markOf(id, "Daily", on, "UTC", 2)}})
			}
		}()
		for err := range added { // the next is on its way
			if err != nil {
				t.Error(err)
			}
			var all sync.WaitGroup
			for _, s := range purges {
				all.Go(func() {
					if _, err := s.PurgeLedger(t.Context(), day(before), day(before)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		l, got := readLedger(t, adds, 0), readSums(t, adds)
		same(t, "blocks", got.Blocks, blocksOfDays(l))
		same(t, "marks", got.Marks, l.Marks)
		if len(l.Days) != newcomers {
			t.Errorf("%d days", len(l.Days))
		}
	})
}
