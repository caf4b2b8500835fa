package cache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

func TestTwoProcessesFetchLikeOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		g.set(slow(4*time.Second, nil))
		a, b := newHouse(t, store, g, seldom), newHouse(t, store, g, seldom)
		defer a.close()
		defer b.close()
		var first sync.WaitGroup
		for _, h := range []*house{a, b} {
			first.Go(func() {
				if _, err := h.Wait(t.Context(), tenantA); err != nil {
					t.Errorf("first request: %v", err)
				}
			})
		}
		first.Wait()
		if n := len(g.asks()); n != 1 {
			t.Fatalf("%d first fetches by two processes", n)
		}
		pass(10*24*time.Hour - time.Hour)
		if n := len(g.asks()); n < 38 || n > 41 {
			t.Errorf("%d fetches in 10 days by two processes, want 40", n)
		}
		sa, sb := a.status(), b.status()
		if sa.Version != sb.Version || sa.Version == 0 {
			t.Errorf("versions %d and %d", sa.Version, sb.Version)
		}
	})
}

func TestReplicaNoticesWithinTenSeconds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := newBooks()
		h := newHouse(t, store, &graph{})
		defer h.close()
		pass(time.Hour)
		extra := report(translate.D7, 300, 9)
		store.edit(tenantA, extra)
		pass(10 * time.Second)
		if m := h.days()[extra.Refresh]; m.Audio != 9 {
			t.Errorf("imported day has %v", m)
		}
	})
}

func TestImportDuringASlowFetchIsNoticed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g)
		defer h.close()
		pass(time.Minute)
		g.set(slow(80*time.Second, nil))
		demand := make(chan struct{})
		go func() {
			defer close(demand)
			_, _ = h.Refresh(t.Context(), tenantA)
		}()
		pass(time.Second)
		extra := report(translate.D7, 300, 9)
		store.edit(tenantA, extra)
		pass(10 * time.Second)
		if m := h.days()[extra.Refresh]; m.Audio != 9 {
			t.Errorf("imported day has %v", m)
		}
		<-demand
		if m := h.days()[extra.Refresh]; m.Audio != 9 {
			t.Errorf("after the fetch, the imported day has %v", m)
		}
	})
}

func TestLeaseOfADeadProcessExpires(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		now := time.Now()
		if ok, _ := store.Lease(t.Context(), tenantA, "dead", now, now.Add(30*time.Second)); !ok {
			t.Fatal("no lease")
		}
		h := newHouse(t, store, g)
		defer h.close()
		pass(29 * time.Second)
		if n := len(g.asks()); n != 0 {
			t.Fatalf("%d fetches under another's lease", n)
		}
		pass(time.Minute)
		if n := len(g.asks()); n != 1 {
			t.Errorf("%d fetches after it ran out, want 1", n)
		}
	})
}

func TestLeaseIsRenewedDuringALongFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{answer: slow(85*time.Second, nil)}
		a := newHouse(t, store, g)
		defer a.close()
		pass(time.Second)
		b := newHouse(t, store, g)
		defer b.close()
		pass(88 * time.Second)
		if n := len(g.asks()); n != 1 {
			t.Errorf("%d fetches: the lease ran out under its holder", n)
		}
		if _, ok := b.Snapshot(tenantA); !ok {
			t.Error("the other process did not notice the first history")
		}
	})
}

func TestDemandWaitsForTheOtherProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		a, b := newHouse(t, store, g), newHouse(t, store, g)
		defer a.close()
		defer b.close()
		pass(time.Minute)
		g.set(slow(20*time.Second, nil))
		var both sync.WaitGroup
		elsewhere := make(chan bool, 2)
		for i, h := range []*house{a, b} {
			both.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				o, err := h.Refresh(t.Context(), tenantA)
				if err != nil {
					t.Error(err)
				}
				elsewhere <- o.Elsewhere
			})
		}
		both.Wait()
		if x, y := <-elsewhere, <-elsewhere; x == y {
			t.Errorf("elsewhere: %v and %v", x, y)
		}
		if n := len(g.asks()); n != 2 {
			t.Errorf("%d fetches, want the first and one for both demands", n)
		}
	})
}

func TestCommitFailsAndGraphIsNotAskedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g)
		defer h.close()
		pass(5 * time.Hour)
		before := h.days()
		store.setFail(away("merge"))
		pass(90 * time.Minute)
		if n := len(g.asks()); n != 2 {
			t.Fatalf("%d fetches while the commit failed, want 2", n)
		}
		if s := h.status(); !s.Pending || s.StoreError == "" || !sameDays(before, h.days()) {
			t.Errorf("memory must not run ahead of the store: %+v", s)
		}
		if n := h.log.count("download not stored"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		store.setFail(nil)
		pass(40 * time.Second)
		s := h.status()
		if n := len(g.asks()); n != 2 || s.Pending || s.StoreError != "" {
			t.Errorf("%d fetches; %+v", n, s)
		}
		if r := store.get(tenantA).Refresh; r.LastSuccess != g.asks()[1].at || len(r.Calls) != 2 || r.Failures != 0 || r.LastError != "" {
			t.Errorf("stored state %+v", r)
		}
	})
}

