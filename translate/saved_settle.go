package translate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Place says what a saved file is imported for: what the file itself may not know.
type Place struct {
	TenantID, TenantName string

	Report string // legacy report that the operator named; empty if none
	Zone   *Zone  // zone that the rows were asked for in; nil if none is named
	Zones  *Zones // knows the zones of an export's totals

	Now      time.Time // the current time
	Saved    time.Time // the file was not written later than this; zero if unknown
	FillGaps bool      // daily rows: a date between two rows that has none was a day without use
	Known    History   // what is stored: gaps are filled only where nothing is
}

// Settled is saved history in the form in which it is stored.
type Settled struct {
	Report Report // of legacy rows
	Days   []DayMinutes
	Spans  []Observation
	Totals []Total

	First, Last Day // dates of all rows of the file, if it has any
	Filled      int // spans without minutes that FillGaps put in
	Gaps        int // daily rows: dates between two rows that have none, and are not filled
	LeftOut     []SavedFault
	Warnings    []string
}

// Settle makes observations of s. UTC days stay what they are. Daily rows become observations over the local days of
// the zone; weekly and monthly rows become period totals of that zone. The row of a period that was not over when the
// file was saved is left out: a part never poses as a whole. What belongs to another tenant or report, or lacks its
// zone or report, is refused; the error is a *SavedError.
func (s Saved) Settle(p Place) (Settled, error) {
	t := settler{Saved: s, place: p}
	t.checkTenant()
	if len(s.Rows) > 0 {
		rows := sortedRows(s.Rows)
		t.out.First, t.out.Last = rows[0].Day, rows[len(rows)-1].Day
	}
	switch {
	case !s.Kind.IsLegacy():
		t.utcDays()
	case t.findReport() && t.hasZone():
		t.legacy()
	}
	if s.More {
		t.warn("the answer had further pages: import the files of those too")
	}
	return t.out, t.faults.orNil()
}

type settler struct {
	Saved
	place  Place
	out    Settled
	faults SavedError
}

func (t *settler) warn(format string, args ...any) {
	t.out.Warnings = append(t.out.Warnings, fmt.Sprintf(format, args...))
}

// checkTenant refuses what is of another tenant. Where both are given the GUID decides: a tenant may change its name.
func (t *settler) checkTenant() {
	if reason := t.foreign(t.TenantID, t.TenantName); reason != "" {
		t.faults.put(SavedFault{Reason: reason})
	}
	told := map[string]bool{}
	for _, r := range t.Rows {
		if reason := t.foreign(r.TenantID, r.TenantName); reason != "" && !told[reason] {
			t.faults.at(t.Kind.unit(), r.Number, reason) // once a tenant: the whole file is probably of it
			told[reason] = true
		}
		if name := r.TenantName; r.TenantID != "" && name != "" && !strings.EqualFold(name, t.place.TenantName) && !told[name] {
			t.warn("the tenant is called %s in the file", printable(name))
			told[name] = true
		}
	}
}

// foreign says in what way something is of another tenant; nothing if it is not.
func (t *settler) foreign(id, name string) string {
	switch {
	case id != "" && !strings.EqualFold(id, t.place.TenantID):
		return fmt.Sprintf("it is of the tenant %s, not of %s (%s)", called(id, name), t.place.TenantID, t.place.TenantName)
	case id == "" && name != "" && !strings.EqualFold(name, t.place.TenantName):
		return fmt.Sprintf("it is of the tenant %s, not of %s", printable(name), t.place.TenantName)
	}
	return ""
}

func called(id, name string) string {
	if name == "" {
		return printable(id)
	}
	return printable(id) + " (" + printable(name) + ")"
}

// utcDays takes Graph's days, and an export's spans and totals.
func (t *settler) utcDays() {
	today := DayOf(t.place.Now)
	for _, r := range t.Rows {
		if r.Day > today {
			t.faults.at(t.Kind.unit(), r.Number, fmt.Sprintf("%s lies in the future: is --date-format right?", r.Day))
			continue
		}
		t.out.Days = append(t.out.Days, DayMinutes{r.Day, r.Minutes})
	}
	slices.SortFunc(t.out.Days, byDay)
	t.out.Spans = t.Spans
	for i, total := range t.Totals {
		put := func(reason string) { t.faults.at("total", i+1, reason) }
		if r, ok := ReportNamed(total.Report); !ok || r.Period == Daily {
			put(fmt.Sprintf("%s is no weekly or monthly report", printable(total.Report)))
			continue
		}
		zone, err := t.place.Zones.Lookup(total.Zone)
		if err != nil {
			put(err.Error())
			continue
		}
		total.Zone = zone.Name()
		t.out.Totals = append(t.out.Totals, total)
	}
}

// findReport settles which report the rows are of.
func (t *settler) findReport() bool {
	name := t.Report
	switch {
	case name == "":
		name = t.place.Report
	case t.place.Report != "" && t.place.Report != name:
		t.faults.put(SavedFault{Reason: fmt.Sprintf("the file is of %s, --report says %s", printable(name), printable(t.place.Report))})
		return false
	}
	r, ok := ReportNamed(name)
	t.out.Report = r
	switch {
	case name == "":
		t.faults.put(SavedFault{Reason: "the file does not say which report it is of: name it with --report, one of " + reportNames()})
	case !ok:
		t.faults.put(SavedFault{Reason: fmt.Sprintf("%s is not one of the reports that are answered: %s", printable(name), reportNames())})
	}
	return ok
}

func reportNames() string {
	var names []string
	for _, r := range reports {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

func (t *settler) hasZone() bool {
	if t.place.Zone == nil {
		t.faults.put(SavedFault{Reason: "its dates are of the zone that it was asked for in: name that with --zone, UTC if no X-timezone was sent"})
	}
	return t.place.Zone != nil
}
