package gateway

import (
	"errors"
	"strings"

	"rwsgate/cache"
	"rwsgate/translate"
)

// Minutes are a tenant's minutes by the periods of a report in a zone, as a client in that zone gets them, with what is
// known of the days behind them.
type Minutes struct {
	Tenant   string // name
	Report   translate.Report
	Zone     translate.Zone
	Method   translate.Method
	Today    translate.Day // in the zone
	Answer   translate.Answer
	Coverage translate.Coverage // in the zone
}

// ErrNoTenant says that no tenant has the name or id that was asked for.
var ErrNoTenant = errors.New("no such tenant")

// Minutes gives the rows of a report for an operator, from the cache that answers clients. Tenant is a name or an id, the
// first of the configuration if empty; zone is what an X-timezone header may name. It waits for nothing. Errors:
// ErrNoTenant, *translate.ZoneError, *cache.NoHistoryError.
func (g *Gateway) Minutes(tenant, zone string, report translate.Report) (Minutes, error) {
	k := &call{settings: g.settings.Load()}
	if k.tenant = k.settings.tenantCalled(tenant); k.tenant == nil {
		return Minutes{}, ErrNoTenant
	}
	var err error
	if k.zone, err = k.settings.Zones.Lookup(zone); err != nil {
		return Minutes{}, err
	}
	snapshot, ready := g.Histories.Snapshot(k.tenant.ID)
	if !ready {
		return Minutes{}, &cache.NoHistoryError{Tenant: k.tenant.Name}
	}
	now := g.Now()
	answer, err := g.rows(k, report.Name, snapshot, now)
	return Minutes{
		Tenant: k.tenant.Name, Report: report, Zone: k.zone, Method: k.tenant.Method, Today: k.zone.Today(now),
		Answer: answer, Coverage: translate.CoverageOf(snapshot.History, k.zone, k.tenant.Method),
	}, err
}

// tenantCalled finds a tenant by name or id; nil if there is none.
func (s *settings) tenantCalled(name string) *Tenant {
	if name == "" && len(s.Tenants) > 0 {
		return &s.Tenants[0]
	}
	name = strings.ToLower(name)
	if t := s.byName[name]; t != nil {
		return t
	}
	return s.byID[name]
}
