package thin

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/gateway"
)

// TestEveryOwnAnswerIsToldOnce makes calls while the central gateway comes and goes and loses deliveries or their
// acknowledgements: in the end it was told of exactly the calls that it did not answer itself.
func TestEveryOwnAnswerIsToldOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, own := newRig(t), 0
		r.central.fate = func() fate {
			return rapid.SampledFrom([]fate{well, lost, mute}).Draw(rt, "fate")
		}
		steps := rapid.IntRange(1, 30).Draw(rt, "steps")
		for range steps {
			asked := len(r.central.requests)
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				r.central.answer = broken
			case 1:
				r.central.answer = nil
			case 2:
				r.now = r.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Hour / 4)
			case 3:
				for _, b := range r.outbox.due(r.now) {
					r.deliver(t.Context(), b)
				}
			default:
				who := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "who")
				w := r.get(who, daily+fmt.Sprintf("?$top=%d", rapid.IntRange(1, 3).Draw(rt, "top")))
				answered := len(r.central.requests) > asked && r.central.answer == nil
				if !answered {
					own++
				}
				if w.Code != 200 && w.Code != 503 {
					rt.Fatalf("status %d", w.Code)
				}
			}
		}
		r.central.fate = nil
		r.tellAll(t)
		if told := r.central.calls(); told != own || r.outbox.waiting() != 0 || r.counts.lost.Load() != 0 {
			rt.Fatalf("%d told of %d, %d wait", told, own, r.outbox.waiting())
		}
		for _, b := range r.outbox.boxes {
			if b.credential != "" {
				rt.Fatal("a credential is remembered for nothing")
			}
		}
	})
}

// TestWhatIsTold pins what the central gateway hears of a call that it did not answer.
func TestWhatIsTold(t *testing.T) {
	r := newRig(t)
	r.get("a", daily, "User-Agent: job/1")
	r.get("a", daily, "User-Agent: job/1")
	r.central.answer = broken
	r.get("a", "/CsP2PAVTimeWeekly?$top=2&$format=json&DelegatedOrg=other.example", "User-Agent: job/1", "X-timezone: Asia/Tokyo")
	r.get("", daily)
	r.tellAll(t)
	if r.central.calls() != 2 {
		t.Fatalf("%+v", r.central.told)
	}
	for k, times := range r.central.told {
		common := times == 1 && k.Agent == "job/1" && !k.Address.IsValid() && k.Bytes > 0
		kept := k.Status == 200 && k.Hit && k.Rows == 4 && k.Tenant == "t" && k.Report == "CsP2PAVTimeDaily"
		own := k.Status == 503 && !k.Hit && k.Refused == "ConnectionFailedException" && k.Tenant == "other.example" && k.Report == "CsP2PAVTimeWeekly" && k.Zone == "Asia/Tokyo" && k.Options != 0
		if !common || !kept && !own {
			t.Errorf("%+v: %d", k, times)
		}
	}
}

// TestDeliveriesStayWithinTheirBounds fills an outbox and wants all of it accepted by the central gateway's own rules.
func TestDeliveriesStayWithinTheirBounds(t *testing.T) {
	o := newOutbox()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	kept := 0
	for i := range maxKinds + 10 {
		k := gateway.Kind{Status: 200, Agent: fmt.Sprint(i, strings.Repeat("\x01", longestText)), Report: strings.Repeat("<", longestText)}
		for range 60 {
			if o.add(digest{1}, "x", k, now) {
				kept++
			}
		}
	}
	for range gateway.MaxDeliveryCalls + 1 {
		o.add(digest{2}, "y", gateway.Kind{Status: 200}, now)
	}
	if kept != maxKinds*60 {
		t.Errorf("%d kept", kept)
	}
	total := 0
	for range 100 {
		boxes := o.due(time.Time{})
		if len(boxes) == 0 {
			break
		}
		p, err := o.pack(boxes[0])
		if err != nil || len(p.body) > gateway.MaxDeliveryBytes {
			t.Fatalf("%d bytes, error %v", len(p.body), err)
		}
		n := o.settled(boxes[0])
		if n > gateway.MaxDeliveryCalls || n == 0 {
			t.Fatalf("%d calls in one delivery", n)
		}
		total += n
	}
	if total != kept+gateway.MaxDeliveryCalls+1 {
		t.Errorf("%d delivered of %d", total, kept+gateway.MaxDeliveryCalls+1)
	}
}

