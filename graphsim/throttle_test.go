package graphsim

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestThrottleOnTheWire(t *testing.T) {
	clock := &clock{at: fixed}
	second := Credential{ClientID: "second", Secret: "s"}
	s := start(t, Options{Now: clock.now, Tenants: []TenantOptions{{}, {ID: "2", Name: "second.example"}}})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	first := tenant.Credential()
	bearer := w.bearer(tenant)
	ask := func(authorization string) answer { return w.get(s.reportURL("D7"), "Authorization", authorization) }
	for i := range throttleApp {
		if a := ask(bearer); a.StatusCode != http.StatusFound {
			t.Fatalf("call %d: %d", i+1, a.StatusCode)
		}
		clock.add(time.Second)
	}
	a := ask(bearer)
	if wait, _ := strconv.Atoi(a.Header.Get("Retry-After")); a.StatusCode != 429 || wait != 600-throttleApp {
		t.Fatalf("one too many: %d %v", a.StatusCode, a.Header)
	}
	if e := w.json(a)["error"].(map[string]any); e["code"] != "TooManyRequests" {
		t.Errorf("%s", a.body)
	}
	if c := tenant.Calls(); c.Throttled != 1 || c.Reports != throttleApp+1 {
		t.Errorf("%+v", c)
	}
	if a := ask(w.bearer(s.Tenant("2"))); a.StatusCode != http.StatusFound {
		t.Errorf("another tenant: %d", a.StatusCode)
	}
	tenant.SetCredentials(second)
	if a := ask(w.bearer(tenant)); a.StatusCode != http.StatusFound {
		t.Errorf("another application: %d", a.StatusCode)
	}
	tenant.SetCredentials(first)
	clock.add((600 - throttleApp) * time.Second)
	if a := ask(bearer); a.StatusCode != http.StatusFound {
		t.Errorf("after the wait: %d", a.StatusCode)
	}
	if a := ask(bearer); a.StatusCode != 429 {
		t.Errorf("the window slides by one call, not as a whole: %d", a.StatusCode)
	}
}

// TestThrottleProperty: in no ten minutes are more calls admitted than the limits say, and who waits as told is let in.
func TestThrottleProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h throttle
		now := fixed
		var past []admitted
		for range rapid.IntRange(1, 200).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "pause")) * time.Second)
			app := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "app")
			wait, ok := h.admit(app, now)
			if !ok {
				if wait <= 0 || wait > throttleWindow {
					t.Fatalf("wait %v", wait)
				}
				later := throttle{calls: append([]admitted(nil), h.calls...)}
				if _, ok := later.admit(app, now.Add(wait-1)); ok {
					t.Fatal("let in before the wait was over")
				}
				if _, ok := later.admit(app, now.Add(wait)); !ok {
					t.Fatal("kept out after the wait")
				}
				continue
			}
			past = append(past, admitted{app, now})
			own, all := 0, 0
			for _, c := range past {
				if now.Sub(c.at) < throttleWindow {
					all++
					if c.app == app {
						own++
					}
				}
			}
			if own > throttleApp || all > throttleTenant {
				t.Fatalf("%d of the application and %d of the tenant in ten minutes", own, all)
			}
		}
	})
}

func TestThrottleForgetsTheFuture(t *testing.T) {
	var h throttle
	for range throttleApp {
		h.admit("a", fixed.Add(time.Hour))
	}
	if _, ok := h.admit("a", fixed); !ok {
		t.Error("a clock set back is throttled by calls that have not been made")
	}
}
