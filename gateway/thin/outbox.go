package thin

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"rwsgate/gateway"
)

const (
	maxBoxes = 256 // credentials with calls that the central gateway does not know of
	maxKinds = 200 // kinds of calls of one credential
)

// outbox holds the calls that the sidecar answered itself, until the central gateway has stored them. A credential is
// remembered only as long as something waits to be told with it, in memory alone.
type outbox struct {
	mu    sync.Mutex
	boxes map[digest]*box
}

// box is what is to be told with one credential.
type box struct {
	credential string // empty while nothing waits
	writer     string
	seq        int64
	waiting    map[dayKind]*gateway.Told
	sending    []byte // the delivery under way, the same on every try
	count      int    // calls in it
	next       time.Time
	failures   int
}

// dayKind tells apart what is counted apart.
type dayKind struct {
	gateway.Kind
	day int64
}

func newOutbox() *outbox { return &outbox{boxes: map[digest]*box{}} }

// add counts a call, and says whether there was room.
func (o *outbox) add(who digest, credential string, k gateway.Kind, now time.Time) bool {
	now = now.UTC()
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.boxes[who]
	if b == nil {
		if b = o.room(); b == nil {
			return false
		}
		o.boxes[who] = b
	}
	b.credential = credential
	key := dayKind{k, now.Unix() / (24 * 60 * 60)}
	told := b.waiting[key]
	if told == nil {
		if len(b.waiting) >= maxKinds {
			return false
		}
		told = &gateway.Told{Kind: k, First: now}
		b.waiting[key] = told
	}
	told.Times++
	told.Last = now
	return true
}

// room makes a box; when there are too many, an idle one goes. It gives nil if none is idle.
func (o *outbox) room() *box {
	if len(o.boxes) >= maxBoxes {
		for who, b := range o.boxes {
			if b.idle() {
				delete(o.boxes, who)
				break
			}
		}
	}
	if len(o.boxes) >= maxBoxes {
		return nil
	}
	return &box{writer: rand.Text(), waiting: map[dayKind]*gateway.Told{}}
}

func (b *box) idle() bool { return b.sending == nil && len(b.waiting) == 0 }

// due gives the boxes that have something to tell now; all that have anything if now is zero.
func (o *outbox) due(now time.Time) []*box {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []*box
	for _, b := range o.boxes {
		if !b.idle() && (now.IsZero() || !now.Before(b.next)) {
			all = append(all, b)
		}
	}
	return all
}

// waiting is the number of calls that are not told yet.
func (o *outbox) waiting() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, b := range o.boxes {
		n += b.count
		for _, told := range b.waiting {
			n += told.Times
		}
	}
	return n
}

// parcel is a delivery ready to be sent.
type parcel struct {
	credential string
	seq        int64
	body       []byte
}

// pack gives the delivery of a box that is under way, or makes the next.
func (o *outbox) pack(b *box) (parcel, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if b.sending == nil {
		d := gateway.Delivery{Writer: b.writer, Seq: b.seq + 1, Calls: b.take()}
		body, err := json.Marshal(d)
		if err != nil {
			return parcel{}, err
		}
		b.sending, b.seq = body, d.Seq
	}
	return parcel{b.credential, b.seq, b.sending}, nil
}

// take moves as much as a delivery may hold out of what waits.
func (b *box) take() []gateway.Told {
	var calls []gateway.Told
	b.count = 0
	for key, told := range b.waiting {
		n := min(told.Times, gateway.MaxDeliveryCalls-b.count)
		if n == 0 || len(calls) >= gateway.MaxDeliveryKinds {
			break
		}
		part := *told
		part.Times = n
		calls = append(calls, part)
		b.count += n
		if told.Times -= n; told.Times == 0 {
			delete(b.waiting, key)
		}
	}
	slices.SortFunc(calls, func(x, y gateway.Told) int { return x.First.Compare(y.First) })
	return calls
}

// settled forgets a delivery that arrived, or that never can (then it gives the number of calls lost with it).
func (o *outbox) settled(b *box) (calls int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	calls = b.count
	b.sending, b.count, b.failures, b.next = nil, 0, 0, time.Time{}
	if b.idle() {
		b.credential = ""
	}
	return calls
}

// later puts a delivery off after a failure: for a second at first, half a minute at most, or what it was told.
func (o *outbox) later(b *box, now time.Time, told time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	wait := min(time.Second<<min(b.failures, 5), 30*time.Second)
	b.failures++
	b.next = now.Add(max(wait, min(told, 30*time.Second)))
}
