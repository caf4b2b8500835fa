package rollout

import (
	"context"
	"net/netip"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// Flush brings what was noted to the store. After an error the counts stay in memory for a later flush; a batch whose
// fate is unknown is sent again as it was, and the store counts it once.
func (l *Ledger) Flush(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	l.look()
	err := l.send(ctx)
	switch {
	case err != nil && !l.away && ctx.Err() == nil:
		l.away = true
		l.o.Logger.WarnContext(ctx, "the ledger does not reach the store, its counts are kept in memory", "error", err)
	case err == nil && l.away:
		l.away = false
		l.o.Logger.InfoContext(ctx, "the ledger reaches the store again")
	}
	return err
}

// look asks which brownout is to be watched.
func (l *Ledger) look() {
	watch := l.o.Watch(l.o.Now())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch, l.register.watch = watch, watch
}

// send stores the pending batches, if there are any, and then what was noted since.
func (l *Ledger) send(ctx context.Context) error {
	if err := l.sendPending(ctx); err != nil {
		return err
	}
	if l.o.Identity == IdentityHashed && l.key == nil {
		key, err := l.o.Store.LedgerKey(ctx)
		if err != nil {
			return err
		}
		l.key = key
	}
	l.pending = l.take(ctx)
	return l.sendPending(ctx)
}

func (l *Ledger) sendPending(ctx context.Context) error {
	for len(l.pending) > 0 {
		if err := l.sendOne(ctx, l.pending[0]); err != nil {
			return err
		}
		l.pending = l.pending[1:]
	}
	return nil
}

func (l *Ledger) sendOne(ctx context.Context, b store.LedgerBatch) error {
	ctx, cancel := context.WithTimeout(ctx, batchLimit)
	defer cancel()
	return l.o.Store.AddLedger(ctx, b)
}

// take moves what was noted into batches.
func (l *Ledger) take(ctx context.Context) []store.LedgerBatch {
	today := translate.DayOf(l.o.Now())
	l.mu.Lock()
	all := l.register.take()
	if l.register.day != today {
		l.register = newRegister(l.o.MaxClients, today)
		l.register.watch = l.watch
	}
	full := l.full
	l.full = false
	l.mu.Unlock()
	if full && l.warned != today {
		l.warned = today
		l.o.Logger.WarnContext(ctx, "more clients, sets or zones called than the ledger tells apart, the rest is counted as other",
			"max_clients", l.o.MaxClients)
	}
	var batches []store.LedgerBatch
	for i := range all {
		last := len(batches) - 1
		if last < 0 || len(batches[last].Days)+len(batches[last].Marks) >= batchRows {
			l.seq++
			batches = append(batches, store.LedgerBatch{Writer: l.writer, Seq: l.seq})
			last++
		}
		l.add(&batches[last], &all[i])
	}
	return batches
}

// taken is what a client has done since the last flush. Its days and marks lack the client.
type taken struct {
	*client
	userAgent   string
	seenFrom    netip.Addr
	first, last time.Time
	days        []store.LedgerDay
	marks       []store.LedgerMark
	shapes      []store.LedgerMark
	met         []store.LedgerBrownout
}

// take gives the counts of all clients that called and sets them to nothing. The rows stay: the same ones are likely
// to be wanted again.
func (r *register) take() []taken {
	all := make([]taken, 0, len(r.dirty))
	for _, who := range r.dirty {
		who.dirty = false
		t := taken{client: who, userAgent: who.userAgent, seenFrom: who.seenFrom, first: who.first, last: who.last}
		for _, at := range who.rows {
			t.takeRow(at)
		}
		all = append(all, t)
	}
	r.dirty = r.dirty[:0]
	return all
}

func (t *taken) takeRow(at *row) {
	if at.counts.Calls == 0 {
		return
	}
	t.days = append(t.days, store.LedgerDay{Report: at.report, Day: at.day, LedgerCounts: at.counts})
	at.counts = store.LedgerCounts{}
	for i := range at.marks {
		m := &at.marks[i]
		if m.calls == 0 {
			continue
		}
		into := &t.marks
		if m.kind == markShape {
			into = &t.shapes
		}
		*into = append(*into, store.LedgerMark{Report: at.report, Day: at.day, Kind: m.kind, Name: m.name, Calls: m.calls})
		m.calls = 0
	}
	for _, m := range at.met {
		t.met = append(t.met, store.LedgerBrownout{Report: at.report, Window: m.window, Failed: m.failed, First: m.first, Last: m.last, Served: m.served})
	}
	at.met = at.met[:0]
}

// add puts what was taken from a client into a batch, under the identity that the store is to have.
func (l *Ledger) add(b *store.LedgerBatch, t *taken) {
	if t.record.ID == "" {
		t.record = t.stored(l.key)
	}
	c := t.record
	c.First, c.Last = t.first, t.last
	if l.key == nil {
		c.UserAgent = printable(t.userAgent, maxText)
	}
	if t.seenFrom.IsValid() {
		c.SeenFrom = t.seenFrom.Unmap().String()
		if l.key != nil {
			c.SeenFrom = hashed(l.key, "address", c.SeenFrom)
		}
	}
	b.Clients = append(b.Clients, c)
	for _, d := range t.days {
		d.Tenant, d.Client = c.Tenant, c.ID
		b.Days = append(b.Days, d)
	}
	for _, m := range t.marks {
		m.Tenant, m.Client = c.Tenant, c.ID
		b.Marks = append(b.Marks, m)
	}
	for _, m := range t.shapes {
		m.Tenant, m.Client = c.Tenant, c.ID
		b.Shapes = append(b.Shapes, m)
	}
	for _, m := range t.met {
		m.Tenant, m.Client = c.Tenant, c.ID
		b.Brownouts = append(b.Brownouts, m)
	}
}
