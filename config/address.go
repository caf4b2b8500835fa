package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// HostPort is an address to listen on, host:port; an empty host means every interface, port 0 any free one.
type HostPort string

// UnmarshalText reads host:port.
func (h *HostPort) UnmarshalText(b []byte) error {
	host, port, err := net.SplitHostPort(string(b))
	if err != nil {
		return reason("is no address: write host:port, such as 127.0.0.1:8080 or [::]:443")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return reason("has no port from 0 to 65535: write host:port, such as 127.0.0.1:8080")
	}
	if strings.ContainsAny(host, " /@") {
		return reason("has no host that can be listened on: write host:port, without a scheme")
	}
	*h = HostPort(b)
	return nil
}

// Loopback says whether only this machine reaches the address.
func (h HostPort) Loopback() bool {
	host, _, _ := net.SplitHostPort(string(h))
	return loopbackHost(host)
}

// Host gives the host, empty for every interface.
func (h HostPort) Host() string {
	host, _, _ := net.SplitHostPort(string(h))
	return host
}

// Port gives the port, 0 if there is none.
func (h HostPort) Port() int {
	_, port, _ := net.SplitHostPort(string(h))
	n, _ := strconv.Atoi(port)
	return n
}

func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Prefix is a network or one address; the zero Prefix contains nothing.
type Prefix struct{ netip.Prefix }

// UnmarshalText reads 10.0.0.0/8, 192.0.2.1, fd00::/8; IPv4 in IPv6 form is taken as IPv4.
func (p *Prefix) UnmarshalText(b []byte) error {
	s := string(b)
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		p.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	v, err := netip.ParsePrefix(s)
	if err != nil {
		return reason("is neither an address nor a network: write 192.0.2.1 or 10.0.0.0/8")
	}
	if v != v.Masked() {
		return reason("has bits beyond its length: the network is " + v.Masked().String())
	}
	p.Prefix = v
	return nil
}

// MarshalText gives the network, empty for the zero Prefix.
func (p Prefix) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String gives the network, empty for the zero Prefix.
func (p Prefix) String() string {
	if p.IsZero() {
		return ""
	}
	return p.Prefix.String()
}

// IsZero says whether nothing was given.
func (p Prefix) IsZero() bool { return !p.Prefix.IsValid() }

// Holds says whether the address lies in the network, in whichever form it comes.
func (p Prefix) Holds(a netip.Addr) bool { return p.Prefix.Contains(a.Unmap().WithZone("")) }

// Path is the name of a file. One from the configuration file is relative to it, one from a flag or variable to the
// working directory.
type Path string

// IsZero says whether nothing was given.
func (p Path) IsZero() bool { return p == "" }
