package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"sync"
	"time"
)

// load asks one URL again and again, from several workers of which every second keeps its connection, until its time is
// over or ctx ends. It prints its counts, and fails if a request failed.
//
// A request fails that gets no whole answer 200 with the bytes of all answers before it. Only a connection that is refused,
// so that nobody has taken the request, is tried once more after a wait, unless -again allows that for every failure.
func load(ctx context.Context, args []string, out io.Writer) error {
	l := &loader{certificates: map[string]bool{}}
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	address := flags.String("url", "", "what is asked; https")
	ca := flags.String("ca", "", "file with the certificate authority, PEM")
	flags.StringVar(&l.dial, "dial", "", "host:port to connect to, in place of the URL's")
	flags.StringVar(&l.user, "user", "reader@example.onmicrosoft.com", "who asks")
	flags.StringVar(&l.password, "password", "demo", "with which password")
	flags.StringVar(&l.agent, "agent", "load", "User-Agent, by which the ledger tells this run")
	flags.DurationVar(&l.wait, "wait", 3*time.Second, "before the retry after a refused connection")
	flags.BoolVar(&l.again, "again", false, "one retry, at once, after any failure")
	workers := flags.Int("workers", 6, "how many ask at once")
	flags.DurationVar(&l.pace, "pace", 50*time.Millisecond, "between two requests of a worker")
	limit := flags.Duration("for", time.Minute, "ends after so long at the latest")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := l.aim(*address, *ca); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	var all sync.WaitGroup
	for w := range *workers {
		all.Go(func() { l.work(bounded, w%2 == 0) })
	}
	all.Wait()
	fmt.Fprintf(out, "answered=%d failed=%d refused=%d again=%d certificates=%d slowest_ms=%d\n",
		l.answered, l.failed, l.refused, l.retried, len(l.certificates), l.slowest.Milliseconds())
	if l.failed > 0 || l.answered == 0 {
		return fmt.Errorf("%d of %d requests failed; the first: %w", l.failed, l.failed+l.answered, l.first)
	}
	return nil
}

// loader is the load and its counts.
type loader struct {
	url                         *url.URL
	tls                         *tls.Config
	dial, user, password, agent string
	wait, pace                  time.Duration
	again                       bool

	mu                                 sync.Mutex
	answered, failed, refused, retried int
	slowest                            time.Duration
	first                              error // that a request failed with
	body                               []byte
	certificates                       map[string]bool // seen, by serial number
}

// aim reads where to ask, and whom to trust.
func (l *loader) aim(address, ca string) error {
	var err error
	if l.url, err = url.Parse(address); err != nil {
		return err
	}
	if l.url.Scheme != "https" {
		return errors.New("-url must be https")
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return fmt.Errorf("%s holds no certificate", ca)
	}
	l.tls = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: l.url.Hostname()}
	if l.dial == "" {
		port := l.url.Port()
		if port == "" {
			port = "443"
		}
		l.dial = l.url.Hostname() + ":" + port
	}
	return nil
}

// work is one worker's life.
func (l *loader) work(ctx context.Context, keeps bool) {
	c := &client{l: l}
	defer c.close()
	for ctx.Err() == nil {
		begun := time.Now()
		body, err := c.ask()
		for range l.retries(err) {
			body, err = c.ask()
		}
		l.count(body, err, time.Since(begun))
		if !keeps {
			c.close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(l.pace):
		}
	}
}

// retries says how often a request may be sent again, and waits until it may be.
func (l *loader) retries(err error) int {
	switch {
	case err == nil:
		return 0
	case isRefused(err):
		l.mu.Lock()
		l.refused++
		l.mu.Unlock()
		time.Sleep(l.wait)
		return 1
	case l.again:
		l.mu.Lock()
		l.retried++
		l.mu.Unlock()
		return 1
	}
	return 0
}

// count notes how a request ended.
func (l *loader) count(body []byte, err error, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && l.body == nil {
		l.body = body
	}
	if err == nil && string(l.body) != string(body) {
		err = fmt.Errorf("another answer than before: %.300s", body)
	}
	if err != nil {
		if l.first == nil {
			l.first = fmt.Errorf("at %s: %w", time.Now().UTC().Format("15:04:05.000"), err)
		}
		l.failed++
		return
	}
	l.answered++
	l.slowest = max(l.slowest, took)
}
