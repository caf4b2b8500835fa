package command

import (
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rwsgate/gateway/admin"
	"rwsgate/rollout"
	"rwsgate/store"
)

// ledgerRig is a tenant with a store that knows two clients: one owned, that calls daily and only gets empty feeds, one of
// nobody with a name made to harm, that has been quiet for long.
func ledgerRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	dsn := "sqlite:" + filepath.Join(r.folder, "history.db")
	r.extra = fmt.Sprintf("store: %q\n", dsn) + `rollout:
  reports: { "*": [ { from: 2020-10-01, phase: announce }, { from: 2099-01-01, phase: retired } ] }
  clients: [ { match: { principal: "reader@*" }, owner: Finance } ]
`
	s, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := rollout.NewLedger(rollout.LedgerOptions{Store: s})
	note := func(principal, agent string, daysAgo int) {
		l.Note(rollout.Call{At: time.Now().AddDate(0, 0, -daysAgo), Tenant: r.id, Principal: principal, Agent: agent, Report: "CsP2PAVTimeDaily", Status: 200,
			Format: rollout.FormatAtom, Zone: "UTC", Query: "CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$top=5"})
	}
	for day := 1; day <= 60; day++ {
		note("reader@example.onmicrosoft.com", "nightly-job/0.9", day)
		note("=cmd|' /C calc'!A0@example.onmicrosoft.com", strings.Repeat("very-long-agent/1 ", 9), day+60)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// bothWays runs a test through a running gateway, then on the store alone.
func bothWays(t *testing.T, test func(t *testing.T, args ...string)) {
	r := ledgerRig(t)
	p := r.start(t)
	t.Run("admin API", func(t *testing.T) { test(t, "--admin", "http://"+p.Admin, "--config", r.file(t)) })
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	t.Run("store", func(t *testing.T) { test(t, "--admin", "http://"+closedAddress, "--config", r.file(t)) })
}

func TestUsage(t *testing.T) {
	bothWays(t, func(t *testing.T, args ...string) {
		run := func(more ...string) string {
			t.Helper()
			code, out, stderr := cli(append(append([]string{"usage"}, args...), more...)...)
			if code != 0 {
				t.Fatalf("%v: exit code %d: %s", more, code, stderr)
			}
			return out
		}
		table := run("--since", "9mo")
		for line := range strings.Lines(table) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 120 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		for _, part := range []string{"reader@example.onmicrosoft.com, night…", "Finance", "retirable", "daily", "2 clients since "} {
			if !strings.Contains(table, part) {
				t.Errorf("%q is missing in\n%s", part, table)
			}
		}
		if out := run(); !strings.Contains(out, "1 client since ") {
			t.Errorf("of 30 days:\n%s", out)
		}
		if out := run("--since", time.Now().AddDate(0, 0, 2).UTC().Format(time.DateOnly)); !strings.HasPrefix(out, "Nobody called since ") {
			t.Error(out)
		}
		if out := run("--queries"); !strings.Contains(out, "60 × CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$top=5\n      GET https://graph.microsoft.com/v1.0/reports/get") || !strings.Contains(out, "Get-MgReport") {
			t.Error(out)
		}
		rows, err := csv.NewReader(strings.NewReader(run("--since", "40w", "--format", "csv"))).ReadAll()
		if err != nil || len(rows) != 3 || rows[0][0] != "tenant" || rows[0][16] != "calls" || rows[1][16] != "60" || !strings.HasPrefix(rows[1][4]+rows[2][4], "'=cmd") {
			t.Errorf("%v %q", err, rows)
		}
		var u admin.Usage
		if err := json.Unmarshal([]byte(run("--format", "json")), &u); err != nil || len(u.Clients) != 1 || u.Clients[0].Calls != 30 || u.Clients[0].Owner != "Finance" ||
			u.Clients[0].Rhythm != rollout.RhythmDaily || len(u.Clients[0].Queries) != 1 || u.Clients[0].TenantName != "example.onmicrosoft.com" {
			t.Errorf("%v %+v", err, u)
		}
		for _, wrong := range [][]string{{"--since", "yesterday"}, {"--since", "5y"}, {"--format", "xml"}} {
			if code, _, stderr := cli(append(append([]string{"usage"}, args...), wrong...)...); code != 2 || !strings.Contains(stderr, wrong[0]) {
				t.Errorf("%v: exit code %d: %s", wrong, code, stderr)
			}
		}
	})
}

func TestPreviewAndEvidence(t *testing.T) {
	bothWays(t, func(t *testing.T, args ...string) {
		run := func(code int, command ...string) string {
			t.Helper()
			got, out, stderr := cli(append(append([]string{"rollout"}, command...), args...)...)
			if got != code {
				t.Fatalf("%v: exit code %d: %s", command, got, stderr)
			}
			return out
		}
		if out := run(0, "preview", "--at", "2098-01-01"); !strings.Contains(out, "No client of the ledger would break.") || !strings.Contains(out, "announce") {
			t.Error(out)
		}
		out := run(0, "preview", "--at", "2099-01-01")
		for _, part := range []string{"On 2099-01-01 23:59 UTC", "reader@example.onmicrosoft.com, nig…", "Finance", "CsP2PAVTimeDaily", "retired", "2099-01-01", "retirable"} {
			if !strings.Contains(out, part) {
				t.Errorf("%q is missing in\n%s", part, out)
			}
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(line); n > 121 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		var p rollout.Preview
		if err := json.Unmarshal([]byte(run(0, "preview", "--at", "2099-01-01", "--format", "json")), &p); err != nil || len(p.Breaks) != 2 || !p.Breaks[0].Now {
			t.Errorf("%v %+v", err, p)
		}
		run(2, "preview")
		run(2, "preview", "--at", "soon")
		run(2, "preview", "--at", "2099-01-01", "--format", "csv")
		file := filepath.Join(t.TempDir(), "evidence.md")
		code, out, stderr := cli(append([]string{"rollout", "evidence", "--out", file}, args...)...)
		if code != 3 || out != "" || !strings.Contains(stderr, "not yet: ") || !strings.Contains(stderr, " of 7 criteria ") || !strings.Contains(stderr, " not met, see "+file+"\n") {
			t.Errorf("exit code %d: %s%s", code, out, stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), "**Not yet**") || !strings.Contains(string(text), "`reader@example.onmicrosoft.com, nightly-job`") || !strings.Contains(string(text), "| met | every client is quiet, retirable or retired |") {
			t.Errorf("%v\n%s", err, text)
		}
		run(1, "evidence", "--out", file)
		if _, _, stderr := cli(append([]string{"rollout", "evidence", "--out", file}, args...)...); !strings.Contains(stderr, "exists already and is not overwritten") {
			t.Errorf("evidence over a file that is there: %s", stderr)
		}
		var e rollout.Evidence
		if err := json.Unmarshal([]byte(run(3, "evidence", "--format", "json")), &e); err != nil || len(e.Clients) != 2 || len(e.Coverage) != 1 || e.Coverage[0].Tenant != "example.onmicrosoft.com" {
			t.Errorf("%v %+v", err, e)
		}
		run(2, "evidence", "--format", "html")
		if out := run(0, "digest"); !strings.Contains(out, "## Finance") || !strings.Contains(out, "## Nobody's") {
			t.Error(out)
		}
	})
}

// TestUsageRoutes: the routes that take parameters say what is wrong with them.
func TestUsageRoutes(t *testing.T) {
	p := ledgerRig(t).start(t)
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/api/usage?format=csv&since=2020-01-01": {200, "tenant,tenant_name,client"},
		"/api/usage?format=xml":                  {400, "format is neither json nor csv"},
		"/api/usage?since=1y":                    {400, "since is neither a date"},
		"/api/rollout/preview":                   {400, "at is neither a date"},
		"/api/rollout/preview?at=2099-02-01":     {200, `"breaks":[{`},
		"/api/rollout/evidence?format=md":        {200, "# Can the legacy reports be switched off?"},
		"/api/rollout/evidence?format=pdf":       {400, "format is neither json nor md"},
		"/api/rollout/digest":                    {200, "# Legacy reports: who still calls"},
		"/api/rollout":                           {200, `"standings":{"active":0,`},
		"/metrics":                               {200, `rwsgate_clients{standing="retirable"} 2`},
	} {
		if a := p.get(t, "http://"+p.Admin+path); a.status != want.status || !strings.Contains(a.body, want.body) {
			t.Errorf("%s: %d %.300s", path, a.status, a.body)
		}
	}
	if a := p.get(t, "http://"+p.Admin+"/metrics"); !strings.Contains(a.body, "rwsgate_clients_without_owner 1\n") {
		t.Error("the clients without an owner are not counted")
	}
}

// TestTheDigestIsPosted: a running gateway posts the digest over HTTPS, by the way to Microsoft, and tells nobody where.
func TestTheDigestIsPosted(t *testing.T) {
	posted := make(chan string, 10)
	hook := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		posted <- q.URL.Path + " " + string(body)
	}))
	defer hook.Close()
	r := ledgerRig(t)
	for name, text := range map[string]string{
		"hook":    hook.URL + "/hook/planted-secret\n",
		"hook-ca": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hook.Certificate().Raw})),
	} {
		if err := os.WriteFile(filepath.Join(r.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.extra = "upstream: { ca_file: hook-ca }\n" + r.extra + "  digest: { day: mon, at: \"11:45\", file: digest.md, webhook_file: hook }\n"
	p := r.start(t) // its clock stands at noon on a Monday
	got := <-posted
	path, body, _ := strings.Cut(got, " ")
	var said struct{ Text string }
	if err := json.Unmarshal([]byte(body), &said); err != nil || path != "/hook/planted-secret" || !strings.Contains(said.Text, "## Finance") {
		t.Errorf("%v %s", err, got)
	}
	if text, err := os.ReadFile(filepath.Join(r.folder, "digest.md")); err != nil || string(text) != said.Text {
		t.Errorf("%v %s", err, text)
	}
	eventually(t, "it is counted", func() bool {
		return strings.Contains(p.get(t, "http://"+p.Admin+"/metrics").body, `rwsgate_rollout_digests_total{result="delivered"} 1`)
	})
	if a := p.get(t, "http://"+p.Admin+"/api/rollout"); strings.Contains(a.body, "planted-secret") {
		t.Error("the overview tells the webhook")
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(p.log.String(), "planted-secret") || !strings.Contains(p.log.String(), "the weekly digest was delivered") {
		t.Error(p.log.String())
	}
	if len(posted) > 0 {
		t.Error("it was posted more than once")
	}
}

// TestABrownoutsEffectIsShown: a client fails in a brownout that runs, is served again when it is paused, and everybody
// who asks is told so.
func TestABrownoutsEffectIsShown(t *testing.T) {
	r := newRig(t)
	dsn := "sqlite:" + filepath.Join(r.folder, "history.db")
	seenBefore(t, r, dsn)
	r.extra = fmt.Sprintf("store: %q\n%s", dsn, browning(freeWindow(t, dsn)))
	p := r.start(t)
	ask := func() int { return p.get(t, p.url+"/CsP2PAVTimeWeekly?$top=2", agent).status }
	eventually(t, "the brownout hits", func() bool { return ask() == http.StatusServiceUnavailable })
	effect := func() rollout.BrownoutEffect {
		a := p.get(t, "http://"+p.Admin+"/api/rollout")
		var o rollout.Overview
		if err := json.Unmarshal([]byte(a.body), &o); err != nil || len(o.Brownouts) != 1 || len(o.Brownouts[0].Effects) != 1 {
			t.Fatalf("%v %s", err, a.body)
		}
		return o.Brownouts[0].Effects[0]
	}
	eventually(t, "the failure is shown", func() bool { return effect().Effect == rollout.EffectFailing })
	if code, _, stderr := cli("rollout", "pause", "--admin", "http://"+p.Admin); code != 0 || ask() != http.StatusOK {
		t.Fatalf("the pause is not in force: %s", stderr)
	}
	eventually(t, "the served call is shown", func() bool { return effect().Effect == rollout.EffectRetried })
	if e := effect(); e.Failed == 0 || e.First.After(e.Last) || !e.Served.After(e.Last) || e.Name != "reader@example.onmicrosoft.com, nightly-job" {
		t.Errorf("%+v", e)
	}
	if a := p.get(t, "http://"+p.Admin+"/metrics"); !strings.Contains(a.body, `rwsgate_brownout_clients{effect="retried"} `) {
		t.Error("the metrics do not tell of it")
	}
	if code, out, stderr := cli("rollout", "digest", "--admin", "http://"+p.Admin); code != 0 || !strings.Contains(out, "failed and retried until served: 1") {
		t.Errorf("%s%s", out, stderr)
	}
}
