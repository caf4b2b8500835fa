package thin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway"
	"rwsgate/gateway/rws"
)

const (
	askLimit    = 60 * time.Second
	longestBody = 64 << 20
)

// strangerError says that something answered which is no rwsgate: a proxy whose upstream is away, a login page.
type strangerError struct {
	status int
	server string
}

// Error names the status, and the server if it named itself.
func (e *strangerError) Error() string {
	if e.server == "" {
		return fmt.Sprintf("what answered with status %d is no rwsgate", e.status)
	}
	return fmt.Sprintf("what answered with status %d is no rwsgate but %q", e.status, e.server)
}

// ask sends a call on and gives what the central gateway answers. An error means that it could not be reached.
func (s *Sidecar) ask(c *call) (*answer, error) {
	key := ""
	if c.keepable() {
		key = s.key(c)
	}
	ctx, cancel := context.WithTimeout(c.Context(), askLimit)
	defer cancel()
	a, h, err := s.exchange(c.onward(ctx, s.Central), c)
	if err != nil {
		return nil, err
	}
	central := h.Get(gateway.HeaderCentral)
	s.reach.saw(s, central)
	s.kept.sawRollout(c.sender, rolloutHeaders(a.headers))
	switch {
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden, a.status == http.StatusGone,
		strings.Contains(central, gateway.CentralRefused):
		s.kept.bar(c.sender)
	case a.status == http.StatusOK && key != "" && c.told(a, h):
		s.keep(key, a)
	}
	return a, nil
}

// told takes over what the central gateway wants to be told again with an answer; false if it said nothing.
func (c *call) told(a *answer, h http.Header) bool {
	var kind gateway.Kind
	text, err := url.PathUnescape(h.Get(gateway.HeaderTold))
	if err != nil || json.Unmarshal([]byte(text), &kind) != nil {
		return false
	}
	a.kind = kind
	return true
}

// exchange sends a request, once more if the connection broke under a harmless one, and reads the answer.
func (s *Sidecar) exchange(r *http.Request, c *call) (*answer, http.Header, error) {
	response, err := s.Transport.RoundTrip(r)
	if err != nil && again(r, err) {
		response, err = s.Transport.RoundTrip(r.Clone(r.Context()))
	}
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if response.Header.Get(rws.HeaderRequestID) == "" {
		return nil, nil, &strangerError{response.StatusCode, clip(response.Header.Get("Server"), 80)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody+1))
	if err != nil {
		return nil, nil, fmt.Errorf("the answer was cut off: %w", err)
	}
	if len(body) > longestBody {
		return nil, nil, fmt.Errorf("the answer is longer than %d bytes", longestBody)
	}
	a := &answer{
		id: response.Header.Get(rws.HeaderRequestID), status: response.StatusCode, headers: inward(response.Header),
		answered: response.Header.Get(headerAnswer), body: body, kind: gateway.KindOf(c.front, response.Header.Get("Content-Type")),
	}
	if r.Method == http.MethodHead {
		a.length = response.Header.Get(headerLength)
	}
	return a, response.Header, nil
}

// again says whether a failed request may be sent once more: nothing changes by it, and it did not fail for lack of time.
func again(r *http.Request, err error) bool {
	var slow interface{ Timeout() bool }
	if errors.As(err, &slow) && slow.Timeout() {
		return false
	}
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Context().Err() == nil
}

// hop are headers that belong to one connection, in canonical form.
var hop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true,
}

// between are headers of an answer that speak of the central gateway's own connection or host, or to the sidecar alone.
var between = map[string]bool{
	"Date": true, "Server": true, "Via": true, "Set-Cookie": true, "Alt-Svc": true, "Strict-Transport-Security": true,
	"Request-Id": true, headerAnswer: true, gateway.HeaderCentral: true, gateway.HeaderTold: true, gateway.HeaderLedger: true,
}

// spelling is the retired service's own of names that Go writes otherwise (LEGACY 8).
var spelling = map[string]string{
	http.CanonicalHeaderKey(rws.HeaderDataServiceVersion): rws.HeaderDataServiceVersion,
	http.CanonicalHeaderKey(rws.HeaderVersion):            rws.HeaderVersion,
	http.CanonicalHeaderKey(rws.HeaderError):              rws.HeaderError,
	"Www-Authenticate":                                    "WWW-Authenticate",
}

// inward gives the headers of an answer that go on to the client.
func inward(h http.Header) []cache.Header {
	out := make([]cache.Header, 0, len(h))
	dropped := connectionHeaders(h)
	for name, values := range h {
		if hop[name] || between[name] || dropped[name] {
			continue
		}
		if spelt, ok := spelling[name]; ok {
			name = spelt
		}
		out = append(out, cache.Header{Name: name, Values: values})
	}
	return out
}

// onward is the request to the central gateway: the client's, with its path as typed and its own headers, and what the
// sidecar knows of where it came from. No legacy request has a body that matters.
func (c *call) onward(ctx context.Context, central *url.URL) *http.Request {
	h := make(http.Header, len(c.Header)+4)
	dropped := connectionHeaders(c.Header)
	for name, values := range c.Header {
		if !hop[name] && !dropped[name] && !strings.HasPrefix(name, "X-Rwsgate-") && !strings.HasPrefix(name, "X-Forwarded-") && name != "Forwarded" && name != "X-Real-Ip" {
			h[name] = values
		}
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = nil // else the transport sends its own
	}
	if from := c.address(); from.IsValid() {
		h["X-Forwarded-For"] = []string{from.String()}
	}
	h["X-Forwarded-Proto"] = []string{c.origin.Scheme}
	h["X-Forwarded-Host"] = []string{c.origin.Host}
	h[gateway.HeaderSidecar] = []string{gateway.SidecarPlain}
	if c.origin.Secure {
		h[gateway.HeaderSidecar] = []string{gateway.SidecarSecure}
	}
	to := *c.URL
	to.Scheme, to.Host, to.User, to.Fragment = central.Scheme, central.Host, nil, ""
	r := &http.Request{Method: c.Method, URL: &to, Host: central.Host, Header: h, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	return r.WithContext(ctx)
}

// address is the client's, if it says more than the sidecar's own: every app has the same one on its own machine.
func (c *call) address() netip.Addr {
	if c.origin.Address.IsLoopback() {
		return netip.Addr{}
	}
	return c.origin.Address
}

// connectionHeaders are those that the Connection header names.
func connectionHeaders(h http.Header) map[string]bool {
	named := map[string]bool{}
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			named[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	return named
}

// rolloutHeaders are those that tell of the end of the service.
func rolloutHeaders(all []cache.Header) []cache.Header {
	var out []cache.Header
	for _, h := range all {
		if h.Name == "Deprecation" || h.Name == "Sunset" || h.Name == "Link" {
			out = append(out, h)
		}
	}
	return out
}

func firstSegment(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}
