package gateway

import (
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

// How many requests of those who do not get in are told to the log in a period. Metrics count each.
const (
	hushPeriod    = time.Minute
	hushOfAddress = 5  // of one kind from one address
	hushOfKind    = 20 // of one kind from everywhere
)

// hush keeps those whom nobody knows from filling the log. Its zero value is ready.
type hush struct {
	mu    sync.Mutex
	until time.Time // end of the period
	kinds map[string]*hushed
}

// hushed is what a period has seen of one kind.
type hushed struct {
	told, untold int
	from         map[netip.Addr]int // told, by address; no more entries than told
}

// allow says whether one more request of a kind is told. The first of a period also gives, by kind, how many of the last
// one were not.
func (h *hush) allow(kind string, from netip.Addr, now time.Time) (told bool, untold []slog.Attr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !now.Before(h.until) {
		untold = h.rest()
		h.until, h.kinds = now.Add(hushPeriod), map[string]*hushed{}
	}
	seen := h.kinds[kind]
	if seen == nil {
		seen = &hushed{from: map[netip.Addr]int{}}
		h.kinds[kind] = seen
	}
	from = networkOf(from)
	if seen.told >= hushOfKind || seen.from[from] >= hushOfAddress {
		seen.untold++
		return false, untold
	}
	seen.told++
	seen.from[from]++
	return true, untold
}

// rest gives what was not told, in the order of outsiders.
func (h *hush) rest() (untold []slog.Attr) {
	for _, kind := range outsiders {
		if seen := h.kinds[kind]; seen != nil && seen.untold > 0 {
			untold = append(untold, slog.Int(kind, seen.untold))
		}
	}
	return untold
}

// The kinds of those who do not get in, beside why an attempt failed.
const (
	outsiderBusy    = "busy"           // a password that found no place in the queue
	outsiderNoKeys  = "no-keys"        // a token that cannot be judged
	outsiderOutside = "outside"        // a path outside the service
	outsiderOther   = "no-credentials" // or such as nobody can read
)

var outsiders = []string{
	string(AttemptWrong), string(AttemptWaiting), string(AttemptToken), string(AttemptPlain),
	outsiderBusy, outsiderNoKeys, outsiderOutside, outsiderOther,
}

// outsider gives the kind of a request that did not get in; empty for one that did.
func outsider(err error) string {
	if reason := attemptOf(err); reason != "" {
		return string(reason)
	}
	switch {
	case errors.Is(err, errBusy):
		return outsiderBusy
	case errors.Is(err, errNoKeys):
		return outsiderNoKeys
	case errors.Is(err, errOutside):
		return outsiderOutside
	case errors.Is(err, errUnauthorized):
		return outsiderOther
	}
	return ""
}
