package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestPaceRunsOnTheWallClock pins that a fixed clock of answers (serve --demo --now) does not stop the budget of requests
// from filling up again, and that it runs dry within one second.
func TestPaceRunsOnTheWallClock(t *testing.T) {
	g := newFixture(t, nil)
	wall := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g.Wall = func() time.Time { return wall }
	s := g.settings.Load().Settings
	s.RequestsPerSecond = 10
	if err := g.Apply(s); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for n := range 50 {
		if n%10 == 0 {
			wall = wall.Add(time.Second)
		}
		r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc", nil)
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != 200 {
			refused++
		}
		if n%10 == 9 {
			w = httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if w.Code != 503 || w.Header().Get("Retry-After") == "" {
				t.Errorf("request 11 of a second: status %d", w.Code)
			}
		}
	}
	if refused > 0 {
		t.Errorf("%d of 50 requests at the allowed pace were refused", refused)
	}
}

func TestPaceIsBounded(t *testing.T) {
	p, now := newPace(), time.Now()
	for n := range paceAtMost + 500 {
		p.allow(fmt.Sprint("principal ", n), 1000, now)
	}
	if n := p.limiters.ItemCount(); n > paceAtMost+1 {
		t.Errorf("%d limiters are kept", n)
	}
}

// TestWaitsRunOnTheWallClock pins which clock a gateway gives its verifier.
func TestWaitsRunOnTheWallClock(t *testing.T) {
	still := time.Date(2013, 9, 8, 0, 0, 0, 0, time.UTC)
	wall := still.Add(time.Hour)
	g := New(Options{Now: func() time.Time { return still }, Wall: func() time.Time { return wall }})
	if got := g.verifier.now(); !got.Equal(wall) {
		t.Errorf("the verifier's clock says %v", got)
	}
}

// TestConcurrencyIsALimitThatCanChange pins that limits.concurrency counts requests at work, refuses with the retired
// service's fault, gives its share back, and follows a reload.
func TestConcurrencyIsALimitThatCanChange(t *testing.T) {
	g := newFixture(t, nil)
	s := g.settings.Load().Settings
	for _, most := range []int{1, 3, 2} {
		s.Concurrency = most
		if err := g.Apply(s); err != nil {
			t.Fatal(err)
		}
		var held []*call
		for len(held) <= most {
			k := &call{settings: g.settings.Load(), who: principal{name: fmt.Sprint(len(held) % 2)}}
			if err := g.spend(k); err != nil {
				g.giveBack(k) // which has nothing
				break
			}
			held = append(held, k)
		}
		if len(held) != most {
			t.Errorf("%d requests at once, the limit is %d", len(held), most)
		}
		for _, k := range held {
			g.giveBack(k)
		}
	}
	if g.work.all != 0 || len(g.work.of) != 0 {
		t.Errorf("%d shares were not given back, %v", g.work.all, g.work.of)
	}
}

// TestOnePrincipalLeavesRoomForOthers pins how much of limits.concurrency one principal can have at work.
func TestOnePrincipalLeavesRoomForOthers(t *testing.T) {
	for most, share := range map[int]int{1: 1, 2: 2, 4: 3, 1024: 768, 0: 5000} {
		var w work
		for n := range 5000 {
			if err := w.begin("greedy", most); err != nil {
				if n != share || most > 3 && !errors.Is(err, errShare) {
					t.Errorf("of %d, one principal has %d: %v", most, n, err)
				}
				break
			}
		}
		if err := w.begin("modest", most); most > 3 && err != nil {
			t.Errorf("of %d, another one has none: %v", most, err)
		}
	}
}

// stalled is a client that does not read its answer until it is told to.
type stalled struct {
	http.ResponseWriter
	begun, read chan struct{}
}

func (s *stalled) Write(p []byte) (int, error) {
	close(s.begun)
	<-s.read
	return s.ResponseWriter.Write(p)
}

// TestAnAnswerThatIsBeingReadIsAtWork pins that an answer counts against limits.concurrency until it is written: else
// clients that read nothing would each hold one, without a bound.
func TestAnAnswerThatIsBeingReadIsAtWork(t *testing.T) {
	g := newFixture(t, nil)
	s := g.settings.Load().Settings
	s.Concurrency = 1
	if err := g.Apply(s); err != nil {
		t.Fatal(err)
	}
	ask := func(w http.ResponseWriter) {
		r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc", nil)
		r.RemoteAddr = "127.0.0.1:1"
		g.ServeHTTP(w, r)
	}
	status := func() int {
		w := httptest.NewRecorder()
		ask(w)
		return w.Code
	}
	slow := &stalled{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ask(slow)
	}()
	<-slow.begun
	if got := status(); got != http.StatusServiceUnavailable {
		t.Errorf("beside an answer that nobody reads: status %d", got)
	}
	close(slow.read)
	<-ended
	if got := status(); got != http.StatusOK {
		t.Errorf("once it is read: status %d", got)
	}
}

// TestClaimedNamesShareOneAllowance pins that an anonymous client gets no more by calling itself otherwise each time.
func TestClaimedNamesShareOneAllowance(t *testing.T) {
	g := newFixture(t, nil)
	wall := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g.Wall = func() time.Time { return wall }
	s := g.settings.Load().Settings
	s.RequestsPerSecond = 10
	if err := g.Apply(s); err != nil {
		t.Fatal(err)
	}
	served := 0
	for n := range 50 {
		r := httptest.NewRequest("GET", "/ecp/reportingwebservice/reporting.svc", nil)
		r.RemoteAddr = "127.0.0.1:1"
		r.SetBasicAuth(fmt.Sprintf("client-%d@example.com", n), "x")
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code == 200 {
			served++
		}
	}
	if served != 10 {
		t.Errorf("%d of 50 requests of one second were served, the limit is 10", served)
	}
}
