package rollout

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// TestStormIsBounded lets ever new principals, agents, addresses, sets and zones call, while the store is away: memory
// has its bound, and no call is lost.
func TestStormIsBounded(t *testing.T) {
	const most, storm = 50, 5000
	for name, vary := range map[string]func(c *Call, i int){
		"principals": func(c *Call, i int) { c.Principal = fmt.Sprintf("p%d@example.com", i) },
		"claimed":    func(c *Call, i int) { c.Principal, c.Claimed = fmt.Sprintf("p%d@example.com", i), true },
		"agents":     func(c *Call, i int) { c.Agent = fmt.Sprintf("agent-%d", i) },
		"versions":   func(c *Call, i int) { c.Agent = fmt.Sprintf("agent/%d", i) },
		"addresses": func(c *Call, i int) {
			c.Principal, c.Address, c.Status = "", netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 401
		},
		"sets":    func(c *Call, i int) { c.Report, c.Status = fmt.Sprintf("Set%d", i), 404 },
		"zones":   func(c *Call, i int) { c.Zone = fmt.Sprintf("Zone %d", i) },
		"refused": func(c *Call, i int) { c.Refused = fmt.Sprintf("class %d", i) },
		"tenants": func(c *Call, i int) { c.Tenant = fmt.Sprintf("tenant %d", i) },
		"days":    func(c *Call, i int) { c.At = c.At.AddDate(0, 0, i%30) },
		"all": func(c *Call, i int) {
			c.Principal, c.Agent, c.Report, c.Zone, c.Refused = fmt.Sprint("p", i), fmt.Sprint("a", i), fmt.Sprint("S", i), fmt.Sprint("Z", i), fmt.Sprint("r", i)
		},
	} {
		t.Run(name, func(t *testing.T) {
			away := true
			f := &flaky{openStore(t, "memory"), func() outcome {
				if away {
					return lost
				}
				return well
			}}
			l := ledgerOn(f, LedgerOptions{MaxClients: most})
			for i := range storm {
				c := call()
				vary(&c, i)
				l.Note(c)
				if i%1000 == 0 {
					_ = l.Flush(context.Background())
				}
			}
			r := l.register
			if len(r.clients) > 2*most+1 || len(r.calls) > 4*most || r.named+r.anonymous > most || 2*r.anonymous > most || r.all > 4*r.maxRows+2*r.rows {
				t.Errorf("%d clients, %d calls, %d + %d, %d marks", len(r.clients), len(r.calls), r.named, r.anonymous, r.all)
			}
			if name != "days" && name != "tenants" && r.rows > r.maxRows+4*(most+1) {
				t.Errorf("%d rows", r.rows)
			}
			away = false
			all := usage(t, l)
			if n := calls(all); n != storm {
				t.Errorf("%d calls of %d are known", n, storm)
			}
		})
	}
}

// TestStormLeavesRoomForVerified: clients that only claim a name take half of the room at most.
func TestStormLeavesRoomForVerified(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{MaxClients: 10})
	for i := range 100 {
		c := call()
		c.Principal, c.Claimed = fmt.Sprintf("p%d@example.com", i), true
		l.Note(c)
	}
	l.Note(call())
	var verified, claimed, others int
	for _, u := range usage(t, l) {
		switch {
		case u.Agent == OtherAgent:
			others++
			if u.Calls != 95 || u.Principal != "" || u.UserAgent != "" || u.SeenFrom != "" {
				t.Errorf("%+v", u)
			}
		case u.Claimed:
			claimed++
		default:
			verified++
		}
	}
	if verified != 1 || claimed != 5 || others != 1 {
		t.Errorf("%d verified, %d claimed, %d others", verified, claimed, others)
	}
}

// TestNewDayNewRoom: the bound is a day's.
func TestNewDayNewRoom(t *testing.T) {
	now := noon
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{MaxClients: 1, Now: func() time.Time { return now }})
	note := func(principal string) {
		c := call()
		c.At, c.Principal = now, principal
		l.Note(c)
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	note("a")
	note("b")
	now = now.AddDate(0, 0, 1)
	note("elsewhere") // still in the old day's register, which the flush ends
	note("b")
	got := map[string]int64{}
	for _, u := range usage(t, l) {
		got[u.Principal] += u.Calls
	}
	if got["a"] != 1 || got["b"] != 1 || got[""] != 2 {
		t.Errorf("%v", got)
	}
}
