package rollout

import (
	"fmt"
	"time"
)

// risks names what may still go wrong, and what these records cannot tell.
func (out *Evidence) risks(o *Overview, e EvidenceOptions) {
	risk := func(n int, format string, args ...any) {
		if n > 0 {
			out.Risks = append(out.Risks, fmt.Sprintf(format, args...))
		}
	}
	var untold, untested, returned, retirable, expired, uncovered, unserved int
	for i := range out.Clients {
		c := &out.Clients[i]
		untold += int(one(c.Blocks && c.Rhythm == RhythmUnknown))
		untested += int(one(c.Effects[EffectAway]+c.Effects[EffectRetried]+c.Effects[EffectFailing] == 0))
		returned += int(one(c.Effects[EffectRetried] > 0 && c.Blocks))
		retirable += int(one(c.Standing == StandingRetirable))
	}
	for i := range o.Clients {
		uncovered += int(one(o.Clients[i].OnlyUncovered))
		unserved += int(one(o.Clients[i].Served == 0))
	}
	for _, h := range o.Holds {
		expired += int(one(h.Expired))
	}
	risk(untold, "%s no known rhythm: such a client may call again at any time, and is quiet only after 25 months of silence.", clients(untold, "has", "have"))
	risk(returned, "%s through a brownout by retrying until served: nobody noticed, so nobody may know of it.", clients(returned, "came", "came"))
	risk(untested, "%s no failure in any brownout: the first would be the end itself.", clients(untested, "met", "met"))
	risk(retirable, "%s only ever empty answers: a program may still stumble over an error in their place.", clients(retirable, "got", "got"))
	risk(uncovered, "%s only for days that are not covered yet, and gets nothing: a date_delay would change that.", clients(uncovered, "asks", "ask"))
	risk(unserved, "%s never served at all: a wrong password or a refused query may hide something that is needed.", clients(unserved, "was", "were"))
	risk(expired, "%s expired and still configured: see that the owner knows.", count(expired, "hold"))
	out.unknown(o, e)
}

func (out *Evidence) unknown(o *Overview, e EvidenceOptions) {
	begin := o.At
	for i := range o.Clients {
		if o.Clients[i].First.Before(begin) {
			begin = o.Clients[i].First
		}
	}
	days := int(o.At.Sub(begin).Hours() / 24)
	out.Unknown = append(out.Unknown, fmt.Sprintf("The records begin on %s, %s ago: who calls less often than that is not in them.",
		begin.UTC().Format(time.DateOnly), count(days, "day")))
	if e.Retention <= time.Duration(forgotten+1)*24*time.Hour {
		out.Unknown = append(out.Unknown, fmt.Sprintf("The ledger keeps %s: a client that is silent for so long is forgotten, and then missing here.",
			count(int(e.Retention.Hours()/24), "day")))
	}
	out.Unknown = append(out.Unknown,
		"Programs that share an account and an agent family are one client here.",
		"Clients that reach the reports by another gateway, or not at all, are not in these records.")
}

func clients(n int, single, plural string) string {
	return count(n, "client") + " " + verb(n, single, plural)
}
