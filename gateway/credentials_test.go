package gateway

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
)

func hashOf(t *testing.T, password string) []byte {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestVerify(t *testing.T) {
	file := PasswordFile{"reader@example.com": hashOf(t, "pässwörd"), "other@example.com": hashOf(t, "other")}
	v := newVerifier(time.Now)
	for i, c := range []struct {
		name, user, password string
		want                 bool
	}{
		{"UTF-8", "reader@example.com", "pässwörd", true},
		{"Windows-1252", "reader@example.com", "p\xe4ssw\xf6rd", true},
		{"wrong", "reader@example.com", "passwort", false},
		{"another's", "reader@example.com", "other", false},
		{"unknown user", "nobody@example.com", "other", false},
		{"empty", "reader@example.com", "", false},
	} {
		for _, again := range []string{"first", "again"} {
			got, err := v.verify(file, newClaim(c.user, []byte(c.password), netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})))
			if err != nil || got != c.want {
				t.Errorf("%s, %s: %v, %v", c.name, again, got, err)
			}
		}
	}
	if n := v.known.ItemCount(); n != 2 {
		t.Errorf("%d credentials are remembered, want the two that were right", n)
	}
	for key := range v.known.Items() {
		if strings.Contains(key, "rd") {
			t.Error("a password lies in memory")
		}
	}
}

func TestAChangedPasswordIsForgotten(t *testing.T) {
	v := newVerifier(time.Now)
	if ok, _ := v.verify(PasswordFile{"a": hashOf(t, "old")}, newClaim("a", []byte("old"), netip.Addr{})); !ok {
		t.Fatal("the right password is refused")
	}
	if ok, _ := v.verify(PasswordFile{"a": hashOf(t, "new")}, newClaim("a", []byte("old"), netip.Addr{})); ok {
		t.Error("the old password still works after a change")
	}
}

func TestABusyVerifierRefuses(t *testing.T) {
	v := newVerifier(time.Now)
	right := newClaim("a", []byte("x"), netip.MustParseAddr("192.0.2.1"))
	if ok, err := v.verify(PasswordFile{"a": hashOf(t, "x")}, right); !ok || err != nil {
		t.Fatalf("%v, error %v", ok, err)
	}
	for range cap(v.strangers) {
		v.strangers <- struct{}{}
	}
	changed := PasswordFile{"a": hashOf(t, "x")} // no longer remembered
	elsewhere := right
	elsewhere.from = netip.MustParseAddr("192.0.2.2")
	if _, err := v.verify(changed, elsewhere); !errors.Is(err, errBusy) {
		t.Errorf("error %v, want errBusy", err)
	}
	if ok, err := v.verify(changed, right); !ok || err != nil {
		t.Errorf("guessers keep out who was here before: %v, error %v", ok, err)
	}
	for range cap(v.proven) {
		v.proven <- struct{}{}
	}
	changed["a"] = hashOf(t, "x")
	if _, err := v.verify(changed, right); !errors.Is(err, errBusy) {
		t.Errorf("error %v, want errBusy", err)
	}
}

// TestNobodyWaitsForeverForACheck pins that whoever is not checked in time is told to come again, gives its place back,
// and has made no attempt.
func TestNobodyWaitsForeverForACheck(t *testing.T) {
	v := newVerifier(time.Now)
	file := PasswordFile{"a": hashOf(t, "x"), "b": hashOf(t, "x")}
	before := newClaim("b", []byte("x"), netip.MustParseAddr("192.0.2.2"))
	if ok, err := v.verify(file, before); !ok || err != nil {
		t.Fatalf("%v, error %v", ok, err)
	}
	file["b"] = hashOf(t, "x") // no longer remembered
	for range cap(v.running) {
		v.running <- struct{}{}
	}
	stranger := newClaim("a", []byte("x"), netip.MustParseAddr("192.0.2.1"))
	v.patience = time.Millisecond
	for range 20 {
		for _, c := range []claim{stranger, before} {
			if _, err := v.verify(file, c); !errors.Is(err, errBusy) {
				t.Fatalf("%s: error %v, want errBusy", c.user, err)
			}
		}
	}
	if len(v.strangers)+len(v.proven)+len(v.turn) > 0 {
		t.Errorf("places are left taken: %d, %d, %d", len(v.strangers), len(v.proven), len(v.turn))
	}
	<-v.running
	v.patience = time.Hour
	for _, c := range []claim{stranger, before} {
		if ok, err := v.verify(file, c); !ok || err != nil {
			t.Errorf("%s afterwards: %v, error %v", c.user, ok, err)
		}
	}
}

// TestWhoWasHereBeforeIsNext pins that a client whose credential is no longer remembered does not wait for all the guesses
// that came before it.
func TestWhoWasHereBeforeIsNext(t *testing.T) {
	v := newVerifier(time.Now) // out of the bubble, which what it remembers would keep from ending
	synctest.Test(t, func(t *testing.T) {
		for _, places := range []*chan struct{}{&v.running, &v.proven, &v.strangers, &v.turn, &v.ending} {
			*places = make(chan struct{}, cap(*places))
		}
		right := newClaim("a", []byte("x"), netip.MustParseAddr("192.0.2.1"))
		if ok, err := v.verify(PasswordFile{"a": hashOf(t, "x")}, right); !ok || err != nil {
			t.Fatalf("%v, error %v", ok, err)
		}
		started, next := make(chan string), make(chan struct{})
		v.check = func(_, password []byte) bool {
			started <- string(password)
			<-next
			return false
		}
		changed := PasswordFile{"a": hashOf(t, "x")}
		var all sync.WaitGroup
		const guesses = 12
		for i := range guesses {
			all.Go(func() {
				_, _ = v.verify(changed, newClaim("a", []byte("guess"), netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})))
			})
		}
		for range cap(v.running) {
			<-started
		}
		synctest.Wait()
		all.Go(func() { _, _ = v.verify(changed, right) })
		synctest.Wait()
		before := 0 // guesses that were looked at since the client came
		for {
			next <- struct{}{}
			if <-started == "x" {
				break
			}
			before++
		}
		if before > 2*cap(v.turn)+1 {
			t.Errorf("%d of %d guesses were looked at first", before, guesses)
		}
		go func() {
			for range started {
			}
		}()
		close(next)
		all.Wait()
		close(started)
	})
}

