package config

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"rwsgate/translate"
)

func (k *checker) rollout() {
	r := &k.cfg.Rollout
	if !r.Sunset.IsZero() && r.Sunset.Before(r.Deprecation.Time) {
		k.fail("rollout.sunset", "%s lies before the deprecation on %s: RFC 8594 and 9745 want it later", r.Sunset, r.Deprecation)
	}
	names := make([]string, 0, len(r.Reports))
	for name := range r.Reports {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		k.steps(name, r.Reports[name])
	}
	if s := r.BrownoutStatus; s == 401 || s == 407 {
		k.fail("rollout.brownout_status", "%d has clients ask their users for a password: use 503, or another from 400 to 599", s)
	}
	k.brownouts()
	k.digest(&r.Digest)
	seen := map[string]int{}
	for i := range r.Clients {
		k.client("rollout.clients["+strconv.Itoa(i)+"]", &r.Clients[i])
		m := r.Clients[i].Match
		id := m.Principal.String() + "\x00" + m.Agent.String() + "\x00" + m.Address.String()
		if first, again := seen[id]; again {
			k.fail("rollout.clients["+strconv.Itoa(i)+"].match", "is that of rollout.clients[%d] too: put both into one", first)
			continue
		}
		seen[id] = i
	}
}

func reportNames() []string {
	var names []string
	for _, r := range translate.Reports() {
		names = append(names, r.Name)
	}
	return names
}

// steps checks one report's schedule: known report, complete steps, dates and phases both going forward.
func (k *checker) steps(name string, steps []Step) {
	at := "rollout.reports." + name
	if known := reportNames(); name != "*" && !slices.Contains(known, name) {
		best, _ := nearest(name, known)
		k.fail(at, "is no report: did you mean %s? Known are %s, and \"*\" for all others", best, strings.Join(known, ", "))
	}
	for i, s := range steps {
		key := at + "[" + strconv.Itoa(i) + "]"
		if s.From.IsZero() {
			k.fail(key+".from", "is missing: write the date on which the phase begins, such as 2027-03-01")
		}
		if s.Phase == PhaseNone {
			k.fail(key+".phase", "is missing: use observe, announce, brownout or retired")
		}
		if i == 0 || s.From.IsZero() || s.Phase == PhaseNone {
			continue
		}
		before := steps[i-1]
		if !s.From.After(before.From.Time) {
			k.fail(key+".from", "%s is not after %s, where %s begins: list phases by date", s.From, before.From, before.Phase)
		}
		if s.Phase <= before.Phase {
			k.fail(key+".phase", "%s does not follow %s: phases go observe, announce, brownout, retired", s.Phase, before.Phase)
		}
	}
}

type window struct {
	from, to time.Time
	index    int
}

// Windows gives the brownout windows as instants in the order of the file, without those whose zone lookup does not
// know.
func (r *Rollout) Windows(lookup func(name string) (*time.Location, error)) (from, to []time.Time) {
	for _, b := range r.Brownouts {
		if loc, err := lookup(b.Zone); err == nil {
			start := b.From.In(loc)
			from, to = append(from, start), append(to, start.Add(b.Duration.Std()))
		}
	}
	return from, to
}

func (k *checker) brownouts() {
	var windows []window
	for i, b := range k.cfg.Rollout.Brownouts {
		at := "rollout.brownouts[" + strconv.Itoa(i) + "]"
		if b.From.IsZero() {
			k.fail(at+".from", "is missing: write the start of the window, such as 2027-03-01T09:00")
		}
		if !k.knownZone(at+".zone", b.Zone, k.zone) || b.From.IsZero() {
			continue
		}
		loc, _ := k.zone(b.Zone)
		start, shown := b.From.in(loc)
		if !shown {
			k.fail(at+".from", "%s does not exist in %s: the clock is put forward over it, that night", b.From, b.Zone)
			continue
		}
		windows = append(windows, window{start, start.Add(b.Duration.Std()), i})
	}
	slices.SortStableFunc(windows, func(a, b window) int { return a.from.Compare(b.from) })
	for i := 1; i < len(windows); i++ {
		before, w := windows[i-1], windows[i]
		if w.from.Before(before.to) {
			first, second := min(before.index, w.index), max(before.index, w.index)
			k.fail("rollout.brownouts["+strconv.Itoa(second)+"].from", "the window overlaps that of rollout.brownouts[%d]: the later begins %s, the earlier ends %s", first, w.from.UTC().Format(time.RFC3339), before.to.UTC().Format(time.RFC3339))
		}
		if before.to.After(w.to) {
			windows[i].to = before.to // what follows may lie within the longer one too
		}
	}
}

// digest checks when the digest is due and that its webhook is an address, which is not repeated.
func (k *checker) digest(d *Digest) {
	k.knownZone("rollout.digest.zone", d.Zone, k.zone)
	if d.At >= 24*60 {
		k.fail("rollout.digest.at", "%s is the next day: write 00:00 to 23:59", d.At)
	}
	if d.Webhook.IsZero() {
		return
	}
	u, err := ParseURL(d.Webhook.Reveal())
	if err != nil || u.scheme() != "https" && !(u.scheme() == "http" && loopbackHost(u.u.Hostname())) {
		k.fail("rollout.digest.webhook", "is no address of a webhook: write https://host/path (http:// only on this machine)")
	}
}

func (k *checker) client(at string, c *Client) {
	if c.Match.Principal.IsZero() && c.Match.Agent.IsZero() && c.Match.Address.IsZero() {
		k.fail(at+".match", "is missing: name the client by principal, agent or address")
	}
	hold := []struct {
		name string
		set  bool
	}{{"until", !c.Until.IsZero()}, {"phase", c.Phase != PhaseNone}, {"reason", c.Reason != ""}}
	any, all := false, true
	for _, f := range hold {
		any, all = any || f.set, all && f.set
	}
	for _, f := range hold {
		if any && !all && !f.set {
			k.fail(at+"."+f.name, "is missing: until, phase and reason together make a hold")
		}
	}
	if !any && c.DateDelay == 0 && c.Owner == "" && c.Gone.IsZero() {
		k.fail(at, "says nothing about the client: add owner, a hold (until, phase, reason), date_delay or gone")
	}
	if c.DateDelay%Day != 0 {
		k.fail(at+".date_delay", "%s is no number of whole days: write it as 3d", c.DateDelay)
	}
}
