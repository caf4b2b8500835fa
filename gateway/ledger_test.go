package gateway

import (
	"net/http/httptest"
	"testing"

	"rwsgate/rollout"
)

// book is a ledger that keeps every call.
type book struct{ calls []rollout.Call }

func (b *book) Note(c rollout.Call) { b.calls = append(b.calls, c) }

func TestTheLedgerIsTold(t *testing.T) {
	const tenant = "16a58f78-539f-47f7-b9bf-02a63867d73b"
	for _, c := range []struct {
		name, target string
		fixture      map[string]string
		want         rollout.Call // the fields that the case is about
	}{
		{"all options", "/CsP2PAVTimeDaily?$select=Date&%24filter=ID%20gt%201&$orderby=Date&$top=1&$skip=0&$inlinecount=allpages&$format=json", nil,
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Rows: 1, Format: rollout.FormatVerbose,
				Options: rollout.OptionSelect | rollout.OptionFilter | rollout.OptionOrderBy | rollout.OptionTop | rollout.OptionSkip | rollout.OptionInlineCount | rollout.OptionFormat}},
		{"count", "/CsP2PAVTimeDaily/$count", nil, rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Options: rollout.OptionCount}},
		{"key that is missing", "/CsP2PAVTimeDaily(datetime'1999-01-01T00:00:00')", nil,
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 404, Format: rollout.FormatAtom, Options: rollout.OptionKey}},
		{"empty parentheses are no key", "/CsP2PAVTimeDaily()?$top=1", nil, rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Rows: 1, Format: rollout.FormatAtom, Options: rollout.OptionTop}},
		{"another set", "/MailTraffic?$top=1", nil, rollout.Call{Report: "MailTraffic", Status: 404, Format: rollout.FormatAtom, Options: rollout.OptionTop}},
		{"root", "", nil, rollout.Call{Status: 200, Format: rollout.FormatAtom}},
		{"a fault of the front", "/CsP2PAVTimeDaily?$format=xml", nil,
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 400, Format: rollout.FormatAtom, Refused: "InvalidFormatQuery"}},
		{"a day that is not covered yet", "/CsP2PAVTimeDaily?$filter=Date%20ge%20datetime'2013-09-09'", map[string]string{"now": "2013-09-12T06:00:00Z"},
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Format: rollout.FormatAtom, Options: rollout.OptionFilter, Uncovered: true, Behind: 11 - 7}},
		{"a day without minutes is covered", "/CsP2PAVTimeDaily?$filter=Date%20eq%20datetime'2013-09-01'", map[string]string{"now": "2013-09-12T06:00:00Z"},
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Format: rollout.FormatAtom, Options: rollout.OptionFilter}},
		{"nothing there at all", "/CsP2PAVTimeDaily?$filter=Date%20eq%20datetime'1999-01-01'", nil,
			rollout.Call{Report: "CsP2PAVTimeDaily", Status: 200, Format: rollout.FormatAtom, Options: rollout.OptionFilter}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, told := newFixture(t, c.fixture), &book{}
			g.Ledger = told
			for range 2 {
				r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc"+c.target, nil)
				r.RemoteAddr = "127.0.0.1:1"
				r.Header.Set("User-Agent", "agent/1")
				g.ServeHTTP(httptest.NewRecorder(), r)
			}
			if len(told.calls) != 2 {
				t.Fatalf("%d calls", len(told.calls))
			}
			for i, got := range told.calls {
				if got.Tenant != tenant || got.Agent != "agent/1" || !got.Address.IsLoopback() || !got.Claimed || got.Bytes == 0 || got.At.IsZero() {
					t.Errorf("call %d: %+v", i, got)
				}
				got = rollout.Call{Report: got.Report, Status: got.Status, Rows: got.Rows, Format: got.Format, Options: got.Options,
					Refused: got.Refused, Uncovered: got.Uncovered, Behind: got.Behind}
				if got != c.want {
					t.Errorf("call %d\n got %+v\nwant %+v", i, got, c.want)
				}
			}
		})
	}
}

// TestTheLedgerKnowsNoProbes pins that a path outside the service makes nobody a client whom the rollout waits for.
func TestTheLedgerKnowsNoProbes(t *testing.T) {
	g, told := newFixture(t, nil), &book{}
	g.Ledger = told
	for _, target := range []string{"/", "/favicon.ico", "/ecp/", "/ecp/reportingwebservice/reporting.svcs"} {
		r := httptest.NewRequest("GET", target, nil)
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != 404 || len(told.calls) > 0 {
			t.Errorf("%s: status %d, the ledger has %+v", target, w.Code, told.calls)
		}
	}
}

func TestTheLedgerCountsOnlyWhatAClientGot(t *testing.T) {
	g, told := newFixture(t, map[string]string{"now": "2013-09-16T06:00:00Z"}), &book{}
	g.Ledger = told
	for _, query := range []string{"", "?$top=1", "?$filter=Date%20ge%20datetime'2013-09-08'"} {
		r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeWeekly"+query, nil)
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatal(w.Body)
		}
	}
	if len(told.calls) != 3 || told.calls[1].Unfinished > told.calls[0].Unfinished || told.calls[0].Unfinished > told.calls[0].Rows {
		t.Errorf("%+v", told.calls)
	}
}

// TestTheLedgerGetsShapes: of a query without its values, the same from the cache as before; of who did not get in, none.
func TestTheLedgerGetsShapes(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?$filter=Date%20ge%20datetime'2013-09-01'&$format=JSON&user=ann": "CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$format=json",
		"/CsP2PAVTimeDaily?$format=xml&$top=3":                                             "CsP2PAVTimeDaily?$top=3",
		"/CsP2PAVTimeDaily?$filter=Nope":                                                   "CsP2PAVTimeDaily?$filter=…",
		"/MailTraffic?$top=1":                                                              "",
		"/$metadata":                                                                       "",
	} {
		g, told := newFixture(t, nil), &book{}
		g.Ledger = told
		ask := func(password string) {
			r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc"+target, nil)
			r.RemoteAddr = "127.0.0.1:1"
			if password != "" {
				r.SetBasicAuth("reader@example.onmicrosoft.com", password)
			}
			g.ServeHTTP(httptest.NewRecorder(), r)
		}
		ask("")
		ask("")
		ask("wrong")
		for i, c := range told.calls {
			if c.Status == 401 && c.Query != "" || c.Status != 401 && c.Query != want {
				t.Errorf("%s, call %d: %d %q", target, i, c.Status, c.Query)
			}
		}
		if len(told.calls) != 3 || told.calls[2].Status != 401 {
			t.Errorf("%+v", told.calls)
		}
	}
}

func TestAChallengeIsNoCall(t *testing.T) {
	g, told := newFixture(t, map[string]string{"anonymous": "none"}), &book{}
	g.Ledger = told
	r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily", nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != 401 || len(told.calls) != 0 {
		t.Errorf("status %d, ledger %+v", w.Code, told.calls)
	}
	r.SetBasicAuth("reader@example.onmicrosoft.com", "wrong")
	g.ServeHTTP(httptest.NewRecorder(), r)
	if len(told.calls) != 1 || told.calls[0].Status != 401 || !told.calls[0].Claimed {
		t.Errorf("a wrong password: %+v", told.calls)
	}
}
