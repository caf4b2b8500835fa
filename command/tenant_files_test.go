package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rwsgate/gateway/admin"
	"rwsgate/graphsim"
	"rwsgate/translate"
)

// newSecretRig is a rig of two tenants, of which the second has its secret in a file of its own.
func newSecretRig(t *testing.T) (r *rig, secret string) {
	t.Helper()
	sim, err := graphsim.Start(graphsim.Options{Now: clock, Tenants: []graphsim.TenantOptions{{}, {ID: otherID, Name: other}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	tenant := sim.Tenant(graphsim.DemoTenantID)
	credential := tenant.Credential()
	r = &rig{
		sim: sim, tenant: tenant, folder: t.TempDir(), id: graphsim.DemoTenantID, clientID: credential.ClientID, secret: credential.Secret,
		authority: sim.AuthorityURL(), graph: sim.GraphURL(), ca: sim.CAPEM(),
	}
	r.more = fmt.Sprintf("  - name: %s\n    id: %s\n    principals: [%s]\n"+
		"    credential: { kind: client-secret, client_id: %s, client_secret_file: other-secret }\n"+
		"    cloud: { authority: %q, graph: %q, download_hosts: [\"127.0.0.1\"], ca_file: ca.pem }\n",
		other, otherID, otherReader, sim.Tenant(otherID).Credential().ClientID, r.authority, r.graph)
	return r, filepath.Join(r.folder, "other-secret")
}

// shown gives what /api/tenants says of a tenant.
func (r *running) shown(t *testing.T, name string) admin.Tenant {
	t.Helper()
	var all struct{ Tenants []admin.Tenant }
	if err := json.Unmarshal([]byte(r.get(t, "http://"+r.Admin+"/api/tenants").body), &all); err != nil {
		t.Fatal(err)
	}
	for _, tenant := range all.Tenants {
		if tenant.Name == name {
			return tenant
		}
	}
	t.Fatalf("%s is not shown", name)
	return admin.Tenant{}
}

// TestAMissingSecretFileStaysWithItsTenant starts without the file of one tenant's secret, puts it there, and takes it
// away again.
func TestAMissingSecretFileStaysWithItsTenant(t *testing.T) {
	r, secret := newSecretRig(t)
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	if a := p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily"); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, "secret") {
		t.Errorf("without the secret: %d %s", a.status, a.body)
	}
	refused := p.shown(t, other).Source
	if refused.State != translate.SourceRefused || !strings.Contains(refused.Reason, "credential.client_secret_file") || !strings.Contains(refused.Mend, "put the file in its place") {
		t.Errorf("/api/tenants: %+v", refused)
	}
	if strings.Contains(refused.Reason, r.folder) {
		t.Errorf("a path is kept in the store: %+v", refused)
	}
	if text := p.log.String(); !strings.Contains(text, "other-secret\\\" does not exist") || !strings.Contains(text, `"mend":"put the file in its place`) {
		t.Errorf("the log: %s", text)
	}
	code, out, _ := cli("check", "--config", filepath.Join(r.folder, "rwsgate.yaml"))
	if code != 1 || !strings.Contains(out, "other-secret\" does not exist") || !strings.Contains(out, "mend: put the file in its place") || !strings.Contains(out, "1 error,") {
		t.Errorf("check: exit code %d\n%s", code, out)
	}

	if err := os.WriteFile(secret, []byte(r.sim.Tenant(otherID).Credential().Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	readFeed(t, p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily"))
	if got := p.shown(t, other).Source.State; got != translate.SourceLive {
		t.Errorf("with the secret: %s", got)
	}

	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	if _, err := p.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, o := range p.refresh(t.Context(), other) {
		if o.Error != "" {
			t.Errorf("the secret that works was given up: %s", o.Error)
		}
	}
}

// TestAMissingCertificateFileStaysWithItsTenant is the same at the start for the other kinds of files.
func TestAMissingCertificateFileStaysWithItsTenant(t *testing.T) {
	for _, c := range []struct{ from, to, key string }{
		{"kind: client-secret, client_id", "kind: client-certificate, certificate_file: gone.pem, client_id", "credential.certificate_file"},
		{"kind: client-secret, client_id", "kind: client-certificate, certificate_file: ca.pem, certificate_key_file: gone.pem, client_id", "credential.certificate_key_file"},
		{"kind: client-secret, client_id", "kind: client-certificate, certificate_file: ca.pem, certificate_password_file: gone.pem, client_id", "credential.certificate_password_file"},
		{"ca_file: ca.pem", "ca_file: gone.pem", "cloud.ca_file"},
	} {
		t.Run(c.key, func(t *testing.T) {
			r, secret := newSecretRig(t)
			r.more = strings.Replace(r.more, c.from, c.to, 1)
			if strings.Contains(c.to, "certificate") {
				r.more = strings.Replace(r.more, ", client_secret_file: other-secret", "", 1)
			}
			if err := os.WriteFile(secret, []byte(r.sim.Tenant(otherID).Credential().Secret), 0o600); err != nil {
				t.Fatal(err)
			}
			p := r.start(t)
			readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
			if a := p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily"); a.status != http.StatusServiceUnavailable {
				t.Errorf("%d %s", a.status, a.body)
			}
			if got := p.shown(t, other).Source; got.State != translate.SourceRefused || !strings.HasSuffix(got.Reason, "is named by "+c.key) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestWhatConcernsAllRefusesTheStart pins the other side: files of the whole refuse it.
func TestWhatConcernsAllRefusesTheStart(t *testing.T) {
	for _, extra := range []string{"tls: { cert_file: gone, key_file: gone }\n", "upstream: { ca_file: gone }\n"} {
		r := newRig(t)
		r.extra = extra
		if code, out, stderr := cli("check", "--config", r.file(t)); code != 1 || !strings.Contains(stderr, "does not exist") {
			t.Errorf("%s: exit code %d\n%s%s", extra, code, out, stderr)
		}
	}
	r := newRig(t)
	file := r.file(t)
	if err := os.Remove(filepath.Join(r.folder, "users")); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := cli("serve", "--config", file); code != 1 || !strings.Contains(stderr, `auth.htpasswd_file: `) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// TestAnEndingSecretIsToldOfOnce pins that neither check nor the log says it twice.
func TestAnEndingSecretIsToldOfOnce(t *testing.T) {
	for days, want := range map[int]struct {
		code int
		line string
	}{20: {0, "warning  client secret until "}, -5: {1, "error    the client secret ended on "}} {
		r := newRig(t)
		expires := time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)
		r.expires = expires
		p := r.start(t)
		code, out, _ := cli("check", "--config", filepath.Join(r.folder, "rwsgate.yaml"))
		if n := strings.Count(out, expires); code != want.code || n != 1 || !strings.Contains(out, want.line+expires) {
			t.Errorf("exit code %d, %s is said %d times:\n%s", code, expires, n, out)
		}
		p.get(t, p.url)
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		told := 0
		for line := range strings.Lines(p.log.String()) {
			if strings.Contains(line, `"level":"WARN"`) && strings.Contains(line, expires) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the log tells %d times of %s:\n%s", told, expires, p.log)
		}
	}
}
