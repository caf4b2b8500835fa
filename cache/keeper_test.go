package cache

import (
	"context"
	"errors"
	"testing"
	"time"

	"rwsgate/translate"
)

func TestRegularFetches(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g, seldom)
		defer h.close()
		start := time.Now()
		pass(8 * 24 * time.Hour)
		asks := g.asks()
		if len(asks) != 32 && len(asks) != 33 {
			t.Fatalf("%d fetches in 8 days, want one every 6 hours", len(asks))
		}
		for i, a := range asks {
			want := translate.D7
			if since := a.at.Sub(start); i == 0 || since >= 7*24*time.Hour && asks[i-1].at.Sub(start) < 7*24*time.Hour {
				want = translate.D180
			}
			if a.window != want {
				t.Errorf("fetch %d after %v: %v, want %v", i, a.at.Sub(start), a.window, want)
			}
			if i > 0 {
				if gap := a.at.Sub(asks[i-1].at); gap < 6*time.Hour || gap > 6*time.Hour+time.Minute {
					t.Errorf("fetch %d came %v after the one before", i, gap)
				}
			}
		}
		if s := h.status(); s.State != translate.SourceLive || s.Failures != 0 || s.Calls != 4 || s.Cause != "" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestJitterSpreadsTenants(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g, func(o *KeeperOptions) { o.Rand = func() float64 { return 0.5 } })
		defer h.close()
		pass(7 * time.Hour)
		due := h.status().Due.Sub(g.asks()[1].at)
		if want := 6*time.Hour + 18*time.Minute; due != want {
			t.Errorf("next fetch after %v, want %v: half of a tenth of jitter", due, want)
		}
	})
}

func TestRestartIsNoReasonToFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g, store := &graph{}, newBooks()
		h := newHouse(t, store, g)
		pass(time.Hour)
		h.close()
		h = newHouse(t, store, g)
		defer h.close()
		pass(4*time.Hour + 59*time.Minute)
		if _, ok := h.Snapshot(tenantA); !ok {
			t.Error("stored history is not answered after a restart")
		}
		if n := len(g.asks()); n != 1 {
			t.Fatalf("%d fetches before the stored due time", n)
		}
		pass(time.Minute + 10*time.Second)
		if n := len(g.asks()); n != 2 {
			t.Fatalf("%d fetches after the stored due time, want 2", n)
		}
	})
}

// A process that dies in a fetch has spent its call: a crash loop must not pass limit or budget.
func TestCrashLoopSpendsBudget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := newBooks()
		g := &graph{}
		h := newHouse(t, store, g)
		pass(time.Minute)
		h.close()
		for range 200 {
			pass(30 * time.Minute)
			died := store.get(tenantA)
			g.set(func(ctx context.Context, _ translate.Window) (translate.Download, error) {
				died = store.get(tenantA) // what a killed process leaves
				<-ctx.Done()
				return translate.Download{}, ctx.Err()
			})
			h = newHouse(t, store, g)
			pass(time.Minute)
			h.close()
			store.mu.Lock()
			store.snapshots[tenantA] = died
			store.mu.Unlock()
		}
		assertBudget(t, g.asks(), 1)
	})
}

// assertBudget fails if any 24 hours hold more than five calls.
func assertBudget(t *testing.T, asks []ask, callsEach int) {
	t.Helper()
	for i := range asks {
		n := 0
		for _, a := range asks[i:] {
			if a.at.Sub(asks[i].at) < 24*time.Hour {
				n += callsEach
			}
		}
		if n > 5 {
			t.Fatalf("%d report calls in the 24 hours from %v", n, asks[i].at)
		}
	}
}

func TestBudgetWithRetries(t *testing.T) {
	for _, fails := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			g := &graph{}
			h := newHouse(t, newBooks(), g, seldom)
			defer h.close()
			pass(time.Minute)
			g.set(func(_ context.Context, w translate.Window) (translate.Download, error) {
				if fails {
					e := fault(translate.FaultUnreachable)
					e.Calls = 2
					return translate.Download{}, &e
				}
				d := report(w, 2, 5)
				d.Calls = 2
				return d, nil
			})
			pass(30 * 24 * time.Hour)
			asks := g.asks()[1:]
			assertBudget(t, asks, 2)
			if len(asks) < 50 {
				t.Errorf("fails=%v: only %d fetches in 30 days: the budget allows two a day", fails, len(asks))
			}
		})
	}
}

func TestBackoffWithoutHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: failing(fault(translate.FaultUnreachable))}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(3 * time.Hour)
		asks := g.asks()
		want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute,
			15 * time.Minute, 15 * time.Minute}
		for i, w := range want {
			if gap := asks[i+1].at.Sub(asks[i].at); gap < w || gap > w+5*time.Second {
				t.Errorf("gap %d: %v, want %v", i, gap, w)
			}
		}
		g.set(nil)
		pass(16 * time.Minute)
		if s := h.status(); s.State != translate.SourceLive || s.Failures != 0 {
			t.Errorf("after the outage: %+v", s)
		}
		if n := h.log.count("fetch failed"); n == 0 || h.log.count("level=WARN msg=\"fetch failed\"") != 1 {
			t.Errorf("a failure that repeats is a warning once, not %d times", h.log.count("level=WARN msg=\"fetch failed\""))
		}
	})
}

func TestGraphLimitWithoutHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := fault(translate.FaultUnreachable)
		e.Calls = 9 // a fetcher out of control
		g := &graph{answer: failing(e)}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(15 * time.Minute)
		asks := g.asks()
		if gap := asks[2].at.Sub(asks[0].at); gap < 10*time.Minute {
			t.Errorf("18 calls, and the next one %v after the first: Graph allows 14 in 10 minutes", gap)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		name    string
		wait    time.Duration
		history bool
		want    time.Duration
	}{
		{"longer than our back-off", 3 * time.Hour, true, 3 * time.Hour},
		{"a float", 2128 * time.Millisecond, false, 30 * time.Second},
		{"absent", 0, true, 15 * time.Minute},
		{"beyond all reason", 1000 * time.Hour, true, 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				g, store := &graph{}, newBooks()
				if c.history {
					store.edit(tenantA, report(translate.D30, 1, 5))
				}
				e := fault(translate.FaultThrottled)
				e.Wait = c.wait
				g.set(failing(e))
				h := newHouse(t, store, g)
				defer h.close()
				pass(25 * time.Hour)
				asks := g.asks()
				if gap := asks[1].at.Sub(asks[0].at); gap < c.want || gap > c.want+5*time.Second {
					t.Errorf("asked again after %v, want %v", gap, c.want)
				}
			})
		})
	}
}

func TestEveryFaultLeavesHistory(t *testing.T) {
	states := map[translate.Fault]translate.SourceState{
		translate.FaultThrottled: translate.SourceLive, translate.FaultNotPermitted: translate.SourceRefused,
		translate.FaultTenant: translate.SourceNoTenant, translate.FaultCredential: translate.SourceRefused,
		translate.FaultUnreachable: translate.SourceUnreachable, translate.FaultIncident: translate.SourceUnreachable,
		translate.FaultUnreadable: translate.SourceUnreachable, translate.FaultGone: translate.SourceGone,
		translate.FaultConfig: translate.SourceRefused,
	}
	for f, state := range states {
		t.Run(string(f), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				g := &graph{}
				h := newHouse(t, newBooks(), g, seldom)
				defer h.close()
				pass(time.Minute)
				before := h.days()
				g.set(failing(fault(f)))
				pass(20 * 24 * time.Hour)
				if !sameDays(before, h.days()) {
					t.Error("the history changed")
				}
				if _, err := h.Wait(t.Context(), tenantA); err != nil {
					t.Errorf("Wait: %v", err)
				}
				s := h.status()
				if s.State != state || s.Fault != f || s.Cause != "report: made to fail" || s.Mend != "mend it" || s.Failures == 0 {
					t.Errorf("status %+v", s)
				}
				assertBudget(t, g.asks(), 1)
				if asks := len(g.asks()); f == translate.FaultGone && asks > 23 || asks < 15 {
					t.Errorf("%d fetches in 20 days", asks)
				}
				if changes := 1; state != translate.SourceLive && h.log.count("to="+string(state)) != changes {
					t.Errorf("the change of state was logged %d times", h.log.count("to="+string(state)))
				}
				g.set(nil)
				pass(25 * time.Hour)
				if s := h.status(); s.State != translate.SourceLive || s.Cause != "" || len(h.days()) <= len(before) {
					t.Errorf("after the outage: %+v, %d days", s, len(h.days()))
				}
			})
		})
	}
}

func TestZerosAndHeaderOnlyWipeNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g, seldom)
		defer h.close()
		pass(time.Minute)
		before := h.days()
		g.set(func(_ context.Context, w translate.Window) (translate.Download, error) { return report(w, 2, 0), nil })
		pass(10 * 24 * time.Hour)
		after := h.days()
		for d, m := range before {
			if after[d] != m {
				t.Fatalf("%v was %v, is %v", d, m, after[d])
			}
		}
		s := h.status()
		if len(after) != len(before)+10 && len(after) != len(before)+9 {
			t.Errorf("%d days known, %d before: zero days are days", len(after), len(before))
		}
		since := translate.DayOf(time.Now()) - 2 - translate.Day(len(after)-len(before)) + 1
		if s.State != translate.SourceZeros || s.Since != since {
			t.Errorf("state %s since %v, want zeros since %v", s.State, s.Since, since)
		}
		g.set(func(_ context.Context, w translate.Window) (translate.Download, error) {
			return translate.Download{Window: w, Calls: 1}, nil
		})
		refreshed := s.RefreshDate
		pass(24 * time.Hour)
		s = h.status()
		if s.State != translate.SourceHeaderOnly || s.RefreshDate != refreshed || !sameDays(after, h.days()) {
			t.Errorf("after header only: %+v", s)
		}
	})
}

