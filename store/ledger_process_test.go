//go:build unix

package store

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
)

func init() { children["ledger"] = childLedger }

const ledgerRounds = 20

// childLedger adds batches that all touch the same rows, named in an order of its own.
func childLedger() error {
	s, err := childStore()
	if err != nil {
		return err
	}
	for n := range ledgerRounds {
		b := LedgerBatch{Writer: os.Getenv("WRITER"), Seq: int64(n) + 1}
		for i := range 10 {
			id := fmt.Sprintf("client-%d", (i*7+os.Getpid())%10)
			b.Clients = append(b.Clients, LedgerClient{Tenant: tenant, ID: id, First: at("2026-03-01"), Last: at("2026-03-01")})
			b.Days = append(b.Days, dayOf(id, "Daily", "2026-03-01", LedgerCounts{Calls: 1, Options: 1 << (n % 10)}))
			b.Marks = append(b.Marks, markOf(id, "Daily", "2026-03-01", "UTC", 1))
		}
		if err := s.AddLedger(context.Background(), b); err != nil {
			return err
		}
	}
	return s.Close()
}

// TestLedgerProcessesAddUp lets processes count the same clients at the same time.
func TestLedgerProcessesAddUp(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		const processes = 4
		s := open(t, dsn)
		var all sync.WaitGroup
		for p := range processes {
			all.Go(func() {
				if err := child("ledger", "STORE="+dsn, fmt.Sprintf("WRITER=w%d", p)).Run(); err != nil {
					t.Errorf("process %d: %v", p, err)
				}
			})
		}
		all.Wait()
		l := readLedger(t, s, 0)
		if len(l.Clients) != 10 || len(l.Days) != 10 || len(l.Marks) != 10 {
			t.Fatalf("%d clients, %d days, %d marks", len(l.Clients), len(l.Days), len(l.Marks))
		}
		for i := range l.Days {
			if l.Days[i].Calls != processes*ledgerRounds || l.Days[i].Options != 1<<10-1 || l.Marks[i].Calls != processes*ledgerRounds {
				t.Errorf("%+v %+v", l.Days[i], l.Marks[i])
			}
		}
	})
}
