package rollout

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// code writes a text that came from outside as a Markdown code span on one line: nothing in it is markup, a mention or
// a link to anybody who shows it.
func code(s string) string {
	s = strings.Map(func(r rune) rune {
		if i := strings.IndexRune("`<>|", r); i >= 0 {
			return []rune(harmlessMarkup)[i]
		}
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
	return "`" + cmp.Or(strings.TrimSpace(s), "-") + "`"
}

// What means something in Markdown, and what looks like it.
const (
	markup         = "`<>|*[]\\"
	harmlessMarkup = "'‹›¦∗()/"
)

// plain writes a text from the configuration or an operator into a sentence.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(markup, r); i >= 0 {
			return []rune(harmlessMarkup)[len([]rune(markup[:i]))]
		}
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

func minuteOf(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// phasesOf writes the phases of a client: one word if they are all the same.
func phasesOf(phases map[string]Phase) string {
	all := map[Phase]bool{}
	for _, p := range phases {
		all[p] = true
	}
	var names []string
	for _, p := range slices.Sorted(maps.Keys(all)) {
		names = append(names, p.String())
	}
	return strings.Join(names, "/")
}

// effectsOf writes effects with their number, in the order of their definition.
func effectsOf(counts map[string]int) string {
	var parts []string
	for _, e := range []string{EffectAway, EffectRetried, EffectFailing, EffectServed, EffectNever} {
		if n := counts[e]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", e, n))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "-")
}

// Markdown writes the report for people.
func (out *Evidence) Markdown() string {
	var b strings.Builder
	answer := "**Not yet**: criteria are not met."
	if out.Met {
		answer = "**Yes**: all criteria are met."
	}
	fmt.Fprintf(&b, "# Can the legacy reports be switched off?\n\nAs of %s. %s\n\n", minuteOf(out.At), answer)
	b.WriteString("| | criterion | |\n|---|---|---|\n")
	for _, c := range out.Criteria {
		mark := "not met"
		if c.Met {
			mark = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", mark, c.Name, plain(c.Detail))
	}
	out.markdownClients(&b)
	out.markdownPlan(&b)
	list := func(title string, lines []string) {
		if len(lines) == 0 {
			lines = []string{"None."}
		}
		fmt.Fprintf(&b, "\n## %s\n\n", title)
		for _, l := range lines {
			b.WriteString("- " + l + "\n")
		}
	}
	list("Open risks", out.Risks)
	list("What is not known", out.Unknown)
	return b.String()
}

func (out *Evidence) markdownClients(b *strings.Builder) {
	b.WriteString("\n## Clients\n\n")
	if len(out.Clients) == 0 {
		b.WriteString("The ledger knows none.\n")
		return
	}
	b.WriteString("| client | tenant | owner | standing | phase | rhythm | first call | last call | next due | quiet from | in brownouts |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for i := range out.Clients {
		c := &out.Clients[i]
		standing := string(c.Standing)
		if c.Retired {
			standing = "retired, " + standing
		}
		if c.Blocks {
			standing = "**" + standing + "**"
		}
		due := c.NextDue
		if c.Standing == StandingQuiet {
			due = time.Time{}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", code(c.Name), plain(c.Tenant), cmp.Or(plain(c.Owner), "nobody"), standing,
			phasesOf(c.Phases), c.Rhythm, dateOf(c.First), dateOf(c.Last), dateOf(due), dateOf(c.QuietFrom), effectsOf(c.Effects))
	}
	b.WriteString("\nClients in bold stand in the way.\n")
}

func (out *Evidence) markdownPlan(b *strings.Builder) {
	b.WriteString("\n## Brownouts\n\n")
	if len(out.Brownouts) == 0 {
		b.WriteString("None is planned.\n")
	} else {
		b.WriteString("| from | until | state | clients |\n|---|---|---|---|\n")
	}
	for _, w := range out.Brownouts {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", minuteOf(w.From), minuteOf(w.Until), w.State, effectsOf(w.Counts))
	}
	b.WriteString("\n## Holds\n\n")
	if len(out.Holds) == 0 {
		b.WriteString("None.\n")
	} else {
		b.WriteString("| clients | owner | phase | until | reason |\n|---|---|---|---|---|\n")
	}
	for _, h := range out.Holds {
		until := dateOf(h.Until)
		if h.Expired {
			until = "expired " + until
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", code(h.Name), cmp.Or(plain(h.Owner), "nobody"), h.Phase, until, plain(h.Reason))
	}
	b.WriteString("\n## Data\n\n| tenant | source | known from | to | days | holes | Graph last answered |\n|---|---|---|---|---|---|---|\n")
	for _, t := range out.Coverage {
		days := fmt.Sprint(t.Days)
		if t.SavedDays > 0 {
			days += ", " + count(t.SavedDays, "saved day")
		}
		if t.Totals > 0 {
			days += ", " + count(t.Totals, "total")
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %d | %s |\n", plain(t.Tenant), cmp.Or(plain(t.State), "unknown"), cmp.Or(t.First, "-"), cmp.Or(t.Last, "-"), days, t.Holes, dateOf(t.Asked))
	}
}
