package gateway

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"testing"
)

func TestPeer(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	for _, c := range []struct {
		name, remote string
		tls          bool
		header       map[string]string
		lines        http.Header
		want         peer
	}{
		{name: "loopback", remote: "127.0.0.2:1", want: peer{addr: netip.MustParseAddr("127.0.0.2"), secure: true, loopback: true, scheme: "http", host: "h"}},
		{name: "IPv6 loopback", remote: "[::1]:1", want: peer{addr: netip.MustParseAddr("::1"), secure: true, loopback: true, scheme: "http", host: "h"}},
		{name: "loopback that forwards", remote: "127.0.0.2:1", header: map[string]string{"X-Forwarded-For": "1.2.3.4"}, want: peer{addr: netip.MustParseAddr("127.0.0.2"), scheme: "http", host: "h"}},
		{name: "plain", remote: "1.2.3.4:1", want: peer{addr: netip.MustParseAddr("1.2.3.4"), scheme: "http", host: "h"}},
		{name: "TLS", remote: "1.2.3.4:1", tls: true, want: peer{addr: netip.MustParseAddr("1.2.3.4"), secure: true, scheme: "https", host: "h"}},
		{name: "a stranger's headers", remote: "1.2.3.4:1", header: map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"}, want: peer{addr: netip.MustParseAddr("1.2.3.4"), scheme: "http", host: "h"}},
		{name: "trusted proxy", remote: "10.1.1.1:1", header: map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "reports.example", "X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.2.2.2"},
			want: peer{addr: netip.MustParseAddr("1.2.3.4"), secure: true, scheme: "https", host: "reports.example", trusted: true}},
		{name: "trusted proxy over TLS that took plain HTTP", remote: "10.1.1.1:1", tls: true, header: map[string]string{"X-Forwarded-Proto": "http"}, want: peer{addr: netip.MustParseAddr("10.1.1.1"), scheme: "http", host: "h", trusted: true}},
		{name: "trusted loopback proxy is not anonymous", remote: "127.0.0.1:1", header: map[string]string{"X-Forwarded-For": "127.0.0.1"}, want: peer{addr: netip.MustParseAddr("127.0.0.1"), scheme: "http", host: "h", trusted: true}},
		{name: "sidecar", remote: "10.1.1.1:1", tls: true, header: map[string]string{"X-Forwarded-Proto": "http", HeaderSidecar: SidecarSecure}, want: peer{addr: netip.MustParseAddr("10.1.1.1"), secure: true, scheme: "http", host: "h", trusted: true, sidecar: true}},
		{name: "a stranger's sidecar", remote: "1.2.3.4:1", header: map[string]string{HeaderSidecar: SidecarSecure}, want: peer{addr: netip.MustParseAddr("1.2.3.4"), scheme: "http", host: "h", sidecar: true}},
		{name: "loopback proxy that adds its line to an empty one", remote: "127.0.0.1:1", lines: http.Header{"X-Real-Ip": {"", "1.2.3.4"}}, want: peer{addr: netip.MustParseAddr("127.0.0.1"), scheme: "http", host: "h", trusted: true}},
		{name: "empty line of a forwarding header", remote: "127.0.0.2:1", lines: http.Header{"X-Forwarded-For": {""}}, want: peer{addr: netip.MustParseAddr("127.0.0.2"), scheme: "http", host: "h"}},
		{name: "the nearest proxy's lines are the last", remote: "10.1.1.1:1", lines: http.Header{"X-Forwarded-Proto": {"https", "http"}, "X-Forwarded-Host": {"evil", "reports.example"}, "X-Forwarded-For": {"6.6.6.6", "1.2.3.4:4711"}},
			want: peer{addr: netip.MustParseAddr("1.2.3.4"), scheme: "http", host: "reports.example", trusted: true}},
		{name: "IPv6 with a zone", remote: "10.1.1.1:1", header: map[string]string{"X-Forwarded-For": "2001:db8::1%anything"}, want: peer{addr: netip.MustParseAddr("2001:db8::1"), scheme: "http", host: "h", trusted: true}},
		{name: "IPv6 with a port", remote: "10.1.1.1:1", header: map[string]string{"X-Forwarded-For": "[2001:db8::1]:4711"}, want: peer{addr: netip.MustParseAddr("2001:db8::1"), scheme: "http", host: "h", trusted: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.remote, Host: "h", Header: http.Header{}}
			for name, values := range c.lines {
				r.Header[name] = values
			}
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			if got := peerOf(r, trusted); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}
