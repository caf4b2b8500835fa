package cache

import (
	"slices"
	"time"

	"rwsgate/translate"
)

// Graph's limit and ours, in report calls per tenant (GRAPH 2.1, DESIGN "Keeper").
const (
	graphCalls  = 14
	graphSpan   = 10 * time.Minute
	budgetCalls = 5
	budgetSpan  = 24 * time.Hour
)

// The back-off after failures.
const (
	firstBackoff   = 30 * time.Second // without a history: doubled up to maxFirstBackoff
	maxFirst       = 15 * time.Minute
	firstLasting   = 5 * time.Minute  // without a history, a fault that does not pass by itself
	laterBackoff   = 15 * time.Minute // with a history: doubled up to the regular period
	maxGraphWait   = 24 * time.Hour   // of a Retry-After
	fullEvery      = 7 * 24 * time.Hour
	stalledAfter   = 72 * time.Hour
	goneEvery      = 24 * time.Hour
	storeBackoff   = time.Second
	maxStoreWait   = 30 * time.Second
	storeTimeout   = 10 * time.Second
	closingTimeout = 3 * time.Second
)

// readyAt is when a tenant may be fetched by schedule, seen from its stored state alone: due, not backed off, within
// budget and limit. Times too far ahead are not believed: the clock was wrong when they were stored, or the period was
// longer.
func (k *Keeper) readyAt(r translate.Refresh, history bool) time.Time {
	now := k.o.Now()
	at := limitAt(r.Calls, now)
	if !r.Due.After(now.Add(2 * k.o.Every)) {
		at = latest(at, r.Due)
	}
	if !r.NotBefore.After(now.Add(2 * max(k.o.Every, goneEvery, maxGraphWait))) {
		at = latest(at, r.NotBefore)
	}
	if history {
		at = latest(at, roomAt(r.Calls, budgetSpan, budgetCalls, now))
	}
	return at
}

// limitAt is when Graph's own limit has room for a fetch.
func limitAt(calls []time.Time, now time.Time) time.Time {
	return roomAt(calls, graphSpan, graphCalls, now)
}

// roomAt is when a fetch of the greatest cost keeps every span within most calls; zero if it does now. Calls more than
// a day ahead are not believed.
func roomAt(calls []time.Time, span time.Duration, most int, now time.Time) time.Time {
	for len(calls) > 0 && calls[len(calls)-1].After(now.Add(budgetSpan)) {
		calls = calls[:len(calls)-1]
	}
	allowed := most - CallsPerFetch
	if len(calls) <= allowed {
		return time.Time{}
	}
	blocking := calls[len(calls)-allowed-1] // this one must have left the span
	if at := blocking.Add(span); at.After(now) {
		return at
	}
	return time.Time{}
}

// count adds n calls made until now and drops those out of the budget's span.
func count(calls []time.Time, n int, now time.Time) []time.Time {
	out := make([]time.Time, 0, len(calls)+n)
	for _, c := range calls {
		if now.Sub(c).Abs() < budgetSpan {
			out = append(out, c)
		}
	}
	for range n {
		out = append(out, now)
	}
	slices.SortFunc(out, time.Time.Compare) // the clock may have been set back
	return out
}

// within counts the calls of the last 24 h.
func within(calls []time.Time, now time.Time) (n int) {
	for _, c := range calls {
		if now.Sub(c).Abs() < budgetSpan {
			n++
		}
	}
	return n
}

// chooseWindow gives the shortest window that reaches back to the first day that is missing and was never asked for.
// Every download covers what was missing then, up to its refresh date: what is missing before that date is not Graph's
// to give, and gets another chance each week, when D180 looks for corrections.
func chooseWindow(h translate.History, r translate.Refresh, now time.Time) translate.Window {
	if r.LastFull.IsZero() || now.Sub(r.LastFull) >= fullEvery || r.LastFull.After(now) {
		return translate.D180
	}
	yesterday := translate.DayOf(now) - 1
	missing := firstMissing(h, r.RefreshDate+1, yesterday)
	for _, w := range [...]translate.Window{translate.D7, translate.D30, translate.D90} {
		if missing > yesterday+1-translate.Day(w) { // a refresh date of today is possible
			return w
		}
	}
	return translate.D180
}

// firstMissing gives the first day of [from, to] that h does not know, to+1 if it knows all.
func firstMissing(h translate.History, from, to translate.Day) translate.Day {
	from = max(from, to-translate.Day(translate.D180))
	for ; from <= to; from++ {
		if _, known := h.At(from); !known {
			break
		}
	}
	return from
}

// backoff is how long to stay away after the given number of failures in a row.
func (k *Keeper) backoff(f translate.Fault, failures int, history bool) time.Duration {
	base, most := laterBackoff, k.o.Every
	if !history {
		base, most = firstBackoff, maxFirst
	}
	if lasting(f) {
		base = most
		if !history {
			base = firstLasting
		}
		if f == translate.FaultGone && history {
			base, most = goneEvery, max(goneEvery, most)
		}
	}
	d := base
	for i := 1; i < failures && d < most; i++ {
		d *= 2
	}
	return k.jitter(min(d, most))
}

// jitter adds up to a tenth, so that tenants that met once part again.
func (k *Keeper) jitter(d time.Duration) time.Duration {
	return d + time.Duration(k.o.Rand()*float64(d)/10)
}

// lasting says whether a fault needs somebody to mend it.
func lasting(f translate.Fault) bool {
	switch f {
	case translate.FaultThrottled, translate.FaultUnreachable, translate.FaultIncident, translate.FaultUnreadable:
		return false
	}
	return true
}

func latest(times ...time.Time) (t time.Time) {
	for _, x := range times {
		if x.After(t) {
			t = x
		}
	}
	return t
}
