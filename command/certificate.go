package command

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"sync/atomic"
	"time"

	"rwsgate/config"
)

// certificate is the legacy listener's, replaced at a reload without a restart.
type certificate struct {
	current atomic.Pointer[tls.Certificate]
}

// readPair reads the configured pair, nil without one.
func readPair(c *config.Config, files Files) (*tls.Certificate, error) {
	if c.TLS.CertFile == "" {
		return nil, nil
	}
	chain, err := files(string(c.TLS.CertFile))
	if err != nil {
		return nil, fmt.Errorf("tls.cert_file: %w", err)
	}
	key, err := files(string(c.TLS.KeyFile))
	if err != nil {
		return nil, fmt.Errorf("tls.key_file: %w", err)
	}
	pair, err := config.KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("tls.cert_file, tls.key_file: %w", err)
	}
	return &pair, nil
}

// use puts a pair into force for new connections; nil leaves the old one.
func (t *certificate) use(pair *tls.Certificate) {
	if pair != nil {
		t.current.Store(pair)
	}
}

// ends gives the first moment at which a certificate of the chain is no longer valid.
func ends(pair *tls.Certificate) time.Time {
	first := pair.Leaf.NotAfter
	for _, raw := range pair.Certificate {
		if c, err := x509.ParseCertificate(raw); err == nil && c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	return first
}

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// tls gives the legacy listener's TLS configuration, nil for plain HTTP. Every client gets the same certificate, since
// old ones send no server name and some connect by address.
func (p *Program) tls(c *config.Config) *tls.Config {
	if c.TLS.CertFile == "" {
		return nil
	}
	t := &tls.Config{
		MinVersion: tlsVersions[c.TLS.MinVersion],
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return p.cert.current.Load(), nil
		},
	}
	if t.MinVersion < tls.VersionTLS12 {
		t.CipherSuites = oldSuites()
	}
	return t
}

// oldSuites are Go's own suites and those with RSA key exchange and CBC or 3DES, which clients of TLS 1.0 and 1.1 need
// and Go leaves out unless asked: .NET 4.0 on Windows 7 has AES with SHA-1, on Windows Server 2003 only 3DES. RC4 stays
// out.
func oldSuites() []uint16 {
	var suites []uint16
	for _, s := range tls.CipherSuites() {
		suites = append(suites, s.ID)
	}
	return append(suites,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA)
}
