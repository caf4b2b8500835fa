package command

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"rwsgate/config"
	"rwsgate/rollout"
	"rwsgate/store"
)

// browning is a rollout in the phase brownout whose window begins at an instant, for a day; programs run by the clock of
// the machine.
func browning(begins time.Time) string {
	return fmt.Sprintf(`rollout:
  sunset: 2099-06-30
  reports: { "*": [ { from: 2020-10-01, phase: announce }, { from: 2020-11-01, phase: brownout }, { from: 2099-06-30, phase: retired } ] }
  brownouts: [ { from: %s, duration: 24h, zone: Etc/GMT } ]
  clients:
    - { match: { principal: "old@*" }, owner: Ann, reason: rebuilt in May, until: 2020-11-20, phase: announce }
    - { match: { agent: "later*" }, reason: contract, until: 2099-05-01, phase: observe }
`, begins.UTC().Format("2006-01-02T15:04"))
}

// agent is the family of the client of these tests.
const agent = "User-Agent: nightly-job/1.0"

// seenBefore has the tests' client stand in a store's ledger since before the brownout.
func seenBefore(t *testing.T, r *rig, dsn string) {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l := rollout.NewLedger(rollout.LedgerOptions{Store: s})
	l.Note(rollout.Call{At: time.Now().AddDate(0, 0, -7), Tenant: r.id, Principal: "reader@example.onmicrosoft.com", Agent: "nightly-job/0.9", Status: 200})
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// eventually waits long for something that takes short.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatal(what + ": not in two minutes")
}

// TestAPauseReachesEveryProgram pauses on one of two programs that share a store.
func TestAPauseReachesEveryProgram(t *testing.T) {
	onSharedStores(t, func(t *testing.T, dsn string) {
		r := newRigOf(t, uuid.NewString())
		seenBefore(t, r, dsn)
		begins := freeWindow(t, dsn)
		r.extra = fmt.Sprintf("store: %q\n%s", dsn, browning(begins))
		one, two := r.start(t), r.start(t)
		status := func(p *running) int { return p.get(t, p.url+"/CsP2PAVTimeWeekly", agent).status }
		for _, p := range []*running{one, two} {
			eventually(t, "the brownout hits", func() bool { return status(p) == http.StatusServiceUnavailable })
		}
		a := one.get(t, one.url+"/CsP2PAVTimeWeekly?$format=json", agent)
		if !strings.Contains(a.body, `"code":"ServiceDeprecatedBrownout"`) || !strings.Contains(a.body, "until "+begins.AddDate(0, 0, 1).Format("2006-01-02 15:04 +00:00")+" (Etc/GMT)") || a.header.Get("Retry-After") == "" {
			t.Errorf("%v %s", a.header, a.body)
		}
		code, out, stderr := cli("rollout", "pause", "--reason", "month-end closing", "--admin", "http://"+one.Admin)
		if code != 0 || !strings.Contains(out, "paused since ") || !strings.Contains(out, " by loopback: month-end closing") {
			t.Fatalf("exit code %d: %s%s", code, out, stderr)
		}
		if got := status(one); got != http.StatusOK {
			t.Errorf("the next request after the pause: %d", got)
		}
		eventually(t, "the pause reaches the other program", func() bool { return status(two) == http.StatusOK })
		if code, out, _ := cli("rollout", "status", "--admin", "http://"+two.Admin); code != 0 || !strings.Contains(out, "by loopback: month-end closing") {
			t.Errorf("status of the other program: %s", out)
		}
		if three := r.start(t); status(three) != http.StatusOK {
			t.Error("a program that starts later does not know of the pause")
		}
		if code, out, stderr := cli("rollout", "resume", "--admin", "http://"+two.Admin); code != 0 || !strings.Contains(out, "not paused") {
			t.Fatalf("exit code %d: %s%s", code, out, stderr)
		}
		if got := status(two); got != http.StatusServiceUnavailable {
			t.Errorf("the next request after the pause's end: %d", got)
		}
		eventually(t, "the end of the pause reaches the first program", func() bool { return status(one) == http.StatusServiceUnavailable })
		if got := one.get(t, one.url+"/CsP2PAVTimeWeekly", "User-Agent: newcomer/1").status; got != http.StatusOK {
			t.Errorf("a client that was never seen: %d", got)
		}
		if got := status(one); got != http.StatusOK {
			t.Errorf("after a newcomer: %d", got)
		}
		eventually(t, "the stop reaches the other program", func() bool { return status(two) == http.StatusOK })
		if !strings.Contains(one.log.String(), "a brownout was stopped ahead of its time") {
			t.Error("the log does not tell of the stop")
		}
		if code, out, _ := cli("rollout", "status", "--admin", "http://"+two.Admin); code != 0 || !strings.Contains(out, "stopped") || !strings.Contains(out, "reader@example.onmicrosoft.com, newcomer") {
			t.Errorf("status: %s", out)
		}
	})
}

