package command

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestCert(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "tls")
	code, out, stderr := cli("cert", "--host", "reports.office365.com", "--host", "10.0.0.5", folder)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, part := range []string{"tls: { cert_file: " + folder, "certutil -addstore", "cert-sync", "keytool", "REQUESTS_CA_BUNDLE=" + folder, "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "curl --cacert", "update-ca-certificates", "update-ca-trust"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not told:\n%s", part, out)
		}
	}
	for name, mode := range map[string]os.FileMode{caFile: 0o644, caKeyFile: 0o600, leafFile: 0o644, leafKeyFile: 0o600} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != mode {
			t.Errorf("%s: mode %o, want %o", name, info.Mode().Perm(), mode)
		}
	}
	a := &authority{folder: folder}
	pair, err := a.read(leafFile, leafKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := pair.Leaf.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 || len(pair.Certificate) != 2 {
		t.Errorf("key %T, %d certificates", pair.Leaf.PublicKey, len(pair.Certificate))
	}
	if valid := pair.Leaf.NotAfter.Sub(pair.Leaf.NotBefore); valid >= 825*24*time.Hour || valid < 824*24*time.Hour {
		t.Errorf("valid for %s", valid)
	}
	for _, host := range []string{"reports.office365.com", "10.0.0.5"} {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: a.pool(t), DNSName: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestCertOverwritesNothing(t *testing.T) {
	for _, name := range []string{caFile, caKeyFile, leafFile, leafKeyFile} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := cli("cert", folder); code != 1 || !strings.Contains(stderr, path) {
			t.Errorf("exit code %d: %s", code, stderr)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("%s: %v beside it, error %v", name, entries, err)
		}
		if got, err := os.ReadFile(path); string(got) != "precious" {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
}

func TestCertRenewKeepsTheCA(t *testing.T) {
	folder := t.TempDir()
	if code, _, stderr := cli("cert", "--renew", folder); code != 1 || !strings.Contains(stderr, caFile) {
		t.Errorf("exit code %d without a CA: %s", code, stderr)
	}
	if code, _, stderr := cli("cert", "--host", "old.example", "--host", "::1", folder); code != 0 {
		t.Fatal(stderr)
	}
	a := &authority{folder: folder}
	ca, old := a.pool(t), serialOf(t, a)
	code, out, stderr := cli("cert", "--renew", folder)
	if code != 0 || !strings.Contains(out, `["old.example" "::1"]`) {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	for _, first := range []string{"In the configuration file", "Have the clients trust", "certutil", "curl"} {
		if strings.Contains(out, first) {
			t.Errorf("a renewal gives the advice of the first time, %q:\n%s", first, out)
		}
	}
	for _, part := range []string{filepath.Join(folder, leafFile), filepath.Join(folder, leafKeyFile), "CA is the same", "within\nseconds"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is missing:\n%s", part, out)
		}
	}
	if !a.pool(t).Equal(ca) || serialOf(t, a) == old {
		t.Error("another CA, or the old certificate")
	}
	old = serialOf(t, a)
	if code, _, stderr := cli("cert", "--renew", "--host", "new.example", folder); code != 1 || !strings.Contains(stderr, "cannot sign") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if serialOf(t, a) != old {
		t.Error("a refused certificate was written")
	}
}

func serialOf(t *testing.T, a *authority) string {
	t.Helper()
	pair, err := a.read(leafFile, leafKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf.SerialNumber.String()
}

func TestCertWrongCalls(t *testing.T) {
	for _, args := range [][]string{{"cert"}, {"cert", "a", "b"}, {"cert", "--host", "a b", "x"}, {"cert", "--host", "https://a", "x"}, {"cert", "--host", "fe80::1%eth0", "x"}, {"cert", "--host", "", "x"}} {
		if code, _, stderr := cli(args...); code != 2 {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
		if _, err := os.Stat("x"); err == nil {
			t.Fatalf("%v made a folder", args)
		}
	}
}

// TestCAIsConstrained has the CA's key sign for hosts that are not its own, as a thief would: no client takes it.
func TestCAIsConstrained(t *testing.T) {
	openssl, _ := exec.LookPath("openssl")
	for _, c := range []struct {
		hosts []string
		good  []string
		bad   []string
	}{
		{[]string{"reports.office365.com"}, []string{"reports.office365.com"}, []string{"office365.com", "graph.microsoft.com", "127.0.0.1", "::1"}},
		{[]string{"127.0.0.1"}, []string{"127.0.0.1"}, []string{"127.0.0.2", "example.com", "::1"}},
		{[]string{"*.example.com", "10.0.0.5"}, []string{"a.example.com", "10.0.0.5"}, []string{"example.org", "10.0.0.6"}},
	} {
		a := &authority{folder: t.TempDir()}
		if err := a.create(c.hosts); err != nil {
			t.Fatal(err)
		}
		ca, err := a.read(caFile, caKeyFile)
		if err != nil {
			t.Fatal(err)
		}
		judge := func(host string, want bool) {
			leaf := signed(t, ca, host)
			if _, err := leaf.Verify(x509.VerifyOptions{Roots: a.pool(t), DNSName: host}); (err == nil) != want {
				t.Errorf("CA for %v, certificate for %s: %v", c.hosts, host, err)
			}
			if openssl == "" {
				return
			}
			file := a.path("stolen.pem")
			if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), 0o600); err != nil {
				t.Fatal(err)
			}
			said, err := exec.CommandContext(t.Context(), openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", a.path(caFile), file).CombinedOutput()
			if (err == nil) != want {
				t.Errorf("CA for %v, certificate for %s, openssl: %s", c.hosts, host, said)
			}
		}
		for _, host := range c.good {
			judge(host, true)
		}
		for _, host := range c.bad {
			judge(host, false)
		}
	}
}

func signed(t *testing.T, ca *tls.Certificate, host string) *x509.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	template.Subject.CommonName = "stolen"
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	made, err := x509.CreateCertificate(rand.Reader, template, ca.Leaf, key.Public(), ca.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// TestDemoOverTLS runs serve --demo --tls twice in one folder: the second run takes the first one's pair.
func TestDemoOverTLS(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "demo")
	var serial string
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		out, ended := &lines{}, make(chan error, 1)
		command := newRoot()
		command.SetArgs([]string{"serve", "--demo", "--tls", folder, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"})
		command.SetOut(out)
		command.SetErr(io.Discard)
		go func() { ended <- command.ExecuteContext(ctx) }()
		line := regexp.MustCompile(`curl --cacert '(\S+)' -u (\S+):(\S+) '(https://\S+)'`)
		var told []string
		for told == nil {
			select {
			case err := <-ended:
				t.Fatalf("ended: %v", err)
			case <-time.After(10 * time.Millisecond):
				told = line.FindStringSubmatch(out.String())
			}
		}
		ca, err := os.ReadFile(told[1])
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, told[4], nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth(told[2], told[3])
		response, err := (&http.Client{Transport: transport}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("TotalAudioMinutes")) {
			t.Errorf("%s, error %v: %.200s", response.Status, err, body)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
		if again := response.TLS.PeerCertificates[0].SerialNumber.String(); serial != "" && again != serial {
			t.Error("the second run made a new pair")
		} else {
			serial = again
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if code, _, stderr := cli("serve", "--tls", folder, "--config", "testdata/none.yaml"); code != 2 && !strings.Contains(stderr, "none.yaml") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
