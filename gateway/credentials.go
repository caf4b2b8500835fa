package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	gohash "hash"
	"hash/maphash"
	"math"
	"net/netip"
	"runtime"
	"sync"
	"time"

	gocache "github.com/patrickmn/go-cache"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/singleflight"
)

// PasswordFile knows the bcrypt hash of each user, by name in lower case. It is replaced as a whole at a reload.
type PasswordFile map[string][]byte

// waitError refuses an attempt that comes too soon after failed ones.
type waitError struct{ wait time.Duration }

// Error says how long to wait.
func (e *waitError) Error() string {
	return fmt.Sprintf("too many failed attempts, the next one is due in %s", e.wait.Round(time.Millisecond))
}

// seconds is the value of Retry-After: whole seconds, at least one.
func (e *waitError) seconds() int { return max(1, int(math.Ceil(e.wait.Seconds()))) }

const (
	checksAtOnce    = 2                // at most: a bcrypt check takes a core for tens of milliseconds
	checksWaiting   = 32               // of each queue; beyond that a request is told to come again
	checksPatience  = 15 * time.Second // and after that
	rememberedFor   = 2 * time.Minute  // how long a verified credential is known without bcrypt
	rememberedAtMax = 10_000
)

// verifier checks passwords against a PasswordFile. What it verified it remembers for a short time as a keyed hash,
// never as the password.
type verifier struct {
	now       func() time.Time
	key       [32]byte
	macs      sync.Pool // of hash.Hash under key: making one costs more than using it
	seed      maphash.Seed
	known     *gocache.Cache
	flights   singleflight.Group
	attempts  *attempts
	running   chan struct{}
	proven    chan struct{} // places of those who have succeeded from their address, running or waiting
	strangers chan struct{} // places of all others
	turn      chan struct{} // places of those of them who are next: the rest let who is proven pass
	patience  time.Duration // how long a claim waits for its check at most
	ending    chan struct{} // closed when nobody waits any more
	endOnce   sync.Once
	check     func(hash, password []byte) bool
}

func newVerifier(now func() time.Time) *verifier {
	v := &verifier{
		now:       now,
		seed:      maphash.MakeSeed(),
		known:     gocache.New(rememberedFor, rememberedFor),
		attempts:  newAttempts(),
		running:   make(chan struct{}, cores()),
		proven:    make(chan struct{}, checksAtOnce+checksWaiting),
		strangers: make(chan struct{}, checksAtOnce+checksWaiting),
		turn:      make(chan struct{}, cores()),
		patience:  checksPatience,
		ending:    make(chan struct{}),
		check:     matches,
	}
	_, _ = rand.Read(v.key[:]) // crypto/rand.Read never fails
	return v
}

// verify says whether a claim's password is its user's. The password is tried as it came, then as read in Windows-1252 (an
// operator hashed the UTF-8 form). An unknown user costs what a known one does. What was verified a short while ago never
// waits. The error is errBusy or a *waitError. The wait is bounded by the queue and by patience.
func (v *verifier) verify(file PasswordFile, c claim) (bool, error) {
	if len(file) == 0 {
		return false, nil
	}
	hash, known := file[c.user]
	// bcrypt takes 72 bytes, and repeats a shorter password with a NUL between: others would pass for the same.
	c.password, c.old = c.password[:min(len(c.password), 72)], c.old[:min(len(c.old), 72)]
	known = known && bytes.IndexByte(c.password, 0) < 0
	digest := v.digest(c, hash)
	if v.remembers(digest) {
		return true, nil
	}
	// A client that begins with many requests at once has made one attempt.
	done, err, _ := v.flights.Do(digest+c.from.String(), func() (any, error) {
		ok, err := v.attempt(c, file, known)
		if ok && v.known.ItemCount() < rememberedAtMax {
			v.known.SetDefault(digest, struct{}{})
		}
		return ok, err
	})
	ok, _ := done.(bool)
	return ok, err
}

// remembers says whether a credential was verified a short while ago, and keeps in mind one that stays in use: a client
// that asks all the time never comes to wait for another's failed attempts. A changed hash has another digest.
func (v *verifier) remembers(digest string) bool {
	_, until, ok := v.known.GetWithExpiration(digest)
	if ok && time.Until(until) < rememberedFor/2 {
		v.known.SetDefault(digest, struct{}{})
	}
	return ok
}

