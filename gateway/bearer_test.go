package gateway

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func TestBearerTokens(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	i := b.issuer
	change := func(name string, value any) map[string]any {
		return i.claims(b.at, map[string]any{name: value})
	}
	in := func(d time.Duration) int64 { return b.at.Add(d).Unix() }
	for _, c := range []struct {
		name, token string
		status      int
		why         string // what the log says
	}{
		{"RS256", sign(t, jose.RS256, "rsa", rsaKey(), change("x", 1)), 200, ""},
		{"ES256", sign(t, jose.ES256, "ec", ecKey(), change("x", 1)), 200, ""},
		{"no key id", sign(t, jose.RS256, "", rsaKey(), change("x", 1)), 200, ""},
		{"several audiences", sign(t, jose.RS256, "rsa", rsaKey(), change("aud", []string{"a", "api://rwsgate"})), 200, ""},
		{"upper case", sign(t, jose.RS256, "rsa", rsaKey(), change("tid", strings.ToUpper(homeID))), 200, ""},
		{"just expired", sign(t, jose.RS256, "rsa", rsaKey(), change("exp", in(-4*time.Minute))), 200, ""},
		{"almost valid", sign(t, jose.RS256, "rsa", rsaKey(), change("nbf", in(4*time.Minute))), 200, ""},
		{"expired", sign(t, jose.RS256, "rsa", rsaKey(), change("exp", in(-6*time.Minute))), 401, "expired on 2013-09-08T16:59:00Z"},
		{"no expiry", sign(t, jose.RS256, "rsa", rsaKey(), change("exp", nil)), 401, "expired"},
		{"not yet valid", sign(t, jose.RS256, "rsa", rsaKey(), change("nbf", in(6*time.Minute))), 401, "not valid yet"},
		{"another audience", sign(t, jose.RS256, "rsa", rsaKey(), change("aud", "api://other")), 401, "audience"},
		{"no audience", sign(t, jose.RS256, "rsa", rsaKey(), change("aud", nil)), 401, "audience"},
		{"another issuer", sign(t, jose.RS256, "rsa", rsaKey(), change("iss", "https://evil.example/"+homeID+"/v2.0")), 401, "provider"},
		{"the other tenant's issuer", sign(t, jose.RS256, "rsa", rsaKey(), change("iss", i.URL+"/"+otherID+"/v2.0")), 401, "provider"},
		{"the other tenant's tid", sign(t, jose.RS256, "rsa", rsaKey(), change("tid", otherID)), 401, "provider"},
		{"nobody's tid", sign(t, jose.RS256, "rsa", rsaKey(), change("tid", strangerID)), 401, "no tenant's id"},
		{"no tid", sign(t, jose.RS256, "rsa", rsaKey(), change("tid", nil)), 401, "no tenant's id"},
		{"a tid that is no text", sign(t, jose.RS256, "rsa", rsaKey(), change("tid", 1)), 401, "no tenant's id"},
		{"another's signature", sign(t, jose.RS256, "rsa", strangeKey(), change("x", 1)), 401, "verify signature"},
		{"a key of the other kind", sign(t, jose.RS256, "ec", rsaKey(), change("x", 1)), 401, "verify signature"},
		{"RS512", sign(t, jose.RS512, "rsa", rsaKey(), change("x", 1)), 401, "RS256 or ES256"},
		{"HS256 with what everybody knows", sign(t, jose.HS256, "rsa", []byte(strings.Repeat("public", 9)), change("x", 1)), 401, "RS256 or ES256"},
		{"unsigned", unsigned(sign(t, jose.RS256, "rsa", rsaKey(), change("x", 1))), 401, "RS256 or ES256"},
		{"too long", strings.Repeat("x", maxToken+1), 401, "longer"},
		{"nonsense", "abc", 401, "RS256 or ES256"},
		{"empty", "", 401, "RS256 or ES256"},
	} {
		b.log.Reset()
		b.refusals = hush{} // each is told
		w := b.get("/CsP2PAVTimeDaily", c.token)
		if w.Code != c.status || !strings.Contains(b.log.String(), c.why) {
			t.Errorf("%s: %d, want %d with %q; %s", c.name, w.Code, c.status, c.why, b.log)
		}
		challenged := strings.Join(w.Header()["WWW-Authenticate"], ", ")
		if c.status == 401 && (challenged != realm+", "+invalidToken || !strings.Contains(w.Body.String(), "401 - Unauthorized")) {
			t.Errorf("%s: challenge %q, body %s", c.name, challenged, w.Body)
		}
		if len(c.token) > 20 && strings.Contains(b.log.String(), c.token[len(c.token)-20:]) {
			t.Errorf("%s: the log has the token's signature", c.name)
		}
	}
}

