package rollout

import (
	"context"
	"sync"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// Told is a kind of call that another process answered, and how often. Call.At is the last time; First, if it is not
// zero, the first.
type Told struct {
	Call
	First time.Time
	Times int
}

// arrivals count what other processes told on a day, within the same bounds as a register's own calls.
type arrivals struct {
	mu       sync.Mutex
	register *register
}

// Take counts calls that a writer tells of; when it returns nil they are in the store. A delivery is named by its writer
// and its number, which ascends: one that is already stored changes nothing, so that a writer may tell it again until it
// knows that it arrived. It must then be the same, and come before any later one.
func (l *Ledger) Take(ctx context.Context, writer string, seq int64, calls []Told) error {
	if err := l.haveKey(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, batchLimit)
	defer cancel()
	return l.o.Store.AddLedger(ctx, l.batchOf(writer, seq, calls))
}

// haveKey makes sure that identities can be hashed, if they are to be.
func (l *Ledger) haveKey(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	if l.o.Identity != IdentityHashed || l.key != nil {
		return nil
	}
	key, err := l.o.Store.LedgerKey(ctx)
	l.key = key
	return err
}

func (l *Ledger) batchOf(writer string, seq int64, calls []Told) store.LedgerBatch {
	a, today := &l.arrivals, translate.DayOf(l.o.Now())
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.register == nil || a.register.day != today {
		a.register = newRegister(l.o.MaxClients, today)
	}
	for i := range calls {
		c, last := calls[i].Call, calls[i].At
		if !calls[i].First.IsZero() {
			c.At = calls[i].First
		}
		for range calls[i].Times {
			a.register.note(keyOf(&c), &c)
			c.At = last
		}
	}
	batch := store.LedgerBatch{Writer: writer, Seq: seq}
	all := a.register.take()
	for i := range all {
		l.add(&batch, &all[i])
	}
	return batch
}
