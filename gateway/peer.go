package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// peer is where a request came from, after the forwarding headers of trusted proxies.
type peer struct {
	addr     netip.Addr // of the client, as far as it is known
	secure   bool       // its connection was encrypted, or never left this machine
	loopback bool       // a loopback peer without forwarding headers
	scheme   string
	host     string
	trusted  bool // it is a trusted proxy, and its forwarding headers count
	sidecar  bool // it says that it is a sidecar
}

var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// peerOf judges a request's origin. Forwarding headers count from trusted proxies only; from anybody else they merely
// show that a loopback peer is a proxy.
func peerOf(r *http.Request, trusted []netip.Prefix) peer {
	p := peer{scheme: "http", host: r.Host, secure: r.TLS != nil}
	if r.TLS != nil {
		p.scheme = "https"
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err == nil {
		if addr, err := netip.ParseAddr(host); err == nil {
			p.addr = addr.Unmap().WithZone("")
		}
	}
	forwarded := false
	for _, name := range forwarding {
		forwarded = forwarded || r.Header.Get(name) != ""
	}
	direct := p.addr
	said := r.Header.Get(HeaderSidecar)
	p.sidecar, p.trusted = said != "", contains(trusted, direct)
	if p.trusted {
		p.forward(r.Header, trusted)
		p.secure = p.secure || said == SidecarSecure
	}
	p.loopback = direct.IsLoopback() && !forwarded
	p.secure = p.secure || p.loopback
	return p
}

// forward takes over what a trusted proxy says: the scheme, the host, and the nearest address that is no trusted proxy.
func (p *peer) forward(h http.Header, trusted []netip.Prefix) {
	switch scheme := strings.ToLower(strings.TrimSpace(last(h.Get("X-Forwarded-Proto")))); scheme {
	case "https":
		p.scheme, p.secure = scheme, true
	case "http":
		p.scheme, p.secure = scheme, false
	}
	if host := strings.TrimSpace(last(h.Get("X-Forwarded-Host"))); host != "" {
		p.host = host
	}
	hops := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return
		}
		p.addr = addr.Unmap()
		if !contains(trusted, p.addr) {
			return
		}
	}
}

func last(list string) string {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		return list[i+1:]
	}
	return list
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
