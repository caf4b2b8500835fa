package graphsim

import "net/http"

// Calls counts what a tenant's clients asked since the start or the last ResetCalls.
type Calls struct {
	Discoveries int // openid-configuration
	Tokens      int // token requests, refused ones included
	Refused     int // token requests that were refused
	Reports     int // report calls, throttled and failed ones included
	Throttled   int // report calls that the throttle of GRAPH.md 2.1 refused; faults do not count
	Downloads   int // calls to the download host
	Leaked      int // downloads that carried an Authorization header, and were refused for it
	Plain       int // calls over plain HTTP: a client followed a redirect that it should not
	Foreign     int // calls to ForeignHost: likewise

	// Of the last report call, empty if the client did not send them.
	LastPeriod, LastSdkVersion, LastUserAgent, LastClientRequestID string

	LastClaims string // claims parameter of the last token request: the answer to a challenge holds it
}

// note counts a report call and keeps what the client said of itself.
func (c *Calls) note(r *http.Request, period string) {
	c.Reports++
	c.LastPeriod = period
	c.LastSdkVersion = r.Header.Get("SdkVersion")
	c.LastUserAgent = r.Header.Get("User-Agent")
	c.LastClientRequestID = r.Header.Get("client-request-id")
}
