package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
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

// Forwarded says whether a proxy handed a request on. Each line of a header counts: a client may have sent an empty one,
// and its proxy have added its own.
func Forwarded(h http.Header) bool {
	return slices.ContainsFunc(forwarding, func(name string) bool { return len(h.Values(name)) > 0 })
}

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
	direct := p.addr
	said := r.Header.Get(HeaderSidecar)
	p.sidecar, p.trusted = said != "", contains(trusted, direct)
	if p.trusted {
		p.forward(r.Header, trusted)
		p.secure = p.secure || said == SidecarSecure
	}
	p.loopback = direct.IsLoopback() && !Forwarded(r.Header)
	p.secure = p.secure || p.loopback
	return p
}

// forward takes over what a trusted proxy says: the scheme, the host, and the nearest address that is no trusted proxy.
func (p *peer) forward(h http.Header, trusted []netip.Prefix) {
	switch scheme := strings.ToLower(last(h, "X-Forwarded-Proto")); scheme {
	case "https":
		p.scheme, p.secure = scheme, true
	case "http":
		p.scheme, p.secure = scheme, false
	}
	if host := last(h, "X-Forwarded-Host"); host != "" {
		p.host = host
	}
	hops := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, ok := hop(strings.TrimSpace(hops[i]))
		if !ok {
			return
		}
		p.addr = addr.Unmap().WithZone("")
		if !contains(trusted, p.addr) {
			return
		}
	}
}

// hop reads an address of X-Forwarded-For; some proxies add the port.
func hop(text string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr, true
	}
	at, err := netip.ParseAddrPort(text)
	return at.Addr(), err == nil
}

// last is the last item of a header's list, over all its lines: what the nearest proxy said.
func last(h http.Header, name string) string {
	list := strings.Join(h.Values(name), ",")
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
