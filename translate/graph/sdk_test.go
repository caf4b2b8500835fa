package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"

	"rwsgate/translate"
)

type answerer func(*http.Request) *http.Response

func (a answerer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

// The root package of the SDK registers the readers of error bodies; without it we must, or every error of Graph's is
// only a text about a content type.
func TestErrorsOfGraphAreTyped(t *testing.T) {
	c, err := New(Options{
		Tenant: "t", Credential: Credential{Kind: ClientSecret, ClientID: "a", Secret: "b"}, Cloud: Cloud{Authority: "https://login.test/"},
		Transport: answerer(func(r *http.Request) *http.Response {
			status, body := 200, `{"issuer":"https://login.test/t","authorization_endpoint":"https://login.test/a","token_endpoint":"https://login.test/token"}`
			switch {
			case strings.HasSuffix(r.URL.Path, "/token"):
				body = `{"token_type":"Bearer","expires_in":3599,"access_token":"x"}`
			case r.URL.Host == "graph.microsoft.com":
				status, body = 403, `{"error":{"code":"S2SUnauthorized","message":"Invalid permission."}}`
			}
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.get(context.Background(), translate.D7)
	var typed *odataerrors.ODataError
	if !errors.As(err, &typed) || typed.ResponseStatusCode != 403 || *typed.GetErrorEscaped().GetCode() != "S2SUnauthorized" {
		t.Errorf("%T", err)
	}
}
