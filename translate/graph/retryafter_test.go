package graph

import (
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	cases := map[string]time.Duration{
		"2": 2 * time.Second, "2.128": 2128 * time.Millisecond, " 0.5 ": 500 * time.Millisecond, "7.": 7 * time.Second, "0": 0, "": 0,
		"Mon, 23 Nov 2026 09:01:30 GMT":  90 * time.Second,
		"Monday, 23-Nov-26 09:01:30 GMT": 90 * time.Second,
		"Mon Nov 23 09:01:30 2026":       90 * time.Second,
		"Mon, 23 Nov 2026 08:00:00 GMT":  0,
		"Mon, 23 Nov 2099 08:00:00 GMT":  24 * time.Hour,
		"9999999999":                     24 * time.Hour,
		"99999999999999999999999999":     0,
		"-1":                             0, "+1": 0, "inf": 0, "NaN": 0, "1e3": 0, "0x10": 0, "1_0": 0, "soon": 0, ".5": 0,
	}
	for value, want := range cases {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	f.Add("2.128")
	f.Add("Mon, 23 Nov 2026 09:01:30 GMT")
	f.Fuzz(func(t *testing.T, value string) {
		if got := parseRetryAfter(value, time.Unix(1795424400, 0)); got < 0 || got > maxWait {
			t.Errorf("%q: %s", value, got)
		}
	})
}

// What Entra ID and Graph say in error bodies is read without trust.
func FuzzErrorBodies(f *testing.F) {
	f.Add([]byte(`{"error":"invalid_client","error_description":"AADSTS7000215: Invalid","error_codes":[7000215],"trace_id":"53bdfb5a-0000"}`))
	f.Add([]byte(`{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"InvalidArgument\",\"message\":\"x\"}}"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		code, trace, _ := readEntraError(body)
		if code < 0 || identifier(trace) != trace {
			t.Errorf("%d %q", code, trace)
		}
		g := readGraphError(&exchange{body: body, contentType: "application/json"})
		if codeName(g.code) != g.code {
			t.Errorf("%q", g.code)
		}
	})
}

func TestVerdictsSayWhatToDo(t *testing.T) {
	for code, v := range verdicts {
		if v.fault == "" || v.stage == "" || len(v.reason) < 10 || len(v.mend) < 10 {
			t.Errorf("AADSTS%d: %+v", code, v)
		}
	}
}
