package command

import (
	"maps"
	"slices"
	"strings"
	"time"

	"rwsgate/gateway/admin"
	"rwsgate/translate"
)

// zones are the names to choose a zone from on the status page: the operator's aliases, Windows ids, IANA names.
func (p *Program) zones() []string {
	aliases := slices.Sorted(maps.Keys(p.watcher.Current().TimezoneAliases))
	return append(aliases, translate.ZoneNames()...)
}

// ending gives what ends, soonest first.
func (p *Program) ending() []admin.Expiry {
	all := slices.Clone(p.expiries.all())
	slices.SortStableFunc(all, func(a, b expiry) int {
		if by := a.at.Compare(b.at); by != 0 {
			return by
		}
		return strings.Compare(a.tenant, b.tenant)
	})
	out := make([]admin.Expiry, 0, len(all))
	for _, e := range all {
		out = append(out, admin.Expiry{Tenant: e.tenant, What: e.what, At: admin.Stamp(e.at), State: e.state(p.now()), Mend: e.mend})
	}
	return out
}

// state says whether an expiry is over, comes within 30 days, or is far off.
func (e expiry) state(now time.Time) string {
	switch {
	case now.After(e.at):
		return "over"
	case now.Add(expirySoon).After(e.at):
		return "soon"
	}
	return "ok"
}