// TestWhatAClientSendsIsClipped: what waits to be told is bounded, and a delivery is accepted, whatever clients send while
// the central gateway is away.
func TestWhatAClientSendsIsClipped(t *testing.T) {
	r := newRig(t)
	r.Apply(Settings{MaxURL: 16 << 10})
	r.central.answer = broken
	long := strings.Repeat("x", 10<<10)
	for i := range gateway.MaxDeliveryKinds {
		r.get("a", fmt.Sprintf("/%d%s?DelegatedOrg=%d%s", i, long[:4<<10], i, long), "X-Timezone: "+long, "User-Agent: "+long)
	}
	for _, b := range r.outbox.due(time.Time{}) {
		p, err := r.outbox.pack(b)
		if err != nil || b.count != gateway.MaxDeliveryKinds || len(p.body) > gateway.MaxDeliveryBytes/4 {
			t.Errorf("%d calls, %d bytes, error %v", b.count, len(p.body), err)
		}
	}
}

func TestCredentialsAreFew(t *testing.T) {
	o := newOutbox()
	for i := range maxBoxes + 5 {
		if got := o.add(digest{byte(i), byte(i >> 8)}, "x", gateway.Kind{}, time.Unix(0, 0)); got != (i < maxBoxes) {
			t.Fatalf("%d: %v", i, got)
		}
	}
	b := o.due(time.Time{})[0]
	if _, err := o.pack(b); err != nil {
		t.Fatal(err)
	}
	o.settled(b)
	if !o.add(digest{255, 255}, "x", gateway.Kind{}, time.Unix(0, 0)) || len(o.boxes) != maxBoxes {
		t.Error("no room after one was told")
	}
}

// TestARefusedDeliveryIsGivenUp pins that calls of a credential that is no good any more do not wait for ever.
func TestARefusedDeliveryIsGivenUp(t *testing.T) {
	r := newRig(t)
	r.central.answer = broken
	r.get("a", daily)
	r.central.fate = func() fate { return refused }
	r.tellAll(t)
	if r.State().Lost != 1 || r.State().Waiting != 0 || !strings.Contains(r.log.String(), "calls do not reach the ledger") {
		t.Errorf("%+v", r.State())
	}
}

func TestAFailedDeliveryWaits(t *testing.T) {
	r := newRig(t)
	r.central.answer = broken
	r.get("a", daily)
	r.central.fate = func() fate { return lost }
	for i, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
		wait := time.Duration(seconds) * time.Second
		boxes := r.outbox.due(r.now)
		if len(boxes) != 1 {
			t.Fatalf("%d: %d due", i, len(boxes))
		}
		r.deliver(t.Context(), boxes[0])
		r.now = r.now.Add(wait - time.Millisecond)
		if len(r.outbox.due(r.now)) != 0 {
			t.Errorf("%d: due too soon", i)
		}
		r.now = r.now.Add(time.Millisecond)
	}
}

func TestContinued(t *testing.T) {
	for _, c := range []struct{ answered, want string }{
		{"miss; method=uniform; through=2026-11-20; age=5", "stale; method=uniform; through=2026-11-20; age=65"},
		{"hit; method=calendar; age=0", "stale; method=calendar; age=60"},
		{"miss; method=calendar; age=x", "stale; method=calendar; age=x"},
		{"", ""},
	} {
		if got := continued(c.answered, "stale", time.Minute); got != c.want {
			t.Errorf("%q: %q, want %q", c.answered, got, c.want)
		}
	}
}

// TestHEADHasALengthAndNoBody pins that the length is the central gateway's word.
func TestHEADHasALengthAndNoBody(t *testing.T) {
	r := newRig(t)
	r.central.answer = status(501, "Content-Length: 42")
	q := httptest.NewRequest("HEAD", root, nil)
	q.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	if w.Code != 501 || w.Header().Get("Content-Length") != "42" || w.Body.Len() != 0 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
