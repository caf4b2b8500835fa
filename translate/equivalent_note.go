package translate

import (
	"fmt"
	"slices"
	"strings"
)

// notes say what differs between the legacy answer and Graph's.
func (e *equivalence) notes() []string {
	notes := []string{e.zoneNote(), "Graph's newest day is one to nine days old, its oldest 180; days that it never delivered are missing."}
	if from := e.filter.window().from; from != minDay && e.oldest() != 0 && from < e.oldest() {
		notes = append(notes, fmt.Sprintf("Days before %s can only be had from what was saved: rwsgate export.", e.oldest()))
	}
	if e.report.Period != Daily {
		notes = append(notes, fmt.Sprintf("The oldest %s of the download may be a part.", map[Period]string{Weekly: "week", Monthly: "month"}[e.report.Period]))
	}
	if unread := e.filter.unread(); len(unread) > 0 {
		notes = append(notes, fmt.Sprintf("Not carried over from $filter: %s.", clipRunes(strings.Join(unread, "; "), 200)))
	}
	if lost := e.lostOrder(); len(lost) > 0 {
		notes = append(notes, fmt.Sprintf("Not carried over from $orderby: %s.", clipRunes(strings.Join(lost, ", "), 200)))
	}
	if e.namesTenant() {
		notes = append(notes, "TenantGuid and TenantName are not in Graph's report: they are those of the tenant that signs in.")
	}
	if e.elided() {
		notes = append(notes, "Put your own values where "+Elided+" stands.")
	}
	return append(notes, "Connect-MgGraph needs Reports.Read.All.")
}

func (e *equivalence) zoneNote() string {
	switch e.query.Zone {
	case "UTC":
		return "Graph's days are UTC days, as in this query."
	case "":
		return "Graph's days are UTC days, whatever X-timezone said."
	}
	return fmt.Sprintf("Graph's days are UTC days, not those of %s: single days differ, totals agree.", e.query.Zone)
}

// lostOrder gives the keys of $orderby that are no property that the line has.
func (e *equivalence) lostOrder() (lost []string) {
	for _, item := range listed(e.query.OrderBy) {
		if name, _, _ := strings.Cut(item, " "); !slices.Contains(carried, name) {
			lost = append(lost, item)
		}
	}
	return lost
}

func (e *equivalence) namesTenant() bool {
	chosen := listed(e.query.Select)
	for _, name := range chosen {
		if name == "TenantGuid" || name == "TenantName" || name == "*" {
			return true
		}
	}
	return len(chosen) == 0
}

func (e *equivalence) elided() bool {
	for _, text := range []string{e.query.Filter, e.query.Top, e.query.Skip} {
		if strings.Contains(text, Elided) {
			return true
		}
	}
	return false
}
