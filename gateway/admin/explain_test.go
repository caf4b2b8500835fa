package admin

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rwsgate/gateway"
)

// TestExplain: what is asked reaches the gateway whole, what it says comes back as JSON, what is wrong with the asking is
// 400 and says so, anything else is an internal error without its cause.
func TestExplain(t *testing.T) {
	var asked gateway.Ask
	h := Handler(Options{
		Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler),
		Explain: func(_ context.Context, ask gateway.Ask) (*Explanation, error) {
			asked = ask
			switch ask.URL {
			case "":
				return nil, &gateway.AskError{Text: "there is no URL"}
			case "broken":
				return nil, errors.New("the inside")
			}
			return &Explanation{Status: 200, Report: "CsP2PAVTimeDaily", Differences: []gateway.Difference{}, Hints: []gateway.Hint{{Kind: "amp", Text: "<b>"}}}, nil
		},
	})
	target := "/api/explain?" + url.Values{
		"url": {"CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-01'&$top=1"}, "method": {"head"}, "tenant": {"a.example"}, "principal": {"x@a.example"},
		"address": {"::ffff:192.0.2.1"}, "header": {"X-timezone: Pacific Standard Time", "accept:application/json"},
	}.Encode()
	w := request{method: "GET", path: target, from: "127.0.0.1"}.send(h)
	var got Explanation
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.Report != "CsP2PAVTimeDaily" || len(got.Hints) != 1 {
		t.Errorf("%d %s, error %v", w.Code, w.Body, err)
	}
	if asked.URL != "CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-01'&$top=1" || asked.Method != "HEAD" || asked.Tenant != "a.example" ||
		asked.Principal != "x@a.example" || asked.Address.String() != "192.0.2.1" || asked.Header.Get("X-Timezone") != "Pacific Standard Time" || asked.Header.Get("Accept") != "application/json" {
		t.Errorf("%+v", asked)
	}
	for query, want := range map[string]string{
		"":                          `400 {"error":"there is no URL"}`,
		"url=x&header=nothing":      "400 header is none",
		"url=x&header=a%20b:c":      "400 header is none",
		"url=x&header=a:b%0D%0Ac:d": "400 header is none",
		"url=x&address=nowhere":     "400 address is none",
		"url=broken":                `500 {"error":"internal error"}`,
	} {
		w := request{method: "GET", path: "/api/explain?" + query, from: "127.0.0.1"}.send(h)
		status, text, _ := strings.Cut(want, " ")
		if http.StatusText(w.Code) == "" || !strings.HasPrefix(status, string(rune('0'+w.Code/100))) || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s: %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
	if w := (request{method: "GET", path: target, from: "192.0.2.9"}).send(h); w.Code != http.StatusUnauthorized {
		t.Errorf("from elsewhere: %d", w.Code)
	}
}
