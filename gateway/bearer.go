package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	gocache "github.com/patrickmn/go-cache"
)

// TokensOptions say whose bearer tokens are accepted. Issuer and Audience are required.
type TokensOptions struct {
	Issuer   string // of the tokens; {tid} stands for the tenant's id
	Audience string // that a token must be meant for
	Client   *http.Client
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default
}

// Tokens verifies bearer tokens of an OpenID Connect issuer, whose keys it fetches when they are first needed. It
// outlives a reload of settings.
type Tokens struct {
	TokensOptions
	rings rings
	known *gocache.Cache // verified tokens by their digest
}

// knownToken is what a token says that was verified a short while ago.
type knownToken struct {
	claims tokenClaims
	until  time.Time
}

// NewTokens makes it; nothing is fetched yet. A nil Client is http.DefaultClient.
func NewTokens(o TokensOptions) *Tokens {
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Tokens{TokensOptions: o, rings: newRings(o), known: gocache.New(rememberedFor, rememberedFor)}
}

const (
	issuerTenant = "{tid}"         // in an issuer
	clockSkew    = 5 * time.Minute // between our clock and the issuer's
	maxToken     = 16 << 10        // bytes
)

var (
	// errToken is a bearer token that is not accepted; like a wrong password, but said in RFC 6750's words.
	errToken = fmt.Errorf("bearer token refused: %w", errUnauthorized)
	// errNoKeys means that a token cannot be judged, because its issuer's keys could not be had.
	errNoKeys = errors.New("bearer token cannot be judged: the issuer's signing keys are not there")

	tokenAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256}
)

// tokenClaims are what the gateway reads of a token.
type tokenClaims struct {
	Tenant    string  `json:"tid"`
	UserName  string  `json:"preferred_username"`
	UPN       string  `json:"upn"`
	Client    string  `json:"azp"`
	App       string  `json:"appid"`
	Subject   string  `json:"sub"`
	NotBefore float64 `json:"nbf"`
}

// bearer reads an Authorization header of the Bearer scheme.
func bearer(header string) (token string, ok bool) {
	scheme, token, found := strings.Cut(header, " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

// principalOf verifies a bearer token and gives its principal, bound to the tenant of its tid. The error is errToken,
// errNoKeys or the context's, with the cause for the log.
func (t *Tokens) principalOf(ctx context.Context, s *settings, raw string) (principal, error) {
	claims, err := t.remembered(ctx, s, raw)
	if err != nil {
		return principal{}, err
	}
	tenant := s.byID[strings.ToLower(claims.Tenant)]
	if tenant == nil {
		return principal{name: claims.name("")}, tokenError("its tid is no tenant's id")
	}
	return principal{name: claims.name(tenant.Name), tenant: tenant}, nil
}

// PerTenant says whether each tenant has an issuer of its own.
func (t *Tokens) PerTenant() bool { return strings.Contains(t.Issuer, issuerTenant) }

// Probe fetches the discovery document and the signing keys of the issuer, for an operator who wants to know whether they
// can be had; tenant is the id of the one whose issuer is asked, if PerTenant. It gives the number of keys. Nothing is
// remembered.
func (t *Tokens) Probe(ctx context.Context, tenant string) (keys int, err error) {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	found, err := t.rings.fetch(ctx, t.issuerOf(tenant))
	return len(found), err
}

// issuerOf is the issuer of a tenant's tokens.
func (t *Tokens) issuerOf(tenant string) string {
	return strings.ReplaceAll(t.Issuer, issuerTenant, strings.ToLower(tenant))
}

// remembered gives a token's claims, without work if it was verified a short while ago.
func (t *Tokens) remembered(ctx context.Context, s *settings, raw string) (tokenClaims, error) {
	if len(raw) > maxToken {
		return tokenClaims{}, tokenError("it is longer than 16 KiB")
	}
	sum := sha256.Sum256([]byte(raw))
	digest := string(sum[:])
	if found, ok := t.known.Get(digest); ok {
		if k := found.(knownToken); t.Now().Before(k.until) {
			return k.claims, nil
		}
	}
	claims, expiry, err := t.judge(ctx, s, raw)
	if err != nil {
		return tokenClaims{}, err
	}
	until := t.Now().Add(rememberedFor)
	if end := expiry.Add(clockSkew); end.Before(until) {
		until = end
	}
	if t.known.ItemCount() < rememberedAtMax {
		t.known.SetDefault(digest, knownToken{claims, until})
	}
	return claims, nil
}

// judge verifies a token with the keys of its issuer.
func (t *Tokens) judge(ctx context.Context, s *settings, raw string) (claims tokenClaims, expiry time.Time, err error) {
	parsed, err := jose.ParseSignedCompact(raw, tokenAlgorithms)
	if err != nil {
		return claims, expiry, tokenError("it is no token that is signed with RS256 or ES256")
	}
	issuer := t.Issuer
	if t.PerTenant() {
		// Believed only so far as to choose whose keys must have signed it.
		if json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims) != nil || s.byID[strings.ToLower(claims.Tenant)] == nil {
			return claims, expiry, tokenError("its tid is no tenant's id")
		}
		issuer = t.issuerOf(claims.Tenant)
	}
	keys, err := t.rings.keys(ctx, issuer, parsed.Signatures[0].Header.KeyID)
	if err != nil {
		return claims, expiry, err
	}
	return t.verify(ctx, issuer, keys, raw)
}

// verify checks signature, issuer, audience and times.
func (t *Tokens) verify(ctx context.Context, issuer string, keys oidc.KeySet, raw string) (claims tokenClaims, expiry time.Time, err error) {
	verifier := oidc.NewVerifier(issuer, keys, &oidc.Config{
		ClientID:             t.Audience,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256},
		SkipExpiryCheck:      true, // the library allows the issuer's clock to be off in one direction only
	})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return claims, expiry, tokenError(err.Error())
	}
	if err := token.Claims(&claims); err != nil {
		return claims, expiry, tokenError("its claims are not of the right types")
	}
	now := t.Now()
	switch {
	case token.Expiry.Add(clockSkew).Before(now):
		return claims, expiry, tokenError("it expired on " + token.Expiry.UTC().Format(time.RFC3339))
	case claims.NotBefore > float64(now.Add(clockSkew).Unix()):
		return claims, expiry, tokenError("it is not valid yet")
	}
	return claims, token.Expiry, nil
}

// name is what a token's principal is called, in lower case: a user by its name, an application by its id at the tenant
// it belongs to, so that the default of principals includes it.
func (c *tokenClaims) name(tenant string) string {
	name := ""
	for _, name = range []string{c.UserName, c.UPN, c.Client, c.App, c.Subject} {
		if name != "" {
			break
		}
	}
	if name != c.UserName && name != c.UPN {
		name += "@" + tenant
	}
	return strings.ToLower(name)
}

func tokenError(reason string) error { return fmt.Errorf("%w: %s", errToken, clip(reason)) }
