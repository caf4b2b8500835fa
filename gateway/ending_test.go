package gateway

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// TestWaitsEndWithTheDrain pins that whoever waits for a check when the end is called is told to come again at once, and
// so is whoever comes later; none of them has made an attempt, and what is remembered goes on.
func TestWaitsEndWithTheDrain(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	v := g.verifier
	file := PasswordFile{"a": hashOf(t, "x"), "b": hashOf(t, "y")}
	from := netip.MustParseAddr("192.0.2.1")
	if ok, err := v.verify(file, newClaim("b", []byte("y"), from)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	kept := len(v.attempts.kept)
	synctest.Test(t, func(t *testing.T) {
		v.running, v.ending = make(chan struct{}, 1), make(chan struct{})
		v.turn = make(chan struct{}, 1)
		v.running <- struct{}{}
		answers := make(chan error, 4)
		for i := range 3 { // one is next, the others wait for their turn
			go func() {
				_, err := v.verify(file, newClaim("a", []byte{byte('a' + i)}, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})))
				answers <- err
			}()
		}
		time.Sleep(checksPatience / 2)
		if len(answers) > 0 {
			t.Fatalf("did not wait: %v", <-answers)
		}
		before := time.Now()
		g.EndWaits()
		g.EndWaits()
		_, err := v.verify(file, newClaim("a", []byte("later"), from))
		answers <- err
		for range cap(answers) {
			if err := <-answers; !errors.Is(err, errBusy) {
				t.Errorf("error %v, want errBusy", err)
			}
		}
		if waited := time.Since(before); waited > 0 {
			t.Errorf("answered after %s", waited)
		}
		if ok, err := v.verify(file, newClaim("b", []byte("y"), from)); !ok || err != nil {
			t.Errorf("what is remembered: %v, error %v", ok, err)
		}
	})
	if len(v.strangers)+len(v.turn) > 0 || len(v.attempts.kept) != kept {
		t.Errorf("left behind: %d places, %d turns, %d attempts of %d", len(v.strangers), len(v.turn), len(v.attempts.kept), kept)
	}
}