func TestBasic(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		header, user, password string
		ok                     bool
	}{
		{"Basic " + encode("Reader@Example.com:a:b"), "Reader@Example.com", "a:b", true},
		{"basic  " + encode("a:"), "a", "", true},
		{"Basic " + encode("nocolon"), "", "", false},
		{"Basic ???", "", "", false},
		{"Bearer abc", "", "", false},
		{"", "", "", false},
		{"Basic", "", "", false},
	} {
		user, password, ok := basic(c.header)
		if user != c.user || string(password) != c.password || ok != c.ok {
			t.Errorf("basic(%q) = %q, %q, %v", c.header, user, password, ok)
		}
	}
}

func TestReadPasswords(t *testing.T) {
	hash := string(hashOf(t, "x"))
	file, err := ReadPasswords(strings.NewReader("# people\n\n Reader@Example.com :" + hash + "\nb:" + strings.Replace(hash, "$2a$", "$2y$", 1) + "\n"))
	if err != nil || len(file) != 2 || file["reader@example.com"] == nil {
		t.Fatalf("%v, %v", file, err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"MD5":       {"a:" + hash + "\nb:$apr1$abc$defghijk", "line 2: the entry of b is no bcrypt hash"},
		"SHA-1":     {"a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "line 1: the entry of a is no bcrypt hash"},
		"plain":     {"a:secret", "line 1: the entry of a is no bcrypt hash"},
		"comment":   {"a:" + hash + ":the reader", "line 1: the entry of a is no bcrypt hash"},
		"no salt":   {"a:$2y$10$" + strings.Repeat("!", 53), "line 1: the entry of a is no bcrypt hash"},
		"cut off":   {"a:" + hash[:59], "line 1: the entry of a is no bcrypt hash"},
		"too dear":  {"a:$2y$16$" + hash[7:], "line 1: the entry of a has bcrypt cost 16"},
		"no colon":  {"secret", "line 1: not of the form"},
		"no name":   {":" + hash, "line 1: not of the form"},
		"twice":     {"a:" + hash + "\nA:" + hash, "line 2: a stands twice"},
		"long line": {strings.Repeat("x", 70_000), "not readable"},
	} {
		_, err := ReadPasswords(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "$apr1") || strings.Contains(err.Error(), "W6ph") {
			t.Errorf("%s: the error shows the entry: %v", name, err)
		}
	}
}

// TestOnePasswordHasOneForm pins that what bcrypt takes for the same is no other password: a NUL never is one, and of 72
// bytes and more there is one remembered form.
func TestOnePasswordHasOneForm(t *testing.T) {
	long := strings.Repeat("p", 72)
	v, file := newVerifier(time.Now), PasswordFile{"a": hashOf(t, "right"), "b": hashOf(t, long)}
	for i, c := range []struct {
		user, password string
		want           bool
	}{
		{"a", "right\x00right", false}, {"a", "right\x00", false}, {"a", "right", true}, {"b", long, true}, {"b", long + "more", true}, {"b", long + "else", true},
	} {
		if ok, err := v.verify(file, newClaim(c.user, []byte(c.password), netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))); ok != c.want || err != nil {
			t.Errorf("%q: %v, error %v", c.password, ok, err)
		}
	}
	if n := v.known.ItemCount(); n != 2 {
		t.Errorf("%d credentials are remembered of two", n)
	}
}

// TestWhatCostsNoCheckLeavesNothing pins that attempts which found no place in the queue are not kept: they would push out
// who was slowed down, and who has succeeded.
func TestWhatCostsNoCheckLeavesNothing(t *testing.T) {
	v, file := newVerifier(time.Now), PasswordFile{"a": hashOf(t, "x")}
	right := newClaim("a", []byte("x"), netip.MustParseAddr("192.0.2.1"))
	if ok, err := v.verify(file, right); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for range cap(v.strangers) {
		v.strangers <- struct{}{}
	}
	for i := range 1000 {
		guess := newClaim(fmt.Sprint("user ", i), []byte("x"), netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
		if _, err := v.verify(file, guess); !errors.Is(err, errBusy) {
			t.Fatal(err)
		}
	}
	if n := len(v.attempts.kept); n != 1 {
		t.Errorf("%d entries are kept", n)
	}
}

// TestACredentialInUseIsRemembered pins that a client which asks all the time is not checked again.
func TestACredentialInUseIsRemembered(t *testing.T) {
	v := newVerifier(time.Now)
	v.known.Set("digest", struct{}{}, rememberedFor/4)
	if !v.remembers("digest") {
		t.Fatal("forgotten too early")
	}
	if _, until, _ := v.known.GetWithExpiration("digest"); time.Until(until) < rememberedFor/2 {
		t.Errorf("remembered until %v only", until)
	}
	if v.remembers("another") {
		t.Error("remembers what was never verified")
	}
}
