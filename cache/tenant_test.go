package cache

import (
	"context"
	"errors"
	"testing"
	"time"

	"rwsgate/translate"
)

func TestAddReplaceRemove(t *testing.T) {
	bubble(t, func(t *testing.T) {
		bad := &graph{answer: failing(fault(translate.FaultCredential))}
		h := newHouse(t, newBooks(), bad)
		defer h.close()
		pass(time.Minute)
		h.Add(tenantA, "example", bad)
		pass(10 * time.Second)
		if n := len(bad.asks()); n != 1 {
			t.Errorf("%d fetches: the same fetcher again is no news", n)
		}
		good := &graph{}
		h.Add(tenantA, "example", good)
		pass(10 * time.Second)
		if n := len(good.asks()); n != 1 {
			t.Errorf("%d fetches with the new credential, want 1 at once", n)
		}
		better := &graph{}
		h.Add(tenantA, "example", better)
		pass(time.Hour)
		if n := len(better.asks()); n != 0 {
			t.Errorf("%d fetches: nothing failed, so a new fetcher is no reason", n)
		}
		if ids := h.Tenants(); len(ids) != 1 || ids[0] != tenantA {
			t.Errorf("tenants %v", ids)
		}
		h.Remove(tenantA)
		if _, ok := h.Snapshot(tenantA); ok {
			t.Error("a removed tenant is answered")
		}
		if _, err := h.Wait(t.Context(), tenantA); !errors.Is(err, ErrTenant) {
			t.Errorf("Wait: %v", err)
		}
		pass(24 * time.Hour)
		if n := len(better.asks()); n != 0 {
			t.Errorf("%d fetches of a removed tenant", n)
		}
	})
}

func TestRemoveDuringFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		g := &graph{answer: func(ctx context.Context, _ translate.Window) (translate.Download, error) {
			<-ctx.Done()
			return translate.Download{}, ctx.Err()
		}}
		h := newHouse(t, newBooks(), g)
		defer h.close()
		go func() {
			time.Sleep(5 * time.Second)
			h.Remove(tenantA)
		}()
		if _, err := h.Refresh(t.Context(), tenantA); !errors.Is(err, ErrTenant) {
			t.Errorf("got %v, want ErrTenant", err)
		}
		if r := h.store.get(tenantA).Refresh; r.Failures != 0 || r.LastError != "" || len(r.Calls) != 1 {
			t.Errorf("a cancelled fetch is no failure, but it took a call: %+v", r)
		}
	})
}
