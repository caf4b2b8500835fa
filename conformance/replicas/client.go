package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// client asks over one connection until that ends. The library's own client would hide a connection that breaks: it
// sends the request again unasked.
type client struct {
	l     *loader
	conn  *tls.Conn
	reads *bufio.Reader
}

// patience bounds one request, connecting included.
const patience = 30 * time.Second

// refusedError says that nobody listened, so that nobody took the request.
type refusedError struct{ error }

// Unwrap gives the error of the network.
func (e refusedError) Unwrap() error { return e.error }

func isRefused(err error) bool { return errors.As(err, new(refusedError)) }

// ask sends the request and gives the body of an answer 200 of rwsgate.
func (c *client) ask() ([]byte, error) {
	kept := c.conn != nil
	if err := c.open(); err != nil {
		return nil, err
	}
	body, last, err := c.exchange()
	if err != nil || last {
		c.close()
	}
	if err != nil {
		return nil, fmt.Errorf("on a connection that was kept (%v): %w", kept, err)
	}
	return body, nil
}

func (c *client) open() error {
	if c.conn != nil {
		return c.conn.SetDeadline(time.Now().Add(patience))
	}
	d := net.Dialer{Timeout: patience}
	plain, err := d.Dial("tcp", c.l.dial)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return refusedError{err}
	} else if err != nil {
		return err
	}
	conn := tls.Client(plain, c.l.tls)
	if err := errors.Join(conn.SetDeadline(time.Now().Add(patience)), conn.HandshakeContext(context.Background())); err != nil {
		return errors.Join(err, plain.Close())
	}
	c.conn, c.reads = conn, bufio.NewReader(conn)
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.l.certificates[conn.ConnectionState().PeerCertificates[0].SerialNumber.String()] = true
	return nil
}

// exchange sends one request and reads its answer; last says that the server ends the connection.
func (c *client) exchange() (body []byte, last bool, err error) {
	r := &http.Request{Method: http.MethodGet, URL: c.l.url, Host: c.l.url.Host, Header: http.Header{"User-Agent": {c.l.agent}}}
	r.SetBasicAuth(c.l.user, c.l.password)
	if err := r.Write(c.conn); err != nil {
		return nil, false, err
	}
	answer, err := http.ReadResponse(c.reads, r)
	if err != nil {
		return nil, false, err
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		return nil, false, err
	}
	switch {
	case answer.StatusCode != http.StatusOK:
		err = fmt.Errorf("status %d: %.300s", answer.StatusCode, body)
	case answer.Header.Get("X-Rwsgate-Answer") == "":
		err = fmt.Errorf("an answer without X-Rwsgate-Answer: %.300s", body)
	}
	return body, answer.Close, err
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close() // nobody waits for anything any more
		c.conn = nil
	}
}
