package cache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rwsgate/translate"
)

// slow answers after a while, or when the fetch is cancelled.
func slow(after time.Duration, then error) func(context.Context, translate.Window) (translate.Download, error) {
	return func(ctx context.Context, w translate.Window) (translate.Download, error) {
		select {
		case <-time.After(after):
			return report(w, 2, 5), then
		case <-ctx.Done():
			return translate.Download{}, ctx.Err()
		}
	}
}

func TestFirstRequestWaitsForTheFirstFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: slow(8*time.Second, nil)}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		start := time.Now()
		s, err := h.Wait(t.Context(), tenantA)
		if err != nil || len(s.History.Days()) != 180 {
			t.Fatalf("%d days, %v", len(s.History.Days()), err)
		}
		if took := time.Since(start); took != 8*time.Second {
			t.Errorf("waited %v, want until the fetch ended", took)
		}
	})
}

func TestFirstRequestWaitsAtMost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: slow(60*time.Second, nil)}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		start := time.Now()
		_, err := h.Wait(t.Context(), tenantA)
		var none *NoHistoryError
		if !errors.As(err, &none) || none.Cause != nil || none.RetryAfter() != 10 {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("waited %v, want 10s", took)
		}
		if _, err = h.Wait(t.Context(), tenantA); !errors.As(err, &none) {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("the second request waited for the same slow fetch: %v", took)
		}
		pass(51 * time.Second)
		if _, err = h.Wait(t.Context(), tenantA); err != nil {
			t.Errorf("after the slow fetch: %v", err)
		}
		if n := len(g.asks()); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestStormWithoutHistoryIsOneFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := fault(translate.FaultNotPermitted)
		g := &graph{answer: func(ctx context.Context, w translate.Window) (translate.Download, error) {
			time.Sleep(3 * time.Second)
			return translate.Download{}, &e
		}}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		loads := 0
		for range 5 {
			var storm sync.WaitGroup
			for range 200 {
				storm.Go(func() {
					_, err := h.Wait(t.Context(), tenantA)
					var none *NoHistoryError
					var cause *translate.SourceError
					if !errors.As(err, &none) || !errors.As(err, &cause) || cause.Fault != translate.FaultNotPermitted {
						t.Errorf("got %v", err)
					} else if s := none.RetryAfter(); s < 240 || s > 300 {
						t.Errorf("Retry-After %d, want what is left of 5 minutes", s)
					}
				})
			}
			storm.Wait()
			if loads == 0 {
				loads = h.store.loaded()
			}
			time.Sleep(10 * time.Second)
		}
		if n := h.store.loaded(); n != loads {
			t.Errorf("the store was read %d times more", n-loads)
		}
		if n := len(g.asks()); n != 1 {
			t.Errorf("%d fetches for 1000 requests", n)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: slow(8*time.Second, nil)}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.Wait(ctx, tenantA); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := h.Wait(t.Context(), tenantA); err != nil {
			t.Errorf("the fetch did not go on: %v", err)
		}
	})
}

func TestWaitWithoutRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		k := NewKeeper(KeeperOptions{Histories: newBooks()})
		defer k.Close()
		k.Add("16A58F78-539F-47F7-B9BF-02A63867D73B", "upper case", g)
		if _, err := k.Wait(t.Context(), tenantA); err != nil {
			t.Error(err)
		}
		if _, err := k.Wait(t.Context(), "unknown"); !errors.Is(err, ErrTenant) {
			t.Errorf("got %v", err)
		}
	})
}

func TestFailureBeforeARestartIsRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: failing(fault(translate.FaultNotPermitted))}
		store := newBooks()
		h := newHouse(t, store, g)
		pass(5 * time.Second)
		h.close()
		h = newHouse(t, store, g)
		defer h.close()
		_, err := h.Wait(t.Context(), tenantA)
		var none *NoHistoryError
		if !errors.As(err, &none) || none.Cause == nil || none.Cause.Error() != "report: made to fail" {
			t.Errorf("got %v", err)
		}
		if s := h.status(); s.State != translate.SourceRefused || s.Mend == "" || len(g.asks()) != 1 {
			t.Errorf("%d fetches; %+v", len(g.asks()), s)
		}
	})
}

func TestRefreshJoins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(time.Minute)
		g.set(slow(5*time.Second, nil))
		var demands sync.WaitGroup
		for range 50 {
			demands.Go(func() {
				o, err := h.Refresh(t.Context(), tenantA)
				if err != nil || o.Window != translate.D7 || o.Calls != 1 || o.Days != 7 || o.Change.Same != 7 ||
					o.Tenant != tenantA || o.Name != "example" || o.State != translate.SourceLive || o.Version != 1 {
					t.Errorf("%+v, %v", o, err)
				}
			})
		}
		demands.Wait()
		if n := len(g.asks()); n != 2 {
			t.Errorf("%d fetches, want the first and one for all demands", n)
		}
	})
}

