package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// guessing is a verifier whose clock stands still and whose checks cost nothing. The right password of everybody in its
// file is "right".
type guessing struct {
	*verifier
	at      time.Time
	file    PasswordFile
	checked [][]byte // hashes that passwords were compared with
}

func newGuessing(users ...string) *guessing {
	g := &guessing{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), file: PasswordFile{}}
	for _, user := range users {
		g.file[user] = []byte("hash of " + user)
	}
	g.verifier = newVerifier(func() time.Time { return g.at })
	g.check = func(hash, password []byte) bool {
		g.checked = append(g.checked, hash)
		return string(password) == "right"
	}
	return g
}

// try gives "in", "refused", or the wait.
func (g *guessing) try(t *testing.T, from, user, password string) string {
	t.Helper()
	ok, err := g.verify(g.file, newClaim(user, []byte(password), netip.MustParseAddr(from)))
	var late *waitError
	switch {
	case errors.As(err, &late):
		return late.wait.String()
	case err != nil:
		t.Fatal(err)
	case ok:
		return "in"
	}
	return "refused"
}

// expect tries and compares.
func (g *guessing) expect(t *testing.T, want, from, user, password string) {
	t.Helper()
	if got := g.try(t, from, user, password); got != want {
		t.Errorf("%s from %s with %s: %s, want %s", user, from, password, got, want)
	}
}

func (g *guessing) pass(d time.Duration) { g.at = g.at.Add(d) }

func TestTheWaitGrowsToThirtySeconds(t *testing.T) {
	g := newGuessing("a")
	for range freeOfPair {
		g.expect(t, "refused", "10.0.0.1", "a", "wrong")
	}
	for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30, 30} {
		wait := time.Duration(seconds) * time.Second
		g.expect(t, wait.String(), "10.0.0.1", "a", "right")
		g.pass(wait - time.Millisecond)
		g.expect(t, "1ms", "10.0.0.1", "a", "right")
		g.pass(time.Millisecond)
		g.expect(t, "refused", "10.0.0.1", "a", "wrong")
	}
	if n := len(g.checked); n != freeOfPair+8 {
		t.Errorf("%d passwords were checked: a refused attempt must cost no check", n)
	}
	g.pass(maxWait)
	g.expect(t, "in", "10.0.0.1", "a", "right")
	g.known.Flush()
	for range freeOfPair {
		g.expect(t, "refused", "10.0.0.1", "a", "wrong")
	}
	g.pass(failureKept + time.Second)
	for range freeOfPair {
		g.expect(t, "refused", "10.0.0.1", "a", "wrong")
	}
}

func TestTheRightPasswordIsNeverKeptOutFromAnotherAddress(t *testing.T) {
	g := newGuessing("a")
	for i := range 2000 { // from everywhere, each as often as it may
		g.try(t, fmt.Sprintf("10.1.%d.%d", i/250, i%250), "a", "wrong"+strconv.Itoa(i))
		if i%50 == 0 {
			g.known.Flush()
			g.expect(t, "in", fmt.Sprintf("10.2.0.%d", i/50), "a", "right")
		}
	}
	g.known.Flush()
	// With the guessing going on, a slip costs the longest wait and not more.
	g.expect(t, "refused", "10.3.0.1", "a", "slip")
	g.expect(t, "30s", "10.3.0.1", "a", "right")
	for i := range 30 {
		g.pass(time.Second)
		g.try(t, fmt.Sprintf("10.4.0.%d", i), "a", "wrong")
	}
	g.expect(t, "in", "10.3.0.1", "a", "right")
}

func TestARememberedCredentialNeverWaits(t *testing.T) {
	g := newGuessing("a", "b")
	g.expect(t, "in", "10.0.0.1", "a", "right")
	for i := range 40 {
		g.try(t, "10.0.0.1", "a", "wrong"+strconv.Itoa(i))
		g.try(t, "10.0.0.1", "nobody"+strconv.Itoa(i), "wrong")
		g.expect(t, "in", "10.0.0.1", "a", "right")
	}
	g.expect(t, "1s", "10.0.0.1", "b", "right") // the address is known for guessing
}

func TestOneAddressThatTriesManyNames(t *testing.T) {
	for name, network := range map[string]string{"IPv4": "10.0.0.1", "IPv6": "2001:db8:0:1::%x"} {
		t.Run(name, func(t *testing.T) {
			g := newGuessing("a")
			from := func(i int) string {
				if name == "IPv4" {
					return network
				}
				return fmt.Sprintf(network, i+1)
			}
			for i := range freeOfAddress {
				g.expect(t, "refused", from(i), "name"+strconv.Itoa(i), "wrong")
			}
			g.expect(t, "1s", from(99), "a", "right")
			g.expect(t, "in", "2001:db8:0:2::1", "a", "right")
			g.known.Flush()
			total := len(g.checked)
			for i := range 3600 { // an hour of it
				g.pass(time.Second)
				g.try(t, from(i), "name"+strconv.Itoa(1000+i), "wrong")
			}
			if n := len(g.checked) - total; n > 130 {
				t.Errorf("%d guesses in an hour, want one in 30 s", n)
			}
		})
	}
}

