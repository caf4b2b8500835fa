package gateway

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// TestTheDoorIsDeaf pins that a listener of ours can be kept from new connections without closing it: with multipath TCP,
// Go's default, it cannot.
func TestTheDoorIsDeaf(t *testing.T) {
	l := &Listener{Addr: "127.0.0.1:0", Handler: http.HandlerFunc(ok)}
	if err := l.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_ = dial(t, l)
	for end := time.Now().Add(time.Minute); !somebodyAt(l.inner); time.Sleep(time.Millisecond) { // the system's own last step
		if time.Now().After(end) {
			t.Fatal("nobody is seen at the door")
		}
	}
	deafen(l.inner)
	c, err := (&net.Dialer{Timeout: 200 * time.Millisecond}).DialContext(t.Context(), "tcp", l.Address())
	if err == nil {
		_ = c.Close()
		t.Error("a new connection was made")
	}
}
