package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const withSecrets = `
store: postgres://rwsgate:planted-secret@db/rwsgate?password=planted-secret
upstream: { proxy: "http://user:planted-secret@proxy:3128" }
tenants:
  - name: example.com
    id: 16a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret: planted-secret }
  - name: example.org
    id: 26a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-certificate, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, certificate_file: /c.pem, certificate_password_file: /password }
`

func secretFiles(name string) ([]byte, error) {
	switch name {
	case "/password":
		return []byte(planted + "\n"), nil
	case "/c.pem":
		return []byte("PKCS12"), nil
	}
	return []byte(withSecrets), nil
}

// TestSecretsAreHidden prints a configuration full of secrets in every way there is.
func TestSecretsAreHidden(t *testing.T) {
	cfg, err := Load(Sources{File: "/rwsgate.yml", ReadFile: secretFiles})
	if err != nil {
		t.Fatal(err)
	}
	credential := cfg.Tenants[1].Credential
	if got := credential.CertificatePassword.Reveal(); got != planted {
		t.Fatalf("the secret itself is %q", got)
	}
	unexported := struct {
		s Secret
		u URL
		d Store
	}{credential.CertificatePassword, cfg.Upstream.Proxy, cfg.Store}
	values := []any{cfg, *cfg, cfg.Tenants, credential, &credential.CertificatePassword, credential.CertificatePassword, cfg.Store, &cfg.Store, cfg.Upstream.Proxy, cfg.Upstream, unexported, &unexported}
	for i, v := range values {
		for name, out := range printed(v) {
			if strings.Contains(out, planted) {
				t.Errorf("value %d (%T) through %s shows the secret: %s", i, v, name, out)
			}
		}
	}
	if out := fmt.Sprintf("%v %d %q %x", credential.CertificatePassword, credential.CertificatePassword, credential.CertificatePassword, credential.CertificatePassword); out != "<secret> <secret> <secret> <secret>" {
		t.Errorf("got %s", out)
	}
	if out := cfg.Store.String() + " " + cfg.Upstream.Proxy.String(); out != "postgres://db/rwsgate http://proxy:3128" {
		t.Errorf("got %s", out)
	}
}

func printed(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%08.3f", "%t"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	j, err := json.Marshal(v)
	out["json"] = fmt.Sprint(string(j), err)
	x, err := xml.Marshal(v)
	out["xml"] = fmt.Sprint(string(x), err)
	y, err := yaml.Marshal(v)
	out["yaml"] = fmt.Sprint(string(y), err)
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).Info("configuration", "value", v, slog.Group("g", "value", v))
	}
	out["slog"] = log.String()
	out["error"] = errors.Join(fmt.Errorf("%v", v)).Error()
	return out
}

func TestSecretZero(t *testing.T) {
	var s Secret
	if s.String() != "" || !s.IsZero() || s.Reveal() != "" || !s.Equal(NewSecret("")) || s.Equal(NewSecret("x")) {
		t.Error("the zero Secret is not empty")
	}
}

func TestTwins(t *testing.T) {
	const head = "tenants:\n  - name: example.com\n    id: 16a58f78-539f-47f7-b9bf-02a63867d73b\n    credential: { kind: managed-identity }\n"
	for _, c := range []struct {
		name, file, content string
		env                 []string
		want, err           string
	}{
		{"beside the file", "store_file: dsn", "sqlite:/x\r\n", nil, "sqlite:/x", ""},
		{"absolute", "store_file: /etc/rwsgate/dsn", "sqlite:/x", nil, "sqlite:/x", ""},
		{"with the mark of a Windows editor", "store_file: dsn", "\ufeffmemory\n", nil, "memory", ""},
		{"variable over the file's value", "store: memory", "sqlite:/x", []string{"RWSGATE_STORE_FILE=/etc/rwsgate/dsn"}, "sqlite:/x", ""},
		{"variable over the file's twin", "store_file: dsn", "sqlite:/x", []string{"RWSGATE_STORE=memory"}, "memory", ""},
		{"both", "store_file: dsn\nstore: memory", "sqlite:/x", nil, "", "/etc/rwsgate/rwsgate.yml:1: store_file: is given beside store: keep one of the two"},
		{"bad content", "store_file: dsn", planted, nil, "", `/etc/rwsgate/rwsgate.yml:1: store_file: the content of "/etc/rwsgate/dsn" (not shown) is no store: write sqlite:PATH, postgres://user:password@host/database, or memory`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, err := Load(Sources{File: "/etc/rwsgate/rwsgate.yml", Env: c.env, ReadFile: func(name string) ([]byte, error) {
				if name == "/etc/rwsgate/dsn" {
					return []byte(c.content), nil
				}
				return []byte(c.file + "\n" + head), nil
			}})
			if errorText(err) != c.err {
				t.Fatalf("got error %v, want %s", err, c.err)
			}
			if err == nil && cfg.Store.String() != c.want {
				t.Errorf("got %s, want %s", cfg.Store, c.want)
			}
		})
	}
}

func TestRelativePathsAreOfTheFile(t *testing.T) {
	read := func(name string) ([]byte, error) { return []byte("auth: { htpasswd_file: users }\n"), nil }
	cfg, err := Load(Sources{File: "/etc/rwsgate/rwsgate.yml", Env: []string{"RWSGATE_ADMIN__HTPASSWD_FILE=admins"}, ReadFile: read, NoTenant: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(cfg.Auth.HtpasswdFile, " ", cfg.Admin.HtpasswdFile, " ", cfg.Store); got != "/etc/rwsgate/users admins sqlite:/etc/rwsgate/rwsgate.db" {
		t.Errorf("got %s", got)
	}
}