func TestEndedSourceIsExplained(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: func(_ context.Context, w translate.Window) (translate.Download, error) { return report(w, 2, 0), nil }}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		pass(24 * time.Hour)
		want := "180 of 180 days are zero: Skype for Business Online ended in July 2021; clients get valid, empty feeds"
		if h.log.count(want) != 1 {
			t.Errorf("the log does not say once: %s", want)
		}
		if s := h.status(); s.Cause != want || s.Mend == "" {
			t.Errorf("status says %q, mend %q", s.Cause, s.Mend)
		}
		if s, err := h.Wait(t.Context(), tenantA); err != nil || s.Version == 0 {
			t.Errorf("clients do not get empty feeds: %v", err)
		}
	})
}

func TestHeaderOnlyFromTheStartIsAnswered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: func(_ context.Context, w translate.Window) (translate.Download, error) {
			return translate.Download{Window: w, Calls: 1}, nil
		}}
		store := newBooks()
		h := newHouse(t, store, g)
		s, err := h.Wait(t.Context(), tenantA)
		if err != nil || s.Version != 0 || !s.History.IsEmpty() {
			t.Errorf("got version %d, %v; want an empty history", s.Version, err)
		}
		pass(5 * time.Hour)
		h.close()
		h = newHouse(t, store, g)
		defer h.close()
		if _, err := h.Wait(t.Context(), tenantA); err != nil {
			t.Errorf("after a restart: %v", err)
		}
		if n := len(g.asks()); n != 1 {
			t.Errorf("%d fetches in 5 hours", n)
		}
	})
}

func TestStalledRefreshDate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{}
		h := newHouse(t, newBooks(), g, seldom)
		defer h.close()
		pass(36 * time.Hour)
		fixed := report(translate.D30, 2, 5)
		g.set(func(_ context.Context, w translate.Window) (translate.Download, error) {
			d := fixed
			d.Window = w
			return d, nil
		})
		pass(48 * time.Hour)
		if s := h.status(); s.StalledSince.IsZero() || s.Stalled {
			t.Errorf("after 2 days: %v, %v; want unmoved, but not stalled yet", s.StalledSince, s.Stalled)
		}
		pass(48 * time.Hour)
		if s := h.status(); !s.Stalled || s.State != translate.SourceLive {
			t.Errorf("after 4 days: stalled %v, %s", s.Stalled, s.State)
		}
		if n := h.log.count("stands still"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		g.set(nil)
		pass(7 * time.Hour)
		if s := h.status(); s.Stalled || !s.StalledSince.IsZero() {
			t.Errorf("after it moved: %+v", s)
		}
	})
}

func TestOutageThenShortestWindow(t *testing.T) {
	for days, want := range map[int]translate.Window{3: translate.D7, 20: translate.D30, 60: translate.D90, 100: translate.D180} {
		bubble(t, func(t *testing.T) {
			g := &graph{}
			h := newHouse(t, newBooks(), g, seldom)
			defer h.close()
			pass(time.Minute)
			// D180 of a week ago would be due anyway: what is looked at is the hole, so it is kept from being due.
			g.set(failing(fault(translate.FaultUnreachable)))
			pass(time.Duration(days) * 24 * time.Hour)
			h.store.mu.Lock()
			s := h.store.snapshots[tenantA]
			s.Refresh.LastFull = time.Now()
			h.store.snapshots[tenantA] = s
			h.store.mu.Unlock()
			g.set(nil)
			pass(13 * time.Hour)
			asks := g.asks()
			var got translate.Window
			for _, a := range asks {
				if a.at.After(time.Now().Add(-13 * time.Hour)) {
					got = a.window
					break
				}
			}
			if got != want {
				t.Errorf("after %d days of outage: %v, want %v", days, got, want)
			}
			if hist, _ := h.Snapshot(tenantA); len(hist.History.Holes()) != 0 {
				t.Errorf("after %d days of outage there are holes: %v", days, hist.History.Holes())
			}
		})
	}
}

func TestPanicInFetcher(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: func(context.Context, translate.Window) (translate.Download, error) { panic("nil map in the SDK") }}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		_, err := h.Refresh(t.Context(), tenantA)
		var e *translate.SourceError
		if !errors.As(err, &e) || e.Fault != translate.FaultUnreadable {
			t.Errorf("got %v", err)
		}
	})
}

func TestTimeoutOfFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: func(ctx context.Context, _ translate.Window) (translate.Download, error) {
			<-ctx.Done()
			return translate.Download{}, ctx.Err()
		}}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		start := time.Now()
		_, err := h.Refresh(t.Context(), tenantA)
		var e *translate.SourceError
		if !errors.As(err, &e) || e.Fault != translate.FaultUnreachable {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("gave up after %v, want 90s", took)
		}
		if s := h.status(); s.Calls != CallsPerFetch {
			t.Errorf("%d calls counted of a fetch that did not say", s.Calls)
		}
	})
}
