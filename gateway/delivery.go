package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/rollout"
)

// Deliveries takes what sidecars tell of calls that they answered themselves; rollout.Ledger is one. When Take gives
// nil, the calls are stored; told again under the same writer and number they change nothing.
type Deliveries interface {
	Take(ctx context.Context, writer string, seq int64, calls []rollout.Told) error
}

const (
	deliveryLimit = 15 * time.Second // to store one
	deliveryRetry = 5 * time.Second  // after one that could not be stored
	deliveryReach = 7 * 24 * time.Hour
)

// isDelivery says whether a request is a sidecar's Delivery and no legacy request.
func isDelivery(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get(HeaderLedger) != ""
}

// takeDelivery answers POST on the service with HeaderLedger. A principal can tell of its own calls only.
func (g *Gateway) takeDelivery(r *http.Request, k *call) (reply, error) {
	who, err := g.authenticate(r.Context(), k.settings, r.Header, k.peer)
	k.who = who
	switch {
	case err != nil:
		return reply{}, err
	case who.anonymous:
		return reply{}, rws.NotPermitted("")
	case g.Deliveries == nil:
		return reply{}, &cache.NoHistoryError{Retry: deliveryRetry}
	}
	if err := g.spend(k); err != nil {
		return reply{}, err
	}
	d, err := readDelivery(r.Body)
	if err != nil {
		return reply{}, rws.InvalidQuery(rws.QueryIsInvalid + " Its delivery for the ledger " + err.Error() + ".")
	}
	ctx, cancel := context.WithTimeout(unhurried(r.Context()), deliveryLimit)
	defer cancel()
	if err := g.Deliveries.Take(ctx, writerOf(who.name, d.Writer), d.Seq, g.callsOf(k, d.Calls)); err != nil {
		return reply{}, fmt.Errorf("a sidecar's ledger entries cannot be stored, it will send them again: %w",
			errors.Join(err, &cache.NoHistoryError{Retry: deliveryRetry}))
	}
	a := reply{status: http.StatusOK}
	a.set(HeaderLedger, strconv.FormatInt(d.Seq, 10))
	return a, nil
}

// writerOf binds a sender's name to its principal, so that nobody can spoil another's deliveries.
func writerOf(principal, writer string) string {
	sum := sha256.Sum256([]byte(principal + "\x00" + writer))
	return "sidecar-" + hex.EncodeToString(sum[:16])
}

// readDelivery reads a delivery within its bounds. The error says what is wrong with it.
func readDelivery(body io.Reader) (Delivery, error) {
	var d Delivery
	text, err := io.ReadAll(io.LimitReader(body, MaxDeliveryBytes+1))
	if err != nil {
		return d, errors.New("was cut off")
	}
	if len(text) > MaxDeliveryBytes {
		return d, fmt.Errorf("is longer than %d bytes", MaxDeliveryBytes)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, errors.New("is no JSON of the known form")
	}
	if d.Writer == "" || len(d.Writer) > 64 || d.Seq < 1 {
		return d, errors.New("has no writer or no number")
	}
	if len(d.Calls) > MaxDeliveryKinds {
		return d, fmt.Errorf("has more than %d kinds of calls", MaxDeliveryKinds)
	}
	total := 0
	for i := range d.Calls {
		c := &d.Calls[i]
		if c.Times < 1 || c.Times > MaxDeliveryCalls {
			return d, errors.New("has a count that is none")
		}
		if total += c.Times; total > MaxDeliveryCalls {
			return d, fmt.Errorf("has more than %d calls", MaxDeliveryCalls)
		}
		if !c.plausible() {
			return d, errors.New("has a call that cannot have been")
		}
	}
	return d, nil
}

// plausible bounds the numbers of a call, so that sums stay sums.
func (c *Told) plausible() bool {
	for _, n := range [...]int{c.Rows, c.Unfinished, c.Behind, c.Bytes} {
		if n < 0 || n > 1<<30 {
			return false
		}
	}
	return c.Status >= 200 && c.Status <= 599 && c.Format <= rollout.FormatLight && !c.Last.Before(c.First)
}

// callsOf turns what was told into calls of the principal that told it. Times that cannot be are moved to the nearest
// that can; a client's address counts only from a trusted sidecar.
func (g *Gateway) callsOf(k *call, told []Told) []rollout.Told {
	now := g.Now()
	out := make([]rollout.Told, 0, len(told))
	for i := range told {
		t := &told[i]
		c := rollout.Call{
			At: within(t.Last, now), Principal: k.who.name, Tenant: k.settings.toldTenant(k.who, t.Tenant), Agent: t.Agent, Address: k.peer.addr,
			Report: t.Report, Format: t.Format, Options: t.Options, Zone: k.settings.toldZone(t.Zone), Status: t.Status, Rows: t.Rows,
			Unfinished: t.Unfinished, Uncovered: t.Uncovered, Behind: t.Behind, Refused: t.Refused, Bytes: t.Bytes, Hit: t.Hit, Query: toldShape(t.Query),
		}
		if k.peer.trusted && t.Address.IsValid() {
			c.Address = t.Address
		}
		out = append(out, rollout.Told{Call: c, First: within(t.First, now), Times: t.Times})
	}
	return out
}

// within keeps a sender's clock within what can be.
func within(t, now time.Time) time.Time {
	if earliest := now.Add(-deliveryReach); t.Before(earliest) {
		return earliest
	}
	if t.After(now) {
		return now
	}
	return t
}

// toldTenant is the id of the tenant that a sidecar names by id or name, if the principal may read it; else its own.
func (s *settings) toldTenant(who principal, name string) string {
	if t := s.byID[strings.ToLower(name)]; t != nil && s.reads(who, t) {
		return t.ID
	}
	t, fault := s.tenantOf(who, name)
	if fault != nil && name != "" {
		t, fault = s.tenantOf(who, "")
	}
	if fault != nil {
		return ""
	}
	return t.ID
}

// toldZone is the canonical name of a zone, empty for one that nobody knows.
func (s *settings) toldZone(name string) string {
	zone, err := s.Zones.Lookup(name)
	if err != nil {
		return ""
	}
	return zone.Name()
}

// toldShape makes the shape of a told shape: the same for a true one, and nothing that no shape may hold for any other.
func toldShape(s string) string {
	path, query, _ := strings.Cut(s, "?")
	format := ""
	for _, one := range [...]string{"atom", "json"} {
		if rest, ok := strings.CutSuffix(query, "$format="+one); ok {
			query, format = strings.TrimSuffix(rest, "&"), one
		}
	}
	return rollout.Shape("/"+path, query, format)
}
