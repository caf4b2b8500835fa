//go:build linux || darwin

package command

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is a pseudo-terminal and what was written to it.
type screen struct {
	tty  *os.File
	seen *lines
	gone chan struct{}
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	s := &screen{tty, &lines{}, make(chan struct{})}
	go func() {
		_, _ = io.Copy(s.seen, master) // ends with an error once the other side is closed
		close(s.gone)
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		<-s.gone
		_ = master.Close()
	})
	return s
}

// until waits for a text on the screen, as long as the test may run.
func (s *screen) until(text string) {
	for !strings.Contains(s.seen.String(), text) {
		time.Sleep(10 * time.Millisecond)
	}
}

// shows ends the output with a line of its own and gives all lines as they stand on the screen before it.
func (s *screen) shows(t *testing.T) (all []string) {
	t.Helper()
	const end = "the end"
	if _, err := io.WriteString(s.tty, end+"\n"); err != nil {
		t.Fatal(err)
	}
	s.until(end + "\r\n")
	for text := range strings.SplitSeq(s.seen.String(), "\n") {
		var line []rune
		at := 0
		for _, r := range text {
			if r == '\r' {
				at = 0
				continue
			}
			if at < len(line) {
				line[at] = r
			} else {
				line = append(line, r)
			}
			at++
		}
		all = append(all, strings.TrimRight(string(line), " "))
	}
	if n := len(all); n < 2 || all[n-2] != end || all[n-1] != "" {
		t.Fatalf("something is left in the last line: %q", all)
	}
	return all[:len(all)-2]
}

// slowImport imports a good file and then the standard input, which gives its text only when release is called.
func slowImport(t *testing.T, stdout, stderr io.Writer) (release func() (code int)) {
	t.Helper()
	s := newStoreRig(t)
	text, err := os.ReadFile(filepath.Join("testdata", "import", "graph.csv"))
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- Main([]string{"import", "--config", s.config, "--tenant", home, filepath.Join("testdata", "import", "graph.csv"), "-"}, in, stdout, stderr)
	}()
	return func() int {
		_, _ = out.Write(text)
		_ = out.Close()
		return <-code
	}
}

// TestASlowImportShowsItsProgress looks at a real terminal: the bar comes, stands aside for what is printed, and goes.
func TestASlowImportShowsItsProgress(t *testing.T) {
	s := newScreen(t)
	release := slowImport(t, s.tty, s.tty)
	s.until("importing")
	if code := release(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	got := s.shows(t)
	want := []string{
		filepath.Join("testdata", "import", "graph.csv") + ": Graph CSV, 7 UTC days, 2013-09-06..2013-09-12", "  7 added, 0 changed, 0 the same, 0 refused",
		"-: Graph CSV, 7 UTC days, 2013-09-06..2013-09-12", "  0 added, 0 changed, 7 the same, 0 refused",
		"2 files imported, 0 refused: 7 added, 0 changed, 7 the same, 0 refused",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the screen shows\n%q, want\n%q", got, want)
	}
}

// TestProgressIsOfAllFiles pins the share that is shown, and that the bar is not full before the import is over.
func TestProgressIsOfAllFiles(t *testing.T) {
	folder := t.TempDir()
	files := []string{filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "missing")}
	for _, name := range files[:2] {
		if err := os.WriteFile(name, make([]byte, 10<<20), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newScreen(t)
	p := newProgress(s.tty, files)
	if _, err := io.Copy(io.Discard, p.count(bytes.NewReader(make([]byte, 10<<20)))); err != nil {
		t.Fatal(err)
	}
	s.until("50%")
	s.until("10/20 MiB")
	p.aside(func() { _, _ = io.WriteString(s.tty, "said\n") })
	p.read.Add(15 << 20) // a file that grew
	s.until("99%")
	p.close()
	p.close()
	if got := s.shows(t); !slices.Equal(got, []string{"said"}) || strings.Contains(s.seen.String(), "100%") {
		t.Errorf("%q: %q", got, s.seen)
	}
}

// TestNoProgressWithoutATerminal has an import take longer than the bar waits, with its errors in a file.
func TestNoProgressWithoutATerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "errors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out bytes.Buffer
	release := slowImport(t, &out, file)
	time.Sleep(progressAfter + 5*progressEvery)
	if code := release(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if text, err := os.ReadFile(file.Name()); err != nil || len(text) != 0 {
		t.Errorf("standard error has %q, %v", text, err)
	}
	if strings.ContainsAny(out.String(), "\r%") || !strings.Contains(out.String(), "2 files imported") {
		t.Errorf("standard output has %q", out.String())
	}
}
