package rollout

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// LedgerStore keeps the ledger; *store.Store is one.
type LedgerStore interface {
	AddLedger(ctx context.Context, b store.LedgerBatch) error
	ReadLedger(ctx context.Context, since translate.Day, r store.LedgerReader) error
	ReadLedgerSums(ctx context.Context, r store.LedgerSums) error
	KeepQuiet(ctx context.Context, quiet []store.LedgerQuiet) error
	PurgeLedger(ctx context.Context, before, strangers translate.Day) (gone int64, err error)
	LedgerKey(ctx context.Context) ([]byte, error)
}

// Identity says what the ledger keeps of who calls.
type Identity string

// The identities. Hashed keeps keyed hashes of principal and address and of the User-Agent its family alone.
const (
	IdentityFull   Identity = "full"
	IdentityHashed Identity = "hashed"
)

// LedgerOptions are what a ledger is made of. Store is required.
type LedgerOptions struct {
	Store      LedgerStore
	Now        func() time.Time              // nil: time.Now
	Logger     *slog.Logger                  // nil: slog.Default
	Identity   Identity                      // empty: IdentityFull
	Key        []byte                        // for IdentityHashed; nil: the store's own, made once
	Retention  time.Duration                 // how long counts are kept, in whole UTC days; 0: 25 months
	FlushEvery time.Duration                 // how often counts reach the store; 0: 1 s
	Watch      func(now time.Time) time.Time // start of the brownout after which served calls matter, see Plan.Watched; nil: none
	MaxClients int                           // clients that are told apart on one day, those that only claim their name at most half of them; 0: 2000
}

const (
	defaultRetention = 25 * 365 * 24 * time.Hour / 12
	strangersFor     = 30               // days that clients which never got past a 401 are kept
	batchRows        = 2000             // days and marks in a transaction, about
	batchLimit       = 30 * time.Second // for one
	lastLimit        = 15 * time.Second // for the flush at the end, within the drain of a server
)

// Ledger counts who calls. Note is for the hot path; Run brings the counts to the store. All methods are safe for
// concurrent use.
type Ledger struct {
	o      LedgerOptions
	writer string

	mu       sync.Mutex // guards register, watch and full
	register *register
	watch    time.Time // see LedgerOptions.Watch, as of the last flush
	full     bool      // somebody was counted as other since the last flush

	flushing sync.Mutex // guards what follows
	key      []byte
	pending  []store.LedgerBatch // the first may have been sent, its fate unknown: sent again until the store has it
	seq      int64
	away     bool          // the log was told that the store is away
	warned   translate.Day // day on which the log was told that there is no room
	purged   translate.Day // day of the last purge

	arrivals arrivals
}

// NewLedger makes a ledger.
func NewLedger(o LedgerOptions) *Ledger {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Watch == nil {
		o.Watch = func(time.Time) time.Time { return time.Time{} }
	}
	o.Retention = cmp.Or(o.Retention, defaultRetention)
	o.FlushEvery = cmp.Or(o.FlushEvery, time.Second)
	o.MaxClients = cmp.Or(o.MaxClients, 2000)
	l := &Ledger{o: o, writer: rand.Text(), register: newRegister(o.MaxClients, translate.DayOf(o.Now()))}
	if o.Identity == IdentityHashed {
		l.key = o.Key
	}
	l.look()
	return l
}

// Note counts one answered request. It does no I/O and never waits for any.
func (l *Ledger) Note(c Call) {
	if c.At.IsZero() {
		c.At = l.o.Now()
	}
	k := keyOf(&c)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.register.note(k, &c) {
		l.full = true
	}
}

// Run flushes every FlushEvery and purges once a day, until ctx ends; then it flushes a last time.
func (l *Ledger) Run(ctx context.Context) error {
	tick := time.NewTicker(l.o.FlushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if l.Flush(ctx) == nil {
				l.purgeDaily(ctx)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
			defer cancel()
			return l.Flush(last)
		}
	}
}

// purgeDaily purges when this process has not yet done so on the present UTC day.
func (l *Ledger) purgeDaily(ctx context.Context) {
	today := translate.DayOf(l.o.Now())
	l.flushing.Lock()
	due := l.purged != today
	l.purged = today
	l.flushing.Unlock()
	if !due {
		return
	}
	if gone, err := l.Purge(ctx); err != nil && ctx.Err() == nil {
		l.o.Logger.WarnContext(ctx, "the ledger was not purged, it will be tomorrow", "error", err)
	} else if gone > 0 {
		l.o.Logger.InfoContext(ctx, "clients of the ledger are past its retention", "clients", gone)
	}
}

// Purge forgets counts older than the retention, and clients of which nothing is left; it gives their number. Clients
// that never got past a 401 go 30 days after their last call. Who is quiet is noted first: the days that tell so go long
// before the client does.
func (l *Ledger) Purge(ctx context.Context) (gone int64, err error) {
	now := l.o.Now()
	if err := l.keepQuiet(ctx, now); err != nil {
		return 0, err
	}
	before := translate.DayOf(now.Add(-l.o.Retention))
	return l.o.Store.PurgeLedger(ctx, before, max(before, translate.DayOf(now)-strangersFor))
}

// keepQuiet notes which clients of a known rhythm are quiet, once for each last call.
func (l *Ledger) keepQuiet(ctx context.Context, now time.Time) error {
	all, err := l.Sums(ctx)
	if err != nil {
		return err
	}
	var found []store.LedgerQuiet
	for i := range all {
		s := &all[i]
		if f := Foretell(s.Days, now); f.Quiet && f.Rhythm != RhythmUnknown && s.noted.QuietFrom == 0 && s.Agent != OtherAgent {
			found = append(found, store.LedgerQuiet{Tenant: s.Tenant, Client: s.Client, Last: s.Last, Rhythm: string(f.Rhythm), From: f.QuietFrom})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return l.o.Store.KeepQuiet(ctx, found)
}
