package graphsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestDiscovery(t *testing.T) {
	s := start(t, Options{})
	w := dial(t, s)
	for _, name := range []string{DemoTenantID, DemoTenantName} {
		a := w.get(s.AuthorityURL() + name + "/v2.0/.well-known/openid-configuration?")
		doc := w.json(a)
		root := s.AuthorityURL() + DemoTenantID
		if a.StatusCode != http.StatusOK || doc["issuer"] != root+"/v2.0" || doc["token_endpoint"] != root+"/oauth2/v2.0/token" ||
			doc["authorization_endpoint"] != root+"/oauth2/v2.0/authorize" {
			t.Errorf("%s: %d %v", name, a.StatusCode, doc)
		}
	}
	if n := s.Tenant(DemoTenantID).Calls().Discoveries; n != 2 {
		t.Errorf("%d discoveries counted", n)
	}
	a := w.get(s.AuthorityURL() + "nobody.example/v2.0/.well-known/openid-configuration")
	if doc := w.json(a); a.StatusCode != http.StatusBadRequest || doc["error"] != "invalid_tenant" ||
		!strings.HasPrefix(doc["error_description"].(string), "AADSTS90002: Tenant 'nobody.example' not found.") {
		t.Errorf("unknown tenant: %d %v", a.StatusCode, doc)
	}
}

