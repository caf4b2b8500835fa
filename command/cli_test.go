package command

import (
	"net/http"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	code, out, _ := cli("version")
	if code != 0 || !strings.Contains(out, "go      go1.") || !strings.Contains(out, "tzdata  20") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestWrongCalls(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"serve", "--nope"}, 2, "unknown flag: --nope"},
		{[]string{"serve", "extra"}, 2, `takes no argument "extra"`},
		{[]string{"nope"}, 2, `unknown command "nope" for rwsgate`},
		{[]string{"rollout", "staus"}, 2, `unknown command "staus" for rwsgate rollout; was "status" meant?`},
		{[]string{"help", "nope"}, 2, `unknown command "nope" for rwsgate (see`},
		{[]string{"help", "srve"}, 2, `unknown command "srve" for rwsgate; was "serve" meant?`},
		{[]string{"help", "rollout", "staus"}, 2, `unknown command "staus" for rwsgate rollout; was "status" meant?`},
		{[]string{"help", "serve", "now"}, 2, `unknown command "now" for rwsgate serve (see`},
		{[]string{"help", "rollout", "status"}, 0, ""},
		{[]string{"help"}, 0, ""},
		{[]string{"cert"}, 2, "rwsgate cert needs one DIR"},
		{[]string{"passwd"}, 2, "rwsgate passwd needs one USER"},
		{[]string{"serve", "--config", "missing.yaml"}, 1, "missing.yaml"},
		{[]string{"serve", "--demo", "--config", "x.yaml"}, 1, "x.yaml"},
		{[]string{"serve", "--demo", "--page-size", "many"}, 1, "limits.page_size"},
		{[]string{"serve", "--demo", "--now", "yesterday"}, 1, "--now"},
		{[]string{"serve"}, 1, "tenants: is missing, and no configuration file was given: name one with --config FILE or RWSGATE_CONFIG; rwsgate serve --demo needs none"},
		{[]string{"check"}, 1, "no configuration file was given"},
		{[]string{"health", "--admin", "http://" + closedAddress}, 1, "not ready"},
	} {
		code, _, stderr := cli(c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, stderr %q; want %d, %q", c.args, code, stderr, c.code, c.want)
		}
	}
}

func TestHelpTeaches(t *testing.T) {
	code, out, _ := cli("serve", "--help")
	for _, part := range []string{"--demo", "--now", "--limits-page-size", "SIGHUP", "Examples:"} {
		if code != 0 || !strings.Contains(out, part) {
			t.Errorf("exit code %d, %q is missing", code, part)
		}
	}
}

func TestHealth(t *testing.T) {
	p := newRig(t).start(t)
	if code, out, stderr := cli("health", "--admin", "http://"+p.Admin); code != 0 || !strings.Contains(out, "ready") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	if a := p.get(t, "http://"+p.Admin+"/livez"); a.status != http.StatusOK {
		t.Errorf("/livez: %d", a.status)
	}
	p.draining.Store(true)
	if code, _, stderr := cli("health", "--admin", "http://"+p.Admin); code != 1 || !strings.Contains(stderr, "draining") {
		t.Errorf("exit code %d while draining: %s", code, stderr)
	}
}

// TestZoneinfoReplacesTheZoneData pins $ZONEINFO with the embedded archive itself, once as a zip file.
func TestZoneinfoReplacesTheZoneData(t *testing.T) {
	t.Setenv("ZONEINFO", "../translate/zonedata/zoneinfo-2026f.zip")
	zones, err := newZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zones.Lookup("Pacific Standard Time"); err != nil {
		t.Error(err)
	}
	t.Setenv("ZONEINFO", "no/such/folder")
	if code, out, _ := cli("check", "--demo"); code != 1 || !strings.Contains(out, "ZONEINFO") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
