package graph_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
)

// serveTLS starts a server with a certificate of its own, which is its own authority too.
func serveTLS(t *testing.T, template *x509.Certificate, configure func(*tls.Config)) (address string, authority []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.IPAddresses = big.NewInt(1), []net.IP{net.IPv4(127, 0, 0, 1)}
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	if configure != nil {
		configure(s.TLS)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestStagesOfTLS(t *testing.T) {
	now := time.Now()
	valid := x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	expired := x509.Certificate{NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour)}
	cases := map[string]struct {
		certificate x509.Certificate
		configure   func(*tls.Config)
		trusted     bool
		proxied     bool
		mend        string
	}{
		"expired":            {certificate: expired, trusted: true, mend: "clock"},
		"untrusted":          {certificate: valid, mend: "upstream.ca_file"},
		"untrusted, proxied": {certificate: valid, proxied: true, mend: "the proxy seems to open TLS"},
		"too old":            {certificate: valid, trusted: true, mend: "TLS 1.2", configure: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			certificate := c.certificate
			address, authority := serveTLS(t, &certificate, c.configure)
			_, _, o := simulator(t, graphsim.Options{})
			o.Cloud.Authority = address + "/"
			if c.trusted {
				o.CA = authority
			}
			if c.proxied {
				o.Proxy = startProxy(t, "", "").address("")
			}
			_, err := client(t, o).Fetch(t.Context(), translate.D7)
			if f := fault(t, err); f.Fault != translate.FaultUnreachable || f.Stage != translate.StageTLS || !strings.Contains(f.Mend, c.mend) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// What answers at the authority's address is no Entra ID: a captive portal, say.
func TestAuthorityIsSomethingElse(t *testing.T) {
	now := time.Now()
	address, authority := serveTLS(t, &x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}, nil)
	_, _, o := simulator(t, graphsim.Options{})
	o.Cloud.Authority, o.CA = address+"/", authority
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Fault != translate.FaultUnreachable || f.Stage != translate.StageToken || f.Status != http.StatusNotFound || !strings.Contains(f.Mend, "cloud.authority") {
		t.Errorf("%+v", f)
	}
}
