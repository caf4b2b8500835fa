package cache

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
)

// simulated is a Fetcher over the stand-in's data, without its wire, with outages.
type simulated struct {
	tenant *graphsim.Tenant

	mu     sync.Mutex
	outage translate.Fault // empty: Graph answers
	blank  bool            // Graph answers with a header only
	calls  []ask
	rand   *rand.Rand
}

func (s *simulated) Fetch(_ context.Context, w translate.Window) (translate.Download, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := 1 + s.rand.IntN(CallsPerFetch)
	if s.outage == translate.FaultUnreachable {
		calls = s.rand.IntN(CallsPerFetch + 1)
	}
	for range calls {
		s.calls = append(s.calls, ask{time.Now(), w})
	}
	if s.outage != "" {
		e := fault(s.outage)
		e.Calls = calls
		if s.outage == translate.FaultThrottled {
			e.Wait = time.Duration(s.rand.IntN(3000)) * time.Second
		}
		return translate.Download{}, &e
	}
	d := translate.Download{Window: w, Calls: calls}
	if !s.blank {
		d.Refresh = s.tenant.RefreshDate()
		d.Days = s.tenant.UTCDays(d.Refresh-translate.Day(w)+1, d.Refresh)
	}
	return d, nil
}

func (s *simulated) set(outage translate.Fault, blank bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage, s.blank = outage, blank
}

// standIn starts the stand-in outside the bubble, with data of ten years around the bubble's clock.
func standIn(t *testing.T, seed uint64) *graphsim.Tenant {
	t.Helper()
	s, err := graphsim.Start(graphsim.Options{Seed: seed, Tenants: []graphsim.TenantOptions{{
		ID: tenantA, Users: 40, First: translate.Date(1998, 1, 1),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.Tenant(tenantA)
}

// Two years: lags of 1 to 9 days, corrections, outages of up to 60 days of every kind, restarts; after 18 months Graph
// ends for good. What Graph showed for longer than a day and a half is known, with its last value.
func TestTwoYears(t *testing.T) {
	seeds := uint64(2)
	if os.Getenv("RWSGATE_LONG") != "" {
		seeds = 200
	}
	for seed := range seeds {
		source := standIn(t, seed)
		synctest.Test(t, func(t *testing.T) { twoYears(t, seed, source) })
	}
}

func twoYears(t *testing.T, seed uint64, source *graphsim.Tenant) {
	r := rand.New(rand.NewPCG(seed, 1))
	store := newBooks()
	sim := &simulated{tenant: source, rand: rand.New(rand.NewPCG(seed, 2))}
	start := func() (*Keeper, func()) {
		k := NewKeeper(KeeperOptions{Histories: store, Poll: 10 * time.Minute, Rand: rand.New(rand.NewPCG(seed, 3)).Float64})
		k.Add(tenantA, "example", sim)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = k.Run(ctx)
		}()
		return k, func() { cancel(); <-ended }
	}
	k, stop := start()
	faults := []translate.Fault{translate.FaultThrottled, translate.FaultNotPermitted, translate.FaultTenant,
		translate.FaultCredential, translate.FaultUnreachable, translate.FaultIncident, translate.FaultUnreadable, ""}
	shown := map[translate.Day]bool{}
	lag, down, up, outages := 2, 0, 0, 0
	const days, end, quiet = 730, 548, 548 - 80
	for day := range days {
		today := translate.DayOf(time.Now())
		if r.IntN(3) == 0 {
			lag = 1 + r.IntN(min(lag+1, 9)) // the refresh date stands still or moves on, it never goes back
		}
		source.SetLag(lag)
		if day < quiet && r.IntN(4) == 0 {
			source.Correct(today-translate.Day(1+r.IntN(60)), translate.Minutes{Audio: r.Int64N(900), Video: r.Int64N(90)})
		}
		switch {
		case day == end && seed%2 == 0:
			sim.set(translate.FaultGone, false)
			down = days
		case day == end:
			source.SetEnd(today)
		case down > 0:
			if down--; down == 0 {
				sim.set("", false)
				up = 0
			}
		case up > 15 && day < end && r.IntN(30) == 0:
			down = 1 + r.IntN(60)
			f := faults[r.IntN(len(faults))]
			sim.set(f, f == "")
			outages++
		}
		if r.IntN(20) == 0 {
			stop()
			k, stop = start()
		}
		pass(24 * time.Hour)
		if down == 0 {
			if up++; up > 2 {
				for d := source.RefreshDate() - 179; d <= source.RefreshDate()-2; d++ {
					shown[d] = true
				}
			}
		}
		if day > 0 {
			if _, err := k.Wait(t.Context(), tenantA); err != nil {
				t.Fatalf("seed %d, day %d: not answered: %v", seed, day, err)
			}
		}
	}
	stop()
	compare(t, seed, store.get(tenantA).History, source, shown)
	assertCalls(t, sim.calls)
	st, _ := k.Status(tenantA)
	if want := map[bool]translate.SourceState{true: translate.SourceGone, false: translate.SourceZeros}[seed%2 == 0]; st.State != want {
		t.Errorf("seed %d: state %s, want %s", seed, st.State, want)
	}
	t.Logf("seed %d: %d report calls in %d days (%.2f a day), %d outages, %d days shown", seed, len(sim.calls),
		days, float64(len(sim.calls))/days, outages, len(shown))
}

func compare(t *testing.T, seed uint64, h translate.History, source *graphsim.Tenant, shown map[translate.Day]bool) {
	t.Helper()
	wrong := 0
	for d := range shown {
		want := source.UTCDays(d, d)[0].Minutes
		if got, ok := h.At(d); !ok || got != want {
			if wrong++; wrong < 5 {
				t.Errorf("seed %d: %v is %v (known: %v), truth %v", seed, d, got, ok, want)
			}
		}
	}
	if wrong > 0 || len(shown) < 500 {
		t.Errorf("seed %d: %d of %d days are wrong", seed, wrong, len(shown))
	}
}

// assertCalls fails if any 24 hours hold more than five calls, once there is a history.
func assertCalls(t *testing.T, calls []ask) {
	t.Helper()
	most := 0
	for i, j := 0, 0; j < len(calls); j++ {
		for calls[j].at.Sub(calls[i].at) >= 24*time.Hour {
			i++
		}
		most = max(most, j-i+1)
	}
	if most > budgetCalls {
		t.Errorf("%d report calls in 24 hours, the budget is %d", most, budgetCalls)
	}
	t.Logf("at most %d report calls in any 24 hours", most)
}
