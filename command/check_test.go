package command

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"rwsgate/graphsim"
	"rwsgate/rollout"
)

// closedAddress is where nobody listens: no system gives this port to whoever asks for any.
const closedAddress = "127.0.0.1:1"

// TestCheck goes through what can be wrong on the way to Graph: the table names the stage, the cause and the mend.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		wreck func(t *testing.T, r *rig)
		code  int
		want  []string // in this order
	}{
		{"sound", func(*testing.T, *rig) {}, 0,
			[]string{"configuration", "ok", "dns", "tcp", "tls", "token", "consent", "Reports.Read.All", "report", "download", "180 days", "source", "live", "0 errors,"}},
		{"wrong secret", func(_ *testing.T, r *rig) { r.secret = "planted-secret" }, 1,
			[]string{"token", "error", "AADSTS7000215", "mend:", "1 error,"}},
		{"expired secret", func(_ *testing.T, r *rig) { r.tenant.SetFault(graphsim.Fault{Name: graphsim.FaultExpiredSecret}) }, 1,
			[]string{"token", "error", "AADSTS7000222", "mend:", "1 error,"}},
		{"missing permission", func(_ *testing.T, r *rig) {
			credential := r.tenant.Credential()
			credential.Roles = []string{}
			r.tenant.SetCredentials(credential)
		}, 1, []string{"token", "ok", "consent", "error", "Reports.Read.All", "mend:", "1 error,"}},
		{"unknown tenant", func(_ *testing.T, r *rig) { r.id = "00000000-aaaa-bbbb-cccc-000000000001" }, 1,
			[]string{"token", "error", "AADSTS90002", "mend:", "1 error,"}},
		{"broken proxy", func(t *testing.T, r *rig) {
			r.extra = "upstream: { proxy: \"http://user:planted-password@" + closedAddress + "\" }\n"
		}, 1, []string{"proxy", "error", "mend:"}},
		{"proxy that refuses", func(t *testing.T, r *rig) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			proxy := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Proxy-Authenticate", "Basic")
				w.WriteHeader(http.StatusProxyAuthRequired)
			})}
			go func() { _ = proxy.Serve(l) }()
			t.Cleanup(func() { _ = proxy.Close() })
			r.extra = "upstream: { proxy: \"http://" + l.Addr().String() + "\" }\n"
		}, 1, []string{"proxy", "error", "user and password", "mend:"}},
		{"untrusted authority", func(t *testing.T, r *rig) {
			other, err := graphsim.Start(graphsim.Options{Seed: 7})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = other.Close() })
			r.ca = other.CAPEM()
		}, 1, []string{"tls", "error", "mend:"}},
		{"nobody listens", func(t *testing.T, r *rig) { r.graph = "https://" + closedAddress + "/v1.0" }, 1,
			[]string{"tcp", "error", "mend:"}},
		{"only zeros", func(_ *testing.T, r *rig) { r.tenant.SetFault(graphsim.Fault{Name: graphsim.FaultAllZeros}) }, 0,
			[]string{"source", "warning", "180 of 180 days are zero: Skype for Business Online ended in July 2021", "mend:", "0 errors,"}},
		{"header only", func(_ *testing.T, r *rig) { r.tenant.SetFault(graphsim.Fault{Name: graphsim.FaultHeaderOnly}) }, 0,
			[]string{"source", "warning", "header only", "mend:", "0 errors,"}},
		{"unreadable report", func(_ *testing.T, r *rig) { r.tenant.SetFault(graphsim.Fault{Name: graphsim.FaultNegative}) }, 1,
			[]string{"error", "line 4", "1 error,"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			c.wreck(t, r)
			code, out, stderr := cli("check", "--config", r.file(t))
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			rest := out
			for _, part := range c.want {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Errorf("%q is missing, or comes too early", part)
				}
				rest = after
			}
			for _, secret := range []string{"planted", r.tenant.Credential().Secret, "eyJ"} {
				if strings.Contains(out+stderr, secret) {
					t.Errorf("%q is told", secret)
				}
			}
			if t.Failed() {
				t.Logf("stdout:\n%s\nstderr:\n%s", out, stderr)
			}
			if calls := r.tenant.Calls().Reports; calls > 1 {
				t.Errorf("%d report calls", calls)
			}
		})
	}
}

func TestCheckStrictMakesWarningsErrors(t *testing.T) {
	r := newRig(t)
	r.tenant.SetFault(graphsim.Fault{Name: graphsim.FaultAllZeros})
	if code, out, _ := cli("check", "--strict", "--config", r.file(t)); code != 1 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestCheckSeesTheStoredHistory(t *testing.T) {
	r := newRig(t)
	r.extra = "store: sqlite:history.db\n"
	if code, out, _ := cli("check", "--config", r.file(t)); code != 0 || !strings.Contains(out, "the store does not exist yet") {
		t.Errorf("exit code %d before the first start:\n%s", code, out)
	}
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	if code, out, _ := cli("check", "--config", r.file(t)); code != 0 || !strings.Contains(out, "180 UTC days, 2026-05-26 to 2026-11-21") {
		t.Errorf("exit code %d beside a running server:\n%s", code, out)
	}
}

// TestClientsThatGetNothingAreNamed lets a job ask each day for yesterday, which Graph has not delivered, and looks for its
// name in check, with the mend.
func TestClientsThatGetNothingAreNamed(t *testing.T) {
	r := newRig(t)
	r.extra = "store: sqlite:history.db\n"
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	for day := range 4 {
		p.ledger.Note(rollout.Call{At: now.AddDate(0, 0, -day), Tenant: r.id, Principal: "etl@example.onmicrosoft.com", Agent: "o365rwsclient/1.0",
			Report: "CsP2PAVTimeDaily", Status: 200, Uncovered: true, Behind: 1})
	}
	a := p.get(t, "http://"+p.Admin+"/api/usage?since=2026-11-01")
	if a.status != http.StatusOK || !strings.Contains(a.body, `"principal":"etl@example.onmicrosoft.com"`) || !strings.Contains(a.body, `"only_uncovered":true`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := p.get(t, "http://"+p.Admin+"/api/usage?since=yesterday"); a.status != http.StatusBadRequest {
		t.Errorf("since=yesterday: %d", a.status)
	}
	code, out, _ := cli("check", "--config", r.file(t))
	if code != 0 || !strings.Contains(out, "etl@example.onmicrosoft.com (o365rwsclient)") || !strings.Contains(out, "date_delay: 1d") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if strings.Contains(out, "reader@example.onmicrosoft.com") {
		t.Errorf("a client that was answered is named:\n%s", out)
	}
}
