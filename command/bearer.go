package command

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"rwsgate/config"
	"rwsgate/gateway"
)

// bearer holds what verifies bearer tokens and makes a new one only when something about it has changed, so that the
// issuer's keys outlive a reload.
type bearer struct {
	current *gateway.Tokens
	made    [sha256.Size]byte // digest of what it was made from
}

// tokens gives what verifies the configured issuer's tokens, nil if there is none. Nothing is asked yet.
func (b *bearer) tokens(c *config.Config, files Files, now func() time.Time, log *slog.Logger) (*gateway.Tokens, error) {
	if c.Auth.Bearer.Issuer == "" {
		*b = bearer{}
		return nil, nil
	}
	var ca []byte
	if c.Upstream.CAFile != "" {
		var err error
		if ca, err = files(string(c.Upstream.CAFile)); err != nil {
			return nil, fmt.Errorf("upstream.ca_file: %w", err)
		}
	}
	proxy := ""
	if u := c.Upstream.Proxy.Reveal(); u != nil {
		proxy = u.String()
	}
	print := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", c.Auth.Bearer.Issuer, c.Auth.Bearer.Audience, proxy, ca))
	if b.current != nil && b.made == print {
		return b.current, nil
	}
	client, err := issuerClient(c, ca)
	if err != nil {
		return nil, err
	}
	b.made = print
	b.current = gateway.NewTokens(gateway.TokensOptions{
		Issuer: c.Auth.Bearer.Issuer, Audience: c.Auth.Bearer.Audience, Client: client, Now: now, Log: log,
	})
	return b.current, nil
}

// issuerClient goes the way that requests to Entra ID and Graph go: upstream.proxy, else the environment's, trusting
// the system's authorities and those of upstream.ca_file.
func issuerClient(c *config.Config, ca []byte) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.IdleConnTimeout = 8, time.Minute
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if u := c.Upstream.Proxy.Reveal(); u != nil {
		transport.Proxy = http.ProxyURL(u)
	}
	if len(ca) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(ca) {
			return nil, errors.New("upstream.ca_file: there is no certificate in PEM form in it")
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	return &http.Client{Transport: transport}, nil
}
