package gateway

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// The limits on failed attempts. A wait doubles with each failure from a second to maxWait.
const (
	freeOfPair      = 3  // failures of a principal from one address before it waits there
	freeOfAddress   = 10 // failures of an address before principals that never succeeded from it wait
	freeOfPrincipal = 20 // failures of a principal from everywhere before its first failure anywhere means the longest wait
	firstWait       = time.Second
	maxWait         = 30 * time.Second

	failureKept    = 15 * time.Minute // after the last failure
	successKept    = 24 * time.Hour   // how long a success exempts a pair from what others do at its address
	attemptsAtMost = 1 << 16          // entries; beyond it any one goes for each that comes
)

// attempts slows the guessing of passwords. What a principal may do from an address depends on what failed from that
// very address, so that nobody keeps the right password out from anywhere else. It keeps no name and no password.
type attempts struct {
	seed maphash.Seed
	mu   sync.Mutex
	kept map[uint64]*strikes
}

// strikes are the failures of a principal, of an address, or of a principal from an address.
type strikes struct {
	failed int
	until  time.Time // no attempt before
	last   time.Time // when it was last changed
	proven bool      // of a pair: it has succeeded
}

// attempt is one check of a password that attempts let through.
type attempt struct {
	pair, address, principal uint64
	first                    bool // among the pair's first failures, which its address counts too
	proven                   bool // the pair has succeeded before
}

func newAttempts() *attempts {
	return &attempts{seed: maphash.MakeSeed(), kept: map[uint64]*strikes{}}
}

// begin asks whether a principal may try a password from an address now. A wait means no; else the attempt must be
// ended by end or forget. Attempts under way count as failed, or many at once would pass together.
func (a *attempts) begin(user string, from netip.Addr, now time.Time) (attempt, time.Duration) {
	from = networkOf(from)
	t := attempt{
		pair:      maphash.Comparable(a.seed, [2]any{user, from}),
		address:   maphash.Comparable(a.seed, [2]any{nil, from}),
		principal: maphash.Comparable(a.seed, [2]any{user, nil}),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	pair, address := a.find(t.pair, now), a.find(t.address, now)
	wait := pair.until.Sub(now)
	if !pair.proven {
		wait = max(wait, address.until.Sub(now))
	}
	if wait > 0 {
		return t, wait
	}
	t.first, t.proven = pair.failed < freeOfPair, pair.proven
	mine := a.keep(t.pair, now)
	mine.failed++
	mine.until = now.Add(a.waitOfPair(mine, t.principal, now))
	if hold := waitAfter(address.failed - freeOfAddress + 1); hold > 0 && !mine.proven {
		a.keep(t.address, now).until = now.Add(hold) // one attempt a wait, not all that come while it is checked
	}
	return t, 0
}

// waitOfPair is the wait of a pair after its failures. A principal that is being guessed from everywhere makes it the
// longest at once.
func (a *attempts) waitOfPair(pair *strikes, principal uint64, now time.Time) time.Duration {
	if a.find(principal, now).failed > freeOfPrincipal && !pair.proven {
		return maxWait
	}
	return waitAfter(pair.failed - freeOfPair + 1)
}

// end notes how an attempt ended. A success forgets the failures of the principal from that address.
func (a *attempts) end(t attempt, ok bool, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ok {
		*a.keep(t.pair, now) = strikes{last: now, proven: true}
		return
	}
	a.keep(t.principal, now).failed++
	if !t.first {
		return // a client with an old password must not keep out its neighbours
	}
	address := a.keep(t.address, now)
	address.failed++
	address.until = now.Add(waitAfter(address.failed - freeOfAddress + 1))
}

// forget takes back an attempt whose password was never checked.
func (a *attempts) forget(t attempt, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if pair := a.find(t.pair, now); pair.failed > 0 {
		kept := a.keep(t.pair, now)
		kept.failed--
		kept.until = now
		if kept.failed == 0 && !kept.proven {
			delete(a.kept, t.pair) // what cost no check must push out nothing
		}
	}
}

// find gives what still counts of the strikes of a key.
func (a *attempts) find(key uint64, now time.Time) strikes {
	if s := a.kept[key]; s != nil {
		return s.at(now)
	}
	return strikes{}
}

// keep gives the strikes of a key to be changed.
func (a *attempts) keep(key uint64, now time.Time) *strikes {
	s := a.kept[key]
	if s == nil {
		a.makeRoom()
		s = &strikes{}
		a.kept[key] = s
	}
	*s = s.at(now)
	s.last = now
	return s
}

// makeRoom lets any one entry go when there are too many, rather not one who has succeeded. Each took a bcrypt check to make.
func (a *attempts) makeRoom() {
	if len(a.kept) < attemptsAtMost {
		return
	}
	looked := 0
	for key, s := range a.kept {
		if looked++; !s.proven || looked == 16 {
			delete(a.kept, key)
			return
		}
	}
}

// at is what still counts at a time.
func (s *strikes) at(now time.Time) strikes {
	if now.Sub(s.last) <= failureKept {
		return *s
	}
	return strikes{last: s.last, proven: s.proven && now.Sub(s.last) <= successKept}
}

// waitAfter is the wait after the last of so many failures, the last free one included.
func waitAfter(failures int) time.Duration {
	if failures <= 0 {
		return 0
	}
	return min(firstWait<<min(failures-1, 5), maxWait)
}

// networkOf is what counts as one address: of IPv6 the /64 that one host commands.
func networkOf(addr netip.Addr) netip.Addr {
	if addr = addr.Unmap().WithZone(""); !addr.Is6() {
		return addr
	}
	prefix, _ := addr.Prefix(64) // 64 bits fit every IPv6 address
	return prefix.Addr()
}
