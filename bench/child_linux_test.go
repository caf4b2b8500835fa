package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() {
	benches["gate"] = func(dir string) ([]int, error) {
		g, err := startGate(gateOptions{Binary: os.Getenv("RWSGATE_BINARY"), Dir: dir})
		if err != nil {
			return nil, err
		}
		// One that writes to its log would end by itself, since nobody reads it any more.
		return []int{g.process.Process.Pid}, g.Signal(syscall.SIGSTOP)
	}
	benches["nginx"] = func(dir string) ([]int, error) {
		n, err := startNginx("nginx", dir, map[string][]byte{"file": []byte("x")})
		if err != nil {
			return nil, err
		}
		return n.Processes(), nil
	}
}

// TestAKilledBenchLeavesNothingRunning kills a process that has started a gate, or nginx with its workers.
func TestAKilledBenchLeavesNothingRunning(t *testing.T) {
	for name := range benches {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath("nginx"); name == "nginx" && err != nil {
				t.Skipf("no nginx here: %v", err)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			c := exec.Command(self)
			c.Env = append(os.Environ(), "RWSGATE_BENCH="+name, "RWSGATE_BINARY="+binary)
			c.Dir, c.Stderr = t.TempDir(), os.Stderr
			in, _ := c.StdinPipe() // held open: the bench waits for its end
			defer in.Close()
			out, _ := c.StdoutPipe()
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			_ = c.Process.Kill()
			_ = c.Wait()
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range strings.Fields(line) {
				pid, err := strconv.Atoi(field)
				if err != nil {
					t.Fatal(err)
				}
				awaitEnd(t, pid)
			}
		})
	}
}

// awaitEnd waits until a process has ended, and ends it itself if it does not.
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for range 3000 {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		_, state, _ := strings.Cut(string(stat), ") ")
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) || strings.HasPrefix(state, "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d still runs", pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// TestAChildOutlivesTheThreadThatAskedForIt: a child must end with the process alone.
func TestAChildOutlivesTheThreadThatAskedForIt(t *testing.T) {
	c := exec.Command("cat")
	in, _ := c.StdinPipe()
	out, _ := c.StdoutPipe()
	var err error
	tid := onDyingThread(func() { err = startChild(c, syscall.SIGKILL) })
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", tid)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_, _ = io.WriteString(in, "alive\n")
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "alive\n" {
		t.Errorf("%q, %v", line, err)
	}
	_ = in.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// onDyingThread has something done by a thread that ends right after, and gives its id.
func onDyingThread(do func()) int {
	tid := make(chan int, 1)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with the goroutine
		if self := syscall.Gettid(); self != os.Getpid() {
			do()
			tid <- self
			return
		}
		tid <- onDyingThread(do) // the main thread never ends, but cannot be given again while it is taken
	}()
	return <-tid
}
