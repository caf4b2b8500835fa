package translate

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// savedValue is a property's value as a file has it.
type savedValue struct {
	text string
	null bool
	bad  bool // of a type that no property has
}

// collector makes rows of the entries of a saved answer.
type collector struct {
	Saved
	count  int // entries seen
	days   map[Day]int
	faults SavedError
}

// named notes which report the file says that it is.
func (c *collector) named(report string) {
	switch {
	case report == "" || report == c.Report:
	case c.Report == "":
		c.Report = report
	default:
		c.faults.put(SavedFault{Reason: fmt.Sprintf("the file holds two reports, %s and %s", printable(c.Report), printable(report))})
	}
}

// row takes one entry: its id and its properties.
func (c *collector) row(id string, values map[string]savedValue) {
	c.count++
	row := SavedRow{Number: c.count, TenantID: values["TenantGuid"].text, TenantName: values["TenantName"].text}
	set, key := entryKey(id)
	if reason := row.take(values, key); reason != "" {
		c.faults.at("entry", c.count, reason)
		return
	}
	if set != "" && c.Report != "" && set != c.Report {
		c.faults.at("entry", c.count, fmt.Sprintf("it is of %s, the file of %s", printable(set), printable(c.Report)))
		return
	}
	c.named(set)
	if first, twice := c.days[row.Day]; twice {
		c.faults.at("entry", c.count, fmt.Sprintf("%s stands in entry %d already", row.Day, first))
		return
	}
	if c.days == nil {
		c.days = map[Day]int{}
	}
	c.days[row.Day] = c.count
	c.Rows = append(c.Rows, row)
}

// take reads date and minutes; key is the date in the entry's id, which holds even where $select left the Date out.
func (r *SavedRow) take(values map[string]savedValue, key string) (reason string) {
	var ok bool
	date, given := values["Date"]
	if !given && key != "" {
		date, given = savedValue{text: key}, true
	}
	if !given {
		return "it has no Date: an answer to a $select without it cannot be read"
	}
	if r.Day, r.Clock, ok = parseLegacyDate(date.text); !ok || !r.Day.valid() {
		return "Date is no date of a legacy answer"
	}
	if day, _, ok := parseLegacyDate(key); key != "" && ok && day != r.Day {
		return fmt.Sprintf("its id says %s, its Date %s", day, r.Day)
	}
	for _, p := range []struct {
		name string
		to   *int64
	}{{"TotalAudioMinutes", &r.Audio}, {"TotalVideoMinutes", &r.Video}} {
		v, given := values[p.name]
		switch {
		case !given:
			return "it has no " + p.name + ": an answer to a $select without it cannot be read"
		case v.null:
		case v.bad:
			return p.name + " is no whole number of minutes, 0 or more"
		default:
			if *p.to, reason = wholeMinutes(v.text); reason != "" {
				return p.name + " " + reason
			}
		}
	}
	return ""
}

// finish gives what was read, or why it was not.
func (c *collector) finish() (Saved, error) {
	return c.Saved, c.faults.orNil()
}

// entryID is the last segment of an entry's id: the set, and the key if it is a date.
var entryID = regexp.MustCompile(`^([A-Za-z0-9_]{1,100})(?:\((?:datetime'([^']{1,40})')?.*\))?$`)

// entryKey takes an entry's id apart.
func entryKey(id string) (set, key string) {
	id, _, _ = strings.Cut(strings.TrimSpace(id), "?")
	last := id[strings.LastIndexByte(id, '/')+1:]
	last, err := url.PathUnescape(last)
	if err != nil {
		return "", ""
	}
	m := entryID.FindStringSubmatch(last)
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}

// setName gives the set that the id of a feed names.
func setName(id string) string {
	set, _ := entryKey(id)
	return set
}
