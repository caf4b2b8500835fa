package gateway

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"rwsgate/translate"
)

// slowly is a history whose first fetch ends when the test says so.
type slowly struct {
	stored
	asked   chan<- struct{}
	fetched <-chan struct{}
}

func (slowly) Snapshot(string) (translate.Snapshot, bool) { return translate.Snapshot{}, false }

func (s slowly) Wait(ctx context.Context, _ string) (translate.Snapshot, error) {
	s.asked <- struct{}{}
	select {
	case <-s.fetched:
		return s.snapshot, nil
	case <-ctx.Done():
		return translate.Snapshot{}, ctx.Err()
	}
}

// TestAClientThatHasSaidAllIsAnswered pins that a client which closes its sending side and reads on gets its answer, also
// if the gateway has to wait for a password check or a first fetch, rather than a 500.
func TestAClientThatHasSaidAllIsAnswered(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	whole, _ := g.Histories.(stored)
	asked, checking := make(chan struct{}), make(chan struct{})
	fetched, checked := make(chan struct{}), make(chan struct{})
	g.Histories = slowly{whole, asked, fetched}
	g.verifier.check = func(hash, password []byte) bool {
		checking <- struct{}{}
		<-checked
		return matches(hash, password)
	}
	l := &Listener{Handler: g, HeaderTimeout: time.Minute, Drain: time.Minute, Log: slog.New(slog.DiscardHandler)}
	gone := make(chan struct{})
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		context.AfterFunc(r.Context(), func() { close(gone) })
		g.ServeHTTP(w, r)
	})
	serveOn(t, l)
	c := dial(t, l)
	if _, err := io.WriteString(c, strings.Join([]string{"GET " + serviceRoot + "/CsP2PAVTimeDaily?$top=1 HTTP/1.1", "Host: h",
		"Authorization: Basic cmVhZGVyQGV4YW1wbGUub25taWNyb3NvZnQuY29tOmRlbW8=", "", ""}, "\r\n")); err != nil {
		t.Fatal(err)
	}
	<-checking
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	<-gone // net/http has given the client up
	close(checked)
	<-asked
	close(fetched)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 || !strings.Contains(string(body), "<entry>") {
		t.Errorf("status %d, error %v: %s", answer.StatusCode, err, body)
	}
}
