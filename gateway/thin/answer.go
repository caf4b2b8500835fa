package thin

import (
	"net/http"
	"slices"
	"strconv"

	"rwsgate/cache"
	"rwsgate/gateway"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
)

// origin says who made an answer.
type origin uint8

const (
	fromCentral origin = iota
	fromKept           // kept, and fresh enough not to ask
	fromStale          // kept, and given because the central gateway is away
	fromOwn            // the sidecar's own: an error
	origins
)

var originNames = [origins]string{"central", "kept", "stale", "own"}

// String is the label's value.
func (o origin) String() string { return originNames[o] }

// answer is what a client gets.
type answer struct {
	from     origin
	id       string // request-id
	status   int
	headers  []cache.Header // but for request-id and X-Rwsgate-Answer
	answered string         // X-Rwsgate-Answer
	length   string         // Content-Length of an answer to HEAD; empty: that of the body
	body     []byte
	kind     gateway.Kind
	code     string // of an error of the sidecar's own, as the ledger calls it
}

func (a *answer) set(name, value string) {
	a.headers = append(a.headers, cache.Header{Name: name, Values: []string{value}})
}

const (
	headerAnswer = "X-Rwsgate-Answer"
	headerLength = "Content-Length"
)

// write sends an answer to its client.
func (a *answer) write(w http.ResponseWriter, c *call) {
	h := w.Header()
	for _, header := range a.headers {
		h[header.Name] = header.Values
	}
	rws.Set(h, rws.HeaderRequestID, a.id)
	if a.answered != "" {
		rws.Set(h, headerAnswer, a.answered)
	}
	if a.length == "" {
		a.length = strconv.Itoa(len(a.body))
	}
	rws.Set(h, headerLength, a.length)
	w.WriteHeader(a.status)
	if c.Method != http.MethodHead {
		_, _ = w.Write(a.body) // the client may be gone
	}
}

// own begins an answer of the sidecar's own, with what every answer carries and the rollout headers that this client
// last got.
func (s *Sidecar) own(c *call, status int) *answer {
	a := &answer{from: fromOwn, id: c.id, status: status}
	h := http.Header{}
	rws.Stamp(h, c.id)
	delete(h, rws.HeaderRequestID)
	for name, values := range h {
		a.headers = append(a.headers, cache.Header{Name: name, Values: values})
	}
	a.headers = append(a.headers, s.kept.rolloutOf(c.sender)...)
	return a
}

// faulty answers a fault of the front.
func (s *Sidecar) faulty(c *call, f *rws.Fault) *answer {
	a := s.own(c, f.Status)
	body, contentType := f.Body(c.front.Format, c.front.Accept)
	a.body, a.code, a.kind = body, f.Code, gateway.KindOf(c.front, contentType)
	a.set("Content-Type", contentType)
	a.set(rws.HeaderError, rws.DataServiceException)
	if f.Status == http.StatusServiceUnavailable {
		a.set("Retry-After", "1")
	}
	return a
}

// retryAfter is what a client is told when the central gateway is away, in seconds.
const retryAfter = "5"

// unreachable answers while the central gateway is away and nothing is kept: with the challenge that a client without a
// password waits for, else with the legacy 503.
func (s *Sidecar) unreachable(c *call) *answer {
	switch {
	case c.root == "":
		a := s.document(c, &odata.Error{Status: http.StatusNotFound, Lang: "en-US", Message: "Resource not found for the segment '" + firstSegment(c.URL.Path) + "'."})
		return a.without(rws.HeaderVersion)
	case c.Header.Get("Authorization") == "":
		a := s.own(c, http.StatusUnauthorized)
		a.body = rws.Unauthorized(c.id)
		a.set("Content-Type", "text/html; charset=utf-8")
		a.set("WWW-Authenticate", `Basic Realm="reports"`)
		return a.without(rws.HeaderVersion)
	}
	a := s.document(c, &odata.Error{Status: http.StatusServiceUnavailable, Code: "ConnectionFailedException", Message: "Failed to connect to the data mart."})
	a.set("Retry-After", retryAfter)
	a.set(rws.HeaderError, rws.ConnectionFailedException)
	return a
}

// broken is the answer after a panic.
func (s *Sidecar) broken(c *call) *answer {
	a := s.document(c, &odata.Error{Status: http.StatusInternalServerError, Code: "UnknownError", Message: "An error has occurred on the server."})
	a.set(rws.HeaderError, rws.DataServiceException)
	return a
}

// document answers with an error document in the negotiated format.
func (s *Sidecar) document(c *call, e *odata.Error) *answer {
	r := odata.ErrorResponse(odata.Request{
		Method: c.Method, Path: c.front.Path, RawQuery: c.front.RawQuery, Accept: c.front.Accept,
		AcceptCharset: c.Header.Get("Accept-Charset"), AcceptLanguage: c.Header.Get("Accept-Language"),
		DataServiceVersion: c.Header.Get("Dataserviceversion"), MaxDataServiceVersion: c.front.MaxDataServiceVersion,
	}, e)
	a := s.own(c, r.Status)
	a.body, a.code, a.kind = r.Body, e.Code, gateway.KindOf(c.front, r.ContentType)
	a.set("Content-Type", r.ContentType)
	a.set(rws.HeaderDataServiceVersion, r.DataServiceVersion)
	return a
}

// without takes a header off an answer.
func (a *answer) without(name string) *answer {
	a.headers = slices.DeleteFunc(a.headers, func(h cache.Header) bool { return h.Name == name })
	return a
}
