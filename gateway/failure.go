package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
)

const (
	basePath       = rws.BasePath
	realm          = `Basic Realm="reports"`
	invalidToken   = `Bearer error="invalid_token"`
	overBudgetWait = "1" // seconds
)

// budgetError is a request for which a limit left no room. The client reads the retired service's words for it, the
// operator which limit it was.
type budgetError struct{ cause, mend string }

var (
	errRate        = &budgetError{"the principal asks more often than limits.requests_per_second", "slow the client down, or raise the limit"}
	errConcurrency = &budgetError{"more requests are at work than limits.concurrency", "look at what is slow, or raise the limit"}
	errShare       = &budgetError{"the principal has three quarters of limits.concurrency at work", "look at what is slow or does not read its answers, or raise the limit"}
	errBusy        = &budgetError{"too many passwords wait for their check", "look for guesses among the refused, and at the cost of the entries in auth.htpasswd_file (10 is some 60 ms a check)"}
)

// Error says which limit it was.
func (e *budgetError) Error() string { return e.cause }

// Unwrap gives what the client reads.
func (e *budgetError) Unwrap() error { return rws.OverBudget() }

// failure makes the answer of an error that did not come from OData's own judgement (LEGACY 7). What the client reads
// names the fault in the retired service's words and nothing internal.
func (g *Gateway) failure(r *http.Request, k *call, err error) reply {
	var fault *rws.Fault
	var found *odata.Error
	var none *cache.NoHistoryError
	var late *waitError
	var refused *refusedError
	switch {
	case errors.As(err, &fault):
		return faultReply(k, fault)
	case errors.As(err, &late):
		a := unauthorized(k)
		a.set("Retry-After", strconv.Itoa(late.seconds()))
		return a
	case errors.Is(err, errToken):
		a := unauthorized(k)
		a.headers = append(a.headers[:1], cache.Header{Name: "WWW-Authenticate", Values: []string{realm, invalidToken}})
		return a
	case errors.Is(err, errUnauthorized):
		return unauthorized(k)
	case errors.Is(err, errNoKeys):
		return g.failure(r, k, &cache.NoHistoryError{Retry: keysPause})
	case errors.Is(err, errOutside):
		a := errorReply(r, k, &odata.Error{Status: http.StatusNotFound, Lang: "en-US", Message: "Resource not found for the segment '" + firstSegment(r.URL.Path) + "'."})
		a.foreign = true
		return a
	case errors.As(err, &refused):
		a := errorReply(r, k, refused.document())
		a.set("Retry-After", refused.retryAfter())
		return a
	case errors.As(err, &found):
		return errorReply(r, k, found)
	case errors.Is(err, cache.ErrClosed):
		return g.failure(r, k, &cache.NoHistoryError{Tenant: k.tenant.ID})
	case errors.As(err, &none):
		a := errorReply(r, k, &odata.Error{Status: http.StatusServiceUnavailable, Code: "ConnectionFailedException", Message: "Failed to connect to the data mart."})
		a.set("Retry-After", strconv.Itoa(none.RetryAfter()))
		a.set(rws.HeaderError, rws.ConnectionFailedException)
		return a
	}
	return errorReply(r, k, &odata.Error{Status: http.StatusInternalServerError, Code: "UnknownError", Message: "An error has occurred on the server."})
}

// unauthorized is the page of a refused or missing password (LEGACY 58).
func unauthorized(k *call) reply {
	a := reply{status: http.StatusUnauthorized, body: rws.Unauthorized(k.id), foreign: true}
	a.set("Content-Type", "text/html; charset=utf-8")
	a.set("WWW-Authenticate", realm)
	return a
}

// faultReply writes an error of family (i).
func faultReply(k *call, f *rws.Fault) reply {
	body, contentType := f.Body(k.front.Format, k.front.Accept)
	a := reply{status: f.Status, body: body}
	a.set("Content-Type", contentType)
	a.set(rws.HeaderError, rws.DataServiceException)
	if f.Status == http.StatusServiceUnavailable {
		a.set("Retry-After", overBudgetWait)
	}
	return a
}

// errorReply writes an error of family (ii) in the negotiated format.
func errorReply(r *http.Request, k *call, e *odata.Error) reply {
	return replyOf(odata.ErrorResponse(odataRequest(r, k), e))
}

// firstSegment is the first segment of a path.
func firstSegment(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}
