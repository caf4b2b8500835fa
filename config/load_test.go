package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is got as what is wanted")

// planted stands wherever test data holds a secret.
const planted = "planted-secret"

func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.good.yml")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if _, err := Load(Sources{File: name, ReadFile: withCertificate(t), NoTenant: strings.Contains(name, "empty")}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yml")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			_, err := Load(Sources{File: name, ReadFile: withCertificate(t)})
			if err == nil {
				t.Fatal("no error")
			}
			if strings.Contains(err.Error(), planted) {
				t.Errorf("the error shows the secret: %v", err)
			}
			golden(t, strings.TrimSuffix(name, ".yml")+".txt", filepath.ToSlash(err.Error())+"\n")
		})
	}
}

// withCertificate reads files, and makes up cert.pem and key.pem, so that no key lies in the repository.
func withCertificate(t *testing.T) func(string) ([]byte, error) {
	t.Helper()
	cert, key := certificate(t)
	return func(name string) ([]byte, error) {
		switch filepath.Base(name) {
		case "cert.pem":
			return cert, nil
		case "key.pem":
			return key, nil
		}
		return os.ReadFile(name)
	}
}

func certificate(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReference(t *testing.T) { golden(t, "testdata/reference.md", Reference()) }

// TestNoFileWasGiven pins that a command line without a configuration file is told so, and nobody else.
func TestNoFileWasGiven(t *testing.T) {
	const said = "no configuration file was given"
	for name, c := range map[string]struct {
		sources Sources
		refused bool
		said    bool
	}{
		"no file":                {Sources{Flags: flags(t)}, true, true},
		"a file without tenants": {Sources{Flags: flags(t, "--config=testdata/no-tenant.bad.yml")}, true, false},
		"one by its variable":    {Sources{Flags: flags(t), Env: []string{"RWSGATE_CONFIG=testdata/no-tenant.bad.yml"}}, true, false},
		"no command line":        {Sources{}, true, false},
		"no tenant is needed":    {Sources{Flags: flags(t), NoTenant: true}, false, false},
		"the demo":               {Sources{Flags: flags(t, "--demo")}, false, false},
		"a sidecar":              {Sources{Flags: flags(t, "--forward-url=https://central.example")}, false, false},
	} {
		_, err := Load(c.sources)
		if (err != nil) != c.refused || strings.Contains(errorText(err), said) != c.said {
			t.Errorf("%s: %v", name, err)
		}
	}
}
