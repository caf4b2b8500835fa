package thin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"rwsgate/gateway"
	"rwsgate/gateway/rws"
)

const (
	deliverEvery = time.Second // at most so much is lost by a crash
	deliverLimit = 20 * time.Second
	lastDelivery = 8 * time.Second // for what waits at the end, together
	lastPause    = 200 * time.Millisecond
)

// Run tells the central gateway of the calls that the sidecar answered itself, every second if there are any, until ctx
// ends; then it tells the rest. The error says how many calls could not be told.
func (s *Sidecar) Run(ctx context.Context) error {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			for _, b := range s.outbox.due(s.Now()) {
				s.deliver(ctx, b)
			}
		case <-ctx.Done():
			return s.deliverRest(context.WithoutCancel(ctx))
		}
	}
}

// deliverRest tries until everything is told or the time is over.
func (s *Sidecar) deliverRest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lastDelivery)
	defer cancel()
	for {
		boxes := s.outbox.due(time.Time{})
		if len(boxes) == 0 {
			return nil
		}
		for _, b := range boxes {
			s.deliver(ctx, b)
		}
		select {
		case <-time.After(lastPause):
		case <-ctx.Done():
			if n := s.outbox.waiting(); n > 0 {
				s.counts.lost.Add(uint64(n))
				return fmt.Errorf("%d calls that this sidecar answered while the central rwsgate was away are not in its ledger", n)
			}
			return nil
		}
	}
}

// deliver sends one box's delivery.
func (s *Sidecar) deliver(ctx context.Context, b *box) {
	p, err := s.outbox.pack(b)
	if err != nil {
		s.drop(b, err.Error(), "report this as a fault of rwsgate")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, deliverLimit)
	defer cancel()
	status, wait, err := s.send(ctx, p)
	switch {
	case err == nil && status == http.StatusOK:
		s.reach.reached(s)
		s.outbox.settled(b)
	case err == nil && (status == http.StatusUnauthorized && wait == 0 || status == http.StatusForbidden):
		s.drop(b, "the central rwsgate refuses the credential that these calls came with", "none is needed if its password was changed")
	case err == nil && status == http.StatusBadRequest:
		s.drop(b, "the central rwsgate refuses the delivery", "run the same version of rwsgate here and there")
	default:
		s.outbox.later(b, s.Now(), wait)
		if err == nil {
			err = fmt.Errorf("the central rwsgate answers a delivery with status %d", status)
		} else if ctx.Err() == nil {
			s.reach.failed(s, err)
		}
		s.Log.Debug("calls wait to be told to the central rwsgate", "calls", s.outbox.waiting(), "cause", err.Error())
	}
}

// drop gives a delivery up that can never arrive.
func (s *Sidecar) drop(b *box, cause, mend string) {
	n := s.outbox.settled(b)
	s.counts.lost.Add(uint64(n))
	s.Log.Warn("calls do not reach the ledger", "calls", n, "cause", cause, "mend", mend)
}

// send gives the status of the central gateway's answer and how long it asks to wait. Status 200 means that the delivery
// is stored.
func (s *Sidecar) send(ctx context.Context, p parcel) (status int, wait time.Duration, err error) {
	to := *s.Central
	to.Path = rws.Root
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(p.body))
	if err != nil {
		return 0, 0, err
	}
	number := strconv.FormatInt(p.seq, 10)
	r.Header = http.Header{
		"Authorization": {p.credential}, "Content-Type": {"application/json"}, "User-Agent": {"rwsgate"},
		gateway.HeaderLedger: {number}, gateway.HeaderSidecar: {gateway.SidecarSecure},
	}
	response, err := s.Transport.RoundTrip(r)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // else the connection cannot be used again
	switch {
	case response.Header.Get(rws.HeaderRequestID) == "":
		return 0, 0, &strangerError{response.StatusCode, clip(response.Header.Get("Server"), 80)}
	case response.StatusCode == http.StatusOK && response.Header.Get(gateway.HeaderLedger) != number:
		return http.StatusNotImplemented, 0, nil
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 if there is none
	return response.StatusCode, time.Duration(seconds) * time.Second, nil
}
