package graphsim

import (
	"slices"
	"time"
)

// The service limits of the reports workload for CSV (microsoft-graph-docs, concepts/throttling-limits): they hold for
// each report function by itself.
const (
	throttleWindow = 10 * time.Minute
	throttleApp    = 14 // per application and tenant
	throttleTenant = 40 // per tenant, all applications
)

// throttle is the sliding window of one tenant's admitted report calls.
type throttle struct{ calls []admitted }

type admitted struct {
	app string
	at  time.Time
}

// admit counts a call of an application, or says how long the limit refuses it. Refused calls do not lengthen the
// refusal. Calls after now are forgotten, so that a clock may be set back.
func (t *throttle) admit(app string, now time.Time) (wait time.Duration, ok bool) {
	t.calls = slices.DeleteFunc(t.calls, func(c admitted) bool { return c.at.After(now) || now.Sub(c.at) >= throttleWindow })
	var own []time.Time
	for _, c := range t.calls {
		if c.app == app {
			own = append(own, c.at)
		}
	}
	free := now
	if len(own) >= throttleApp {
		free = own[len(own)-throttleApp].Add(throttleWindow)
	}
	if n := len(t.calls); n >= throttleTenant {
		if at := t.calls[n-throttleTenant].at.Add(throttleWindow); at.After(free) {
			free = at
		}
	}
	if free.After(now) {
		return free.Sub(now), false
	}
	t.calls = append(t.calls, admitted{app, now})
	return 0, true
}
