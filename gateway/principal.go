package gateway

import (
	"context"
	"net/http"

	"rwsgate/gateway/rws"
)

// principal is who asks: a verified user, or the anonymous one.
type principal struct {
	name      string // lower case; what the client claims when anonymous
	anonymous bool
	tenant    *Tenant // the only one that the bearer token is for; nil for others
}

// paced is the name that shares one allowance of requests: of all that only claim who they are, the same.
func (p principal) paced() string {
	if p.anonymous {
		return pacedAnonymous
	}
	return p.name
}

// authenticate finds out who asks. The error is errUnauthorized, a *waitError, errNoKeys, errBusy, or a fault of the front: a
// password over plain HTTP (CONFIG, auth).
func (g *Gateway) authenticate(ctx context.Context, s *settings, h http.Header, p peer) (principal, error) {
	header := h.Get("Authorization")
	if header != "" && !p.secure && !s.AllowPlainHTTP {
		return principal{}, rws.PlainCredentials(header)
	}
	if token, ok := bearer(header); ok && s.Tokens != nil {
		return s.Tokens.principalOf(unhurried(ctx), s, token)
	}
	open := s.AnonymousLoopback && p.loopback
	user, password, given := basic(header)
	c := newClaim(user, password, p.addr)
	_, known := s.Passwords[c.user]
	switch {
	case open && (!given || !known):
		return principal{name: c.user, anonymous: true}, nil
	case !given:
		return principal{}, errUnauthorized
	}
	who := principal{name: c.user} // for the log, also when it is refused
	ok, err := g.verifier.verify(s.Passwords, c)
	if err == nil && !ok {
		err = errWrong
	}
	return who, err
}
