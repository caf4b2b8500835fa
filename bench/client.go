package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// client sends requests over one connection at a time and reads the answers whole. It does little else, so that the
// server's work is what is measured.
type client struct {
	Dial func() (net.Conn, error)
	// Handshake is the server's limit on handshakes: a request whose new connection met it, since this machine is busy, is
	// sent again. 0: none is.
	Handshake time.Duration

	conn   net.Conn
	opened time.Time // when the connection was begun
	reads  *bufio.Reader
	body   []byte
}

// answer is what came back; its body is good until the next request.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	Reused bool // the connection had carried a request before
	Last   bool // the server ends the connection with it
}

// basic is the Authorization header of a name and password.
func basic(user, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

// Do sends GET target with header lines and reads the answer. After an error the next request opens a new connection.
func (c *client) Do(target string, headers ...string) (answer, error) {
	for {
		if a, err := c.once(target, headers); err == nil || !c.tooSlow(a) {
			return a, err
		}
	}
}

func (c *client) once(target string, headers []string) (answer, error) {
	a := answer{Reused: c.conn != nil}
	err := c.open()
	if err != nil {
		return a, err
	}
	var b strings.Builder
	b.WriteString("GET " + target + " HTTP/1.1\r\nHost: reports.office365.com\r\n")
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	if _, err = io.WriteString(c.conn, b.String()); err == nil {
		err = c.read(&a)
	}
	if err != nil || a.Last {
		c.Close()
	}
	return a, err
}

func (c *client) open() error {
	if c.conn != nil {
		return nil
	}
	c.opened = time.Now()
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	c.conn, c.reads = conn, bufio.NewReaderSize(conn, 64<<10)
	return nil
}

func (c *client) read(a *answer) error {
	response, err := http.ReadResponse(c.reads, nil) //nolint:bodyclose // read to its end, on a connection that goes on
	if err != nil {
		return err
	}
	a.Status, a.Header, a.Last = response.StatusCode, response.Header, response.Close
	if response.ContentLength < 0 {
		return fmt.Errorf("status %d without a length", a.Status)
	}
	if int64(cap(c.body)) < response.ContentLength {
		c.body = make([]byte, response.ContentLength)
	}
	a.Body = c.body[:response.ContentLength]
	_, err = io.ReadFull(response.Body, a.Body)
	return err
}

// Close ends the connection, if there is one.
func (c *client) Close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// tooSlow says whether the error that came just now with a can be the end of a handshake that took longer than the server's
// limit. With TLS 1.3 the client has sent its request by then and learns of it only when it reads.
func (c *client) tooSlow(a answer) bool {
	return c.Handshake > 0 && !a.Reused && time.Since(c.opened) >= c.Handshake
}
