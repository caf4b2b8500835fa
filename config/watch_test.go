package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const watched = `
listen: 127.0.0.1:8080
store: memory
log: { level: %s }
tenants:
  - name: example.com
    id: 16a58f78-539f-47f7-b9bf-02a63867d73b
    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, client_secret_file: secret }
auth: { htpasswd_file: users }
`

type directory struct {
	t    *testing.T
	path string
}

func (d directory) write(name, content string) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.path, name), []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func watchedDirectory(t *testing.T) (directory, Sources) {
	t.Helper()
	d := directory{t, t.TempDir()}
	d.write("rwsgate.yml", fmt.Sprintf(watched, "info"))
	d.write("secret", "one\n")
	d.write("users", "a:$2y$05$x\n")
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	return d, Sources{File: filepath.Join(d.path, "rwsgate.yml"), Now: func() time.Time { at = at.Add(time.Second); return at }}
}

func TestReload(t *testing.T) {
	d, src := watchedDirectory(t)
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	w.Logger = slog.New(slog.NewTextHandler(&log, nil))
	var reports int
	w.Reloaded = func(Outcome) error { reports++; return nil }
	for _, step := range []struct {
		name       string
		do         func()
		err        string
		unchanged  bool
		generation uint64
		changed    string
		restart    string
		level      string
		reports    int
	}{
		{"nothing", func() {}, "", true, 1, "", "", "info", 0},
		{"touched", func() { d.write("rwsgate.yml", fmt.Sprintf(watched, "info")) }, "", true, 1, "", "", "info", 0},
		{"level", func() { d.write("rwsgate.yml", fmt.Sprintf(watched, "warn")) }, "", false, 2, "log.level", "", "warn", 1},
		{"bad", func() { d.write("rwsgate.yml", fmt.Sprintf(watched, "[")) }, "is not readable as YAML", false, 2, "", "", "warn", 2},
		{"still bad", func() {}, "is not readable as YAML", true, 2, "", "", "warn", 2},
		{"good again", func() { d.write("rwsgate.yml", fmt.Sprintf(watched, "debug")) }, "", false, 3, "log.level", "", "debug", 3},
		{"secret", func() { d.write("secret", "two") }, "", false, 4, "tenants tenants[0].credential.client_secret_file (content)", "", "debug", 4},
		{"htpasswd", func() { d.write("users", "b:$2y$05$x\n") }, "", false, 5, "auth.htpasswd_file (content)", "", "debug", 5},
		{"htpasswd gone", func() { _ = os.Remove(filepath.Join(d.path, "users")) }, "does not exist", false, 5, "", "", "debug", 6},
		{"htpasswd back", func() { d.write("users", "b:$2y$05$x\n") }, "", false, 6, "", "", "debug", 7},
		{"htpasswd emptied", func() { d.write("users", "# nobody\n\n") }, `users" has no entry any more`, false, 6, "", "", "debug", 8},
		{"htpasswd back again", func() { d.write("users", "c:$2y$05$x\n") }, "", false, 7, "auth.htpasswd_file (content)", "", "debug", 9},
		{"listener", func() {
			d.write("rwsgate.yml", strings.Replace(fmt.Sprintf(watched, "debug"), "8080", "8081", 1))
		}, "", false, 8, "listen", "listen: the change from 127.0.0.1:8080 to 127.0.0.1:8081 takes effect after a restart", "debug", 10},
		{"listener and level", func() { d.write("rwsgate.yml", strings.Replace(fmt.Sprintf(watched, "info"), "8080", "8081", 1)) }, "", false, 9, "log.level", "listen: the change from 127.0.0.1:8080 to 127.0.0.1:8081 takes effect after a restart", "info", 11},
		{"listener back", func() { d.write("rwsgate.yml", fmt.Sprintf(watched, "info")) }, "", false, 10, "listen", "", "info", 12},
	} {
		step.do()
		o := w.Reload()
		if (step.err == "") != (o.Err == nil) || !strings.Contains(errorText(o.Err), step.err) {
			t.Errorf("%s: got error %v, want %s", step.name, o.Err, step.err)
		}
		c := w.Current()
		if o.Unchanged != step.unchanged || c.Generation() != step.generation || o.Config != c || c.Log.Level != step.level || reports != step.reports {
			t.Errorf("%s: got %+v, generation %d, level %s, %d reports", step.name, o, c.Generation(), c.Log.Level, reports)
		}
		if got := strings.Join(o.Changed, " "); got != step.changed {
			t.Errorf("%s: changed %q, want %q", step.name, got, step.changed)
		}
		if got := strings.Join(o.Restart, " "); got != step.restart {
			t.Errorf("%s: restart %q, want %q", step.name, got, step.restart)
		}
		if last := w.Last(); (last.Err == nil) != (step.err == "") || last.At.IsZero() {
			t.Errorf("%s: last is %+v", step.name, last)
		}
	}
	if got := w.Current().Tenants[0].Credential.ClientSecret.Reveal(); got != "two" {
		t.Errorf("the secret is %s", got)
	}
	if !strings.Contains(log.String(), "the old one stays in force") || strings.Contains(log.String(), "two") {
		t.Errorf("the log is %s", log.String())
	}
}

