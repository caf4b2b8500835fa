package command

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/config"
)

// TestReload pins that a changed file counts at once when asked, and that a bad one changes nothing.
func TestReload(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	post := func(path string) answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.Admin+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return do(t, request)
	}
	r.extra = "limits: { page_size: 2 }\n"
	r.file(t)
	if a := post("/api/reload"); a.status != http.StatusOK || !strings.Contains(a.body, "limits.page_size") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if n := len(readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily")).Entries); n != 2 {
		t.Errorf("%d entries on a page of 2", n)
	}
	for name, bad := range map[string]string{"unknown key": "limits: { page_sise: 3 }\n", "bad value": "limits: { page_size: many }\n"} {
		r.extra = bad
		r.file(t)
		if a := post("/api/reload"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "page_si") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if n := len(readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily")).Entries); n != 2 {
			t.Errorf("%s: the old configuration is not in force any more: %d entries", name, n)
		}
	}
	r.extra = ""
	r.file(t)
	users := filepath.Join(r.folder, "users")
	if err := os.WriteFile(users, []byte("reader@example.onmicrosoft.com:{SHA}x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := post("/api/reload"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "line 1") {
		t.Errorf("a bad users file: %d %s", a.status, a.body)
	}
	if err := os.WriteFile(users, []byte("# nobody yet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := post("/api/reload"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "has no entry any more") {
		t.Errorf("an emptied users file: %d %s", a.status, a.body)
	}
	if a := p.get(t, p.url); a.status != http.StatusOK {
		t.Errorf("the old users do not count any more: %d", a.status)
	}
	if in := strings.Count(p.log.String(), "a changed configuration is in force"); in != 1 || p.watcher.Current().Generation() != 2 {
		t.Errorf("%d configurations are said to be in force, generation %d: %s", in, p.watcher.Current().Generation(), p.log)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("other"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(users, []byte("reader@example.onmicrosoft.com:"+string(hash)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := post("/api/reload"); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := p.get(t, p.url); a.status != http.StatusUnauthorized {
		t.Errorf("the replaced password still counts: %d", a.status)
	}
	if calls := r.tenant.Calls(); calls.Tokens != 1 || calls.Reports != 1 {
		t.Errorf("reloading asked Entra ID or Graph again: %+v", calls)
	}
}

// TestOperatorsReload pins that the admin listener's users come into force as the clients' do: a bad or emptied file leaves
// the old ones, and says so.
func TestOperatorsReload(t *testing.T) {
	r := newRig(t)
	operators := filepath.Join(r.folder, "operators")
	r.env = append(r.env, "RWSGATE_ADMIN__HTPASSWD_FILE="+operators)
	entry := func(password string) string {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		return "reader@example.onmicrosoft.com:" + string(hash) + "\n"
	}
	write := func(text string) {
		if err := os.WriteFile(operators, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(entry("pass-word-planted"))
	p := r.start(t)
	status := func() int {
		return p.get(t, "http://"+p.Admin+"/api/tenants", "X-Forwarded-For: 203.0.113.9").status
	}
	if got := status(); got != http.StatusOK {
		t.Fatal(got)
	}
	for text, says := range map[string]string{entry("pass-word-planted") + "dave:{SHA}x\n": "line 2", "": "has no entry any more"} {
		write(text)
		if _, err := p.reload(t.Context()); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "admin.htpasswd_file") {
			t.Errorf("%q: error %v", text, err)
		}
		if got := status(); got != http.StatusOK {
			t.Errorf("%q: the old operators do not count any more: %d", text, got)
		}
		if code, out, _ := cli("check", "--config", r.file(t), "--admin-htpasswd-file", operators); text != "" && (code == 0 || !strings.Contains(out, says)) {
			t.Errorf("check: %d %s", code, out)
		}
	}
	write(entry("other"))
	if _, err := p.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != http.StatusUnauthorized {
		t.Errorf("the replaced password still counts: %d", got)
	}
}

// TestReloadWarns pins that a reload tells what the start would tell.
func TestReloadWarns(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	r.extra = "allow_plain_http: true\n"
	r.file(t)
	const warning = "passwords cross the network in the clear"
	if strings.Contains(p.log.String(), warning) {
		t.Fatal("warned too early")
	}
	if _, err := p.reload(t.Context()); err != nil || !strings.Contains(p.log.String(), warning) {
		t.Errorf("error %v, log %s", err, p.log)
	}
}

// TestNobodyIsWarnedOf starts with a users file without an entry.
func TestNobodyIsWarnedOf(t *testing.T) {
	r := newRig(t)
	file := r.file(t)
	if err := os.WriteFile(filepath.Join(r.folder, "users"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const warning = "has no entry: nobody can get in"
	if _, out, stderr := cli("check", "--config", file); !strings.Contains(out, warning) {
		t.Errorf("check says %s%s", out, stderr)
	}
	p := launch(t, config.Sources{File: file, Now: clock}, 0)
	if !strings.Contains(p.log.String(), warning) {
		t.Errorf("the log is %s", p.log)
	}
}

// TestDrain ends the program under load: no accepted request fails, and it ends without an error.
func TestDrain(t *testing.T) {
	p := newRig(t).start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	started := make(chan struct{}, 4)
	for range 4 {
		load.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			for n := 0; ctx.Err() == nil; n++ {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/CsP2PAVTimeWeekly", nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.SetBasicAuth("reader@example.onmicrosoft.com", "pass-word-planted")
				response, err := client.Do(request)
				if err != nil {
					return // refused: the listener is closed
				}
				length, err := io.Copy(io.Discard, response.Body)
				if err != nil || response.StatusCode != http.StatusOK || length != response.ContentLength {
					t.Errorf("status %d, %d of %d bytes, error %v", response.StatusCode, length, response.ContentLength, err)
				}
				_ = response.Body.Close()
				if n == 5 {
					started <- struct{}{}
				}
			}
		})
	}
	for range 4 {
		<-started
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
	stop()
	load.Wait()
}
