package command

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// TestLimitsOfTheConfiguration has each limit on a query let one request through and refuse the next larger one, as
// configured.
func TestLimitsOfTheConfiguration(t *testing.T) {
	r := newRig(t)
	r.extra = "limits: { max_url: 1KiB, filter_length: 200B, filter_depth: 6, filter_nodes: 12, drain_delay: 0s }\n"
	p := r.start(t)
	terms := func(n int) string { return strings.TrimSuffix(strings.Repeat("ID gt 0 or ", n), " or ") }
	nested := func(n int) string { return strings.Repeat("(", n) + "ID gt 0" + strings.Repeat(")", n) }
	long := func(n int) string { return "TenantName ne '" + strings.Repeat("x", n-len("TenantName ne ''")) + "'" }
	target := len(root) + len("/CsP2PAVTimeDaily")
	for _, c := range []struct{ name, fits, over string }{
		{"max_url", "n=" + strings.Repeat("x", 1024-target-2), "n=" + strings.Repeat("x", 1024-target-1)},
		{"filter_length", "$filter=" + url.QueryEscape(long(200)), "$filter=" + url.QueryEscape(long(201))},
		{"filter_depth", "$filter=" + url.QueryEscape(nested(2)), "$filter=" + url.QueryEscape(nested(9))},
		{"filter_nodes", "$filter=" + url.QueryEscape(terms(3)), "$filter=" + url.QueryEscape(terms(4))},
	} {
		if a := p.get(t, p.url+"/CsP2PAVTimeDaily?"+c.fits); a.status != 200 {
			t.Errorf("%s: what fits is answered with %d %s", c.name, a.status, a.body)
		}
		if a := p.get(t, p.url+"/CsP2PAVTimeDaily?"+c.over); a.status != 400 || !strings.Contains(a.body, "Message>") {
			t.Errorf("%s: what is too large is answered with %d %s", c.name, a.status, a.body)
		}
	}
}

// TestConnectionsAreBounded has more connections come to each listener than limits.connections allows, none of which asks
// anything: a client that asks is served all the same, and the metrics tell of it.
func TestConnectionsAreBounded(t *testing.T) {
	r := newRig(t)
	r.extra = "limits: { connections: 16, header_timeout: 5m, drain_delay: 0s }\n"
	p := r.start(t)
	for _, address := range []string{p.Legacy, p.Admin} {
		for range 40 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
		}
	}
	if a := p.get(t, p.url+"/CsP2PAVTimeDaily?$top=1"); a.status != 200 {
		t.Errorf("beside connections that ask nothing: %d %s", a.status, a.body)
	}
	metrics := p.get(t, "http://"+p.Admin+"/metrics").body
	for _, listener := range []string{"legacy", "admin"} {
		for name, least := range map[string]float64{"rwsgate_connections": 1, "rwsgate_connections_ended_total": 24} {
			_, after, _ := strings.Cut(metrics, "\n"+name+`{listener="`+listener+`"} `)
			value, _, _ := strings.Cut(after, "\n")
			if n, err := strconv.ParseFloat(value, 64); err != nil || n < least || name == "rwsgate_connections" && n > 16 {
				t.Errorf("%s of %s is %q", name, listener, value)
			}
		}
	}
}
