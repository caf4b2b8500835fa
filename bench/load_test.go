package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sizes say how large the load is. RWSGATE_LOAD chooses: short is what CI runs beside the tests, whole what was promised;
// without it the runs are just large enough to find what is broken altogether.
type sizes struct {
	bytes   time.Duration // of raw bytes
	slow    int           // slow connections
	slowFor time.Duration
	header  time.Duration // limits.header_timeout, and that of a handshake
	leave   time.Duration // limits.drain_delay
	crowd   int           // limits.connections
	urls    int           // distinct URLs
	guesses time.Duration
	reloads int
	drains  int
}

func load() sizes {
	switch os.Getenv("RWSGATE_LOAD") {
	case "whole":
		return sizes{10 * time.Minute, 500, 150 * time.Second, 5 * time.Second, time.Second, 4096, 1_000_000, 2 * time.Minute, 1000, 20}
	case "short":
		return sizes{15 * time.Second, 500, 15 * time.Second, time.Second, 2 * time.Second, 512, 50_000, 10 * time.Second, 50, 3}
	}
	small := sizes{time.Second, 100, 3 * time.Second, 3 * time.Second, 3 * time.Second, 48, 2000, time.Second, 6, 1}
	if raceDetector { // which makes handshakes slow: they must not meet the limit on slow ones
		small.slowFor, small.header, small.leave = 12*time.Second, 10*time.Second, 6*time.Second
	}
	return small
}

// binary is the compiled gateway: RWSGATE_BINARY, or built by TestMain.
var binary string

// benches are programs that a test runs as a process of its own, by name, in a folder of its own: each starts processes
// and gives their ids.
var benches = map[string]func(dir string) ([]int, error){}

func TestMain(m *testing.M) {
	if bench := benches[os.Getenv("RWSGATE_BENCH")]; bench != nil {
		dir, err := os.Getwd()
		if err != nil {
			panic(err)
		}
		pids, err := bench(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(strings.Trim(fmt.Sprint(pids), "[]"))
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or its test ends
		os.Exit(0)
	}
	folder, err := os.MkdirTemp("", "rwsgate-bench")
	if err == nil {
		binary, err = build(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// build compiles the gateway as the tests themselves were compiled: with the race detector if they were.
func build(folder string) (string, error) {
	if given := os.Getenv("RWSGATE_BINARY"); given != "" {
		return filepath.Abs(given)
	}
	path := filepath.Join(folder, "rwsgate")
	args, cgo := []string{"build", "-o", path}, "CGO_ENABLED=0"
	if raceDetector {
		args, cgo = append(args, "-race"), "CGO_ENABLED=1"
	}
	c := exec.Command("go", append(args, "rwsgate")...)
	c.Env = append(os.Environ(), cgo)
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	return path, nil
}

// newGate starts a gate that is judged when the test ends: it must still serve, must have told of no fault, and must end
// with 0.
func newGate(t *testing.T, o gateOptions) *gate {
	t.Helper()
	o.Binary, o.Dir = binary, t.TempDir()
	g, err := startGate(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if g.process.ProcessState == nil {
			if code := g.Stop(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		}
		if faults := g.Faults(); len(faults) > 0 {
			t.Errorf("the log tells of faults:\n%s", strings.Join(faults, "\n"))
		}
	})
	return g
}

// reference is what the daily report must look like all the time.
func reference(t *testing.T, g *gate, s sizes) string {
	t.Helper()
	c := g.client(s)
	defer c.Close()
	a, err := c.Do(daily, basic(reader, password))
	if err != nil || a.Status != 200 || !strings.Contains(string(a.Body), "<d:TotalAudioMinutes") {
		t.Fatalf("%v: status %d %s", err, a.Status, a.Body)
	}
	return string(a.Body)
}

// client is one that this machine's business with other things does not make fail.
func (g *gate) client(s sizes) *client { return &client{Dial: g.Dial, Handshake: s.header} }

// counts are what must not grow.
type counts struct{ goroutines, descriptors, series float64 }

func countsOf(t *testing.T, g *gate) counts {
	t.Helper()
	m, err := g.Metrics()
	if err != nil {
		t.Fatalf("%v\n%s", err, g.tail())
	}
	return counts{m["go_goroutines"], m["process_open_fds"], float64(len(m))}
}

// checkFlat waits until the gate holds about as many goroutines and descriptors as before, as long as the test may run.
func checkFlat(t *testing.T, g *gate, before counts) {
	t.Helper()
	const slack = 12 // connections to the stand-in, the runtime's own
	for tries := 0; ; tries++ {
		now := countsOf(t, g)
		if now.goroutines <= before.goroutines+slack && now.descriptors <= before.descriptors+slack {
			t.Logf("goroutines %.0f, before %.0f; descriptors %.0f, before %.0f", now.goroutines, before.goroutines, now.descriptors, before.descriptors)
			return
		}
		if tries == 150 {
			t.Errorf("goroutines %.0f, before %.0f; descriptors %.0f, before %.0f", now.goroutines, before.goroutines, now.descriptors, before.descriptors)
			return
		}
		time.Sleep(time.Second)
	}
}

// TestLoad puts one gateway with TLS under everything in turn, and looks at it after each run and at the end.
func TestLoad(t *testing.T) {
	s := load()
	g := newGate(t, gateOptions{TLS: true, Cost: 10, More: settings(s)})
	want := reference(t, g, s)
	if err := g.Reconfigure(settings(s) + "log: { level: warn }\n"); err != nil {
		t.Fatal(err)
	}
	before := countsOf(t, g)
	for _, run := range []struct {
		name string
		do   func(*testing.T, *gate, sizes)
	}{
		{"bytes", runBytes}, {"slow", runSlow}, {"storm", runStorm}, {"guessing", runGuessing}, {"reload", runReload},
	} {
		t.Run(run.name, func(t *testing.T) {
			run.do(t, g, s)
			checkFlat(t, g, before)
			if got := reference(t, g, s); got != want {
				t.Error("the daily report is not what it was")
			}
			if faults := g.Faults(); len(faults) > 0 {
				t.Errorf("the log tells of faults:\n%s", strings.Join(faults, "\n"))
			}
		})
	}
	t.Run("drain", func(t *testing.T) { runDrain(t, g, s) })
}

// TestBytesInTheClear is the run of raw bytes against a legacy listener without TLS.
func TestBytesInTheClear(t *testing.T) {
	s := load()
	g := newGate(t, gateOptions{})
	if err := g.Reconfigure("log: { level: warn }\n"); err != nil {
		t.Fatal(err)
	}
	reference(t, g, s)
	before := countsOf(t, g)
	runBytes(t, g, s)
	checkFlat(t, g, before)
}

// settings are what the loaded gate is configured with. The caches of a small load are small, too: they must be full
// before memory can be called flat.
func settings(s sizes) string {
	text := fmt.Sprintf("limits: { requests_per_second: 10000000, header_timeout: %s, drain_delay: %s }\n", s.header, s.leave)
	if s.urls < 50_000 {
		text += "cache: { max_answers: 100, max_bytes: 1MiB }\n"
	}
	return text
}

// randomness gives a source whose seed is told, so that a failure can be tried again.
func randomness(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