// unsigned makes a token of the algorithm none of another.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"rsa"}`)) + "." + parts[1] + "."
}

// TestATokenReadsItsTenantOnly pins the border between tenants for tokens, and who of a tenant may read it.
func TestATokenReadsItsTenantOnly(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	token := func(changes map[string]any) string {
		return sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, changes))
	}
	other := map[string]any{"iss": b.issuer.URL + "/" + otherID + "/v2.0", "tid": otherID, "preferred_username": "a@other.onmicrosoft.com"}
	for _, c := range []struct {
		name, target, token string
		status              int
		reads               string
	}{
		{"its own", "/CsP2PAVTimeDaily", token(nil), 200, home},
		{"its own by name", "/CsP2PAVTimeDaily?DelegatedOrg=Example.onmicrosoft.com", token(nil), 200, home},
		{"the other", "/CsP2PAVTimeDaily?DelegatedOrg=other.onmicrosoft.com", token(nil), 403, ""},
		{"the other's", "/CsP2PAVTimeDaily", token(other), 200, "other.onmicrosoft.com"},
		{"the other's for the first", "/CsP2PAVTimeDaily?DelegatedOrg=" + home, token(other), 403, ""},
		{"an application", "/CsP2PAVTimeDaily", token(map[string]any{"preferred_username": nil, "azp": "11111111-1111-1111-1111-111111111111"}), 200, home},
		{"an application of the first version", "/CsP2PAVTimeDaily", token(map[string]any{"preferred_username": nil, "appid": "11111111-1111-1111-1111-111111111111"}), 200, home},
		{"a guest", "/CsP2PAVTimeDaily", token(map[string]any{"preferred_username": "a@other.onmicrosoft.com"}), 403, ""},
		{"a guest with an older name", "/CsP2PAVTimeDaily", token(map[string]any{"preferred_username": nil, "upn": "a@elsewhere.example"}), 403, ""},
	} {
		w := b.get(c.target, c.token)
		body := w.Body.String()
		if w.Code != c.status || c.reads != "" && !strings.Contains(body, "<d:TenantName>"+c.reads+"<") || c.reads != home && strings.Contains(body, ">"+home+"<") {
			t.Errorf("%s: %d %s", c.name, w.Code, body)
		}
	}
}

// TestATokenEndsInTime pins that a remembered token is not remembered beyond its end.
func TestATokenEndsInTime(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	token := sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, map[string]any{"exp": b.at.Add(time.Minute - clockSkew).Unix()}))
	for _, want := range []int{200, 200, 401} {
		if w := b.get("/", token); w.Code != want {
			t.Errorf("%d, want %d", w.Code, want)
		}
		b.at = b.at.Add(40 * time.Second)
	}
}

func TestAnIssuerOfAllTenants(t *testing.T) {
	b := newBearing(t, "/common")
	token := func(tid any) string {
		return sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, map[string]any{"iss": b.issuer.URL + "/common", "tid": tid}))
	}
	if w := b.get("/CsP2PAVTimeDaily", token(homeID)); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	for _, tid := range []any{strangerID, nil, ""} {
		if w := b.get("/CsP2PAVTimeDaily", token(tid)); w.Code != http.StatusUnauthorized || !strings.Contains(b.log.String(), "etl@"+home) {
			t.Errorf("tid %v: %d; %s", tid, w.Code, b.log)
		}
	}
}

// TestKeysOfAnIssuer goes through the life of signing keys: first use, rotation, an unknown key again and again, an
// issuer out of order.
func TestKeysOfAnIssuer(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	ask := func(want int, id string, key any) {
		t.Helper()
		if w := b.get("/", sign(t, jose.RS256, id, key, b.issuer.claims(b.at, nil))); w.Code != want {
			t.Errorf("%d, want %d; %s", w.Code, want, b.log)
		}
	}
	fetched := func(want int) {
		t.Helper()
		if b.issuer.fetches != want {
			t.Errorf("%d fetches, want %d", b.issuer.fetches, want)
		}
	}
	fetched(0)
	ask(200, "rsa", rsaKey())
	ask(200, "rsa", rsaKey())
	fetched(1)
	b.issuer.change(func() { b.issuer.keys["next"] = strangeKey() })
	ask(401, "next", strangeKey()) // the last fetch was a moment ago
	fetched(1)
	b.at = b.at.Add(keysPause)
	ask(200, "next", strangeKey())
	fetched(2)
	for range 100 {
		ask(401, "invented", rsaKey())
	}
	b.at = b.at.Add(keysPause)
	ask(401, "invented", rsaKey())
	fetched(3)
	b.issuer.change(func() { b.issuer.broken = true })
	b.at = b.at.Add(keysFresh + time.Second)
	ask(200, "rsa", rsaKey()) // a token is judged by the keys there are
	ask(401, "invented", rsaKey())
	if log := b.log.String(); !strings.Contains(log, "signing keys of bearer tokens cannot be fetched") || strings.Contains(log, "internal-detail") {
		t.Errorf("the log: %s", log)
	}
	b.issuer.change(func() { b.issuer.broken = false; delete(b.issuer.keys, "rsa") })
	b.at = b.at.Add(keysPause)
	ask(401, "invented", rsaKey())
	ask(401, "rsa", rsaKey()) // a key that was taken back
	ask(200, "next", strangeKey())
}

