package gateway

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	homeID     = "16a58f78-539f-47f7-b9bf-02a63867d73b"
	otherID    = "0b2a8c14-5d0e-4c3f-9f51-6f6ad9c2f1de"
	strangerID = "99999999-5d0e-4c3f-9f51-6f6ad9c2f1de"
	home       = "example.onmicrosoft.com"
)

// issuer is an OpenID Connect issuer for every tenant below its address, over TLS.
type issuer struct {
	*httptest.Server
	mu      sync.Mutex
	keys    map[string]crypto.Signer // by id; those of the document
	fetches int
	broken  bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{keys: map[string]crypto.Signer{"rsa": rsaKey(), "ec": ecKey()}}
	i.Server = httptest.NewTLSServer(i)
	t.Cleanup(i.Close)
	return i
}

var rsaKey = sync.OnceValue(func() crypto.Signer { return must(rsa.GenerateKey(rand.Reader, 2048)) })

var strangeKey = sync.OnceValue(func() crypto.Signer { return must(rsa.GenerateKey(rand.Reader, 2048)) })

var ecKey = sync.OnceValue(func() crypto.Signer { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })

func must[K crypto.Signer](key K, err error) crypto.Signer {
	if err != nil {
		panic(err)
	}
	return key
}

// ServeHTTP answers with the discovery document or the keys.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.broken {
		http.Error(w, "out of order: internal-detail", http.StatusInternalServerError)
		return
	}
	if name, found := strings.CutSuffix(r.URL.Path, "/.well-known/openid-configuration"); found {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL + name, "jwks_uri": i.URL + "/keys"})
		return
	}
	i.fetches++
	set := jose.JSONWebKeySet{}
	for id, key := range i.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: id, Use: "sig"})
	}
	_ = json.NewEncoder(w).Encode(set)
}

func (i *issuer) change(do func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	do()
}

// claims are those of a good token of example.onmicrosoft.com, with changes; a nil value takes a claim away.
func (i *issuer) claims(now time.Time, changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": i.URL + "/" + homeID + "/v2.0", "aud": "api://rwsgate", "tid": homeID, "preferred_username": "Etl@" + home,
		"sub": "s", "exp": now.Add(time.Hour).Unix(), "nbf": now.Unix(), "iat": now.Unix(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign makes a token.
func sign(t *testing.T, algorithm jose.SignatureAlgorithm, id string, key any, claims map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	if id != "" {
		options = options.WithHeader("kid", id)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// bearing is a gateway for two tenants that takes tokens of an issuer, without a password.
type bearing struct {
	*Gateway
	issuer *issuer
	at     time.Time
	log    *strings.Builder
}

func newBearing(t *testing.T, path string) *bearing {
	t.Helper()
	b := &bearing{issuer: newIssuer(t), at: time.Date(2013, 9, 8, 17, 5, 0, 0, time.UTC), log: &strings.Builder{}}
	b.Gateway = newFixture(t, map[string]string{"tenants": "2", "anonymous": "none"})
	b.Log = slog.New(slog.NewTextHandler(b.log, nil))
	s := b.settings.Load().Settings
	s.Tokens = NewTokens(TokensOptions{
		Issuer: b.issuer.URL + path, Audience: "api://rwsgate", Client: b.issuer.Client(),
		Now: func() time.Time { return b.at }, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err := b.Apply(s); err != nil {
		t.Fatal(err)
	}
	return b
}

// get asks with a token.
func (b *bearing) get(target, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, serviceRoot+target, nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	b.Gateway.ServeHTTP(w, r)
	return w
}
