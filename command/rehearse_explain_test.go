package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"rwsgate/gateway"
)

// TestExplainOfARunningGateway: the admin listener says beforehand what the legacy listener answers, and the ledger and
// the metrics know nothing of it.
func TestExplainOfARunningGateway(t *testing.T) {
	r := newRig(t).start(t)
	r.get(t, r.url+"/CsP2PAVTimeDaily") // waits for the first fetch
	before := explainMetrics(t, r, 1)
	for i, c := range []struct{ path, header string }{
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
		if after := explainMetrics(t, r, i+1); after != before {
			t.Errorf("%s left a trace: %s, before %s", c.path, after, before)
		}
		answered := r.get(t, r.url+c.path, headers...)
		if e.Status != answered.status || e.ContentType != answered.header.Get("Content-Type") || e.Bytes != len(answered.body) {
			t.Errorf("%s: explained as %d %s %d bytes, answered with %d %s %d bytes", c.path, e.Status, e.ContentType, e.Bytes, answered.status, answered.header.Get("Content-Type"), len(answered.body))
		}
		before = explainMetrics(t, r, i+2)
	}
}

// explainMetrics are the counters of requests and of the answer cache, once some calls are counted: a client may have its
// answer before.
func explainMetrics(t *testing.T, r *running, calls int) string {
	t.Helper()
	var found []string
	eventually(t, fmt.Sprintf("%d calls are counted", calls), func() bool {
		counted := 0
		found = found[:0]
		for line := range strings.Lines(r.get(t, "http://"+r.Admin+"/metrics").body) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "rwsgate_requests_total") && !strings.HasPrefix(line, `rwsgate_cache_entries{cache="answers"`) && !strings.HasPrefix(line, "rwsgate_unfinished") {
				continue
			}
			found = append(found, line)
			if labels, value, _ := strings.Cut(line, "} "); strings.HasPrefix(labels, "rwsgate_requests_total") {
				n, err := strconv.Atoi(value)
				if err != nil {
					t.Fatal(err)
				}
				counted += n
			}
		}
		return counted >= calls
	})
	return strings.Join(found, "\n")
}
