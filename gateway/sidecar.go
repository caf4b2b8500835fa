package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/rollout"
)

// What a sidecar (thin mode) and its central gateway say to each other beside the legacy request and its answer. None of
// these headers ever reaches a client.
const (
	HeaderSidecar = "X-Rwsgate-Sidecar" // request: SidecarSecure or SidecarPlain
	HeaderCentral = "X-Rwsgate-Central" // answer to a sidecar: CentralTrusted and a version, or CentralUntrusted and perhaps CentralPlain
	HeaderTold    = "X-Rwsgate-Told"    // answer to a sidecar: a Told as JSON, what to tell when it gives the answer again
	HeaderLedger  = "X-Rwsgate-Ledger"  // a Delivery's number, in the request that carries it and in the answer that it is stored
)

// The values of HeaderSidecar: whether a password was safe on its way to the sidecar, by TLS or on one machine.
const (
	SidecarSecure = "secure"
	SidecarPlain  = "plain"
)

// The beginnings of HeaderCentral: whether the forwarding headers of the sidecar count.
const (
	CentralTrusted   = "trusted"
	CentralUntrusted = "untrusted"

	// CentralRefused stands in HeaderCentral beside the answer of a brownout or of a retired report.
	CentralRefused = "; refused"

	// CentralPlain follows CentralUntrusted if every password on this way would be refused as sent over plain HTTP.
	CentralPlain = "; passwords=refused"
)

// Kind is what calls have in common that a sidecar counts together. All but the last three are the central gateway's
// own words for an answer that it gave.
type Kind struct {
	Tenant     string          `json:"tenant,omitempty"` // id or name; empty: the principal's own
	Report     string          `json:"report,omitempty"`
	Format     rollout.Format  `json:"format,omitempty"`
	Options    rollout.Options `json:"options,omitempty"`
	Zone       string          `json:"zone,omitempty"` // canonical or as sent
	Status     int             `json:"status"`
	Rows       int             `json:"rows,omitempty"`
	Unfinished int             `json:"unfinished,omitempty"`
	Uncovered  bool            `json:"uncovered,omitempty"`
	Behind     int             `json:"behind,omitempty"`
	Refused    string          `json:"refused,omitempty"`
	Bytes      int             `json:"bytes,omitempty"`
	Query      string          `json:"query,omitempty"` // rollout.Shape of it
	Hit        bool            `json:"hit,omitempty"`
	Agent      string          `json:"agent,omitempty"`
	Address    netip.Addr      `json:"address,omitzero"`
}

// Told are calls of a kind within one UTC day. Times are in UTC.
type Told struct {
	Kind
	Times int       `json:"times,omitempty"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// Delivery is what a sidecar tells of the calls that it answered itself with one credential: the body of a POST to the
// service root with that credential and HeaderLedger. The answer 200 with the same number means that it is stored.
type Delivery struct {
	Writer string `json:"writer"` // names the sender, unique for each start
	Seq    int64  `json:"seq"`    // ascending
	Calls  []Told `json:"calls"`
}

// Bounds of a delivery.
const (
	MaxDeliveryBytes = 1 << 20
	MaxDeliveryKinds = 100
	MaxDeliveryCalls = 10_000 // sum of Times
)

// Origin is where a request came from, after the forwarding headers of trusted proxies.
type Origin struct {
	Address      netip.Addr // of the client, as far as it is known
	Secure       bool       // its connection was encrypted, or never left this machine
	Scheme, Host string     // for ids and links
}

// OriginOf judges a request's origin as the gateway does.
func OriginOf(r *http.Request, trusted []netip.Prefix) Origin {
	p := peerOf(r, trusted)
	return Origin{p.addr, p.secure, p.scheme, p.host}
}

// KindOf is what can be told of a call without OData and without a tenant: what was asked for and in which format an
// answer of this content type is.
func KindOf(f rws.Request, contentType string) Kind {
	a := reply{headers: []cache.Header{{Name: "Content-Type", Values: []string{contentType}}}}
	return Kind{Tenant: f.DelegatedOrg, Report: (&call{front: f}).asked(), Format: formatOf(&a), Options: optionsOf(f)}
}

// SetLabel is the name of a report, "other" for anything else: a label from a closed set.
func SetLabel(set string) string { return setLabel(set) }

// tellSidecar puts on the answer to a sidecar what it wants to know beside it.
func (g *Gateway) tellSidecar(h http.Header, r *http.Request, k *call) {
	if !k.peer.sidecar {
		return
	}
	central := CentralUntrusted
	switch {
	case k.peer.trusted:
		central = CentralTrusted + "; version=" + g.Version
	case !k.peer.secure && !k.settings.AllowPlainHTTP:
		central += CentralPlain
	}
	if refused := (*refusedError)(nil); errors.As(k.outcome.reason, &refused) {
		central += CentralRefused
	}
	rws.Set(h, HeaderCentral, central)
	if k.outcome.status != http.StatusOK || k.tenant == nil || r.Method != http.MethodGet {
		return
	}
	c := g.called(r, k)
	told, err := json.Marshal(Kind{Tenant: c.Tenant, Report: c.Report, Format: c.Format, Options: c.Options, Zone: c.Zone, Status: c.Status,
		Rows: c.Rows, Unfinished: c.Unfinished, Uncovered: c.Uncovered, Behind: c.Behind, Bytes: c.Bytes, Query: c.Query})
	if err == nil {
		rws.Set(h, HeaderTold, url.PathEscape(string(told)))
	}
}
