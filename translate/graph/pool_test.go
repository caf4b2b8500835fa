package graph

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// The endpoint of a managed identity is plain http on the machine itself: no proxy may see its secret.
func TestPlainHTTPKnowsNoProxy(t *testing.T) {
	environment := &httpproxy.Config{HTTPProxy: "http://proxy.test:1", HTTPSProxy: "http://proxy.test:1"}
	for _, proxy := range []string{"", "http://other.test:2"} {
		choose, err := proxyFunc(proxy, environment)
		if err != nil {
			t.Fatal(err)
		}
		identity, _ := url.Parse("http://169.254.169.254/metadata/identity/oauth2/token")
		if through, err := choose(identity); err != nil || through != nil {
			t.Errorf("%q: %v, %v", proxy, through, err)
		}
		far, _ := url.Parse("https://graph.microsoft.com/v1.0")
		if through, err := choose(far); err != nil || through == nil || proxy != "" && through.String() != proxy {
			t.Errorf("%q: %v, %v", proxy, through, err)
		}
	}
	if choose, err := proxyFunc(direct, environment); err != nil || choose != nil {
		t.Error("direct asks for a proxy")
	}
}

// The SDK cuts a fraction off and so would come back too early; a date it counts by the machine's clock.
func TestRetryAfterForTheSDK(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for sent, want := range map[string]string{"2.128": "3", "2": "2", "0.2": "1", "Mon, 23 Nov 2026 09:00:07 GMT": "7", "soon": "", "-3": ""} {
		e := &exchange{}
		answer := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {sent}}}
		e.note(answer, nil, now)
		if got := answer.Header.Get("Retry-After"); got != want {
			t.Errorf("%q became %q, want %q", sent, got, want)
		}
	}
}
