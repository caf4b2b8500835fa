package graph

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxReport = 1 << 20  // a report of 180 days has some 6 KB
	maxError  = 64 << 10 // of an error body
	maxWait   = 24 * time.Hour
)

// errTooLarge is an answer beyond every size that a report can have.
var errTooLarge = errors.New("the answer is too large")

// tripper is the innermost transport: it sends one request, reads the whole answer, bounded, and notes what it saw in
// the request's flight. Reading here means that no body is ever left open, whatever the SDK forgets to close.
type tripper struct {
	base  http.RoundTripper
	proxy func(*url.URL) (*url.URL, error) // nil: none
	graph *url.URL                         // nil: every request is about a token
}

// RoundTrip sends r.
func (t *tripper) RoundTrip(r *http.Request) (*http.Response, error) {
	f := flightOf(r.Context())
	e := &exchange{leg: t.leg(r.URL), host: r.URL.Host, proxied: t.proxied(r.URL)}
	f.begin(e, r)
	r = r.Clone(httptrace.WithClientTrace(r.Context(), f.trace(e)))
	if e.leg == legDownload {
		r.Header.Del("Authorization")
		r.Header.Del("Cookie")
	}
	answer, err := t.base.RoundTrip(r)
	if err != nil {
		e.err = err
		return nil, err
	}
	body, err := readAll(answer)
	if err != nil {
		e.err = err
		return nil, err
	}
	e.note(answer, body, f.now())
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return answer, nil
}

// leg says which conversation a URL belongs to: what is not Graph's own host is a download.
func (t *tripper) leg(u *url.URL) leg {
	switch {
	case t.graph == nil:
		return legToken
	case strings.EqualFold(u.Host, t.graph.Host) && strings.HasPrefix(u.Path, t.graph.Path+"/reports/"):
		return legReport
	}
	return legDownload
}

func (t *tripper) proxied(u *url.URL) bool {
	if t.proxy == nil {
		return false
	}
	through, err := t.proxy(u)
	return err == nil && through != nil
}

// readAll reads and closes the body. Errors are kept shorter than reports.
func readAll(answer *http.Response) ([]byte, error) {
	defer answer.Body.Close()
	limit := int64(maxReport)
	if answer.StatusCode != http.StatusOK {
		limit = maxError
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) <= limit {
		return body, nil
	}
	if answer.StatusCode != http.StatusOK {
		return body[:limit], nil
	}
	return nil, errTooLarge
}

// note keeps what the SDK loses, and puts Retry-After into the one form that the SDK reads rightly: it cuts a float
// down to whole seconds, and knows one of the three forms of a date.
func (e *exchange) note(answer *http.Response, body []byte, now time.Time) {
	e.status = answer.StatusCode
	e.contentType = answer.Header.Get("Content-Type")
	e.requestID = identifier(answer.Header.Get("request-id"))
	if e.requestID == "" {
		e.requestID = identifier(answer.Header.Get("x-ms-request-id"))
	}
	e.challenge = answer.StatusCode == http.StatusUnauthorized && strings.Contains(answer.Header.Get("WWW-Authenticate"), "claims=")
	if answer.StatusCode != http.StatusOK {
		e.body = body
	}
	e.wait = parseRetryAfter(answer.Header.Get("Retry-After"), now)
	answer.Header.Del("Retry-After")
	if e.wait > 0 {
		seconds := (e.wait + time.Second - 1) / time.Second
		answer.Header.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
}

var decimal = regexp.MustCompile(`^[0-9]{1,20}(\.[0-9]{0,9})?$`)

// parseRetryAfter reads whole seconds, seconds with a fraction (Graph sends them) or a date, at most a day; 0 if there
// is nothing to wait for or the value says nothing.
func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if decimal.MatchString(value) {
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0
		}
		return time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxWait)
}

var plainIdentifier = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// identifier gives an id of upstream's if it is one, nothing otherwise: it goes into logs.
func identifier(s string) string {
	if plainIdentifier.MatchString(s) {
		return s
	}
	return ""
}

var plainHost = regexp.MustCompile(`^[0-9A-Za-z.:\[\]-]{1,253}$`)

// hostName gives a host of upstream's if it is one, nothing otherwise.
func hostName(s string) string {
	if plainHost.MatchString(s) {
		return s
	}
	return ""
}
