package rollout

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"rwsgate/store"
)

const (
	maxText = 256 // bytes of a principal or User-Agent that are looked at
	maxName = 64  // bytes of a set's or zone's name, or a class of refusals
)

// identity tells clients apart: principal and agent family, and for one that only claims its principal, or has none,
// the address.
type identity struct {
	tenant    string
	principal string
	claimed   bool
	agent     string
	address   netip.Addr
}

// identify makes an identity of what a call said. Nothing of it keeps the request's memory.
func identify(k callKey) identity {
	return identity{
		tenant:    strings.ToLower(printable(k.tenant, maxText)),
		principal: strings.ToLower(printable(k.principal, maxText)),
		claimed:   k.anonymous,
		agent:     strings.Clone(AgentFamily(k.agent)),
		address:   k.address,
	}
}

// other is the client that stands for all of a tenant for whom there is no room.
func other(tenant string) identity { return identity{tenant: tenant, agent: OtherAgent} }

// stored gives the identity as the store has it; with a key, principal and address are hashed.
func (i identity) stored(key []byte) store.LedgerClient {
	c := store.LedgerClient{Tenant: i.tenant, Principal: i.principal, Claimed: i.claimed, Agent: i.agent}
	if i.address.IsValid() {
		c.Address = i.address.String()
	}
	if key != nil {
		c.Principal, c.Address = hashed(key, "principal", c.Principal), hashed(key, "address", c.Address)
	}
	claimed := "verified"
	if c.Claimed {
		claimed = "claimed"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Principal, claimed, c.Agent, c.Address}, "\x00")))
	c.ID = hex.EncodeToString(sum[:12])
	return c
}

// hashed gives a text's keyed hash, marked by a number sign, and nothing for nothing. The kind keeps a principal from
// having the hash of an address.
func hashed(key []byte, kind, text string) string {
	if text == "" {
		return ""
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(kind + "\x00" + text))
	return "#" + hex.EncodeToString(h.Sum(nil)[:12])
}

// clip gives at most n bytes of s.
func clip(s string, n int) string { return s[:min(n, len(s))] }

// printable gives a copy of at most n bytes of s in which nothing but graphic characters and blanks is left: it can be
// stored and shown anywhere.
func printable(s string, n int) string {
	var b strings.Builder
	for _, r := range clip(s, n) {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