// A download that the store refuses for ever must not keep all later ones away.
func TestRefusedDownloadIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g)
		defer h.close()
		pass(5 * time.Hour)
		store.setFail(away("merge"))
		pass(25 * time.Hour)
		if n := len(g.asks()); n < 4 || n > 6 {
			t.Errorf("%d fetches, want one a period", n)
		}
		assertBudget(t, g.asks(), 1)
	})
}

func TestPendingDownloadYieldsToANewerFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		a := newHouse(t, store, g)
		defer a.close()
		pass(5 * time.Hour)
		g.set(func(_ context.Context, w translate.Window) (translate.Download, error) {
			store.setFail(away()) // the store goes while a fetches; the lease runs out
			return report(w, 2, 7), nil
		})
		pass(2 * time.Hour)
		// Another process, that still reached the store, fetched newer values meanwhile.
		store.setFail(nil)
		d := report(translate.D7, 2, 8)
		r := store.get(tenantA).Refresh
		r.LastSuccess, r.LastTry, r.Due = time.Now(), time.Now(), time.Now().Add(6*time.Hour)
		_, _, _ = store.Merge(t.Context(), tenantA, d, r)
		pass(time.Minute)
		if m := a.days()[d.Refresh]; m.Audio != 8 {
			t.Errorf("the newest value is %d, want 8: an older download went over it", m.Audio)
		}
		if s := a.status(); s.Pending || len(g.asks()) != 2 {
			t.Errorf("%d fetches, %+v", len(g.asks()), s)
		}
	})
}

func TestLeaseLostDuringAFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g)
		defer h.close()
		pass(5 * time.Hour)
		g.set(func(ctx context.Context, w translate.Window) (translate.Download, error) {
			store.mu.Lock()
			store.leases[tenantA] = held{"other", time.Now().Add(time.Minute)}
			store.mu.Unlock()
			return slow(40*time.Second, nil)(ctx, w)
		})
		pass(time.Hour + 50*time.Second)
		if s := h.status(); !s.Pending || store.merged() != 1 {
			t.Fatalf("%d merges, one of them without the lease: %+v", store.merged(), s)
		}
		pass(2 * time.Minute)
		if s := h.status(); s.Pending || store.merged() != 2 || len(g.asks()) != 2 {
			t.Errorf("%d merges, %d fetches: %+v", store.merged(), len(g.asks()), s)
		}
	})
}

func TestStoreAwayAnswersGoOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g, seldom)
		defer h.close()
		pass(time.Hour)
		before := h.days()
		store.setFail(away())
		pass(3 * 24 * time.Hour)
		if _, err := h.Wait(t.Context(), tenantA); err != nil || !sameDays(before, h.days()) {
			t.Errorf("Wait: %v", err)
		}
		if !h.StoreAway() || len(g.asks()) != 1 {
			t.Errorf("away %v, %d fetches that could not be stored", h.StoreAway(), len(g.asks()))
		}
		if n := h.log.count("store does not answer"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		store.setFail(nil)
		pass(2 * time.Minute)
		if h.StoreAway() || len(g.asks()) != 2 || len(h.days()) != len(before)+3 {
			t.Errorf("away %v, %d fetches, %d days", h.StoreAway(), len(g.asks()), len(h.days()))
		}
	})
}

func TestStoreAwayAtTheStart(t *testing.T) {
	for offset := range 10 {
		bubble(t, func(t *testing.T) {
			store, g := newBooks(), &graph{}
			store.edit(tenantA, report(translate.D180, 2, 5))
			store.setFail(away())
			h := newHouse(t, store, g)
			defer h.close()
			pass(10*time.Minute + time.Duration(3*offset)*time.Second)
			_, err := h.Wait(t.Context(), tenantA)
			if none := (*NoHistoryError)(nil); !errors.As(err, &none) || h.status().Loaded || len(g.asks()) != 0 {
				t.Errorf("got %v, %d fetches", err, len(g.asks()))
			}
			store.setFail(nil)
			pass(4 * time.Second) // one look at the versions
			if _, err := h.Wait(t.Context(), tenantA); err != nil {
				t.Errorf("offset %d, once the store answers: %v", offset, err)
			}
		})
	}
}

func TestEmptiedStoreDoesNotEmptyMemory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		h := newHouse(t, store, g)
		defer h.close()
		pass(time.Hour)
		before := h.days()
		store.mu.Lock()
		store.snapshots = map[string]translate.Snapshot{}
		store.mu.Unlock()
		g.set(slow(60*time.Second, nil))
		pass(5*time.Hour + 30*time.Second) // a fetch is under way
		if !h.status().Fetching || !sameDays(before, h.days()) {
			t.Error("answers changed")
		}
		pass(time.Minute)
		if got := store.get(tenantA); len(got.History.Days()) < 180 {
			t.Errorf("the store has %d days: an empty one is a reason for all that Graph has", len(got.History.Days()))
		}
	})
}
