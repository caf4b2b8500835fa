package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestNoAnswerOfALibrary sends over a real connection what net/http and the router would answer themselves.
func TestNoAnswerOfALibrary(t *testing.T) {
	address := listen(t)
	for line, want := range map[string]string{
		"OPTIONS *":                 "404 Resource not found for the segment '*'.",
		"CONNECT example.com:443":   "404 Resource not found for the segment ''.",
		"GET /":                     "404 Resource not found for the segment ''.",
		"GET //x":                   "404 Resource not found for the segment ''.",
		"GET /%2e%2e/ecp":           "404 Resource not found for the segment '..'.",
		"HEAD /x":                   "404 ",
		"PROPFIND " + serviceRoot:   "501 Not Implemented",
		"OPTIONS " + serviceRoot:    "501 Not Implemented",
		"GET " + serviceRoot + "/*": "404 Resource not found for the segment '*'.",
	} {
		status, body := send(t, address, line+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		wantStatus, text, _ := strings.Cut(want, " ")
		if status != wantStatus || !strings.Contains(body, text) || text != "" && !strings.Contains(body, "<m:error ") {
			t.Errorf("%s: %s %s, want %s", line, status, body, want)
		}
	}
}

// listen serves a fixture on a loopback port until the test ends.
func listen(t *testing.T) string {
	t.Helper()
	l := &Listener{Addr: "127.0.0.1:0", Handler: newFixture(t, nil), HeaderTimeout: time.Minute, Drain: time.Minute, Log: slog.New(slog.DiscardHandler)}
	if err := l.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Address()
}

// send writes a request as it is and gives the status and body of the answer.
func send(t *testing.T, address, request string) (status, body string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(answer.StatusCode), string(text)
}
