package translate

import (
	"fmt"
	"strconv"
	"strings"
)

// Elided stands in a query's shape for a value that changes from call to call.
const Elided = "…"

// LegacyQuery is what of a legacy request decides how the same is asked of Microsoft Graph. The texts are the option's
// values, decoded; Elided may stand for any value in them.
type LegacyQuery struct {
	Report  string // entity set
	Filter  string // $filter
	OrderBy string // $orderby
	Select  string // $select
	Top     string // $top
	Skip    string // $skip
	Count   bool   // the path ends in /$count: the answer is a number
	Zone    string // canonical zone of the request's dates; empty: not known
	Today   Day    // UTC date of the request; 0: not known
}

// Successor is how a legacy query is asked of Microsoft Graph.
type Successor struct {
	Window     Window // the shortest that holds every day asked for, D180 if that cannot be told
	Graph      string // GET https://graph.microsoft.com/v1.0/reports/…
	PowerShell string // one line for the Microsoft Graph PowerShell module
	Note       string // sentences: what differs from the legacy answer
}

// GraphRoot is the root of Microsoft Graph's version 1.0 in the global cloud, the only one that has the report (GRAPH 1.17).
const GraphRoot = "https://graph.microsoft.com/v1.0"

// cmdlets are the functions of Graph's reports as the PowerShell module Microsoft.Graph.Reports calls them.
var cmdlets = map[GraphReport]string{PeerToPeerMinutes: "Get-MgReportSkypeForBusinessPeerToPeerActivityMinuteCount"}

// Equivalent gives the request of Microsoft Graph and the PowerShell line that take a legacy query's place; false for a
// report that is not served. Graph's report has whole UTC days and no query options: what the query chose, the line does.
func Equivalent(q LegacyQuery) (Successor, bool) {
	report, ok := ReportNamed(q.Report)
	if !ok {
		return Successor{}, false
	}
	e := equivalence{query: q, report: report, filter: readCondition(q.Filter)}
	s := Successor{Window: e.window()}
	s.Graph = fmt.Sprintf("GET %s/reports/%s(period='%s')", GraphRoot, report.Source, s.Window)
	s.PowerShell = e.line(s.Window)
	s.Note = strings.Join(e.notes(), " ")
	return s, true
}

// EquivalentOfShape is Equivalent for a query as the ledger keeps it, such as
//
//	CsP2PAVTimeDaily?$filter=Date ge datetime'…'&$orderby=Date desc&$top=10
//
// decoded, behind the service root, with Elided for values. It takes a whole query too.
func EquivalentOfShape(shape string) (Successor, bool) {
	return Equivalent(readShape(shape))
}

// readShape takes a query apart. A key in the path is a filter on Date.
func readShape(shape string) LegacyQuery {
	var q LegacyQuery
	path, options, _ := strings.Cut(shape, "?")
	path = strings.TrimPrefix(path, "/")
	path, q.Count = strings.CutSuffix(path, "/$count")
	var key string
	q.Report, key, _ = strings.Cut(path, "(")
	q.Report, _, _ = strings.Cut(q.Report, "/")
	key, _, _ = strings.Cut(key, ")")
	key = strings.TrimPrefix(strings.TrimSpace(key), "Date=")
	for option := range strings.SplitSeq(options, "&") {
		name, value, _ := strings.Cut(option, "=")
		switch strings.TrimSpace(name) {
		case "$filter":
			q.Filter = value
		case "$orderby":
			q.OrderBy = value
		case "$select":
			q.Select = value
		case "$top":
			q.Top = value
		case "$skip":
			q.Skip = value
		}
	}
	if key != "" {
		q.Filter = "Date eq " + key
	}
	return q
}

// FilterWindow gives the first and the last date that a $filter lets through, as far as its comparisons of Date with a
// literal tell: without a bound on one side that side is not known.
func FilterWindow(filter string) (from, to Day, fromKnown, toKnown bool) {
	w := readCondition(filter).window()
	return w.from, w.to, w.from != minDay, w.to != maxDay
}

// equivalence is one query on its way to Graph.
type equivalence struct {
	query  LegacyQuery
	report Report
	filter *condition
}

// window is the shortest of Graph's that holds the first day asked for. Its newest day may be as young as today.
func (e *equivalence) window() Window {
	from := e.filter.window().from
	if from == minDay || e.query.Today == 0 {
		return D180
	}
	days := int64(e.query.Today) - int64(e.report.Period.First(from)) + 1
	for _, w := range []Window{D7, D30, D90} {
		if days <= int64(w) {
			return w
		}
	}
	return D180
}

// oldest is the oldest day that Graph may still have, 0 if today is not known.
func (e *equivalence) oldest() Day {
	if e.query.Today == 0 {
		return 0
	}
	return e.query.Today - Day(D180) + 1
}

// number reads $top or $skip; false if it is absent or no number.
func number(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil
}
