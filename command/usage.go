package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/gateway/admin"
	"rwsgate/rollout"
	"rwsgate/translate"
)

func newUsage() *cobra.Command {
	var since, format string
	var queries bool
	c := &cobra.Command{
		Use:   "usage [--since 30d] [--format table|json|csv]",
		Short: "Show who still calls, how often, and who owns it",
		Long: `Asks a running gateway; if none answers, the store. Shows each client (principal and agent family, or address) that
called since a date or for a span of time, with its owner, standing and next due call. Days are UTC.

  table  one line a client, 120 columns wide
  json   everything: reports, formats, zones, refusals, shapes of queries with the Microsoft Graph request and the
         PowerShell line that take their place
  csv    one line a client, for a spreadsheet

Standings: new (first seen within a week), retirable (only ever got empty feeds), quiet (missed two turns), overdue
(missed one), active. DUE is the next call that is expected; a question mark says that no rhythm is known. Rhythm, standing
and queries are of all that the ledger keeps.`,
		Example: "  rwsgate usage --since 12w\n  rwsgate usage --since 2026-11-01 --format csv > usage.csv\n  rwsgate usage --queries",
		Args:    noArguments,
	}
	c.Flags().StringVar(&since, "since", rollout.SinceDefault, "date (2026-11-01), or days, weeks, months back (30d, 12w, 6mo)")
	c.Flags().StringVar(&format, "format", "table", "table, json or csv")
	c.Flags().BoolVar(&queries, "queries", false, "with the table: the queries of each client, and what takes their place")
	config.AddFlags(c.Flags(), "config", "store")
	addOperatorFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !slices.Contains([]string{"table", "json", "csv"}, format) {
			return usageError{fmt.Errorf("--format: %q is neither table nor json nor csv", format)}
		}
		d, err := newDeputy(c)
		if err != nil {
			return err
		}
		u, err := d.usage(c.Context(), since)
		if err != nil {
			return err
		}
		switch format {
		case "json":
			return printJSON(c.OutOrStdout(), u)
		case "csv":
			return rollout.WriteUsageCSV(c.OutOrStdout(), u.Clients)
		}
		return printUsage(c.OutOrStdout(), &u, queries)
	}
	return c
}

// usage asks who called.
func (d *deputy) usage(ctx context.Context, since string) (u admin.Usage, err error) {
	from, err := rollout.ParseSince(since, d.config.Clock(nil)())
	if err != nil {
		return u, usageError{fmt.Errorf("--since: %q %w", since, err)}
	}
	err = d.ask(ctx, "/api/usage?since="+url.QueryEscape(since), &u, func(s *storeSurvey) error {
		u.Since = translate.DayOf(from).String()
		u.Clients, err = s.Usage(ctx, from)
		return err
	})
	return u, err
}

func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

const usageLine = "%-38s  %-16s  %-9s  %-9s  %-10s  %-10s  %6s  %6s\n" // 118 columns

// printUsage writes the table, and a line about what it leaves out.
func printUsage(w io.Writer, u *admin.Usage, queries bool) error {
	if len(u.Clients) == 0 {
		_, err := fmt.Fprintf(w, "Nobody called since %s.\n", u.Since)
		return err
	}
	var b strings.Builder
	tenant := ""
	fmt.Fprintf(&b, usageLine, "CLIENT", "OWNER", "STANDING", "RHYTHM", "LAST", "DUE", "CALLS", "EMPTY")
	for i := range u.Clients {
		c := &u.Clients[i]
		if name := cmp.Or(c.TenantName, c.Tenant, "no tenant"); name != tenant {
			tenant = name
			fmt.Fprintf(&b, "%s:\n", fitted(tenant, 117))
		}
		due := dayOrDash(c.NextDue)
		switch {
		case c.Standing == rollout.StandingQuiet:
			due = "-"
		case c.NextDue.IsZero():
			due = "?"
		}
		fmt.Fprintf(&b, usageLine, fitted(c.Name, 38), fitted(cmp.Or(c.Owner, "-"), 16), c.Standing, c.Rhythm, dayOrDash(c.Last), due, short(c.Calls), short(c.Empty))
		b.WriteString(troubles(c))
		if queries {
			printQueries(&b, c)
		}
	}
	fmt.Fprintf(&b, "%s since %s\n", counted(len(u.Clients), "client"), u.Since)
	_, err := io.WriteString(w, b.String())
	return err
}

// troubles is a line about what went wrong for a client; empty if nothing did.
func troubles(c *rollout.Client) string {
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{{c.Refused, "refused"}, {c.Denied, "denied"}, {c.Errors, "failed"}, {c.Brownouts, "in brownouts"}, {c.Unfinished, "unfinished rows"}} {
		if p.n > 0 {
			parts = append(parts, short(p.n)+" "+p.what)
		}
	}
	if c.OnlyUncovered {
		parts = append(parts, "asks too early and gets nothing: see date_delay")
	}
	if len(parts) == 0 {
		return ""
	}
	return "    " + fitted(strings.Join(parts, ", "), 114) + "\n"
}

func printQueries(b *strings.Builder, c *rollout.Client) {
	for _, q := range c.Queries {
		fmt.Fprintf(b, "    %s × %s\n", short(q.Calls), q.Legacy)
		for _, line := range []string{q.Graph, q.PowerShell, q.Note} {
			if line != "" {
				fmt.Fprintf(b, "      %s\n", line)
			}
		}
	}
}

// fitted cuts a text to a width, with an ellipsis in place of its end.
func fitted(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return string(r[:width-1]) + "…"
}

// short writes a count in six columns at most.
func short(n int64) string {
	switch {
	case n < 1_000_000:
		return fmt.Sprint(n)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0fG", float64(n)/1e9)
}
