package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// compareOptions say what is compared, and how long.
type compareOptions struct {
	Binary, Nginx, Dir  string
	Profile             string // file for a CPU profile of the gateway; empty: none
	Rounds, Connections int
	Slice               time.Duration
}

// row is a line of the comparison.
type row struct {
	name                 string
	bytes                int
	rate, cpu            []float64 // gateway divided by nginx, by round
	mine, theirs         turn      // sums
	allocations, mallocs float64
}

// String gives the line as Markdown.
func (r row) String() string {
	return fmt.Sprintf("| %s | %d | %.2f (%.0f : %.0f) | %.2f (%.0f : %.0f µs) | %.0f, %.0f bytes |", r.name, r.bytes,
		median(r.rate), r.mine.rate(), r.theirs.rate(), median(r.cpu), r.mine.cpuEach(), r.theirs.cpuEach(), r.allocations, r.mallocs)
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// turn is what was done in one or more slices.
type turn struct {
	requests int
	took     time.Duration
	cpu      time.Duration // of the server's processes, user and system
}

func (t turn) rate() float64 { return float64(t.requests) / t.took.Seconds() }

func (t turn) cpuEach() float64 { return float64(t.cpu.Microseconds()) / float64(t.requests) }

func (t *turn) add(other turn) {
	t.requests += other.requests
	t.took += other.took
	t.cpu += other.cpu
}

// compare starts both servers and asks them in turn for the same bytes.
func compare(o compareOptions) (rows []row, err error) {
	g, err := startGate(gateOptions{Binary: o.Binary, Dir: o.Dir, More: "log: { level: info }\n"})
	if err != nil {
		return nil, err
	}
	defer func() {
		if code := g.Stop(); code != 0 {
			err = errors.Join(err, fmt.Errorf("the gateway ended with %d", code))
		}
	}()
	targets := map[string]string{"atom": daily, "json": daily + "?$format=Json"}
	bodies := map[string][]byte{}
	for name, target := range targets {
		c := &client{Dial: g.Dial}
		a, err := c.Do(target, basic(reader, password))
		if err != nil || a.Status != 200 {
			return nil, fmt.Errorf("%s: status %d, %w", target, a.Status, err)
		}
		bodies[name] = bytes.Clone(a.Body)
		c.Close()
	}
	n, err := startNginx(o.Nginx, o.Dir, bodies)
	if err != nil {
		return nil, err
	}
	defer n.Stop()
	if o.Profile != "" {
		profiled := make(chan error, 1)
		go func() { profiled <- o.profile(g) }()
		defer func() { err = errors.Join(err, <-profiled) }()
	}
	for _, name := range []string{"atom", "json"} {
		for _, closed := range []bool{false, true} {
			r, err := compareOne(o, g, n, name, targets[name], closed, len(bodies[name]))
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// profile writes a CPU profile of the time that all turns take.
func (o compareOptions) profile(g *gate) error {
	seconds := int(8 * float64(o.Rounds) * o.Slice.Seconds())
	profile, err := g.admin(http.MethodGet, fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, seconds)))
	if err != nil {
		return err
	}
	return os.WriteFile(o.Profile, []byte(profile), 0o600)
}

// compareOne asks for one answer in turn.
func compareOne(o compareOptions, g *gate, n *nginx, name, target string, closed bool, size int) (row, error) {
	r := row{name: "daily, " + name, bytes: size}
	mine, theirs := "GET "+target, "GET /"+name
	headers := "\r\n\r\n"
	if closed {
		r.name += ", with password"
		theirs = "GET /closed/" + name
		headers = "\r\n" + basic(reader, password) + headers
	}
	headers = " HTTP/1.1\r\nHost: reports.office365.com" + headers
	us, them := []int{g.process.Process.Pid}, n.Processes()
	before, err := g.Metrics()
	if err != nil {
		return r, err
	}
	for range o.Rounds {
		a, err := o.turn(g.Dial, mine+headers, size, us)
		if err != nil {
			return r, fmt.Errorf("gateway: %w", err)
		}
		b, err := o.turn(n.Dial, theirs+headers, size, them)
		if err != nil {
			return r, fmt.Errorf("nginx: %w", err)
		}
		r.rate, r.cpu = append(r.rate, a.rate()/b.rate()), append(r.cpu, a.cpuEach()/b.cpuEach())
		r.mine.add(a)
		r.theirs.add(b)
	}
	after, err := g.Metrics()
	if err != nil {
		return r, err
	}
	each := func(series string) float64 { return (after[series] - before[series]) / float64(r.mine.requests) }
	r.allocations, r.mallocs = each("go_memstats_mallocs_total"), each("go_memstats_alloc_bytes_total")
	return r, nil
}

// turn asks on all connections for a slice of time.
func (o compareOptions) turn(dial func() (net.Conn, error), request string, size int, pids []int) (turn, error) {
	var workers sync.WaitGroup
	var requests atomic.Int64
	failed := make(chan error, o.Connections)
	cpu, begun := cpuOf(pids), time.Now()
	until := begun.Add(o.Slice)
	for range o.Connections {
		workers.Go(func() {
			n, err := repeat(dial, []byte(request), size, until)
			requests.Add(int64(n))
			if err != nil {
				failed <- err
			}
		})
	}
	workers.Wait()
	t := turn{int(requests.Load()), time.Since(begun), cpuOf(pids) - cpu}
	select {
	case err := <-failed:
		return t, err
	default:
		return t, nil
	}
}

// repeat sends one request again and again over one connection and counts the right answers: 200, with size bytes.
func repeat(dial func() (net.Conn, error), request []byte, size int, until time.Time) (n int, err error) {
	c, err := dial()
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	from := bufio.NewReaderSize(c, 256<<10)
	for time.Now().Before(until) {
		if _, err := c.Write(request); err != nil {
			return n, err
		}
		if err := skim(from, size); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// skim reads an answer without keeping anything of it.
func skim(from *bufio.Reader, size int) error {
	status, err := from.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answer %q", status)
	}
	length := -1
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length != size {
		return fmt.Errorf("%d bytes instead of %d", length, size)
	}
	_, err = from.Discard(size)
	return err
}

// cpuOf gives the processor time that processes have used; none elsewhere than on Linux.
func cpuOf(pids []int) (sum time.Duration) {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 13 {
			continue
		}
		for _, field := range fields[11:13] { // utime, stime
			n, _ := strconv.Atoi(field) // numbers by proc(5)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}