// freeWindow gives the beginning of a brownout that runs and that no earlier run of a test on the same store has stopped.
func freeWindow(t *testing.T, dsn string) time.Time {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.ResumeRollout(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	before, err := s.Rollout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Minute).Add(-time.Hour)
	for slices.ContainsFunc(before.Stops, func(s store.RolloutStop) bool { return s.Window.Equal(at) }) {
		at = at.Add(-time.Minute)
	}
	return at
}

// TestRolloutByTheStore pauses while no gateway runs.
func TestRolloutByTheStore(t *testing.T) {
	r := newRig(t)
	dsn := "sqlite:" + filepath.Join(r.folder, "s.db")
	seenBefore(t, r, dsn)
	r.extra = fmt.Sprintf("store: %q\n%s", dsn, browning(time.Now().Add(-time.Hour)))
	arguments := []string{"--config", r.file(t), "--admin", "http://" + closedAddress}
	run := func(want string, command ...string) {
		t.Helper()
		code, out, stderr := cli(append(command, arguments...)...)
		if code != 0 || !strings.Contains(out, want) || !strings.Contains(stderr, "no gateway answers") {
			t.Errorf("%v: exit code %d, %s%s; want %q", command, code, out, stderr, want)
		}
	}
	run("not paused", "rollout", "status")
	run("by command line\n", "rollout", "pause")
	run("by command line: later", "rollout", "pause", "--reason", "later")
	run("was paused already, the reason stays: later\npaused since ", "rollout", "pause", "--reason", "too late")
	run("by command line: later", "rollout", "status")
	p := r.start(t)
	if a := p.get(t, p.url+"/CsP2PAVTimeDaily", agent); a.status != http.StatusOK || a.header.Get("Sunset") == "" {
		t.Errorf("a gateway that starts paused: %d %v", a.status, a.header)
	}
	run("not paused", "rollout", "resume")
	eventually(t, "the gateway resumes", func() bool { return p.get(t, p.url+"/CsP2PAVTimeDaily", agent).status == http.StatusServiceUnavailable })
	code, _, stderr := cli("rollout", "pause", "--store", "memory", "--admin", arguments[3])
	if code != 1 || !strings.Contains(stderr, "memory") || strings.Contains(stderr, "the store is changed") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestRolloutStatusShowsAll(t *testing.T) {
	r := newRig(t)
	begins := time.Now().Add(-time.Hour)
	r.extra = browning(begins)
	p := r.start(t)
	code, out, stderr := cli("rollout", "status", "--admin", "http://"+p.Admin)
	for _, want := range []string{
		"CsP2PAVTimeMonthly  brownout  brownout   retired from 2099-06-30 00:00Z",
		"deprecated 2018-01-29 00:00Z, sunset 2099-06-30 00:00Z", "not paused",
		begins.UTC().Format("2006-01-02 15:04") + " +00:00", "Etc/GMT",
		"principal old@*  announce  2020-11-20 00:00Z (expired)  Ann    rebuilt in May",
		"agent later*     observe   2099-05-01 00:00Z                   contract",
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, lacks %q: %s%s", code, want, out, stderr)
		}
	}
	eventually(t, "the log tells of the hold", func() bool {
		return strings.Contains(p.log.String(), "principal old@*: the hold in announce expired on 2020-11-20")
	})
	if strings.Contains(p.log.String(), "later*") {
		t.Error("the log speaks of a hold that lasts")
	}
	code, out, _ = cli("check", "--config", r.file(t))
	if code != 1 || !strings.Contains(out, "error    principal old@*: the hold in announce expired") || !strings.Contains(out, "see that Ann has moved on") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestHoldFindings(t *testing.T) {
	p := &rollout.Plan{}
	for _, h := range []struct {
		name, owner string
		until       time.Time
		held        bool
	}{{"a", "Ann", now, true}, {"b", "", now.Add(time.Hour), true}, {"c", "Cyd", now.AddDate(0, 0, 30), true}, {"d", "Dee", now.AddDate(0, 0, 31), true}, {"e", "Eve", now, false}} {
		p.Agreements = append(p.Agreements, rollout.Agreement{Name: h.name, Owner: h.owner, Until: h.until, Held: h.held, Phase: rollout.PhaseAnnounce})
	}
	var got []string
	for _, f := range holdFindings(p, now) {
		got = append(got, fmt.Sprintf("%s %s; %s", f.verdict, f.saw, f.mend))
	}
	want := []string{
		"error a: the hold in announce expired on 2026-11-23; its clients are in their reports' phase again; see that Ann has moved on and remove the entry from rollout.clients, or agree on a later until",
		"warning b: the hold in announce ends on 2026-11-23, in 0 days; ask the client's owner (none is named) before that day",
		"warning c: the hold in announce ends on 2026-12-23, in 30 days; ask Cyd before that day",
		"ok d: announce until 2026-12-24; ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestAReloadChangesTheRollout retires the reports by a new configuration.
func TestAReloadChangesTheRollout(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	if a := p.get(t, p.url+"/CsP2PAVTimeDaily"); a.status != 200 || a.header.Get("Deprecation") != "" {
		t.Fatalf("%d %v", a.status, a.header)
	}
	r.extra = "rollout: { reports: { \"*\": [ { from: 2026-11-01, phase: retired } ] } }\n"
	r.file(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.Admin+"/api/reload", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := do(t, request); a.status != 200 {
		t.Fatal(a)
	}
	if a := p.get(t, p.url+"/CsP2PAVTimeDaily"); a.status != 410 || a.header.Get("Deprecation") != "@1517184000" || a.header.Get("Sunset") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestOperatorClient(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if got = user + ":" + password; got != "ann:secret" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"a name and password are needed"}`))
			return
		}
		_, _ = w.Write([]byte(`{"paused":true,"by":"ann","stops":[]}`))
	}))
	defer s.Close()
	code, _, stderr := cli("rollout", "pause", "--admin", s.URL)
	if code != 1 || !strings.Contains(stderr, "401: a name and password are needed (none were given: see --admin-user") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = cli("rollout", "pause", "--admin", s.URL, "--admin-user", "bob", "--admin-password-file", file)
	if code != 1 || !strings.Contains(stderr, "401: a name and password are needed (those that were given were refused") || strings.Contains(stderr, "secret") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, out, stderr := cli("rollout", "pause", "--admin", s.URL+"/", "--admin-user", "ann", "--admin-password-file", file)
	if code != 0 || !strings.Contains(out, "by ann") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	if code, _, _ := cli("rollout", "status", "--admin", "127.0.0.1:9090"); code != 2 {
		t.Errorf("exit code %d of a URL without a scheme", code)
	}
	for listen, want := range map[string]string{"0.0.0.0:9090": "127.0.0.1:9090", ":9090": "127.0.0.1:9090", "[::]:1": "127.0.0.1:1", "10.0.0.1:9": "10.0.0.1:9", "localhost:9": "localhost:9"} {
		if got := reachable(listen); got != want {
			t.Errorf("%s is reached at %s", listen, got)
		}
	}
}

// TestPlanOf holds the translation of a configuration: the order of windows, their zone, whole days of delay.
func TestPlanOf(t *testing.T) {
	c, err := config.Load(config.Sources{NoTenant: true, File: "x", ReadFile: func(string) ([]byte, error) {
		return []byte(`timezone_aliases: { Office: America/New_York }
rollout:
  brownout_stop: never
  brownouts: [ { from: 2027-10-31T01:30, duration: 24h, zone: Europe/Berlin }, { from: 2027-03-14T12:00, duration: 3h, zone: Office }, { from: 2027-10-31T02:29, duration: 1m, zone: Europe/Moscow } ]
  clients: [ { match: { principal: "A@*", agent: x, address: 10.0.0.0/8 }, owner: o, date_delay: 3d } ]
`), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := planOf(c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range p.Brownouts {
		got = append(got, w.From.Format(time.RFC3339)+" "+w.Until.Sub(w.From).String()+" "+w.Zone)
	}
	want := "2027-03-14T12:00:00-04:00 3h0m0s Office, 2027-10-31T02:29:00+03:00 1m0s Europe/Moscow, 2027-10-31T01:30:00+02:00 24h0m0s Europe/Berlin"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	a := p.Agreements[0]
	if !p.KeepBrownouts || a.Name != "principal a@*, agent x, address 10.0.0.0/8" || a.Held || a.DateDelay != 3 || p.BrownoutStatus != 503 || p.Deprecation.Unix() != 1517184000 {
		t.Errorf("%+v", p)
	}
}

// TestOperatorGivesNameAndPassword pins that half a login is a wrong call and not one without a login.
func TestOperatorGivesNameAndPassword(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--admin-user needs --admin-password-file", []string{"--admin-user", "ann"}},
		{"--admin-password-file needs --admin-user", []string{"--admin-password-file", empty}},
		{"there is no password in " + empty, []string{"--admin-user", "ann", "--admin-password-file", empty}},
		{"does-not-exist", []string{"--admin-user", "ann", "--admin-password-file", "does-not-exist"}},
	} {
		code, out, stderr := cli(append([]string{"usage", "--admin", "http://" + closedAddress}, c.args...)...)
		if code != 2 || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d: %s%s", c.args, code, out, stderr)
		}
	}
}
