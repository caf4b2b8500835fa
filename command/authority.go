package command

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"rwsgate/config"
)

const (
	caFile      = "ca.pem"
	caKeyFile   = "ca-key.pem"
	leafFile    = "tls.crt"
	leafKeyFile = "tls.key"

	caValid   = 10 * 365 * 24 * time.Hour
	leafValid = 825 * 24 * time.Hour // the longest that Apple's systems accept (support.apple.com/103769)
	clockSkew = time.Hour            // by which a client's clock may be late
	leafBits  = 2048                 // the largest that every old client is known to take
	caBits    = 3072
)

// authority is a folder with a name-constrained certificate authority and one certificate of it.
type authority struct {
	folder string
	now    func() time.Time // nil: time.Now
	until  time.Time        // end of the certificate that was made last
}

// create makes authority and certificate in a folder that has neither.
func (a *authority) create(hosts []string) error {
	if err := checkHosts(hosts); err != nil {
		return err
	}
	for _, name := range []string{caFile, caKeyFile, leafFile, leafKeyFile} {
		if _, err := os.Lstat(a.path(name)); err == nil {
			return fmt.Errorf("%s exists already and is not overwritten: take another folder, or --renew to keep its CA", a.path(name))
		}
	}
	ca, err := a.newCA(hosts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.folder, 0o755); err != nil {
		return err
	}
	if err := a.writeAll(ca, caKeyFile, caFile, ca.Certificate); err != nil {
		return err
	}
	return a.newLeaf(ca, hosts)
}

// renew makes a new certificate of the folder's authority, for the old one's hosts unless others are given. It gives the
// hosts.
func (a *authority) renew(hosts []string) ([]string, error) {
	ca, err := a.read(caFile, caKeyFile)
	if err != nil {
		return nil, fmt.Errorf("the CA: %w", err)
	}
	if len(hosts) == 0 {
		old, err := a.read(leafFile, leafKeyFile)
		if err != nil {
			return nil, fmt.Errorf("the old certificate, for its hosts (or name them with --host): %w", err)
		}
		hosts = hostsOf(old.Leaf)
	}
	if err := checkHosts(hosts); err != nil {
		return nil, err
	}
	return hosts, a.newLeaf(ca, hosts)
}

// ensure makes sure of a pair for the hosts: the folder's own if there is one, a new one if the folder has none.
func (a *authority) ensure(hosts []string) error {
	if _, err := os.Lstat(a.path(leafFile)); errors.Is(err, os.ErrNotExist) {
		return a.create(hosts)
	}
	if _, err := a.read(leafFile, leafKeyFile); err != nil {
		return err
	}
	_, err := os.ReadFile(a.path(caFile))
	return err
}

func (a *authority) path(name string) string { return filepath.Join(a.folder, name) }

func (a *authority) clock() time.Time {
	if a.now != nil {
		return a.now()
	}
	return time.Now()
}

func (a *authority) newCA(hosts []string) (*tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, caBits)
	if err != nil {
		return nil, err
	}
	start := a.clock().Add(-clockSkew)
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"rwsgate"}, CommonName: "rwsgate CA for " + hosts[0] + " " + start.UTC().Format(time.DateOnly)},
		NotBefore:             start,
		NotAfter:              start.Add(caValid),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	constrain(t, hosts)
	raw, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(raw)
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}, err
}

// constrain lets a CA sign for the hosts only. A kind of name without a constraint would be free, so a CA for names
// excludes every address, and one for addresses every name.
func constrain(t *x509.Certificate, hosts []string) {
	t.PermittedDNSDomainsCritical = true
	for _, h := range hosts {
		if addr, err := netip.ParseAddr(h); err == nil {
			t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{IP: addr.AsSlice(), Mask: net.CIDRMask(addr.BitLen(), addr.BitLen())})
			continue
		}
		t.PermittedDNSDomains = append(t.PermittedDNSDomains, strings.TrimPrefix(h, "*."))
	}
	if len(t.PermittedIPRanges) == 0 {
		t.ExcludedIPRanges = []*net.IPNet{
			{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
		}
	}
	if len(t.PermittedDNSDomains) == 0 {
		t.ExcludedDNSDomains = []string{""}
	}
}

// newLeaf makes and writes a certificate for the hosts, if the CA may sign for them.
func (a *authority) newLeaf(ca *tls.Certificate, hosts []string) error {
	key, err := rsa.GenerateKey(rand.Reader, leafBits)
	if err != nil {
		return err
	}
	start := a.clock().Add(-clockSkew)
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"rwsgate"}, CommonName: "rwsgate gateway"},
		NotBefore:             start,
		NotAfter:              start.Add(leafValid - time.Second),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, // encipherment: RSA key exchange
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if t.NotAfter.After(ca.Leaf.NotAfter) {
		t.NotAfter = ca.Leaf.NotAfter
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, h)
	}
	raw, err := x509.CreateCertificate(rand.Reader, t, ca.Leaf, key.Public(), ca.PrivateKey)
	if err != nil {
		return err
	}
	if err := a.trusted(ca.Leaf, raw); err != nil {
		return err
	}
	a.until = t.NotAfter
	return a.writeAll(&tls.Certificate{PrivateKey: key}, leafKeyFile, leafFile, [][]byte{raw, ca.Certificate[0]})
}

// trusted judges a new certificate as clients will.
func (a *authority) trusted(ca *x509.Certificate, raw []byte) error {
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	if _, err = leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: a.clock()}); err != nil {
		return fmt.Errorf("the CA of %s cannot sign this certificate; make a new one in another folder: %w", a.folder, err)
	}
	return nil
}

func (a *authority) read(chain, key string) (*tls.Certificate, error) {
	c, err := os.ReadFile(a.path(chain))
	if err != nil {
		return nil, err
	}
	k, err := os.ReadFile(a.path(key))
	if err != nil {
		return nil, err
	}
	pair, err := config.KeyPair(c, k)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", a.path(chain), a.path(key), err)
	}
	return &pair, nil
}

func hostsOf(c *x509.Certificate) []string {
	hosts := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

var hostName = regexp.MustCompile(`^(\*\.)?([0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)*[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?$`)

// checkHosts refuses what is neither a host name nor an address.
func checkHosts(hosts []string) error {
	for _, h := range hosts {
		if addr, err := netip.ParseAddr(h); err == nil && addr.Zone() == "" {
			continue
		}
		if !hostName.MatchString(h) || len(h) > 253 {
			return usageError{fmt.Errorf("--host: %q is neither a host name nor an address", h)}
		}
	}
	return nil
}

// urlHost writes a host as it stands in a URL.
func urlHost(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
