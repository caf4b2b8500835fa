package command

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rwsgate/gateway"
)

// TestExplainOfARunningGateway: the admin listener says beforehand what the legacy listener answers, and the ledger and
// the metrics know nothing of it.
func TestExplainOfARunningGateway(t *testing.T) {
	r := newRig(t).start(t)
	r.get(t, r.url+"/CsP2PAVTimeDaily") // waits for the first fetch
	before := explainMetrics(t, r)
	for _, c := range []struct{ path, header string }{
		{"/CsP2PAVTimeDaily?$top=3&$orderby=Date%20desc&$format=json", ""},
		{"/CsP2PAVTimeWeekly", "X-timezone: Tokyo Standard Time"},
		{"/CsP2PAVTimeMonthly?$filter=Date%20ge%20'03/10/2013'", ""},
		{"/MailTraffic", "Accept: application/json"},
		{"/$metadata", ""},
		{"", ""},
	} {
		query := url.Values{"url": {r.url + c.path}}
		var headers []string
		if c.header != "" {
			query.Set("header", c.header)
			headers = append(headers, c.header)
		}
		told := r.get(t, "http://"+r.Admin+"/api/explain?"+query.Encode())
		var e gateway.Explanation
		if err := json.Unmarshal([]byte(told.body), &e); err != nil || told.status != http.StatusOK {
			t.Fatalf("%s: %d %s, error %v", c.path, told.status, told.body, err)
		}
		if after := explainMetrics(t, r); after != before {
			t.Errorf("%s left a trace: %s, before %s", c.path, after, before)
		}
		answered := r.get(t, r.url+c.path, headers...)
		if e.Status != answered.status || e.ContentType != answered.header.Get("Content-Type") || e.Bytes != len(answered.body) {
			t.Errorf("%s: explained as %d %s %d bytes, answered with %d %s %d bytes", c.path, e.Status, e.ContentType, e.Bytes, answered.status, answered.header.Get("Content-Type"), len(answered.body))
		}
		before = explainMetrics(t, r)
	}
}

// explainMetrics are the counters of requests and of the answer cache.
func explainMetrics(t *testing.T, r *running) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(r.get(t, "http://"+r.Admin+"/metrics").body) {
		if strings.HasPrefix(line, "rwsgate_requests") && !strings.Contains(line, "seconds") || strings.HasPrefix(line, `rwsgate_cache_entries{cache="answers"`) || strings.HasPrefix(line, "rwsgate_unfinished") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	if len(found) == 0 {
		t.Fatal("no counter of requests")
	}
	return strings.Join(found, "\n")
}
