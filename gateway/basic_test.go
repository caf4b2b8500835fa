package gateway

import (
	"encoding/base64"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// TestNamesInWindows1252 has old .NET clients, which write the whole of name and password in Windows-1252, sign in over
// HTTP; whatever the letters, they are one principal.
func TestNamesInWindows1252(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	s := g.settings.Load().Settings
	s.Passwords = PasswordFile{
		"müller@example.onmicrosoft.com": hashOf(t, "pässwörd"), "žižka@example.onmicrosoft.com": hashOf(t, "plain"),
		"øre@example.onmicrosoft.com": hashOf(t, "Ã¤"), "old@example.onmicrosoft.com": hashOf(t, "\xe4"),
	}
	if err := g.Apply(s); err != nil {
		t.Fatal(err)
	}
	const müller = "müller@example.onmicrosoft.com"
	for i, c := range []struct{ name, user, password, want string }{
		{"UTF-8", müller, "pässwörd", müller},
		{"UTF-8 in capitals", "MÜLLER@example.onmicrosoft.com", "pässwörd", müller},
		{"Windows-1252", "m\xfcller@example.onmicrosoft.com", "p\xe4ssw\xf6rd", müller},
		{"Windows-1252 in capitals", "M\xdcLLER@Example.onmicrosoft.com", "p\xe4ssw\xf6rd", müller},
		{"a name in UTF-8, a password in Windows-1252", müller, "p\xe4ssw\xf6rd", müller},
		{"a name in Windows-1252, a password in UTF-8", "m\xfcller@example.onmicrosoft.com", "pässwörd", müller},
		{"letters that Latin-1 does not have", "\x9ei\x9eka@example.onmicrosoft.com", "plain", "žižka@example.onmicrosoft.com"},
		{"a password whose bytes are UTF-8 by chance", "\xf8re@example.onmicrosoft.com", "\xc3\xa4", "øre@example.onmicrosoft.com"},
		{"and nothing else", "øre@example.onmicrosoft.com", "\xc3\xa4", ""},
		{"an entry that was hashed in Windows-1252", "old@example.onmicrosoft.com", "\xe4", "old@example.onmicrosoft.com"},
		{"another letter", "m\xf6ller@example.onmicrosoft.com", "p\xe4ssw\xf6rd", ""},
		{"the letter for what is unreadable", "m\ufffdller@example.onmicrosoft.com", "pässwörd", ""},
		{"another's password", "m\xfcller@example.onmicrosoft.com", "plain", ""},
	} {
		for _, again := range []string{"first", "again"} { // the second is remembered
			r := httptest.NewRequest("GET", "https://reports.office365.com"+serviceRoot, nil)
			r.SetBasicAuth(c.user, c.password)
			p := peer{addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), secure: true}
			who, err := g.authenticate(t.Context(), g.settings.Load(), r.Header, p)
			if (err == nil) != (c.want != "") || err == nil && who.name != c.want {
				t.Errorf("%s, %s: %q, error %v", c.name, again, who.name, err)
			}
		}
	}
}

// TestBothReadingsAreOneAttempt pins that another letter form of a name gives a guesser no more tries, that a guess costs
// two checks at most, and an unknown user's the same.
func TestBothReadingsAreOneAttempt(t *testing.T) {
	g := newGuessing("müller")
	g.expect(t, "refused", "10.0.0.1", "müller", "a")
	g.expect(t, "refused", "10.0.0.1", "m\xfcller", "b")
	g.expect(t, "refused", "10.0.0.1", "M\xdcLLER", "c")
	g.expect(t, "1s", "10.0.0.1", "m\xfcller", "d")
	g.expect(t, "1s", "10.0.0.1", "Müller", "e")
	if len(g.checked) != 3 {
		t.Errorf("%d checks of ASCII passwords", len(g.checked))
	}
	for i, user := range []string{"m\xfcller", "n\xf6body"} {
		g.checked = nil
		g.expect(t, "refused", netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}).String(), user, "\xe4")
		if len(g.checked) != 2 {
			t.Errorf("%q: %d checks", user, len(g.checked))
		}
	}
	g.checked = nil
	g.expect(t, "in", "10.0.2.1", "m\xfcller", "right")
	g.expect(t, "in", "10.0.2.1", "müller", "right")
	if len(g.checked) != 1 {
		t.Errorf("what was verified in one reading is checked again in the other: %d checks", len(g.checked))
	}
}

