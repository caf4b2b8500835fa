package graphsim

import (
	"sync"
	"time"

	"rwsgate/translate"
)

// Tenant is one organisation of the stand-in: its applications, its data, its faults and what was asked of it. Its
// methods are safe for concurrent use.
type Tenant struct {
	options TenantOptions
	seed    uint64
	now     func() time.Time

	mu          sync.Mutex
	credentials []Credential
	format      Format
	lag         int
	refresh     translate.Day // fixed refresh date, 0 if none
	end         translate.Day // last day with minutes, 0 if none
	gone        translate.Day // from this day on the report does not exist, 0 if never
	corrected   map[translate.Day]translate.Minutes
	faults      map[Stage]*Fault
	calls       Calls
	throttle    throttle

	data series
}

func newTenant(o TenantOptions, all Options) *Tenant {
	return &Tenant{
		options: o, seed: all.Seed, now: all.Now,
		credentials: o.Credentials, format: o.Format, lag: o.Lag,
		faults: map[Stage]*Fault{},
	}
}

// ID gives the Entra tenant id.
func (t *Tenant) ID() string { return t.options.ID }

// Name gives the initial domain.
func (t *Tenant) Name() string { return t.options.Name }

// Zone gives the zone in which the tenant's people work.
func (t *Tenant) Zone() *time.Location { return t.options.Zone }

// First gives the first day with calls.
func (t *Tenant) First() translate.Day { return t.options.First }

// Credential gives the tenant's first application.
func (t *Tenant) Credential() Credential {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.credentials[0]
}

// SetCredentials replaces the tenant's applications; there must be at least one.
func (t *Tenant) SetCredentials(first Credential, more ...Credential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.credentials = append([]Credential{first}, more...)
}

// application finds an application by its client id.
func (t *Tenant) application(id string) (Credential, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.credentials {
		if c.ClientID == id {
			return c, true
		}
	}
	return Credential{}, false
}

// Calls gives what was asked of the tenant since the start or the last ResetCalls.
func (t *Tenant) Calls() Calls {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls
}

// ResetCalls sets all counters to zero and empties the throttle's window.
func (t *Tenant) ResetCalls() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls, t.throttle = Calls{}, throttle{}
}

// count changes the tenant's counters.
func (t *Tenant) count(f func(*Calls)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.calls)
}

// admit asks the throttle for a report call of an application.
func (t *Tenant) admit(app string) (wait time.Duration, ok bool) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	wait, ok = t.throttle.admit(app, now)
	if !ok {
		t.calls.Throttled++
	}
	return wait, ok
}

// SetFormat changes how the report is written from the next download on.
func (t *Tenant) SetFormat(f Format) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.format = f
}

// SetLag sets how many days the newest complete day lies behind the clock.
func (t *Tenant) SetLag(days int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lag = days
}

// SetRefreshDate nails the report refresh date to a day, as when Graph's processing stands still; 0 lets it move again.
func (t *Tenant) SetRefreshDate(day translate.Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refresh = day
}

// SetEnd ends the source for good: day is the last with minutes, and the report shows zeros with fresh dates after it,
// as Graph did when Skype for Business Online had ended. 0 takes the end back.
func (t *Tenant) SetEnd(day translate.Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = day
}

// SetGone takes the report away from day on, by the clock: Graph then answers 410. 0 brings it back.
func (t *Tenant) SetGone(day translate.Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone = day
}

// Correct makes the report, and UTCDays, show other minutes for a UTC day, as when Graph recomputes it. Truth does not
// change: no calls are known for the new numbers.
func (t *Tenant) Correct(day translate.Day, m translate.Minutes) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.corrected == nil {
		t.corrected = map[translate.Day]translate.Minutes{}
	}
	t.corrected[day] = m
}

// RefreshDate gives the newest complete day: the clock's UTC date less the lag, or what SetRefreshDate nailed.
func (t *Tenant) RefreshDate() translate.Day {
	today := translate.DayOf(t.now())
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refresh != 0 {
		return t.refresh
	}
	return today - translate.Day(t.lag)
}
