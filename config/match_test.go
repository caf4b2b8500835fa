package config

import (
	"net/netip"
	"testing"
)

func TestMatchFits(t *testing.T) {
	var network Prefix
	if err := network.UnmarshalText([]byte("10.0.0.0/8")); err != nil {
		t.Fatal(err)
	}
	near, far := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("11.1.2.3")
	for _, c := range []struct {
		match            Match
		principal, agent string
		address          netip.Addr
		want             bool
	}{
		{Match{}, "", "", netip.Addr{}, true},
		{Match{Principal: NewGlob("etl@*")}, "ETL@example.com", "", far, true},
		{Match{Principal: NewGlob("etl@*")}, "other@example.com", "", far, false},
		{Match{Agent: NewGlob("o365rwsclient*")}, "x", "o365RwsClient/2.0", far, true},
		{Match{Principal: NewGlob("etl@*"), Agent: NewGlob("o365*")}, "etl@example.com", "curl/8", far, false},
		{Match{Address: network}, "x", "", near, true},
		{Match{Address: network}, "x", "", far, false},
		{Match{Address: network}, "x", "", netip.Addr{}, false},
	} {
		if got := c.match.Fits(c.principal, c.agent, c.address); got != c.want {
			t.Errorf("%+v fits %q, %q, %v: %v", c.match, c.principal, c.agent, c.address, got)
		}
	}
}
