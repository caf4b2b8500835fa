package gateway

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"rwsgate/odata"
	"rwsgate/translate"
)

// Tenant is one organisation whose reports are served.
type Tenant struct {
	ID     string                      // Entra tenant id; TenantGuid
	Name   string                      // domain; TenantName
	Reads  func(principal string) bool // may this principal (lower case) read it?
	Method translate.Method            // how its days are re-bucketed

	guid [16]byte
}

// Delay moves the dates that a client asks for back by whole days, because Graph's data is days late: a job that asks
// each day for yesterday gets every day once, Days later, with its true date.
type Delay struct {
	Match func(principal, agent string, address netip.Addr) bool
	Days  int
}

// Settings are what a reload may change. They are read-only once applied.
type Settings struct {
	Tenants           []Tenant
	Passwords         PasswordFile
	Tokens            *Tokens // whose bearer tokens are accepted; nil: nobody's
	AnonymousLoopback bool    // a loopback peer without forwarding headers needs no password
	AnonymousTenant   string  // name of the tenant it reads; may be empty with a single tenant
	AllowPlainHTTP    bool    // passwords over plain HTTP from anywhere
	PublicURL         string  // scheme and host in ids and links; empty: the request's own
	TrustedProxies    []netip.Prefix
	Zones             *translate.Zones
	UnknownZoneUTC    bool // answer in UTC for a zone name nobody knows; refuse otherwise
	Unfinished        translate.Unfinished
	Visible           translate.Visible
	PageSize          int
	MaxURL            int // bytes of path and query
	RequestsPerSecond int // of one principal; 0: unlimited
	Concurrency       int // requests at work at once; 0: unlimited
	Filter            odata.Limits
	Delays            []Delay // the first that matches a client counts
}

// settings are Settings made ready for the hot path.
type settings struct {
	Settings
	generation int64
	model      *odata.Model
	byName     map[string]*Tenant
	byID       map[string]*Tenant
	anonymous  *Tenant
}

// delayOf gives the days by which a client's dates are moved back.
func (s *settings) delayOf(principal, agent string, address netip.Addr) int {
	for _, d := range s.Delays {
		if d.Match(principal, agent, address) {
			return d.Days
		}
	}
	return 0
}

func compile(s Settings, generation int64) (*settings, error) {
	c := &settings{
		Settings:   s,
		generation: generation,
		model:      newModel(s.PageSize, s.Filter),
		byName:     make(map[string]*Tenant, len(s.Tenants)),
		byID:       make(map[string]*Tenant, len(s.Tenants)),
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		guid, err := uuid.Parse(t.ID)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: id is no GUID: %w", t.Name, err)
		}
		t.guid = guid
		c.byName[strings.ToLower(t.Name)] = t
		c.byID[strings.ToLower(t.ID)] = t
	}
	if s.AnonymousLoopback {
		c.anonymous = c.byName[strings.ToLower(s.AnonymousTenant)]
		if s.AnonymousTenant == "" && len(c.Tenants) == 1 {
			c.anonymous = &c.Tenants[0]
		}
	}
	return c, nil
}
