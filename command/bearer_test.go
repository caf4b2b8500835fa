package command

import (
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rwsgate/config"
)

// TestTokensOutliveAReload pins that the issuer's keys are kept while nothing about the issuer changes.
func TestTokensOutliveAReload(t *testing.T) {
	r := newRig(t)
	load := func(key, value string) *config.Config {
		env := []string{"RWSGATE_AUTH__BEARER__ISSUER=https://issuer.example/{tid}", "RWSGATE_AUTH__BEARER__AUDIENCE=api://a"}
		if key != "" {
			env = append(env, key+"="+value)
		}
		c, err := config.Load(config.Sources{File: r.file(t), Env: env, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var b bearer
	tokens := func(c *config.Config) any {
		got, err := b.tokens(c, os.ReadFile, clock, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got == nil {
			return nil
		}
		return got
	}
	first := tokens(load("", ""))
	if again := tokens(load("", "")); first == nil || again != first {
		t.Error("a reload that changes nothing makes new ones")
	}
	for key, value := range map[string]string{"RWSGATE_AUTH__BEARER__AUDIENCE": "api://b", "RWSGATE_UPSTREAM__PROXY": "http://proxy.example:3128"} {
		if changed := tokens(load(key, value)); changed == first {
			t.Errorf("%s changes nothing", key)
		}
	}
	c := load("", "")
	c.Auth.Bearer = config.Bearer{}
	if none := tokens(c); none != nil {
		t.Error("tokens without an issuer")
	}
}

// TestTheWayToTheIssuer pins that keys come by the proxy and the authorities of upstream.
func TestTheWayToTheIssuer(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "issuer") }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	server.StartTLS()
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	get := func(c *config.Config, ca []byte) error {
		client, err := issuerClient(c, ca)
		if err != nil {
			return err
		}
		response, err := client.Get(server.URL)
		if err != nil {
			return err
		}
		return response.Body.Close()
	}
	if err := get(&config.Config{}, authority); err != nil {
		t.Error(err)
	}
	if err := get(&config.Config{}, nil); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an authority that nobody named is trusted: %v", err)
	}
	if err := get(&config.Config{}, []byte("no certificate")); err == nil || !strings.Contains(err.Error(), "upstream.ca_file") {
		t.Errorf("error %v", err)
	}
	asked := ""
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	through, err := config.ParseURL(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := get(&config.Config{Upstream: config.Upstream{Proxy: through}}, authority); err == nil || asked != "CONNECT "+server.Listener.Addr().String() {
		t.Errorf("the proxy was asked %q, error %v", asked, err)
	}
	missing := filepath.Join(t.TempDir(), "ca.pem")
	c := &config.Config{Auth: config.Auth{Bearer: config.Bearer{Issuer: "https://issuer.example"}}, Upstream: config.Upstream{CAFile: config.Path(missing)}}
	if _, err := new(bearer).tokens(c, os.ReadFile, clock, slog.Default()); err == nil || !strings.Contains(err.Error(), "upstream.ca_file") {
		t.Errorf("error %v", err)
	}
}
