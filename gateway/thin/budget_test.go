package thin

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// stalled is a client that does not read its answer until it is told to.
type stalled struct {
	http.ResponseWriter
	begun, read chan struct{}
}

func (s *stalled) Write(p []byte) (int, error) {
	s.begun <- struct{}{}
	<-s.read
	return s.ResponseWriter.Write(p)
}

// TestAnAnswerThatIsBeingReadIsAtWork pins that a sidecar, too, counts an answer against limits.concurrency until it is
// written.
func TestAnAnswerThatIsBeingReadIsAtWork(t *testing.T) {
	r := newRig(t)
	begun, read, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	for range 3 {
		go func() {
			defer func() { ended <- struct{}{} }()
			q := httptest.NewRequest("GET", root+"/CsP2PAVTimeDaily", nil)
			q.RemoteAddr = "127.0.0.1:1"
			r.ServeHTTP(&stalled{httptest.NewRecorder(), begun, read}, q)
		}()
		<-begun
	}
	if w := r.get("reader@example.com", "/CsP2PAVTimeDaily"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("beside answers that nobody reads: %d %s", w.Code, w.Body)
	}
	close(read)
	for range 3 {
		<-ended
	}
	if w := r.get("reader@example.com", "/CsP2PAVTimeDaily"); w.Code != http.StatusOK {
		t.Errorf("once they are read: %d %s", w.Code, w.Body)
	}
	if n := r.underWay.Load(); n != 0 {
		t.Errorf("%d shares were not given back", n)
	}
}