// TestNoKeysYet pins that a token that cannot be judged is no wrong one: the client is to come again.
func TestNoKeysYet(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	b.issuer.change(func() { b.issuer.broken = true })
	token := sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, nil))
	w := b.get("/", token)
	refused(t, w, http.StatusServiceUnavailable, "Failed to connect to the data mart.")
	if w.Header().Get("Retry-After") != "10" {
		t.Errorf("%v", w.Header())
	}
	b.issuer.change(func() { b.issuer.broken = false })
	b.at = b.at.Add(keysPause)
	if w := b.get("/", token); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
}

// TestInventedKeysLeaveRoomForTenants pins that tokens which name invented keys of known issuers do not keep the keys of
// another tenant from being fetched for the first time.
func TestInventedKeysLeaveRoomForTenants(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	r := b.settings.Load().Tokens.rings
	issuerOf := func(i int) string { return fmt.Sprint("https://issuer.invalid/", i) }
	const tenants = 2 * keysAtOnce
	for i := range tenants {
		r.all[issuerOf(i)] = &ring{keys: []jose.JSONWebKey{{}}}
	}
	fetched := 0
	for range 3 {
		for i := range tenants {
			if r.due(issuerOf(i)) {
				fetched++
			}
		}
		b.at = b.at.Add(time.Second)
	}
	if fetched < keysReserve || fetched > keysAtOnce {
		t.Errorf("%d fetches for invented keys", fetched)
	}
	if w := b.get("/", sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, nil))); w.Code != http.StatusOK {
		t.Errorf("%d; %s", w.Code, b.log)
	}
	for i := range keysReserve - 1 {
		if !r.due(issuerOf(tenants + i)) {
			t.Errorf("the keys of tenant %d are not fetched", i)
		}
	}
}

// TestBearerElsewhere pins the rest of the door: no token over plain HTTP, and none at all without an issuer.
func TestBearerElsewhere(t *testing.T) {
	b := newBearing(t, "/{tid}/v2.0")
	r := httptest.NewRequest(http.MethodGet, serviceRoot, nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header.Set("Authorization", "Bearer "+sign(t, jose.RS256, "rsa", rsaKey(), b.issuer.claims(b.at, nil)))
	w := httptest.NewRecorder()
	b.Gateway.ServeHTTP(w, r)
	refused(t, w, http.StatusForbidden, "plain HTTP")
	refused(t, answerTo(t, map[string]string{"anonymous": "none"}, "/", "Authorization: Bearer x"), http.StatusUnauthorized, "401 - Unauthorized")
}

func BenchmarkBearer(b *testing.B) {
	t := &testing.T{}
	g := newBearing(t, "/{tid}/v2.0")
	defer g.issuer.Close()
	s, token := g.settings.Load(), sign(t, jose.RS256, "rsa", rsaKey(), g.issuer.claims(g.at, nil))
	for b.Loop() {
		if _, err := s.Tokens.principalOf(b.Context(), s, token); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzBearer throws tokens at the whole way: nothing that the issuer did not sign comes in.
func FuzzBearer(f *testing.F) {
	t := &testing.T{}
	g := newBearing(t, "/{tid}/v2.0")
	good := sign(t, jose.RS256, "rsa", strangeKey(), g.issuer.claims(g.at, nil))
	f.Add(good)
	f.Add(unsigned(good))
	f.Add("..")
	s := g.settings.Load()
	f.Fuzz(func(t *testing.T, token string) {
		if who, err := s.Tokens.principalOf(t.Context(), s, token); err == nil {
			t.Errorf("%q came in as %+v", token, who)
		}
	})
}
