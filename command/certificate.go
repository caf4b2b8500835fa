package command

import (
	"crypto/tls"
	"fmt"
	"sync/atomic"

	"rwsgate/config"
)

// certificate is the legacy listener's, replaced at a reload without a restart.
type certificate struct {
	current atomic.Pointer[tls.Certificate]
}

// load reads the configured pair; a bad one leaves the old one in force.
func (t *certificate) load(c *config.Config, files Files) error {
	if c.TLS.CertFile == "" {
		return nil
	}
	chain, err := files(string(c.TLS.CertFile))
	if err != nil {
		return fmt.Errorf("tls.cert_file: %w", err)
	}
	key, err := files(string(c.TLS.KeyFile))
	if err != nil {
		return fmt.Errorf("tls.key_file: %w", err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return fmt.Errorf("tls.cert_file, tls.key_file: %w", err)
	}
	t.current.Store(&pair)
	return nil
}

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// tls gives the legacy listener's TLS configuration, nil for plain HTTP.
func (p *Program) tls(c *config.Config) *tls.Config {
	if c.TLS.CertFile == "" {
		return nil
	}
	return &tls.Config{
		MinVersion: tlsVersions[c.TLS.MinVersion],
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return p.cert.current.Load(), nil
		},
	}
}
