package thin

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rwsgate/gateway"
)

// pause is how long kept answers are given without asking after the central gateway could not be reached.
const pause = 2 * time.Second

// reach is what is known of the way to the central gateway.
type reach struct {
	mu       sync.Mutex
	until    time.Time // kept answers go first until then
	since    time.Time // first failure of a row; zero while all is well
	cause    string
	mend     string
	central  string // version, if it told it
	mistrust bool   // it does not count our forwarding headers
	plain    bool   // and takes no password, since it comes over plain HTTP
	errors   [kinds]atomic.Uint64
}

// away says whether the last attempt failed a moment ago.
func (r *reach) away(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return now.Before(r.until)
}

func (r *reach) reached(s *Sidecar) {
	r.mu.Lock()
	since := r.since
	r.since, r.until, r.cause, r.mend = time.Time{}, time.Time{}, "", ""
	r.mu.Unlock()
	if !since.IsZero() {
		s.Log.Info("the central rwsgate is reached again", "central", s.Central.Host, "away", s.Now().Sub(since).Round(time.Second))
	}
}

func (r *reach) failed(s *Sidecar, err error) {
	now := s.Now()
	kind, mend := faultOf(err)
	r.errors[kind].Add(1)
	r.mu.Lock()
	r.until, r.cause, r.mend = now.Add(pause), err.Error(), mend
	first := r.since.IsZero()
	if first {
		r.since = now
	}
	r.mu.Unlock()
	if first {
		s.Log.Warn("the central rwsgate cannot be reached, kept answers go on", "central", s.Central.Host, "cause", err.Error(), "mend", mend)
	}
}

// saw takes over what the central gateway says of itself, and warns once of mistrust.
func (r *reach) saw(s *Sidecar, central string) {
	trust, version, _ := strings.Cut(central, "; version=")
	version, _, _ = strings.Cut(version, ";")
	mistrust, plain := strings.HasPrefix(trust, gateway.CentralUntrusted), strings.Contains(central, gateway.CentralPlain)
	r.mu.Lock()
	news := mistrust && !r.mistrust || plain && !r.plain
	r.mistrust, r.plain = mistrust, plain
	if version != "" {
		r.central = version
	}
	r.mu.Unlock()
	switch {
	case news && plain:
		s.Log.Error("the central rwsgate does not trust this sidecar and takes no password over plain HTTP: requests are refused",
			"central", s.Central.Host, "mend", mendPlain)
	case news:
		s.Log.Warn("the central rwsgate does not trust this sidecar: links and client addresses are not the client's",
			"central", s.Central.Host, "mend", mendTrust)
	}
}

const (
	mendTrust = "list the sidecars' addresses in the central rwsgate's trusted_proxies"
	mendPlain = mendTrust + ", give its legacy listener a certificate (tls) and write forward.url with https, or set its allow_plain_http"
)

// kindOfFault is why the central gateway could not be reached: a label's value.
type kindOfFault uint8

const (
	faultConnection kindOfFault = iota
	faultDNS
	faultTLS
	faultTimeout
	faultStranger
	kinds
)

var faultNames = [kinds]string{"connection", "dns", "tls", "timeout", "stranger"}

// faultOf classes an error and says what an operator can do about it.
func faultOf(err error) (kindOfFault, string) {
	var stranger *strangerError
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var slow interface{ Timeout() bool }
	switch {
	case errors.As(err, &stranger):
		return faultStranger, "see whether forward.url leads to the legacy listener of an rwsgate, and whether that one runs behind the proxy in between"
	case errors.As(err, &dns):
		return faultDNS, "see whether forward.url has the right host name, and whether this machine can resolve it"
	case errors.As(err, &authority):
		return faultTLS, "put the certificate authority of the central rwsgate into forward.ca_file"
	case errors.As(err, &certificate):
		return faultTLS, "the central rwsgate's certificate must be valid and hold the host name of forward.url"
	case errors.As(err, &record):
		return faultTLS, "the port of forward.url speaks no TLS"
	case errors.As(err, &slow) && slow.Timeout():
		return faultTimeout, "see whether a firewall or a NetworkPolicy lets this machine reach forward.url"
	}
	return faultConnection, "see whether the central rwsgate runs and listens at forward.url"
}
