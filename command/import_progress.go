package command

import (
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	progressAfter = time.Second // how long an import may take before its progress is shown
	progressEvery = 100 * time.Millisecond
)

// progress shows on a terminal how many bytes of all files are read, once an import takes long. On anything else it only
// counts.
type progress struct {
	read atomic.Int64

	mu   sync.Mutex               // guards bar and the terminal's line
	bar  *progressbar.ProgressBar // nil: not shown
	quit chan struct{}            // nil: never to be shown
	done chan struct{}
	once sync.Once
}

// newProgress begins to count towards the size of all files; close ends it.
func newProgress(out io.Writer, files []string) *progress {
	p := &progress{}
	terminal, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return p
	}
	p.quit, p.done = make(chan struct{}), make(chan struct{})
	go p.run(terminal, sizeOf(files))
	return p
}

// sizeOf gives the bytes of all files, -1 if one of them does not say. One that is missing is refused later on.
func sizeOf(files []string) int64 {
	var sum int64
	for _, name := range files {
		info, err := os.Stat(name)
		switch {
		case name == "-" || err == nil && !info.Mode().IsRegular():
			return -1
		case err == nil:
			sum += info.Size()
		}
	}
	return sum
}

// run shows the bar after a while and keeps it up to date.
func (p *progress) run(terminal *os.File, size int64) {
	defer close(p.done)
	bar := newBar(terminal, size)
	bar.StartWithoutRender() // rates are since now
	wait := time.NewTimer(progressAfter)
	defer wait.Stop()
	select {
	case <-p.quit:
		return
	case <-wait.C:
	}
	p.mu.Lock()
	p.bar = bar
	p.mu.Unlock()
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		p.draw(size)
		select {
		case <-p.quit:
			p.aside(func() {})
			return
		case <-tick.C:
		}
	}
}

func newBar(terminal *os.File, size int64) *progressbar.ProgressBar {
	if size == 0 {
		size = 1 // the library wants one
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(terminal), progressbar.OptionSetDescription("importing"),
		progressbar.OptionShowBytes(true), progressbar.OptionShowCount(), progressbar.OptionUseIECUnits(true), progressbar.OptionSetWidth(30),
		progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionThrottle(progressEvery/2))
}

// draw brings the bar up to date. It is never full: the last file is stored after it is read, and one may have grown.
func (p *progress) draw(size int64) {
	read := p.read.Load()
	if size >= 0 {
		read = max(0, min(read, size-1))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// A terminal that is gone is no reason to end the import.
	_ = p.bar.Set64(read)
	_ = p.bar.RenderBlank()
}

// aside runs say with the bar out of the way: it may print to the same terminal.
func (p *progress) aside(say func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	say()
}

// count hands on what it reads, and counts it.
func (p *progress) count(r io.Reader) io.Reader { return &counting{r, p} }

// close takes the bar away. It may be called again.
func (p *progress) close() {
	p.once.Do(func() {
		if p.quit != nil {
			close(p.quit)
			<-p.done
		}
	})
}

type counting struct {
	io.Reader
	to *progress
}

// Read counts the bytes.
func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.to.read.Add(int64(n))
	return n, err
}
