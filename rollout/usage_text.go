package rollout

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rwsgate/translate"
)

// SinceDefault is how far back usage goes if nobody says so.
const SinceDefault = "30d"

// serviceTitle stands where people read for the empty name of a report; the pages have the same.
const serviceTitle = "service root and $metadata"

var errSince = errors.New("is neither a date such as 2026-11-01 nor a time span such as 30d, 12w or 6mo")

// ParseSince gives the start of the UTC day that a date names, or that lies a span of days, weeks (w) or months (mo)
// before now; hours are taken too. Empty means SinceDefault.
func ParseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		text = SinceDefault
	}
	if d, err := translate.ParseDay(text); err == nil {
		return d.UTC(), nil
	}
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > 10000 {
		return time.Time{}, errSince
	}
	at := now.UTC()
	switch text[len(digits):] {
	case "h":
		at = at.Add(-time.Duration(n) * time.Hour)
	case "d":
		at = at.AddDate(0, 0, -n)
	case "w":
		at = at.AddDate(0, 0, -7*n)
	case "mo":
		at = at.AddDate(0, -n, 0)
	default:
		return time.Time{}, errSince
	}
	return translate.DayOf(at).UTC(), nil
}

// usageColumns are the columns of usage as CSV.
var usageColumns = []string{"tenant", "tenant_name", "client", "name", "principal", "claimed", "agent", "address", "user_agent", "owner", "standing", "rhythm",
	"next_due", "missed_turns", "first", "last", "calls", "served", "hits", "rows", "empty", "unfinished", "uncovered", "refused", "denied", "errors",
	"brownouts", "bytes", "reports", "formats", "zones", "refusals", "only_uncovered", "suggested_delay"}

// WriteUsageCSV writes clients as CSV with a header line; times are UTC. A text that a spreadsheet would take for a
// formula gets an apostrophe before it.
func WriteUsageCSV(w io.Writer, all []Client) error {
	out := csv.NewWriter(w)
	if err := out.Write(usageColumns); err != nil {
		return err
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	for i := range all {
		c := &all[i]
		var reports []string
		for _, r := range c.Reports {
			reports = append(reports, cmp.Or(r.Report, serviceTitle)+"="+strconv.FormatInt(r.Calls, 10))
		}
		row := []string{c.Tenant, c.TenantName, c.Client, c.Name, c.Principal, strconv.FormatBool(c.Claimed), c.Agent, c.Address, c.UserAgent, c.Owner, string(c.Standing),
			string(c.Rhythm), stamp(c.NextDue), strconv.Itoa(c.MissedTurns), stamp(c.First), stamp(c.Last)}
		for _, n := range []int64{c.Calls, c.Served, c.Hits, c.Rows, c.Empty, c.Unfinished, c.Uncovered, c.Refused, c.Denied, c.Errors, c.Brownouts, c.Bytes} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		row = append(row, strings.Join(reports, "; "), tallied(c.Formats), tallied(c.Zones), tallied(c.Refusals), strconv.FormatBool(c.OnlyUncovered), strconv.Itoa(c.SuggestedDelay))
		for j := range row {
			row[j] = harmless(row[j])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func tallied(n map[string]int64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, name+"="+strconv.FormatInt(n[name], 10))
	}
	return strings.Join(parts, "; ")
}

// harmless keeps a spreadsheet from running a text.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