// TestReloadThatCannotBeUsed has whoever puts configurations into force refuse one: nothing says that it is in force.
func TestReloadThatCannotBeUsed(t *testing.T) {
	d, src := watchedDirectory(t)
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	w.Logger = slog.New(slog.NewTextHandler(&log, nil))
	refusal := errors.New("line 1: no bcrypt hash")
	w.Reloaded = func(o Outcome) error {
		if o.Config == w.Current() {
			t.Error("it counts before it was put into force")
		}
		return refusal
	}
	before := w.Current()
	d.write("users", "garbage\n")
	if o := w.Reload(); !errors.Is(o.Err, refusal) || o.Changed != nil || o.Config != before || w.Current() != before || w.Last().Err == nil {
		t.Errorf("got %+v", o)
	}
	if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "level=ERROR") || !strings.Contains(said, refusal.Error()) {
		t.Errorf("the log is %s", said)
	}
	refusal = nil
	d.write("users", "b:$2y$05$x\n")
	if o := w.Reload(); o.Err != nil || w.Current().Generation() != 2 {
		t.Errorf("got %+v", o)
	}
}

// TestSymlinkSwap changes files as Kubernetes changes a mounted volume: by renaming a link to a directory.
func TestSymlinkSwap(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Kubernetes mounts volumes so on Linux only; links need a privilege on Windows")
	}
	d, src := watchedDirectory(t)
	mount := directory{t, t.TempDir()}
	link := filepath.Join(mount.path, "..data")
	if err := os.Symlink(d.path, link); err != nil {
		t.Fatal(err)
	}
	src.File = filepath.Join(link, "rwsgate.yml")
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	next, _ := watchedDirectory(t)
	next.write("secret", "swapped")
	if err := os.Symlink(next.path, link+"_tmp"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+"_tmp", link); err != nil {
		t.Fatal(err)
	}
	if o := w.Reload(); o.Err != nil || o.Unchanged || w.Current().Tenants[0].Credential.ClientSecret.Reveal() != "swapped" {
		t.Errorf("got %+v", o)
	}
}

func TestNewWatcherNeedsAGoodStart(t *testing.T) {
	if _, err := NewWatcher(Sources{File: "testdata/nowhere.yml"}); errorText(err) != "testdata/nowhere.yml: the configuration file does not exist" {
		t.Errorf("got %v", err)
	}
}

// TestReloadUnderLoad replaces the configuration three hundred times while others read it.
func TestReloadUnderLoad(t *testing.T) {
	var mu sync.Mutex
	content := fmt.Sprintf(watched, "info")
	w, err := NewWatcher(Sources{File: "rwsgate.yml", ReadFile: func(name string) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if name == "rwsgate.yml" {
			return []byte(content), nil
		}
		return []byte("x"), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for last := uint64(0); ctx.Err() == nil; {
				c := w.Current()
				if c.Generation() < last || c.TenantByName("EXAMPLE.COM") == nil || !c.Tenants[0].Reads("a@example.com") {
					t.Error("a reader saw an old or broken configuration")
					return
				}
				last = c.Generation()
			}
		})
	}
	for i := range 300 {
		mu.Lock()
		content = fmt.Sprintf(watched, []string{"debug", "info", "loud"}[i%3])
		mu.Unlock()
		if o := w.Reload(); (o.Err != nil) != (i%3 == 2) || o.Unchanged {
			t.Fatalf("reload %d: %+v", i, o)
		}
	}
	cancel()
	readers.Wait()
	if g := w.Current().Generation(); g != 201 {
		t.Errorf("generation %d after 200 good changes", g)
	}
}

func TestRunNoticesAChange(t *testing.T) {
	d, src := watchedDirectory(t)
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	noticed := make(chan Outcome, 1)
	w.Every, w.Reloaded = time.Millisecond, func(o Outcome) error { noticed <- o; return nil }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	// A reader may meet a file half written: replace it in one step, as editors and Kubernetes do.
	d.write("new", fmt.Sprintf(watched, "warn"))
	if err := os.Rename(filepath.Join(d.path, "new"), src.File); err != nil {
		t.Fatal(err)
	}
	o := <-noticed
	cancel()
	<-done // it counts once Reloaded has agreed
	if o.Err != nil || w.Current().Log.Level != "warn" {
		t.Errorf("got %+v", o)
	}
}
