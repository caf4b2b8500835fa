package rollout

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

const (
	tenant = "16a58f78-539f-47f7-b9bf-02a63867d73b"
	daily  = "CsP2PAVTimeDaily"
)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	home = netip.MustParseAddr("192.0.2.7")
)

func openStore(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dsn, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// ledgerOn makes a ledger whose clock stands at noon.
func ledgerOn(s LedgerStore, o LedgerOptions) *Ledger {
	o.Store = s
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return NewLedger(o)
}

// call is a daily report served to a job.
func call() Call {
	return Call{At: noon, Tenant: tenant, Principal: "etl@example.com", Agent: "python-requests/2.31.0", Address: home, Report: daily,
		Format: FormatAtom, Options: OptionSelect | OptionTop, Zone: "Pacific Standard Time", Status: 200, Rows: 10, Bytes: 1000}
}

func usage(t testing.TB, l *Ledger) []Usage {
	t.Helper()
	all, err := l.Usage(context.Background(), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func calls(all []Usage) (n int64) {
	for _, u := range all {
		n += u.Calls
	}
	return n
}

// outcome is how a flaky store takes the next batch.
type outcome int

const (
	well outcome = iota
	lost         // the batch does not arrive
	mute         // the batch is stored, the answer does not arrive
)

var errAway = errors.New("the store is away")

// flaky is a store that fails as told.
type flaky struct {
	LedgerStore
	next func() outcome
}

func (f *flaky) AddLedger(ctx context.Context, b store.LedgerBatch) error {
	switch f.next() {
	case lost:
		return errAway
	case mute:
		if err := f.LedgerStore.AddLedger(ctx, b); err != nil {
			return err
		}
		return errAway
	}
	return f.LedgerStore.AddLedger(ctx, b)
}

func day(s string) translate.Day {
	d, err := translate.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}
