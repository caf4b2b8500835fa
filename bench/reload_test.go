package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// runReload changes configuration, users, certificates and tenants again and again while clients go on, and waits each
// time until the change counts. No request may fail.
func runReload(t *testing.T, g *gate, s sizes) {
	want := reference(t, g, s)
	var ended atomic.Bool
	var requests, connections atomic.Int64
	var workers sync.WaitGroup
	for w := range 6 {
		workers.Go(func() {
			c := g.client(s)
			defer c.Close()
			for n := 0; !ended.Load(); n++ {
				if n%(1+10*(w%3)) == 0 {
					c.Close()
					connections.Add(1)
				}
				a, err := c.Do(daily, basic(reader, password))
				if err != nil || a.Status != 200 || string(a.Body) != want {
					t.Errorf("%v, status %d: %.300s", err, a.Status, a.Body)
					return
				}
				requests.Add(1)
			}
		})
	}
	r := reloading{g: g, s: s}
	for n := 1; n <= s.reloads && !t.Failed(); n++ {
		if err := r.once(n); err != nil {
			t.Errorf("reload %d: %v", n, err)
		}
	}
	ended.Store(true)
	workers.Wait()
	t.Logf("%d reloads, of them %d by SIGHUP, beside %d requests on %d connections", s.reloads, r.signals, requests.Load(), connections.Load())
}

// reloading changes a gate's files.
type reloading struct {
	g       *gate
	s       sizes
	signals int
}

// once changes something, has the gate reload by one of its ways, and sees that the change counts.
func (r *reloading) once(n int) error {
	if n%5 == 0 {
		if err := r.g.SetPassword(4); err != nil {
			return err
		}
	}
	if n%10 == 0 {
		if err := r.g.run("cert", "--renew", filepath.Join(r.g.Dir, "tls")); err != nil {
			return err
		}
	}
	more := settings(r.s) + "log: { level: warn }\n" + fmt.Sprintf("timezone_aliases: { \"Alias %d\": Asia/Tokyo }\n", n)
	if n%2 == 1 {
		if err := r.g.Reconfigure(more); err != nil {
			return err
		}
		return r.check(n)
	}
	if err := r.g.Configure(more); err != nil {
		return err
	}
	r.signals++
	if err := r.g.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	return r.await(n)
}

// check asks in a zone that only the n-th configuration knows.
func (r *reloading) check(n int) error {
	c := r.g.client(r.s)
	defer c.Close()
	a, err := c.Do(daily+"?$top=1", fmt.Sprintf("X-timezone: Alias %d", n))
	if err == nil && a.Status != 200 {
		err = fmt.Errorf("status %d %s", a.Status, strings.TrimSpace(string(a.Body)))
	}
	return err
}

// await checks until the signal has done its work: it has no answer.
func (r *reloading) await(n int) (err error) {
	for range 3000 {
		if err = r.check(n); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}
