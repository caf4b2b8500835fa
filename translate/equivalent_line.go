package translate

import (
	"fmt"
	"slices"
	"strings"
)

// line is the PowerShell line: it downloads the report, makes rows of the legacy shape, and does what the query chose.
// Everything in it works in Windows PowerShell 5.1 as well.
func (e *equivalence) line(w Window) string {
	steps := []string{"Import-Csv minutes.csv"}
	if grouping := groupings[e.report.Period]; grouping != "" {
		steps = append(steps, grouping)
	}
	steps = append(steps, "Select-Object "+e.columns(), "Where-Object { $_.TotalAudioMinutes + $_.TotalVideoMinutes -gt 0 }")
	if where := e.filter.powerShell(); where != "" {
		steps = append(steps, "Where-Object { "+where+" }")
	}
	steps = append(steps, "Sort-Object "+sorting(e.query.OrderBy))
	if cut := e.cut(); cut != "" {
		steps = append(steps, cut)
	}
	if e.query.Count {
		steps = append(steps, "Measure-Object | Select-Object -ExpandProperty Count")
	}
	return fmt.Sprintf("%s -Period %s -OutFile minutes.csv; %s", cmdlets[e.report.Source], w, strings.Join(steps, " | "))
}

// groupings sum days into weeks that end on Saturday and into calendar months. The name of a group is its last date,
// written the same in every culture.
var groupings = map[Period]string{
	Weekly:  "Group-Object { $d = [datetime]$_.'Report Date'; $d.AddDays(6 - [int]$d.DayOfWeek).ToString('s') }",
	Monthly: "Group-Object { $d = [datetime]$_.'Report Date'; $d.AddDays(1 - $d.Day).AddMonths(1).AddDays(-1).ToString('s') }",
}

// columns make the legacy properties.
func (e *equivalence) columns() string {
	date, audio, video := "[datetime]$_.'Report Date'", "[long]$_.Audio", "[long]$_.Video"
	if e.report.Period != Daily {
		date = "[datetime]$_.Name"
		audio, video = "[long]($_.Group | Measure-Object Audio -Sum).Sum", "[long]($_.Group | Measure-Object Video -Sum).Sum"
	}
	columns := []string{column("Date", date), column("TotalAudioMinutes", audio), column("TotalVideoMinutes", video)}
	if e.needsID() {
		columns = append([]string{column("ID", "("+date+" - [datetime]'1970-01-01').Days")}, columns...)
	}
	return strings.Join(columns, ", ")
}

func column(name, value string) string { return "@{ n = '" + name + "'; e = { " + value + " } }" }

// needsID says whether the query names the property ID.
func (e *equivalence) needsID() bool {
	for _, item := range append(listed(e.query.Select), listed(e.query.OrderBy)...) {
		if name, _, _ := strings.Cut(item, " "); name == "ID" {
			return true
		}
	}
	return e.filter.names("ID")
}

// carried are the properties that the line can give.
var carried = []string{"ID", "Date", "TotalAudioMinutes", "TotalVideoMinutes"}

// sorting gives the keys of $orderby; the order of the service was by Date.
func sorting(orderBy string) string {
	var keys []string
	byDate := false
	for _, item := range listed(orderBy) {
		name, direction, _ := strings.Cut(item, " ")
		if !slices.Contains(carried, name) {
			continue
		}
		byDate = byDate || name == "Date"
		if strings.TrimSpace(direction) == "desc" {
			name = "@{ e = '" + name + "'; Descending = $true }"
		}
		keys = append(keys, name)
	}
	if !byDate {
		keys = append(keys, "Date")
	}
	return strings.Join(keys, ", ")
}

// cut gives $skip, $top and $select.
func (e *equivalence) cut() string {
	var b strings.Builder
	if properties := e.properties(); len(properties) > 0 && !e.query.Count {
		b.WriteString(" " + strings.Join(properties, ", "))
	}
	if text := strings.TrimSpace(e.query.Skip); text == Elided {
		b.WriteString(" -Skip " + Elided)
	} else if n, ok := number(text); ok && n > 0 {
		fmt.Fprintf(&b, " -Skip %d", n)
	}
	if text := strings.TrimSpace(e.query.Top); text == Elided {
		b.WriteString(" -First " + Elided)
	} else if n, ok := number(text); ok {
		fmt.Fprintf(&b, " -First %d", max(n, 0))
	}
	if b.Len() == 0 {
		return ""
	}
	return "Select-Object" + b.String()
}

// properties are those of $select that the line can give, in the order of the service; nil for all.
func (e *equivalence) properties() (chosen []string) {
	wanted := map[string]bool{}
	for _, name := range listed(e.query.Select) {
		if name == "*" {
			return nil
		}
		wanted[name] = true
	}
	for _, name := range carried {
		if wanted[name] {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

// listed splits a list at its commas; blanks around items do not count, nor do empty items.
func listed(list string) (items []string) {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// powerShell writes a condition for Where-Object; empty if nothing of it can be carried over. A part of a conjunction
// that cannot is left out.
func (c *condition) powerShell() string {
	switch c.kind {
	case conditionCompare:
		literal := c.literal
		if c.property == "Date" {
			literal = "[datetime]'" + strings.TrimSuffix(literal, "T00:00:00") + "'"
		}
		return "$_." + c.property + " -" + c.operator + " " + literal
	case conditionAnd:
		return c.joined(" -and ", false)
	case conditionOr:
		return c.joined(" -or ", true)
	case conditionNot:
		if !c.opaque() {
			return "-not (" + c.parts[0].powerShell() + ")"
		}
	}
	return ""
}

func (c *condition) joined(with string, whole bool) string {
	if whole && c.opaque() {
		return ""
	}
	var parts []string
	for _, p := range c.parts {
		text := p.powerShell()
		if text == "" {
			continue
		}
		if p.kind == conditionAnd || p.kind == conditionOr {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, with)
}

// opaque says whether any part of a condition cannot be carried over.
func (c *condition) opaque() bool {
	for _, p := range c.parts {
		if p.opaque() {
			return true
		}
	}
	return c.kind == conditionOpaque
}

// names says whether a condition that can be carried over names a property.
func (c *condition) names(property string) bool {
	for _, p := range c.parts {
		if p.names(property) {
			return true
		}
	}
	return c.kind == conditionCompare && c.property == property
}

// unread gives the parts that cannot be carried over: of a disjunction or a negation it is the whole.
func (c *condition) unread() (texts []string) {
	switch {
	case !c.opaque():
		return nil
	case c.kind != conditionAnd:
		return []string{c.text}
	}
	for _, p := range c.parts {
		texts = append(texts, p.unread()...)
	}
	return texts
}