// TestALongPasswordIsReadAsAWhole pins that the end of what bcrypt takes, in the middle of a letter, makes no other letters.
func TestALongPasswordIsReadAsAWhole(t *testing.T) {
	long := strings.Repeat("ä", 50)
	g := newGuessing("a")
	g.expect(t, "refused", "10.0.0.1", "a", "x"+long)
	if len(g.checked) != 1 {
		t.Errorf("%d checks", len(g.checked))
	}
	v := newVerifier(time.Now)
	if ok, err := v.verify(PasswordFile{"a": hashOf(t, long[:72])}, newClaim("a", []byte(strings.Repeat("\xe4", 72)), netip.Addr{})); !ok || err != nil {
		t.Errorf("%v, error %v", ok, err)
	}
}

// TestPasswordFileInWindows1252 pins that entries which were written in Windows-1252 keep their names apart.
func TestPasswordFileInWindows1252(t *testing.T) {
	hash := string(hashOf(t, "x"))
	file, err := ReadPasswords(strings.NewReader("\ufeffm\xfcller:" + hash + "\nM\xd6LLER:" + hash + "\n"))
	if err != nil || len(file) != 2 || file["müller"] == nil || file["möller"] == nil {
		t.Errorf("%v, %v", file, err)
	}
	if _, err := ReadPasswords(strings.NewReader("m\xfcller:" + hash + "\nMüller:" + hash)); err == nil || !strings.Contains(err.Error(), "line 2: müller stands twice") {
		t.Errorf("error %v", err)
	}
}

// FuzzBasic throws headers at the reading of Basic credentials: a name is UTF-8 and in one form, and what a client writes
// in Windows-1252 is read like what another writes in UTF-8.
func FuzzBasic(f *testing.F) {
	for _, s := range []string{"Reader@example.com:a:b", "müller@contoso.com:pässwörd", "m\xfcller@contoso.com:p\xe4ssw\xf6rd", "M\xdcLLER@contoso.com:\xc3\xa4", "\x81\x9e:\x80", ":", "nocolon", "a:\x00"} {
		f.Add("Basic " + base64.StdEncoding.EncodeToString([]byte(s)))
	}
	f.Add("basic ???")
	f.Fuzz(func(t *testing.T, header string) {
		user, password, ok := basic(header)
		if !ok {
			return
		}
		c := newClaim(user, password, netip.Addr{})
		if !utf8.ValidString(c.user) || UserName(c.user) != c.user {
			t.Errorf("%q is called %q, then %q", user, c.user, UserName(c.user))
		}
		if string(c.password) != string(password) || c.old != nil && !utf8.Valid(c.old) {
			t.Errorf("%q is read as %q and %q", password, c.password, c.old)
		}
		old, err := charmap.Windows1252.NewEncoder().String(user)
		if err != nil || utf8.ValidString(old) || !utf8.ValidString(user) || !utf8.Valid(password) {
			return
		}
		secret, err := charmap.Windows1252.NewEncoder().String(string(password))
		if err != nil {
			return
		}
		again := newClaim(old, []byte(secret), netip.Addr{})
		if read := string(again.old); again.user != c.user || read != string(password) && (again.old != nil || secret != string(password)) {
			t.Errorf("%q and %q in Windows-1252 are read as %q and %q", user, password, again.user, again.old)
		}
	})
}