// TestNeighboursOfABrokenClient pins that a client with an old password, which asks for ever, keeps out nobody else at
// its address, which may be that of a proxy.
func TestNeighboursOfABrokenClient(t *testing.T) {
	g := newGuessing("old", "a")
	for i := range 1000 {
		g.pass(time.Second)
		g.try(t, "10.0.0.1", "old", "wrong")
		if i%100 == 99 {
			g.known.Flush()
			g.expect(t, "in", "10.0.0.1", "a", "right")
		}
	}
	for i := range 100 { // guesses at others do not keep out one that succeeded here
		g.try(t, "10.0.0.1", "nobody"+strconv.Itoa(i), "wrong")
	}
	g.known.Flush()
	g.expect(t, "in", "10.0.0.1", "a", "right")
}

func TestAnUnknownUserCostsACheck(t *testing.T) {
	g := newGuessing("a", "b", "c")
	g.expect(t, "refused", "10.0.0.1", "nobody", "right")
	g.expect(t, "refused", "10.0.0.2", "nobody", "right")
	if len(g.checked) != 2 || !bytes.Equal(g.checked[0], g.checked[1]) {
		t.Errorf("an unknown user's password was compared with %q", g.checked)
	}
	g.expect(t, "refused", "10.0.0.1", "nobody", "right")
	g.expect(t, "refused", "10.0.0.1", "nobody", "right")
	g.expect(t, "1s", "10.0.0.1", "nobody", "right")
	if g.known.ItemCount() != 0 {
		t.Error("an unknown user is remembered")
	}
}

// TestManyGuessesAtOnce pins that attempts under way count: all at once get no more than one after the other.
func TestManyGuessesAtOnce(t *testing.T) {
	g := newGuessing("a")
	var mu sync.Mutex
	checks, held := 0, make(chan struct{})
	g.check = func([]byte, []byte) bool {
		mu.Lock()
		checks++
		mu.Unlock()
		<-held
		return false
	}
	var all sync.WaitGroup
	refused := make(chan struct{}, 50)
	for i := range 50 {
		all.Go(func() {
			_, err := g.verify(g.file, newClaim("a", []byte(strconv.Itoa(i)), netip.MustParseAddr("10.0.0.1")))
			if err != nil {
				refused <- struct{}{}
			}
		})
	}
	for range 50 - freeOfPair {
		<-refused // while the first are still being checked
	}
	close(held)
	all.Wait()
	if checks != freeOfPair {
		t.Errorf("%d checks, want %d", checks, freeOfPair)
	}
}

// TestAClientThatBeginsWithManyRequests pins that the same credential at once is one attempt and one check.
func TestAClientThatBeginsWithManyRequests(t *testing.T) {
	g := newGuessing("a")
	begun, held := make(chan struct{}, 20), make(chan struct{})
	g.check = func([]byte, []byte) bool { begun <- struct{}{}; <-held; return true }
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if ok, err := g.verify(g.file, newClaim("a", []byte("right"), netip.MustParseAddr("10.0.0.1"))); !ok || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
	<-begun
	close(held)
	all.Wait()
}

func TestAttemptsAreBounded(t *testing.T) {
	a, at := newAttempts(), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range attemptsAtMost {
		tried, _ := a.begin(strconv.Itoa(i), netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), at)
		a.end(tried, false, at)
	}
	if n := len(a.kept); n != attemptsAtMost {
		t.Errorf("%d entries", n)
	}
}

// TestDifferenceD25GuessesWait goes through the whole gateway: the page of LEGACY 58 with Retry-After, and no failed
// attempt by asking without credentials first, as .NET does. The clock of the answers stands still, that of waits does not.
func TestDifferenceD25GuessesWait(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	wall := time.Now()
	g.verifier.now = func() time.Time { return wall }
	ask := func(password string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, serviceRoot, nil)
		r.RemoteAddr = "127.0.0.1:1"
		if password != "" {
			r.SetBasicAuth("Reader@Example.onmicrosoft.com", password)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w
	}
	for range 50 {
		if w := ask(""); w.Code != http.StatusUnauthorized || w.Header().Get("Retry-After") != "" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
	}
	for range freeOfPair {
		refused(t, ask("wrong"), http.StatusUnauthorized, "<h2>401 - Unauthorized")
	}
	w := ask("demo")
	refused(t, w, http.StatusUnauthorized, "<h2>401 - Unauthorized")
	if w.Header().Get("Retry-After") != "1" || !slices.Equal(w.Header()["WWW-Authenticate"], []string{realm}) {
		t.Errorf("%v", w.Header())
	}
	wall = wall.Add(time.Second)
	if w := ask("demo"); w.Code != http.StatusOK {
		t.Errorf("the right password after the wait: %d", w.Code)
	}
}

func BenchmarkRemembered(b *testing.B) {
	hash, err := bcrypt.GenerateFromPassword([]byte("right"), bcrypt.MinCost)
	if err != nil {
		b.Fatal(err)
	}
	v, file := newVerifier(time.Now), PasswordFile{"a": hash}
	c := newClaim("a", []byte("right"), netip.MustParseAddr("10.0.0.1"))
	for b.Loop() {
		if ok, _ := v.verify(file, c); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkRefusedAttempt(b *testing.B) {
	v, file := newVerifier(time.Now), PasswordFile{"a": []byte("hash")}
	c := newClaim("a", []byte("wrong"), netip.MustParseAddr("10.0.0.1"))
	for b.Loop() {
		if ok, _ := v.verify(file, c); ok {
			b.Fatal("let in")
		}
	}
}
