package rollout

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestToldCallsCountAsNoted holds what another process tells to what this one would have counted of the same calls.
func TestToldCallsCountAsNoted(t *testing.T) {
	for _, identity := range []Identity{IdentityFull, IdentityHashed} {
		one, two := ledgerOn(openStore(t, "memory"), LedgerOptions{Identity: identity, Key: []byte("k")}), ledgerOn(openStore(t, "memory"), LedgerOptions{Identity: identity, Key: []byte("k")})
		first, last := call(), call()
		first.At, last.At = noon.Add(-time.Hour), noon
		one.Note(first)
		one.Note(last)
		one.Note(last)
		if err := one.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := two.Take(t.Context(), "w", 1, []Told{{Call: last, First: first.At, Times: 3}}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(usage(t, one), usage(t, two)); diff != "" {
			t.Errorf("%s: %s", identity, diff)
		}
	}
}

// TestADeliveryCountsOnce sends deliveries through a store that loses them or their acknowledgements, until each is
// acknowledged.
func TestADeliveryCountsOnce(t *testing.T) {
	s := openStore(t, "memory")
	rapid.Check(t, func(rt *rapid.T) {
		l := ledgerOn(&flaky{s, func() outcome { return rapid.SampledFrom([]outcome{well, lost, mute}).Draw(rt, "outcome") }}, LedgerOptions{})
		before, sent := calls(usage(t, l)), int64(0)
		writer := rapid.StringMatching(`[a-z]{16}`).Draw(rt, "writer")
		for seq := range int64(rapid.IntRange(1, 5).Draw(rt, "deliveries")) {
			times := rapid.IntRange(1, 4).Draw(rt, "times")
			sent += int64(times)
			for {
				err := l.Take(context.Background(), writer, seq+1, []Told{{Call: call(), Times: times}})
				if err == nil {
					break
				}
				if !errors.Is(err, errAway) {
					rt.Fatal(err)
				}
			}
		}
		if got := calls(usage(t, l)) - before; got != sent {
			rt.Fatalf("%d calls of %d", got, sent)
		}
	})
}

// TestToldClientsAreBounded pins that what other processes tell fills the ledger no more than own calls do.
func TestToldClientsAreBounded(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{MaxClients: 4})
	for i := range 20 {
		c := call()
		c.Principal = string(rune('a'+i)) + "@example.com"
		if err := l.Take(t.Context(), "w", int64(i+1), []Told{{Call: c, Times: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if all := usage(t, l); calls(all) != 20 || len(all) != 5 {
		t.Errorf("%d calls of %d clients", calls(all), len(all))
	}
}
