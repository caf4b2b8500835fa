package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ahead is how far the digest looks.
const ahead = 35 * 24 * time.Hour

// Digest writes the weekly digest: what comes, then the clients of each owner, those of nobody first. It is Markdown that
// chat programs show too: short lines, lists, no tables.
func Digest(o Overview) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Legacy reports: who still calls, week of %s\n\n", o.At.UTC().Format(time.DateOnly))
	fmt.Fprintf(&b, "%s: %s.", count(len(o.Clients), "client"), standingsOf(o.Standings))
	if o.Ownerless > 0 {
		fmt.Fprintf(&b, " **%s no owner.**", clients(o.Ownerless, "has", "have"))
	}
	b.WriteString("\n")
	digestPlan(&b, &o)
	byOwner := map[string][]*Client{}
	for i := range o.Clients {
		c := &o.Clients[i]
		byOwner[c.Owner] = append(byOwner[c.Owner], c)
	}
	owners := make([]string, 0, len(byOwner))
	for owner := range byOwner {
		owners = append(owners, owner)
	}
	slices.Sort(owners) // nobody's come first
	for _, owner := range owners {
		fmt.Fprintf(&b, "\n## %s\n\n", cmp.Or(plain(owner), "Nobody's"))
		digestClients(&b, byOwner[owner])
	}
	if o.Beyond > 0 {
		b.WriteString("\nSome calls are counted for clients beyond the ledger's bound: of those nothing is known.\n")
	}
	return b.String()
}

func standingsOf(n map[string]int) string {
	var parts []string
	for _, s := range Standings {
		if n[string(s)] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[string(s)], s))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nobody calls")
}

// digestPlan writes the phases, what comes, and what the last brownout did.
func digestPlan(b *strings.Builder, o *Overview) {
	b.WriteString("\n")
	line := func(format string, args ...any) { fmt.Fprintf(b, "- "+format+"\n", args...) }
	if o.State.Paused {
		line("**The rollout is paused** since %s by %s. %s", minuteOf(o.State.Since), plain(o.State.By), plain(o.State.Reason))
	}
	for _, r := range o.Reports {
		next := ""
		if r.Next != nil {
			next = fmt.Sprintf(", %s from %s", r.Next.Phase, dateOf(r.Next.From))
		}
		line("%s: %s%s", r.Report, r.Phase, next)
	}
	var last *Brownout
	for i := range o.Brownouts {
		w := &o.Brownouts[i]
		switch {
		case !w.From.After(o.At):
			last = w
		case w.From.Before(o.At.Add(ahead)):
			line("Brownout from %s to %s", minuteOf(w.From), minuteOf(w.Until))
		}
	}
	if last != nil {
		line("The brownout of %s (%s): %s", minuteOf(last.From), last.State, effectsOf(last.Counts))
	}
	for _, h := range o.Holds {
		switch {
		case h.Expired:
			line("**The hold for %s expired on %s.** Owner: %s", code(h.Name), dateOf(h.Until), cmp.Or(plain(h.Owner), "nobody"))
		case h.Until.Before(o.At.Add(ahead)):
			line("The hold for %s ends on %s. Owner: %s", code(h.Name), dateOf(h.Until), cmp.Or(plain(h.Owner), "nobody"))
		}
	}
	if !o.Sunset.IsZero() {
		line("Sunset: %s", dateOf(o.Sunset))
	}
}

func digestClients(b *strings.Builder, all []*Client) {
	order := map[Standing]int{StandingNew: 0, StandingOverdue: 1, StandingActive: 2, StandingRetirable: 3, StandingQuiet: 4}
	slices.SortStableFunc(all, func(x, y *Client) int {
		return cmp.Or(cmp.Compare(order[x.Standing], order[y.Standing]), cmp.Compare(x.Name, y.Name))
	})
	for _, c := range all {
		b.WriteString("- " + code(c.Name))
		if c.TenantName != "" {
			b.WriteString(" of " + plain(c.TenantName))
		}
		fmt.Fprintf(b, ": **%s**, %s, last call %s", c.Standing, rhythmOf(c.Rhythm), dateOf(c.Last))
		switch {
		case c.Standing == StandingQuiet:
		case c.MissedTurns > 0:
			fmt.Fprintf(b, ", %s missed", count(c.MissedTurns, "turn"))
		case !c.NextDue.IsZero():
			fmt.Fprintf(b, ", next %s", dateOf(c.NextDue))
		}
		fmt.Fprintf(b, ", phase %s", phasesOf(c.Phases))
		if c.Held {
			b.WriteString(" (held)")
		}
		if n := c.Recent.Refused; n > 0 {
			fmt.Fprintf(b, ", %d refused of late", n)
		}
		if c.OnlyUncovered {
			b.WriteString(", asks too early and gets nothing")
		}
		b.WriteString("\n")
	}
}

func rhythmOf(r Rhythm) string {
	if r == RhythmUnknown {
		return "rhythm not known"
	}
	return string(r)
}
