package graphsim

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

const (
	grantClientCredentials = "client_credentials"
	assertionJWT           = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	defaultAudience        = "api://AzureADTokenExchange"
)

// assertionMethods are the signatures that Entra ID takes from certificates and federated issuers.
var assertionMethods = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}

// resources are the audiences that a token may be asked for, beside the stand-in's own Graph root.
var resources = []string{
	"https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
	"https://microsoftgraph.chinacloudapi.cn",
}

// grant checks a token request and gives the application that may have a token.
func (s *Server) grant(t *Tenant, form url.Values) (Credential, *entraError) {
	client := form.Get("client_id")
	if client == "" {
		return Credential{}, refusal(900144, http.StatusBadRequest, "invalid_request", "The request body must contain the following parameter: 'client_id'.")
	}
	if g := form.Get("grant_type"); g != grantClientCredentials {
		return Credential{}, refusal(70003, http.StatusBadRequest, "unsupported_grant_type", "The app requested an unsupported grant type '%s'.", g)
	}
	app, ok := t.application(client)
	if !ok {
		return Credential{}, errUnknownApplication(client, t.ID())
	}
	if e := s.scope(form.Get("scope")); e != nil {
		return Credential{}, e
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != assertionJWT {
			return Credential{}, refusal(90023, http.StatusBadRequest, "invalid_request", "The client assertion type is not supported.")
		}
		return app, s.assertion(t, app, assertion)
	}
	return app, s.secret(app, form.Get("client_secret"))
}

// scope checks that a token is asked for Graph, with all permissions that were consented to.
func (s *Server) scope(scope string) *entraError {
	own := "https://" + byName(s.graph)
	for _, one := range strings.Fields(scope) {
		resource, ok := strings.CutSuffix(one, "/.default")
		switch {
		case !ok && slices.Contains([]string{"openid", "offline_access", "profile"}, one):
			continue
		case ok && (resource == own || slices.Contains(resources, resource)):
			return nil
		case ok:
			return refusal(500011, http.StatusBadRequest, "invalid_resource", "The resource principal named %s was not found in the tenant.", resource)
		}
		break
	}
	return refusal(1002012, http.StatusBadRequest, "invalid_scope", "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", scope)
}

func (s *Server) secret(app Credential, secret string) *entraError {
	switch {
	case secret == "":
		return refusal(7000216, http.StatusUnauthorized, "invalid_client", "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
	case app.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(app.Secret)) == 0:
		return errWrongSecret(app.ClientID)
	case !app.SecretExpires.IsZero() && !s.options.TokenNow().Before(app.SecretExpires):
		return errExpiredSecret(app.ClientID)
	}
	return nil
}

// assertion checks a signed client assertion: by a registered certificate if the application itself issued it, else by
// a trusted issuer.
func (s *Server) assertion(t *Tenant, app Credential, assertion string) *entraError {
	parser := jwt.NewParser(jwt.WithValidMethods(assertionMethods), jwt.WithTimeFunc(s.options.TokenNow), jwt.WithExpirationRequired())
	var claims jwt.RegisteredClaims
	var refused *entraError
	_, err := parser.ParseWithClaims(assertion, &claims, func(token *jwt.Token) (any, error) {
		var key crypto.PublicKey
		if claims.Issuer == app.ClientID {
			key, refused = s.certificateKey(t, app, token.Header, claims)
		} else {
			key, refused = federatedKey(app, claims)
		}
		if refused != nil {
			return nil, jwt.ErrTokenUnverifiable
		}
		return key, nil
	})
	switch {
	case refused != nil:
		return refused
	case errors.Is(err, jwt.ErrTokenMalformed):
		return refusal(50027, http.StatusBadRequest, "invalid_request", "JWT token is invalid or malformed.")
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refusal(700024, http.StatusUnauthorized, "invalid_client", "Client assertion is not within its valid time range.")
	case err != nil && claims.Issuer == app.ClientID:
		return refusal(700027, http.StatusUnauthorized, "invalid_client", "Client assertion contains an invalid signature. [Reason - The key was found, but it does not match.]")
	case err != nil:
		return refusal(50013, http.StatusUnauthorized, "invalid_client", "Assertion failed signature validation.")
	}
	return nil
}

// certificateKey finds the registered certificate that a client assertion names by thumbprint.
func (s *Server) certificateKey(t *Tenant, app Credential, header map[string]any, claims jwt.RegisteredClaims) (crypto.PublicKey, *entraError) {
	root := s.AuthorityURL() + t.ID()
	byNameRoot := s.AuthorityURL() + t.Name()
	if !slices.ContainsFunc(claims.Audience, func(a string) bool {
		return slices.Contains([]string{root + "/oauth2/v2.0/token", root + "/v2.0", byNameRoot + "/oauth2/v2.0/token"}, a)
	}) {
		return nil, refusal(700023, http.StatusUnauthorized, "invalid_client", "Client assertion audience claim does not match Realm issuer.")
	}
	for _, c := range app.Certificates {
		long, short := sha256.Sum256(c.Raw), sha1.Sum(c.Raw)
		if thumbprintIs(header["x5t#S256"], long[:]) || thumbprintIs(header["x5t"], short[:]) {
			if now := s.options.TokenNow(); now.After(c.NotAfter) || now.Before(c.NotBefore) {
				return nil, refusal(700027, http.StatusUnauthorized, "invalid_client", "The certificate used to sign the client assertion is not within its valid time range.")
			}
			return c.PublicKey, nil
		}
	}
	return nil, errBadCertificate(app.ClientID)
}

// thumbprintIs compares a header with a hash: some libraries write it in the URL alphabet, some in the standard one.
func thumbprintIs(header any, hash []byte) bool {
	text, _ := header.(string)
	text = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(text)
	return text == base64.RawURLEncoding.EncodeToString(hash)
}

// federatedKey finds the trusted issuer of a workload identity assertion.
func federatedKey(app Credential, claims jwt.RegisteredClaims) (crypto.PublicKey, *entraError) {
	issuer := false
	for _, f := range app.Federated {
		audience := f.Audience
		if audience == "" {
			audience = defaultAudience
		}
		if f.Issuer != claims.Issuer {
			continue
		}
		issuer = true
		if f.Subject == claims.Subject && slices.Contains(claims.Audience, audience) {
			return f.Key, nil
		}
	}
	if !issuer {
		return nil, refusal(700211, http.StatusUnauthorized, "invalid_client", "No matching federated identity record found for presented assertion issuer '%s'.", claims.Issuer)
	}
	return nil, refusal(700213, http.StatusUnauthorized, "invalid_client", "No matching federated identity record found for presented assertion subject '%s'.", claims.Subject)
}