// attempt checks a password with bcrypt, if attempts and the queue allow it.
func (v *verifier) attempt(c claim, file PasswordFile, known bool) (bool, error) {
	t, wait := v.attempts.begin(c.user, c.from, v.now())
	if wait > 0 {
		return false, &waitError{wait}
	}
	release, ok := v.enqueue(t)
	if !ok {
		v.attempts.forget(t, v.now())
		return false, errBusy
	}
	defer release()
	late := time.NewTimer(v.patience)
	defer late.Stop()
	stages := []chan struct{}{v.turn, v.running}
	if t.proven {
		stages = stages[1:]
	}
	for _, stage := range stages {
		select {
		case stage <- struct{}{}:
			defer func() { <-stage }()
			continue
		case <-late.C:
		case <-v.ending:
		}
		v.attempts.forget(t, v.now())
		return false, errBusy
	}
	hash, other := file[c.user], v.decoy(file, c.user) // looked for in either case: it takes longer the more users there are
	if hash == nil {
		hash = other
	}
	ok = v.check(hash, c.password)
	if c.old != nil {
		ok = v.check(hash, c.old) || ok // always both: time tells nothing of the first
	}
	ok = ok && known
	v.attempts.end(t, ok, v.now())
	return ok, nil
}

// enqueue takes a place in a queue, if there is one. Who has succeeded from its address before has a queue of its own,
// which guessers cannot fill, and is next.
func (v *verifier) enqueue(t attempt) (release func(), ok bool) {
	places := v.strangers
	if t.proven {
		places = v.proven
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	default:
		return nil, false
	}
}

// EndWaits has everybody who waits for the check of a password, now or later, be told to come again: the time to answer
// them runs out.
func (g *Gateway) EndWaits() { g.verifier.endOnce.Do(func() { close(g.verifier.ending) }) }

// cores is how many checks run at once: on a small machine requests keep a core for themselves.
func cores() int { return min(checksAtOnce, max(1, runtime.GOMAXPROCS(0)/2)) }

// decoy is the hash that an unknown user's password is compared with: always the same user's of the file, so that in a
// file of different costs, too, the time tells nothing. It is nil if there are no users.
func (v *verifier) decoy(file PasswordFile, user string) []byte {
	var hash []byte
	least := uint64(math.MaxUint64)
	for name, h := range file {
		if sum := maphash.Comparable(v.seed, [2]string{user, name}); sum <= least {
			least, hash = sum, h
		}
	}
	return hash
}

// Checked is what became of a name and a password. One that is neither OK nor Busy nor has to wait is wrong.
type Checked struct {
	OK   bool
	Busy bool          // it was not looked at: too many others wait for their check, which says nothing about it
	Wait time.Duration // not zero: it was not looked at so soon after failed attempts; when the next one is due
}

// Verify says whether password is user's in a file, both as they were sent; it shares the gateway's limits on checking and
// guessing, and its memory.
func (g *Gateway) Verify(_ context.Context, file PasswordFile, from netip.Addr, user string, password []byte) Checked {
	ok, err := g.verifier.verify(file, newClaim(user, password, from))
	late := (*waitError)(nil)
	switch {
	case errors.As(err, &late):
		g.Recorder.Failed(AttemptWaiting)
		return Checked{Wait: late.wait}
	case errors.Is(err, errBusy):
		return Checked{Busy: true}
	case err == nil && !ok:
		g.Recorder.Failed(AttemptWrong)
	}
	return Checked{OK: err == nil && ok}
}

// digest binds a credential to the hash it was verified against, so that a changed password is forgotten at once.
func (v *verifier) digest(c claim, hash []byte) string {
	m, ok := v.macs.Get().(gohash.Hash)
	if !ok {
		m = hmac.New(sha256.New, v.key[:])
	}
	defer func() {
		m.Reset()
		v.macs.Put(m)
	}()
	text := make([]byte, 0, 256)
	for _, part := range [...][]byte{[]byte(c.user), hash, c.password, c.old} {
		text = append(append(text, part...), 0)
	}
	m.Write(text)
	return string(m.Sum(text[:0]))
}

func matches(hash, password []byte) bool { return bcrypt.CompareHashAndPassword(hash, password) == nil }
