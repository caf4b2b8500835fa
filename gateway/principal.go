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
}

// authenticate finds out who asks. Without an error and without ok the answer is 401; the error is a fault of the front:
// a password over plain HTTP, or too many passwords at once (CONFIG, auth).
func (g *Gateway) authenticate(ctx context.Context, s *settings, h http.Header, p peer) (principal, bool, *rws.Fault) {
	header := h.Get("Authorization")
	if header != "" && !p.secure && !s.AllowPlainHTTP {
		return principal{}, false, rws.PlainPassword()
	}
	open := s.AnonymousLoopback && p.loopback
	user, password, given := basic(header)
	_, known := s.Passwords[user]
	if !given || !known {
		return principal{user, true}, open, nil
	}
	ok, err := g.verifier.verify(ctx, s.Passwords, user, password)
	if err != nil {
		return principal{}, false, rws.OverBudget()
	}
	return principal{name: user}, ok, nil
}
