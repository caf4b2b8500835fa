package rollout

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"time"
)

const (
	knownAhead = 10 * time.Minute // how long before a brownout its known clients are loaded
	knownAfter = 5 * time.Second  // after its beginning, the ledgers of all processes have stored who called before it
	knownMost  = 1 << 18          // clients; beyond it nobody can be told to be new
	knownLimit = time.Minute      // for one load
)

// knownID is the name of a ledger's client with its tenant, hashed short: the ids are hashes already.
type knownID [16]byte

func knownOf(tenant, client string) (id knownID) {
	sum := sha256.Sum256([]byte(tenant + "\x00" + client))
	copy(id[:], sum[:])
	return id
}

// known is who was seen before a window began. It is replaced, never changed.
type known struct {
	window time.Time // its beginning; zero: none is loaded
	all    bool      // read when everybody who had called before it stood in the store
	key    []byte    // of hashed identities
	ids    map[knownID]struct{}
}

// has says whether a client was seen before the window began. One whose agent families are too many to be told apart
// is known if the rest of them is.
func (k *known) has(i identity) bool {
	if _, ok := k.ids[knownOf(i.tenant, i.stored(k.key).ID)]; ok {
		return true
	}
	i.agent = OtherAgent
	_, ok := k.ids[knownOf(i.tenant, i.stored(k.key).ID)]
	return ok
}

var errManyClients = errors.New("the ledger holds more clients than can be told apart")

// LoadKnown loads who was seen before the brownout that runs or comes next, if it is near and they are not loaded yet.
// Run calls it; it does nothing most of the time.
func (c *Control) LoadKnown(ctx context.Context) {
	c.loading.Lock()
	defer c.loading.Unlock()
	now := c.o.Now()
	w := c.near(now)
	if w == nil {
		c.known.Store(nil)
		return
	}
	all := !now.Before(w.From.Add(knownAfter))
	if k := c.known.Load(); k != nil && k.window.Equal(w.From) && (k.all || !all) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, knownLimit)
	defer cancel()
	k, err := c.readKnown(ctx, w, all)
	if err == nil {
		c.blind = false
		c.known.Store(k)
		return
	}
	if !c.blind {
		c.blind = true
		c.o.Logger.WarnContext(ctx, "the ledger's clients cannot be read: nobody is browned out who is not known yet", "window", w.From, "cause", err,
			"mend", "see that the store answers; with more than 262144 clients in the ledger, shorten ledger.retention or set rollout.brownout_stop: never")
	}
}

// near gives the brownout that runs, or begins within knownAhead.
func (c *Control) near(now time.Time) *Window {
	p := c.Plan()
	if !p.Acts() || p.KeepBrownouts {
		return nil
	}
	for i := range p.Brownouts {
		if w := &p.Brownouts[i]; now.Before(w.Until) && !now.Before(w.From.Add(-knownAhead)) {
			return w
		}
	}
	return nil
}

func (c *Control) readKnown(ctx context.Context, w *Window, all bool) (*known, error) {
	k := &known{window: w.From, all: all, ids: map[knownID]struct{}{}}
	if c.o.Identity == IdentityHashed {
		key, err := c.o.Store.LedgerKey(ctx)
		if err != nil {
			return nil, err
		}
		k.key = key
	}
	err := c.o.Store.KnownClients(ctx, w.From, func(tenant, client string) error {
		if len(k.ids) >= c.o.mostKnown {
			return errManyClients
		}
		k.ids[knownOf(tenant, client)] = struct{}{}
		return nil
	})
	return k, err
}

// callerOf gives the identity under which the ledger counts a client.
func callerOf(tenant string, who Who) identity {
	return identify(keyOf(&Call{Tenant: tenant, Principal: who.Principal, Claimed: who.Claimed, Agent: who.Agent, Address: who.Address}))
}

// label names a client for an operator, as the store may show it: principal, or address, and agent family.
func (i identity) label(key []byte) string {
	s := i.stored(key)
	name := s.Principal
	switch {
	case name == "":
		name = s.Address
	case i.claimed && s.Address != "":
		name += " (claimed, from " + s.Address + ")"
	}
	if name == "" {
		name = netip.Addr{}.String()
	}
	return name + ", " + s.Agent
}
