package command

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// secured is a rig whose legacy listener speaks TLS with a pair of folder/tls.
func secured(t *testing.T, more string) (*rig, *authority) {
	t.Helper()
	r := newRig(t)
	a := &authority{folder: filepath.Join(r.folder, "tls")}
	if err := a.create([]string{"reports.office365.com", "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	r.extra = "tls: { cert_file: tls/tls.crt, key_file: tls/tls.key" + more + " }\n"
	return r, a
}

func (a *authority) pool(t *testing.T) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(a.path(caFile))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("no CA")
	}
	return pool
}

// handshake gives the connection's state, or why there is none.
func handshake(address string, c *tls.Config) (tls.ConnectionState, error) {
	conn, err := tls.Dial("tcp", address, c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}

// raw speaks TLS without a server name, as .NET does when it connects by address.
func raw(t *testing.T, address string, roots *x509.CertPool) *x509.Certificate {
	t.Helper()
	var got *x509.Certificate
	state, err := handshake(address, &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		got = s.PeerCertificates[0]
		_, err := got.Verify(x509.VerifyOptions{Roots: roots})
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if state.ServerName != "" {
		t.Errorf("server name %q", state.ServerName)
	}
	return got
}

func TestTLSByDefault(t *testing.T) {
	r, a := secured(t, "")
	p := r.start(t)
	pool := a.pool(t)
	for _, c := range []struct {
		name   string
		config *tls.Config
		ok     bool
	}{
		{"by name", &tls.Config{RootCAs: pool, ServerName: "reports.office365.com"}, true},
		{"by address", &tls.Config{RootCAs: pool}, true},
		{"TLS 1.2", &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS12}, true},
		{"TLS 1.1", &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		{"RSA key exchange", &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}, false},
		{"without the CA", &tls.Config{RootCAs: x509.NewCertPool()}, false},
		{"another name", &tls.Config{RootCAs: pool, ServerName: "graph.microsoft.com"}, false},
	} {
		if _, err := handshake(p.Legacy, c.config); (err == nil) != c.ok {
			t.Errorf("%s: error %v, want one: %v", c.name, err, !c.ok)
		}
	}
	raw(t, p.Legacy, pool)
}

func TestHTTP2(t *testing.T) {
	r, a := secured(t, "")
	p := r.start(t)
	for _, two := range []bool{true, false} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool(t)}, ForceAttemptHTTP2: two}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+p.Legacy+root+"/CsP2PAVTimeDaily?$top=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("reader@example.onmicrosoft.com", "pass-word-planted")
		response, err := (&http.Client{Transport: transport}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || response.ProtoAtLeast(2, 0) != two {
			t.Errorf("%s %s, error %v", response.Proto, response.Status, err)
		}
		if !bytes.Contains(body, []byte("https://"+p.Legacy)) {
			t.Errorf("links are not https: %s", body)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
	}
}

// TestOldTLS is .NET 4.0: TLS 1.0, and on old systems RSA key exchange only.
func TestOldTLS(t *testing.T) {
	r, a := secured(t, `, min_version: "1.0"`)
	p := r.start(t)
	for _, c := range []struct {
		version, suite uint16
		ok             bool
	}{
		{tls.VersionTLS10, tls.TLS_RSA_WITH_AES_128_CBC_SHA, true},
		{tls.VersionTLS10, tls.TLS_RSA_WITH_AES_256_CBC_SHA, true},
		{tls.VersionTLS10, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, true},
		{tls.VersionTLS10, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, true},
		{tls.VersionTLS11, tls.TLS_RSA_WITH_AES_128_CBC_SHA, true},
		{tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, true},
		{tls.VersionTLS10, tls.TLS_RSA_WITH_RC4_128_SHA, false},
	} {
		s, err := handshake(p.Legacy, &tls.Config{RootCAs: a.pool(t), MinVersion: c.version, MaxVersion: c.version, CipherSuites: []uint16{c.suite}})
		if (err == nil) != c.ok || c.ok && (s.Version != c.version || s.CipherSuite != c.suite) {
			t.Errorf("%s with %s: error %v, got %s", tls.VersionName(c.version), tls.CipherSuiteName(c.suite), err, tls.CipherSuiteName(s.CipherSuite))
		}
	}
	s, err := handshake(p.Legacy, &tls.Config{RootCAs: a.pool(t), NextProtos: []string{"h2"}})
	if err != nil || s.Version != tls.VersionTLS13 || s.NegotiatedProtocol != "h2" {
		t.Errorf("a modern client got %s, %q, error %v", tls.VersionName(s.Version), s.NegotiatedProtocol, err)
	}
	if !strings.Contains(p.log.String(), "1.0 is broken") {
		t.Error("no warning")
	}
}