func TestRefreshOutsideScheduleInsideGraphsLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(time.Minute)
		for i := range 12 {
			if _, err := h.Refresh(t.Context(), tenantA); err != nil {
				t.Fatalf("demand %d: %v", i, err)
			}
		}
		_, err := h.Refresh(t.Context(), tenantA)
		var limit *LimitError
		if !errors.As(err, &limit) {
			t.Fatalf("demand beyond 14 calls in 10 minutes: %v", err)
		}
		if wait := time.Until(limit.Until); wait <= 0 || wait > 10*time.Minute {
			t.Errorf("until %v from now", wait)
		}
		pass(10 * time.Minute)
		if _, err := h.Refresh(t.Context(), tenantA); err != nil {
			t.Errorf("10 minutes later: %v", err)
		}
		if _, err := h.Refresh(t.Context(), "unknown"); !errors.Is(err, ErrTenant) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRefreshDuringBackoff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: failing(fault(translate.FaultNotPermitted))}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(10 * time.Second)
		g.set(nil)
		if _, err := h.Refresh(t.Context(), tenantA); err != nil {
			t.Errorf("consent was granted, and the demand says %v", err)
		}
	})
}

func TestRefreshHonoursGraphsWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := fault(translate.FaultThrottled)
		e.Wait = 200 * time.Second
		g := &graph{answer: failing(e)}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		var got *translate.SourceError
		before := time.Now()
		if _, err := h.Refresh(t.Context(), tenantA); !errors.As(err, &got) {
			t.Fatalf("got %v", err)
		}
		after := time.Now() // the keeper's other work may have let the bubble's clock go on
		var limit *LimitError
		_, err := h.Refresh(t.Context(), tenantA)
		if !errors.As(err, &limit) || limit.Until.Before(before.Add(e.Wait)) || limit.Until.After(after.Add(e.Wait)) {
			t.Errorf("got %v", err)
		}
	})
}

// A demand that meets work which only loads is not content with it.
func TestRefreshDuringALoad(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		store.notDue(tenantA)
		store.delay = time.Second
		k := NewKeeper(KeeperOptions{Histories: store})
		defer k.Close()
		k.Add(tenantA, "example", g)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := k.Wait(t.Context(), tenantA); err != nil {
				t.Error(err)
			}
		})
		pass(500 * time.Millisecond)
		if o, err := k.Refresh(t.Context(), tenantA); err != nil || o.Calls != 1 || len(g.asks()) != 1 {
			t.Errorf("%+v, %v", o, err)
		}
		waiting.Wait()
	})
}

// Slow fetches of some tenants keep no stored history of others away.
func TestStoredHistoriesAreLoadedFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{answer: slow(80*time.Second, nil)}
		ids := []string{tenantA, "b", "c", "d"}
		for _, id := range ids {
			store.edit(id, report(translate.D180, 2, 5))
		}
		h := newHouse(t, store, g, func(o *KeeperOptions) { o.Parallel = 1 })
		defer h.close()
		for _, id := range ids[1:] {
			h.Add(id, id, g)
		}
		pass(time.Second)
		if n := len(g.asks()); n != 1 {
			t.Fatalf("%d fetches at a time", n)
		}
		for _, id := range ids {
			if _, ok := h.Snapshot(id); !ok {
				t.Errorf("%s is not answered", id)
			}
		}
	})
}

func TestShutdownIsPromptAndLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g, store := &graph{answer: slow(80*time.Second, nil)}, newBooks()
		h := newHouse(t, store, g)
		var waiting sync.WaitGroup
		for range 10 {
			waiting.Go(func() {
				if _, err := h.Wait(t.Context(), tenantA); !errors.Is(err, ErrClosed) {
					t.Errorf("Wait: %v", err)
				}
			})
			waiting.Go(func() {
				if _, err := h.Refresh(t.Context(), tenantA); !errors.Is(err, ErrClosed) {
					t.Errorf("Refresh: %v", err)
				}
			})
		}
		pass(2 * time.Second)
		start := time.Now()
		h.close()
		waiting.Wait()
		if took := time.Since(start); took != 0 {
			t.Errorf("the end took %v", took)
		}
		synctest.Wait()
		if len(store.leases) != 0 {
			t.Error("the lease was not given back")
		}
		if _, err := h.Refresh(t.Context(), tenantA); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		// The bubble itself fails if a goroutine is left.
	})
}
