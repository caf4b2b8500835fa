package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const filesOfTenants = `
tenants:
  - name: sound.example
    id: 16a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret_file: secret }
  - name: secret.example
    id: 26a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret_file: gone }
  - name: empty.example
    id: 36a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret_file: empty }
  - name: pair.example
    id: 46a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-certificate, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, certificate_file: gone, certificate_key_file: closed, certificate_password_file: gone }
  - name: roots.example
    id: 56a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: managed-identity }
    cloud: { authority: "https://a.example/", graph: "https://g.example/v1.0", download_hosts: [g.example], ca_file: secret }
`

// TestATenantsFilesConcernItAlone pins that files of one tenant that cannot be used refuse neither the configuration nor
// another tenant, and that each of them is told of once.
func TestATenantsFilesConcernItAlone(t *testing.T) {
	read := func(name string) ([]byte, error) {
		switch filepath.Base(name) {
		case "rwsgate.yml":
			return []byte(filesOfTenants), nil
		case "secret":
			return []byte(planted), nil
		case "empty":
			return []byte("\r\n"), nil
		case "closed":
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
		return nil, os.ErrNotExist
	}
	c, err := Load(Sources{File: "/etc/rwsgate.yml", ReadFile: read})
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, tenant int, key, text string) string {
		return fmt.Sprintf("/etc/rwsgate.yml:%d: tenants[%d].%s: %s", line, tenant, key, text)
	}
	for round := range 2 { // Validate finds the same again, and no more
		for i, want := range []string{
			"",
			at(8, 1, "credential.client_secret_file", `"/etc/gone" does not exist`),
			at(11, 2, "credential.client_secret_file", `"/etc/empty" is empty`),
			"the configuration has 3 errors:\n  " + strings.Join([]string{
				at(14, 3, "credential.certificate_password_file", `"/etc/gone" does not exist`),
				at(14, 3, "credential.certificate_file", `"/etc/gone" does not exist`),
				at(14, 3, "credential.certificate_key_file", `"/etc/closed" must not be read by this user`),
			}, "\n  "),
			at(18, 4, "cloud.ca_file", `"/etc/secret" holds no certificate in PEM form`),
		} {
			if got := filepath.ToSlash(errorText(c.Tenants[i].Unusable())); got != want {
				t.Errorf("round %d, %s: got %s\nwant %s", round, c.Tenants[i].Name, got, want)
			}
		}
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestLongPathsKeepTheirEnd(t *testing.T) {
	if got := quotePath(strings.Repeat("/folder", 50) + "/secret"); !strings.HasPrefix(got, `"…`) || !strings.HasSuffix(got, `/folder/secret"`) || len(got) > 210 {
		t.Errorf("got %s", got)
	}
}

// TestATenantsFilesAreWatched pins that a file that was gone at the start is noticed when it comes.
func TestATenantsFilesAreWatched(t *testing.T) {
	d, src := watchedDirectory(t)
	if err := os.Remove(filepath.Join(d.path, "secret")); err != nil {
		t.Fatal(err)
	}
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	if o := w.Reload(); !o.Unchanged || w.Current().Tenants[0].Unusable() == nil {
		t.Errorf("without the secret: %+v, %v", o, w.Current().Tenants[0].Unusable())
	}
	d.write("secret", "one\n")
	o := w.Reload()
	if tenant := w.Current().Tenants[0]; o.Err != nil || o.Unchanged || tenant.Unusable() != nil || tenant.Credential.ClientSecret.Reveal() != "one" {
		t.Errorf("with it: %+v, %v", o, tenant.Unusable())
	}
	if err := os.Remove(filepath.Join(d.path, "secret")); err != nil {
		t.Fatal(err)
	}
	if o := w.Reload(); o.Err != nil || o.Unchanged || w.Current().Tenants[0].Unusable() == nil {
		t.Errorf("gone again: %+v", o)
	}
}