// TestCertificateReload replaces the pair under a running listener: a good one counts, a bad one does not.
func TestCertificateReload(t *testing.T) {
	r, a := secured(t, "")
	p := r.start(t)
	pool := a.pool(t)
	serial := func() string { return raw(t, p.Legacy, pool).SerialNumber.String() }
	reload := func() answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.Admin+"/api/reload", nil)
		if err != nil {
			t.Fatal(err)
		}
		return do(t, request)
	}
	first := serial()
	if _, err := a.renew(nil); err != nil {
		t.Fatal(err)
	}
	if code := reload().status; code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	second := serial()
	if second == first {
		t.Error("the new certificate is not in force")
	}
	good, err := os.ReadFile(a.path(leafFile))
	if err != nil {
		t.Fatal(err)
	}
	stranger := &authority{folder: t.TempDir()}
	if err := stranger.create([]string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	mismatch, err := os.ReadFile(stranger.path(leafFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"garbage": []byte("garbage"), "another's": mismatch, "empty": nil} {
		if err := putFile(a.path(leafFile), bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := reload(); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "tls.cert_file") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if serial() != second {
			t.Errorf("%s: the old certificate is not in force any more", name)
		}
		if m := p.get(t, "http://"+p.Admin+"/metrics").body; !strings.Contains(m, `rwsgate_config_reload{what="success"} 0`) {
			t.Errorf("%s: the gauge does not say so", name)
		}
	}
	if !strings.Contains(p.log.String(), "the old one stays in force") {
		t.Error("the log does not say so")
	}
	blocks := bytes.SplitAfter(good, []byte("-----END CERTIFICATE-----\n"))
	slices.Reverse(blocks)
	if err := putFile(a.path(leafFile), bytes.Join(blocks, nil), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := reload(); got.status != http.StatusOK || serial() != second {
		t.Errorf("a chain that starts with the CA: %d %s", got.status, got.body)
	}
}

// TestExpiredCertificateIsTold pins that an old certificate is served, and told of in log and metric.
func TestExpiredCertificateIsTold(t *testing.T) {
	r, a := secured(t, "")
	a.now = func() time.Time { return now.Add(-900 * 24 * time.Hour) }
	if err := errors.Join(os.Remove(a.path(leafFile)), os.Remove(a.path(leafKeyFile)), os.Remove(a.path(caFile)), os.Remove(a.path(caKeyFile))); err != nil {
		t.Fatal(err)
	}
	if err := a.create([]string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	p := r.start(t)
	var invalid x509.CertificateInvalidError
	if _, err := handshake(p.Legacy, &tls.Config{RootCAs: a.pool(t), Time: clock}); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("error %v", err)
	}
	if m := p.get(t, "http://"+p.Admin+"/metrics").body; !strings.Contains(m, "rwsgate_certificate_expiry_timestamp_seconds 1.7") {
		t.Errorf("%s", m)
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.log.String(), "the listener's certificate ended on 2026-09-09") {
		t.Errorf("%s", p.log)
	}
}

// TestPlainHTTPOnTheTLSListener answers a mistake without taking the listener down.
func TestPlainHTTPOnTheTLSListener(t *testing.T) {
	r, a := secured(t, "")
	p := r.start(t)
	conn, err := net.Dial("tcp", p.Legacy)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(got), "HTTP/1.0 400") {
		t.Errorf("%q", got)
	}
	raw(t, p.Legacy, a.pool(t))
}
