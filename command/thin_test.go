package command

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/config"
	"rwsgate/store"
)

// hub is a central gateway over HTTPS with a private CA, which trusts sidecars on this machine and keeps its ledger on
// disk.
type hub struct {
	*rig
	pair *authority
	at   string // its address, the same after a restart
}

func newHub(t *testing.T, more string) *hub {
	t.Helper()
	r, a := secured(t, "")
	r.extra += "store: sqlite:central.db\ntrusted_proxies: [127.0.0.1]\n" + more
	return &hub{rig: r, pair: a}
}

func (h *hub) start(t *testing.T) *running {
	t.Helper()
	sources := config.Sources{File: h.file(t), Now: clock}
	if h.at != "" {
		sources.Env = []string{"RWSGATE_LISTEN=" + h.at}
	}
	p := launch(t, sources, h.every)
	h.at = p.Legacy
	return p
}

// sidecar starts one of the hub; more is added to its configuration.
func (h *hub) sidecar(t *testing.T, more string) *running {
	t.Helper()
	return launch(t, config.Sources{File: h.sidecarFile(t, "https://"+h.at, more), Now: clock}, h.every)
}

func (h *hub) sidecarFile(t *testing.T, url, more string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sidecar.yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nadmin: { listen: \"127.0.0.1:0\" }\nforward: { url: %q, ca_file: %q }\n%s", url, h.pair.path(caFile), more)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// getTLS asks as the reader over HTTPS, with a CA of its own.
func getTLS(t *testing.T, a *authority, url string, headers ...string) answer {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool(t)}, DisableCompression: true}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("reader@example.onmicrosoft.com", "pass-word-planted")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// askUntil asks until the answer is as wanted, for as long as the test may run.
func askUntil(t *testing.T, what string, ask func() answer, wanted func(answer) bool) answer {
	t.Helper()
	for {
		a := ask()
		if wanted(a) {
			return a
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: never came, the last answer is %d %v %s", what, a.status, a.header, a.body)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func answeredAs(word string) func(answer) bool {
	return func(a answer) bool {
		return a.status == http.StatusOK && strings.HasPrefix(a.header.Get("X-Rwsgate-Answer"), word)
	}
}

// TestSidecarThroughAnOutage goes from a running central gateway through its absence to its return: what was asked before
// goes on, byte for byte, the sidecar stays ready, and every call is in the ledger once.
func TestSidecarThroughAnOutage(t *testing.T) {
	t.Parallel()
	h := newHub(t, "")
	central := h.start(t)
	s := h.sidecar(t, "")
	calls := 0
	ask := func(query string) answer {
		calls++
		return s.get(t, s.url+query)
	}
	first := ask("/CsP2PAVTimeDaily?$top=3")
	direct := getTLS(t, h.pair, "https://"+central.Legacy+root+"/CsP2PAVTimeDaily?$top=3", "X-Forwarded-Host: "+s.Legacy, "X-Forwarded-Proto: http", "X-Rwsgate-Sidecar: secure")
	calls++
	if first.status != http.StatusOK || first.body != direct.body || !strings.Contains(first.body, "http://"+s.Legacy) {
		t.Fatalf("through the sidecar: %d %s\ndirectly: %s", first.status, first.body, direct.body)
	}
	if err := central.end(); err != nil {
		t.Fatal(err)
	}
	stale := askUntil(t, "stale", func() answer { return ask("/CsP2PAVTimeDaily?$top=3") }, answeredAs("stale"))
	if stale.body != first.body {
		t.Error("the kept answer is another")
	}
	if a := ask("/CsP2PAVTimeMonthly"); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "ConnectionFailedException") {
		t.Errorf("nothing kept: %d %s", a.status, a.body)
	}
	if a := s.get(t, "http://"+s.Admin+"/readyz"); a.status != http.StatusOK {
		t.Errorf("readiness depends on the central gateway: %s", a.body)
	}
	if a := s.get(t, "http://"+s.Admin+"/api/sidecar"); !strings.Contains(a.body, "https://"+h.at) || !strings.Contains(a.body, `"away_since":"`) {
		t.Errorf("the page's data: %s", a.body)
	}
	central = h.start(t)
	askUntil(t, "its return", func() answer { return ask("/CsP2PAVTimeMonthly") }, func(a answer) bool { return a.status == http.StatusOK })
	h.wantLedger(t, calls, s, central)
	if reports := h.tenant.Calls().Reports; reports != 1 {
		t.Errorf("%d report calls", reports)
	}
}

// wantLedger ends sidecar and central gateway and compares the stored ledger with the calls made.
func (h *hub) wantLedger(t *testing.T, calls int, programs ...*running) {
	t.Helper()
	for _, p := range programs {
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(h.folder, "central.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var counts store.LedgerCounts
	err = s.ReadLedger(t.Context(), 0, store.LedgerReader{
		Client: func(c store.LedgerClient) error {
			if c.Principal != "reader@example.onmicrosoft.com" || c.SeenFrom != "127.0.0.1" {
				t.Errorf("a client that never was: %+v", c)
			}
			return nil
		},
		Day:  func(d store.LedgerDay) error { counts.Add(&d.LedgerCounts); return nil },
		Mark: func(store.LedgerMark) error { return nil },
	})
	if err != nil || counts.Calls != int64(calls) {
		t.Errorf("%d calls in the ledger, %d were made, error %v", counts.Calls, calls, err)
	}
}

// TestSidecarsLoseNoLedgerEntry has sidecars come and go under calls, and the central gateway once.
func TestSidecarsLoseNoLedgerEntry(t *testing.T) {
	t.Parallel()
	h := newHub(t, "")
	central := h.start(t)
	const sidecars, rounds, asked = 4, 3, 5
	var left []*running // to outlive the central gateway's restart
	for round := range rounds {
		var all sync.WaitGroup
		for range sidecars {
			s := h.sidecar(t, "")
			if round == 1 {
				left = append(left, s)
			}
			all.Go(func() {
				for i := range asked {
					a := s.get(t, fmt.Sprintf("%s/CsP2PAVTimeWeekly?$top=%d", s.url, 1+i/2))
					if a.status != http.StatusOK {
						t.Errorf("round %d: %d %s", round, a.status, a.body)
					}
				}
				if round != 1 {
					if err := s.end(); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if round == 1 { // with deliveries on their way
			if err := central.end(); err != nil {
				t.Fatal(err)
			}
			central = h.start(t)
		}
	}
	if reports := h.tenant.Calls().Reports; reports > 4 {
		t.Errorf("%d report calls", reports)
	}
	h.wantLedger(t, sidecars*rounds*asked, append(left, central)...)
}

// TestRolloutThroughASidecar retires the reports, pauses, and resumes: sidecars follow, and no kept answer stands in for
// a refusal.
func TestRolloutThroughASidecar(t *testing.T) {
	t.Parallel()
	h := newHub(t, "rollout: { sunset: 2026-06-30, reports: { \"*\": [ { from: 2026-06-30, phase: retired } ] } }\n")
	central := h.start(t)
	s := h.sidecar(t, "")
	ask := func() answer { return s.get(t, s.url+"/CsP2PAVTimeDaily?$top=2") }
	act := func(what string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+central.Admin+"/api/rollout/"+what+"?reason=test", nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := do(t, request); a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", what, a.status, a.body)
		}
	}
	retired := func(a answer) bool {
		return a.status == http.StatusGone && strings.Contains(a.body, "ServiceDeprecatedRetired") && a.header.Get("Sunset") != ""
	}
	if a := ask(); !retired(a) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	act("pause")
	if a := ask(); a.status != http.StatusOK || a.header.Get("Sunset") == "" || a.header.Get("Deprecation") == "" {
		t.Errorf("paused: %d %v", a.status, a.header)
	}
	act("resume")
	askUntil(t, "retired again", ask, retired)
	if err := central.end(); err != nil {
		t.Fatal(err)
	}
	if a := ask(); a.status != http.StatusServiceUnavailable || a.header.Get("Sunset") == "" {
		t.Errorf("an answer of before the retirement: %d %v", a.status, a.header)
	}
}

// TestSidecarEndsTLS has a client speak TLS to the sidecar, over a certificate that is renewed meanwhile.
func TestSidecarEndsTLS(t *testing.T) {
	h := newHub(t, "")
	h.start(t)
	own := &authority{folder: t.TempDir()}
	if err := own.create([]string{"reports.office365.com", "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	s := h.sidecar(t, fmt.Sprintf("tls: { cert_file: %q, key_file: %q }\n", own.path(leafFile), own.path(leafKeyFile)))
	before := raw(t, s.Legacy, own.pool(t)).SerialNumber.String()
	a := getTLS(t, own, "https://"+s.Legacy+root+"/CsP2PAVTimeDaily?$top=1")
	if a.status != http.StatusOK || !strings.Contains(a.body, "https://"+s.Legacy) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if _, err := own.renew(nil); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Admin+"/api/reload", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := do(t, request); a.status != http.StatusOK || raw(t, s.Legacy, own.pool(t)).SerialNumber.String() == before {
		t.Errorf("the new certificate is not in force: %d %s", a.status, a.body)
	}
}

// TestAdminOfASidecar pins what an operator finds there.
func TestAdminOfASidecar(t *testing.T) {
	h := newHub(t, "")
	h.start(t)
	s := h.sidecar(t, "")
	s.get(t, s.url+"/CsP2PAVTimeDaily?$top=1")
	var told struct {
		Sidecar struct {
			Central string `json:"central"`
			Version string `json:"central_version"`
			Kept    int    `json:"kept_answers"`
		} `json:"sidecar"`
	}
	a := s.get(t, "http://"+s.Admin+"/api/sidecar")
	if err := json.Unmarshal([]byte(a.body), &told); err != nil || told.Sidecar.Central != "https://"+h.at || told.Sidecar.Version != version || told.Sidecar.Kept != 1 {
		t.Errorf("%s, error %v", a.body, err)
	}
	for _, path := range []string{"/api/usage", "/api/tenants", "/api/rollout"} {
		if a := s.get(t, "http://"+s.Admin+path); a.status != http.StatusNotFound || !strings.Contains(a.body, "ask the admin listener of the central rwsgate whose legacy listener is https://"+h.at) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for path, want := range map[string]string{"/": "/assets/sidecar.js", "/assets/sidecar.js": "/api/sidecar", "/assets/style.css": "{"} {
		if a := s.get(t, "http://"+s.Admin+path); a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	eventually(t, "the answer is counted", func() bool { // a client may have it before
		a := s.get(t, "http://"+s.Admin+"/metrics")
		return strings.Contains(a.body, `rwsgate_sidecar_answers_total{from="central"} 1`) && strings.Contains(a.body, "rwsgate_sidecar_kept_answers 1")
	})
	if code, out, errors := cli("health", "--admin", "http://"+s.Admin); code != 0 {
		t.Errorf("health: %d %s %s", code, out, errors)
	}
	if code, _, errors := cli("usage", "--admin", "http://"+s.Admin); code != 1 || !strings.Contains(errors, "ask the admin listener of the central rwsgate") || strings.Contains(errors, "is that the admin listener") {
		t.Errorf("usage: %d %s", code, errors)
	}
}

// TestCheckOfASidecar goes ways that fail at each stage.
func TestCheckOfASidecar(t *testing.T) {
	h := newHub(t, "")
	h.start(t)
	s := h.sidecar(t, fmt.Sprintf("tls: { cert_file: %q, key_file: %q }\n", h.pair.path(leafFile), h.pair.path(leafKeyFile)))
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	other := newHub(t, "")
	other.at = h.at
	for _, c := range []struct {
		name, file string
		code       int
		want       []string
	}{
		{"sound", h.sidecarFile(t, "https://"+h.at, ""), 0, []string{"configuration  ok", "sidecar of https://" + h.at, "tls", "certificate until", "rwsgate " + version + ", trusts this address", "0 errors, 0 warnings"}},
		{"keys of the central one", h.sidecarFile(t, "https://"+h.at, "refresh: { every: 1h }\n"), 0, []string{"refresh: has no effect beside forward.url", "1 warning"}},
		{"another CA", other.sidecarFile(t, "https://"+h.at, ""), 1, []string{"tls", "error", "unknown authority", "forward.ca_file", "not tried after the failure above"}},
		{"no TLS", h.sidecarFile(t, strings.Replace(plain.URL, "http:", "https:", 1), ""), 1, []string{"tls", "speaks no TLS"}},
		{"no rwsgate", h.sidecarFile(t, plain.URL, ""), 1, []string{"central", "is no rwsgate", "mend"}},
		{"another sidecar", h.sidecarFile(t, "https://"+s.Legacy, ""), 1, []string{"none that takes sidecars", "not to another sidecar"}},
		{"nobody there", h.sidecarFile(t, "https://127.0.0.1:1", ""), 1, []string{"tcp", "refused", "see whether the central rwsgate runs"}},
	} {
		code, out, errors := cli("check", "--config", c.file)
		if code != c.code {
			t.Errorf("%s: exit code %d\n%s%s", c.name, code, out, errors)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: lacks %q\n%s", c.name, want, out)
			}
		}
	}
}

// TestCheckSeesMistrust pins the warning of a sidecar whose forwarding headers do not count.
func TestCheckSeesMistrust(t *testing.T) {
	r, a := secured(t, "")
	p := r.start(t)
	h := &hub{rig: r, pair: a, at: p.Legacy}
	code, out, _ := cli("check", "--config", h.sidecarFile(t, "https://"+h.at, ""))
	if code != 0 || !strings.Contains(out, "does not trust this address") || !strings.Contains(out, "trusted_proxies") || !strings.Contains(out, "1 warning") {
		t.Errorf("%d\n%s", code, out)
	}
}

// TestCheckOfASidecarOverPlainHTTP pins that a central gateway that would refuse every password is an error, with what
// mends it, that it does refuse them, and that each of two mends makes the check pass.
func TestCheckOfASidecarOverPlainHTTP(t *testing.T) {
	for _, c := range []struct {
		name, extra  string
		code, status int
		want         []string
	}{
		{"neither", "", 1, http.StatusForbidden, []string{"central", "takes no password over plain HTTP", "trusted_proxies", "(tls)", "allow_plain_http", "1 error"}},
		{"trust", "trusted_proxies: [127.0.0.1]\n", 0, http.StatusOK, []string{"trusts this address", "0 errors, 0 warnings"}},
		{"plain HTTP", "allow_plain_http: true\n", 0, http.StatusOK, []string{"does not trust this address", "0 errors"}},
	} {
		r := newRig(t)
		r.extra += c.extra
		p := r.start(t)
		_, a := secured(t, "")
		h := &hub{rig: r, pair: a, at: p.Legacy}
		file := h.sidecarFile(t, "http://"+h.at, "")
		code, out, errors := cli("check", "--config", file)
		if code != c.code {
			t.Errorf("%s: exit code %d\n%s%s", c.name, code, out, errors)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
				t.Errorf("%s: lacks %q\n%s", c.name, want, out)
			}
		}
		s := launch(t, config.Sources{File: file, Now: clock}, h.every)
		if a := s.get(t, s.url+"/CsP2PAVTimeDaily?$top=1"); a.status != c.status {
			t.Errorf("%s: a request gets %d %s", c.name, a.status, a.body)
		}
		told := s.get(t, "http://"+s.Admin+"/api/sidecar").body
		if refuses := strings.Contains(told, `"central_refuses_passwords":true`); refuses != (c.code == 1) || refuses != strings.Contains(told, "allow_plain_http") {
			t.Errorf("%s: %s", c.name, told)
		}
	}
}

// TestWhatASidecarHasNot pins that commands about tenants and stores name the central gateway, and make no store.
func TestWhatASidecarHasNot(t *testing.T) {
	h := newHub(t, "")
	file := h.sidecarFile(t, "https://central.example", "")
	for _, args := range [][]string{
		{"export", "--tenant", "x"}, {"import", "--tenant", "x", file}, {"backup", filepath.Join(t.TempDir(), "copy")},
		{"usage", "--admin", "http://127.0.0.1:1"}, {"rollout", "status", "--admin", "http://127.0.0.1:1"},
	} {
		code, _, errors := cli(append(args, "--config", file)...)
		if code != 1 || !strings.Contains(errors, "do this at its central rwsgate, https://central.example") {
			t.Errorf("%v: %d %s", args, code, errors)
		}
	}
	code, _, errors := cli("rehearse", "--config", file, filepath.Join("testdata", "rehearse", "urls.txt"))
	if code != 2 || !strings.Contains(errors, "do this at its central rwsgate, https://central.example") {
		t.Errorf("rehearse: %d %s", code, errors)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), "rwsgate.db")); err == nil {
		t.Error("a store was made")
	}
}
