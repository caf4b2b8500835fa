package gateway

import (
	"strings"

	"rwsgate/gateway/rws"
)

// tenantOf finds the tenant that a principal reads: the one of its own domain, else the first that lists it; another
// that lists it when DelegatedOrg names it (CONFIG, tenants). A bearer token reads its own tenant and no other. The fault
// is 403 in every other case.
func (s *settings) tenantOf(p principal, delegated string) (*Tenant, *rws.Fault) {
	if p.tenant != nil && delegated == "" {
		delegated = p.tenant.Name
	}
	if delegated != "" {
		t := s.byName[strings.ToLower(delegated)]
		if t == nil || !s.reads(p, t) {
			return nil, rws.NotPermitted(delegated)
		}
		return t, nil
	}
	if p.anonymous {
		if s.anonymous == nil {
			return nil, rws.NotPermitted("")
		}
		return s.anonymous, nil
	}
	_, domain, _ := strings.Cut(p.name, "@")
	if t := s.byName[domain]; t != nil && t.Reads(p.name) {
		return t, nil
	}
	for i := range s.Tenants {
		if s.Tenants[i].Reads(p.name) {
			return &s.Tenants[i], nil
		}
	}
	return nil, rws.NotPermitted(domain)
}

func (s *settings) reads(p principal, t *Tenant) bool {
	if p.anonymous {
		return t == s.anonymous
	}
	if p.tenant != nil && p.tenant != t {
		return false
	}
	return t.Reads(p.name)
}
