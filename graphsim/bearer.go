package graphsim

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	graphAudience = "https://graph.microsoft.com"
	tokenKeyID    = "graphsim"
)

// accessClaims are the claims of an access token that Graph looks at.
type accessClaims struct {
	jwt.RegisteredClaims
	Application string   `json:"appid"`
	Tenant      string   `json:"tid"`
	Roles       []string `json:"roles"`
}

// mint gives an access token for Graph. Entra ID signs with RSA; an elliptic key is made in a thousandth of the time.
func (s *Server) mint(t *Tenant, client string, roles []string) string {
	now := s.options.TokenNow()
	claims := jwt.MapClaims{
		"aud": graphAudience, "iss": "https://sts.windows.net/" + t.ID() + "/", "sub": client, "jti": s.requestID(),
		"iat": now.Unix(), "nbf": now.Add(-5 * time.Minute).Unix(), "exp": now.Add(s.options.TokenLife).Unix(),
		"appid": client, "tid": t.ID(), "ver": "1.0",
	}
	if len(roles) > 0 {
		claims["roles"] = roles
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = tokenKeyID
	signed, err := token.SignedString(s.key)
	if err != nil {
		panic("graphsim: signing with a key made at the start: " + err.Error())
	}
	return signed
}

// keys answers GET /{tenant}/discovery/v2.0/keys: the key that signs access tokens.
func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := s.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic("graphsim: " + err.Error())
	}
	half := len(point) / 2
	writeJSON(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": tokenKeyID,
		"x": base64.RawURLEncoding.EncodeToString(point[1 : half+1]),
		"y": base64.RawURLEncoding.EncodeToString(point[half+1:]),
	}}})
}

// bearer checks the access token of a request and gives its tenant and claims, or writes the 401, counts the call and gives nil.
func (s *Server) bearer(w http.ResponseWriter, r *http.Request) (*Tenant, *accessClaims) {
	scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || raw == "" {
		s.strays.Add(1)
		s.unauthorized(w, r, "Access token is empty.", "")
		return nil, nil
	}
	var claims accessClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(s.options.TokenNow),
		jwt.WithExpirationRequired(), jwt.WithAudience(graphAudience))
	_, err := parser.ParseWithClaims(raw, &claims, func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil })
	t := s.Tenant(claims.Tenant)
	switch {
	case err == nil && t != nil:
		return t, &claims
	case errors.Is(err, jwt.ErrTokenExpired) && t != nil: // the signature has been checked before
		t.count(func(c *Calls) { c.note(r, "") })
		s.unauthorized(w, r, "Lifetime validation failed, the token is expired.", "")
		return nil, nil
	case errors.Is(err, jwt.ErrTokenMalformed):
		s.unauthorized(w, r, "IDX14100: JWT is not well formed, there are no dots (.).", "")
	default:
		s.unauthorized(w, r, "Access token validation failure.", "")
	}
	s.strays.Add(1)
	return nil, nil
}

// unauthorized writes Graph's 401; extra, if any, is added to the challenge.
func (s *Server) unauthorized(w http.ResponseWriter, r *http.Request, message, extra string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+s.AuthorityURL()+
		`common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`+extra)
	s.graphError(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", message)
}
