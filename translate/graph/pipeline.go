package graph

import (
	"net/http"
	"net/url"
	"time"

	core "github.com/microsoftgraph/msgraph-sdk-go-core"

	khttp "github.com/microsoft/kiota-http-go"
)

// sdkVersion is the version of msgraph-sdk-go, which the module itself does not tell; a test compares it with go.mod.
const sdkVersion = "1.103.0"

// longestPause is the longest Retry-After that is waited for within a fetch; a longer one is the keeper's business.
const longestPause = 5 * time.Second

const maxRedirects = 3

// pipeline puts the SDK's handlers in an order of our own: its default order is random. The retry stands outside of the
// redirect, so that a retry asks Graph for a new download address.
func pipeline(base *tripper, p place) http.RoundTripper {
	return khttp.NewCustomTransportWithParentTransport(base,
		core.NewGraphTelemetryHandler(&core.GraphClientOptions{GraphServiceLibraryVersion: sdkVersion}),
		khttp.NewRetryHandlerWithOptions(khttp.RetryHandlerOptions{ShouldRetry: shouldRetry, MaxRetries: 1, DelaySeconds: 1}),
		khttp.NewRedirectHandlerWithOptions(khttp.RedirectHandlerOptions{
			ShouldRedirect:        p.shouldRedirect,
			MaxRedirects:          maxRedirects,
			ScrubSensitiveHeaders: scrub,
		}),
		khttp.NewUserAgentHandler(),
	)
}

// shouldRetry allows one retry of 429, 503 and 504 in a fetch, if Graph asks for a short pause, or for none while it is
// down. A 429 that names no wait is not asked again: it would only use up more of the limit.
func shouldRetry(_ time.Duration, done int, r *http.Request, answer *http.Response) bool {
	f := flightOf(r.Context())
	last, _, _, _ := f.seen()
	if done > 0 || last == nil || last.wait > longestPause {
		return false
	}
	if answer.StatusCode == http.StatusTooManyRequests && last.wait <= 0 {
		return false
	}
	if deadline, ok := r.Context().Deadline(); ok && time.Until(deadline) < max(last.wait, 2*time.Second)+time.Second {
		return false
	}
	return f.takeRetry()
}

// shouldRedirect follows https to the hosts that downloads come from, and nothing else.
func (p place) shouldRedirect(r *http.Request, answer *http.Response) bool {
	location := answer.Header.Get("Location")
	if location == "" || answer.StatusCode < 300 || answer.StatusCode > 399 {
		return false
	}
	u, err := url.Parse(location)
	if err != nil {
		flightOf(r.Context()).refuse("Graph sent the download to an address that cannot be read", "")
		return false
	}
	if reason := p.mayDownload(u); reason != "" {
		flightOf(r.Context()).refuse(reason, hostName(u.Host))
		return false
	}
	return true
}

// scrub takes every credential from a request that follows a redirect: the download address needs none.
func scrub(r *http.Request, _ *url.URL) {
	r.Header.Del("Authorization")
	r.Header.Del("Cookie")
}