func TestPublishedKeyVerifiesTokens(t *testing.T) {
	s := start(t, Options{})
	w := dial(t, s)
	raw := strings.TrimPrefix(w.bearer(s.Tenant(DemoTenantID)), "Bearer ")
	key := w.json(w.get(s.AuthorityURL() + DemoTenantID + "/discovery/v2.0/keys"))["keys"].([]any)[0].(map[string]any)
	point := []byte{4}
	for _, name := range []string{"x", "y"} {
		b, err := base64.RawURLEncoding.DecodeString(key[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, b...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	var claims jwt.MapClaims
	token, err := jwt.ParseWithClaims(raw, &claims, func(*jwt.Token) (any, error) { return public, nil })
	if err != nil || token.Header["kid"] != key["kid"] {
		t.Fatal(err, token.Header, key)
	}
	if claims["tid"] != DemoTenantID || claims["appid"] != s.Tenant(DemoTenantID).Credential().ClientID || claims["aud"] != graphAudience {
		t.Errorf("claims %v", claims)
	}
}

func TestTokenRequestsThatEntraRefuses(t *testing.T) {
	s := start(t, Options{})
	tenant := s.Tenant(DemoTenantID)
	c := tenant.Credential()
	expired := Credential{ClientID: "expired-app", Secret: "old", SecretExpires: time.Now().Add(-time.Hour)}
	tenant.SetCredentials(c, expired, Credential{ClientID: "certificate-app"})
	change := func(name, value string) url.Values {
		f := secretForm(c)
		f.Set(name, value)
		return f
	}
	for name, r := range map[string]struct {
		form   url.Values
		status int
		code   float64
		oauth  string
	}{
		"wrong secret":     {change("client_secret", "wrong"), 401, 7000215, "invalid_client"},
		"no secret":        {change("client_secret", ""), 401, 7000216, "invalid_client"},
		"expired secret":   {secretForm(expired), 401, 7000222, "invalid_client"},
		"secret of none":   {change("client_id", "certificate-app"), 401, 7000215, "invalid_client"},
		"unknown client":   {change("client_id", "nobody"), 400, 700016, "unauthorized_client"},
		"no client":        {change("client_id", ""), 400, 900144, "invalid_request"},
		"other grant":      {change("grant_type", "password"), 400, 70003, "unsupported_grant_type"},
		"single scope":     {change("scope", "https://graph.microsoft.com/Reports.Read.All"), 400, 1002012, "invalid_scope"},
		"no scope":         {change("scope", ""), 400, 1002012, "invalid_scope"},
		"other resource":   {change("scope", "https://example.org/.default"), 400, 500011, "invalid_resource"},
		"assertion type":   {change("client_assertion", "x"), 400, 90023, "invalid_request"},
		"garbage":          {assertionForm(c, "x.y.z"), 400, 50027, "invalid_request"},
		"nothing readable": {url.Values{"%": {"%"}}, 400, 900144, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			w := dial(t, s)
			a := w.post(w.tokenURL(tenant), r.form)
			doc := w.json(a)
			if a.StatusCode != r.status || doc["error"] != r.oauth || doc["error_codes"].([]any)[0] != r.code {
				t.Fatalf("%d %s", a.StatusCode, a.body)
			}
			for _, k := range []string{"timestamp", "trace_id", "correlation_id", "error_uri"} {
				if s, _ := doc[k].(string); s == "" {
					t.Errorf("no %s in %s", k, a.body)
				}
			}
			if secret := r.form.Get("client_secret"); len(secret) > 5 && strings.Contains(string(a.body), secret) {
				t.Error("the secret is in the answer")
			}
		})
	}
	if calls := tenant.Calls(); calls.Refused != calls.Tokens || calls.Tokens != 13 {
		t.Errorf("calls %+v", calls)
	}
	w := dial(t, s)
	if a := w.post(s.AuthorityURL()+"nobody.example/oauth2/v2.0/token", secretForm(c)); w.json(a)["error_codes"].([]any)[0] != 90002.0 {
		t.Errorf("unknown tenant: %s", a.body)
	}
}

func assertionForm(c Credential, assertion string) url.Values {
	f := secretForm(c)
	f.Del("client_secret")
	f.Set("client_assertion_type", assertionJWT)
	f.Set("client_assertion", assertion)
	return f
}

func makeCertificate(t *testing.T, key *rsa.PrivateKey, until time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClientAssertions(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good, old := makeCertificate(t, key, now.AddDate(0, 6, 0)), makeCertificate(t, key, now.AddDate(0, -1, 0))
	stranger := makeCertificate(t, other, now.AddDate(0, 6, 0))
	app := Credential{
		ClientID: "app", Certificates: []*x509.Certificate{good, old},
		Federated: []FederatedIdentity{{Issuer: "https://cluster.example/", Subject: "system:serviceaccount:ns:rwsgate", Key: &key.PublicKey}},
	}
	s := start(t, Options{Tenants: []TenantOptions{{Credentials: []Credential{app}}}})
	tenant := s.Tenant(DemoTenantID)
	endpoint := s.AuthorityURL() + DemoTenantID + "/oauth2/v2.0/token"

	own := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "app", "sub": "app", "aud": endpoint, "jti": "1", "nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
		change(c)
		return c
	}
	workload := func(change func(jwt.MapClaims)) jwt.MapClaims {
		return own(func(c jwt.MapClaims) {
			c["iss"], c["sub"], c["aud"] = "https://cluster.example/", "system:serviceaccount:ns:rwsgate", defaultAudience
			change(c)
		})
	}
	same := func(jwt.MapClaims) {}
	for name, c := range map[string]struct {
		claims jwt.MapClaims
		key    *rsa.PrivateKey
		cert   *x509.Certificate
		code   float64 // 0: a token
	}{
		"certificate":             {own(same), key, good, 0},
		"not registered":          {own(same), other, stranger, 700027},
		"signed by another key":   {own(same), other, good, 700027},
		"certificate has expired": {own(same), key, old, 700027},
		"assertion has expired":   {own(func(c jwt.MapClaims) { c["exp"] = now.Add(-time.Minute).Unix() }), key, good, 700024},
		"without an end":          {own(func(c jwt.MapClaims) { delete(c, "exp") }), key, good, 700024},
		"for another endpoint":    {own(func(c jwt.MapClaims) { c["aud"] = "https://login.example/" }), key, good, 700023},
		"workload":                {workload(same), key, nil, 0},
		"workload, other key":     {workload(same), other, nil, 50013},
		"workload, other subject": {workload(func(c jwt.MapClaims) { c["sub"] = "system:serviceaccount:ns:other" }), key, nil, 700213},
		"workload, other aud":     {workload(func(c jwt.MapClaims) { c["aud"] = endpoint }), key, nil, 700213},
		"workload, other issuer":  {workload(func(c jwt.MapClaims) { c["iss"] = "https://other.example/" }), key, nil, 700211},
	} {
		t.Run(name, func(t *testing.T) {
			w := dial(t, s)
			token := jwt.NewWithClaims(jwt.SigningMethodPS256, c.claims)
			if c.cert != nil {
				hash := sha256.Sum256(c.cert.Raw)
				token.Header["x5t#S256"] = base64.StdEncoding.EncodeToString(hash[:]) // as MSAL for Go writes it
			}
			signed, err := token.SignedString(c.key)
			if err != nil {
				t.Fatal(err)
			}
			a := w.post(endpoint, assertionForm(app, signed))
			doc := w.json(a)
			if c.code == 0 {
				if a.StatusCode != http.StatusOK || doc["access_token"] == "" {
					t.Fatalf("%d %s", a.StatusCode, a.body)
				}
				return
			}
			if a.StatusCode != http.StatusUnauthorized || doc["error_codes"].([]any)[0] != c.code {
				t.Fatalf("%d %s", a.StatusCode, a.body)
			}
		})
	}
	if n := tenant.Calls().Tokens; n != 12 {
		t.Errorf("%d token requests", n)
	}
}

func TestTokensAreCheckedOnUse(t *testing.T) {
	clock := &clock{at: fixed}
	none := Credential{ClientID: "none", Secret: "s", Roles: []string{}}
	s := start(t, Options{
		TokenNow: clock.now, TokenLife: time.Minute,
		Tenants: []TenantOptions{{}, {ID: "11111111-1111-4111-8111-111111111111", Name: "other.example", Credentials: []Credential{none}}},
	})
	foreign := start(t, Options{TokenNow: clock.now})
	w := dial(t, s)
	good := w.bearer(s.Tenant(DemoTenantID))
	parts := strings.Split(good, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(string(claims), DemoTenantID, "11111111-1111-4111-8111-111111111111", -1)
	for name, c := range map[string]struct {
		authorization string
		status        int
		text          string
	}{
		"good":                   {good, 302, ""},
		"none":                   {"", 401, "Access token is empty."},
		"basic":                  {"Basic abc", 401, "Access token is empty."},
		"garbage":                {"Bearer garbage", 401, "not well formed"},
		"of another stand-in":    {dial(t, foreign).bearer(foreign.Tenant(DemoTenantID)), 401, "validation failure"},
		"moved to other tenant":  {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(moved)) + "." + parts[2], 401, "validation failure"},
		"without the permission": {w.bearer(s.Tenant("other.example")), 403, "S2SUnauthorized"},
	} {
		a := w.get(s.reportURL("D7"), "Authorization", c.authorization)
		if a.StatusCode != c.status || !strings.Contains(string(a.body), c.text) {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
		if challenge := a.Header.Get("WWW-Authenticate"); (challenge != "") != (c.status == 401) {
			t.Errorf("%s: challenge %q", name, challenge)
		}
	}
	if n := s.Strays(); n != 5 {
		t.Errorf("%d strays", n)
	}
	before := s.Tenant(DemoTenantID).Calls().Reports
	clock.add(time.Minute + time.Second)
	if a := w.get(s.reportURL("D7"), "Authorization", good); a.StatusCode != 401 || !strings.Contains(string(a.body), "expired") {
		t.Errorf("after its life: %d %s", a.StatusCode, a.body)
	}
	if n := s.Tenant(DemoTenantID).Calls().Reports; n != before+1 || s.Strays() != 5 {
		t.Errorf("a call with an expired token is not the tenant's: %d calls, %d strays", n, s.Strays())
	}
}
