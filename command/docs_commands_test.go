package command

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The info strings of code fences whose commands this test does not run, each with what they need. Pages that a script
// of .ci/run goes through whole are scripted.
var needs = map[string]string{
	"sh cloud":           "an account with Microsoft",
	"sh windows":         "Windows",
	"powershell windows": "Windows",
	"sh macos":           "macOS",
	"sh root":            "root, and a machine to change",
	"sh docker":          "a container engine; .ci/container.sh builds and runs the image without one",
	"sh cluster":         "a Kubernetes cluster",
	"sh postgres":        "a PostgreSQL of the reader's",
	"sh go":              "the Go toolchain; .ci/run runs it",
	"sh script":          "what a script of .ci sets up, which runs it",
}

// plainText are the info strings of what is no command.
var plainText = []string{"", "console", "yaml", "ini", "json", "xml", "text", "csharp", "java", "js", "python", "ruby", "nginx", "promql", "csv"}

// someCommand tells a command in a fence that does not say so.
var someCommand = regexp.MustCompile(`(?m)^(rwsgate|curl|go|docker|podman|kubectl|helm|az|sudo|systemctl|openssl|apt-get|npm|make|python3?|journalctl) +[-a-z.']`)

type fence struct {
	line       int
	info, text string
}

func fencesOf(text string) (found []fence) {
	var open *fence
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		mark, ok := strings.CutPrefix(trimmed, "```")
		switch {
		case ok && open == nil:
			open = &fence{line: i + 1, info: strings.TrimSpace(mark)}
		case ok:
			found = append(found, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return found
}

func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../docs/*.md")
	if err != nil || len(found) < 10 {
		t.Fatalf("only %d pages (error %v)", len(found), err)
	}
	return append(found, "../README.md", "../CONTRIBUTING.md", "../SECURITY.md", "../conformance/README.md")
}

// TestDocsCommands runs every command block of the docs that needs nothing but rwsgate, a shell and curl, and finds those
// that are not marked with what else they need. A block ends with 0; each page has a folder of its own, and a demo runs
// where the page says it does.
func TestDocsCommands(t *testing.T) {
	ran := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		var script []fence
		for _, f := range fencesOf(string(text)) {
			switch {
			case f.info == "sh":
				script = append(script, f)
			case needs[f.info] != "":
			case !slices.Contains(plainText, f.info):
				t.Errorf("%s:%d: nobody knows what a fence %q needs", page, f.line, f.info)
			case f.info == "" && someCommand.MatchString(f.text) && filepath.Base(page) != "cli.md":
				t.Errorf("%s:%d: a fence of commands says neither sh nor what it needs:\n%s", page, f.line, f.text)
			}
		}
		if len(script) == 0 {
			continue
		}
		ran += len(script)
		t.Run(filepath.Base(page), func(t *testing.T) { runFences(t, script) })
	}
	if ran < 5 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// runFences runs the blocks of one page in their order.
func runFences(t *testing.T, script []fence) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell: these are commands of a Unix machine")
	}
	folder, bin := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, self)
	if err := os.WriteFile(filepath.Join(bin, "rwsgate"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	ports := strings.NewReplacer("127.0.0.1:8080", freePort(t), "127.0.0.1:9090", freePort(t))
	stop := func() {}
	defer func() { stop() }()
	for _, f := range script {
		text := ports.Replace(f.text)
		if m := serving.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
			stop()
			stop = func() {}
			stop = serveFence(t, folder, strings.Fields(m[1]), strings.Fields(m[2]), ports)
			continue
		}
		c := exec.CommandContext(t.Context(), shell, "-euc", text)
		c.Dir, c.Env = folder, append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "RWSGATE_ADMIN__LISTEN="+ports.Replace("127.0.0.1:9090"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("line %d: %v\n%s%s", f.line, err, text, out)
		}
	}
}

// serving is a block that serves until it is stopped: variables, and flags.
var serving = regexp.MustCompile(`^((?:[A-Z_]+=\S+ +)*)rwsgate serve *([^\n]*)$`)

// freePort is an address where nobody listens, with a port below those the system gives to outgoing connections and to
// whoever asks for any port: between two programs of a page, nobody else takes it.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		if l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", 10000+rand.IntN(20000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("none of a thousand ports is free")
	return ""
}

// serveFence starts what a block serves and waits until it is ready.
func serveFence(t *testing.T, folder string, env, flags []string, ports *strings.Replacer) (stop func()) {
	t.Helper()
	admin := ports.Replace("127.0.0.1:9090")
	c := program(t, slices.Concat([]string{"serve"}, flags, []string{"--listen", ports.Replace("127.0.0.1:8080"), "--admin-listen", admin})...)
	c.Dir, c.Env = folder, append(c.Env, env...)
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("%v ended with %v:\n%s", flags, err, log.String())
		}
	}
	for range 300 {
		if program(t, "health", "--admin", "http://"+admin).Run() == nil {
			return stop
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	t.Fatalf("%v is not ready:\n%s", flags, log.String())
	return nil
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestDocsLinks follows every link between pages to its file and heading.
func TestDocsLinks(t *testing.T) {
	checked := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			continue // TestDocsCommands says so
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			checked++
			at := page
			if target != "" {
				at = filepath.Join(filepath.Dir(page), target)
			}
			found, err := os.ReadFile(at)
			if info, statErr := os.Stat(at); statErr == nil && info.IsDir() {
				continue
			}
			switch {
			case err != nil:
				t.Errorf("%s links to %s, which is not there", page, m[1])
			case anchor != "" && !slices.Contains(anchorsOf(string(found)), anchor):
				t.Errorf("%s links to %s, a heading that is not there", page, m[1])
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d links: are these the pages?", checked)
	}
}

var notInAnchor = regexp.MustCompile(`[^a-z0-9 _-]`)

// anchorsOf gives the anchors of a page's headings, as GitHub makes them.
func anchorsOf(text string) (all []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
			all = append(all, strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), ""), " ", "-"))
		}
	}
	return all
}
