//go:build unix

package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rwsgate/translate"
)

// childReadOnly uses a store that it may read but not write, as an ordinary user, and says what it got.
func childReadOnly() error {
	if os.Getuid() == 0 {
		for _, drop := range []func() error{
			func() error { return syscall.Setgroups(nil) },
			func() error { return syscall.Setgid(65534) },
			func() error { return syscall.Setuid(65534) },
		} {
			if err := drop(); err != nil {
				return err
			}
		}
	}
	var log bytes.Buffer
	s, err := Open(context.Background(), os.Getenv("STORE"), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		fmt.Println("open:", FaultOf(err), err)
		return nil
	}
	defer s.Close()
	fmt.Println("warned:", strings.Contains(log.String(), "level=WARN") && strings.Contains(log.String(), s.Path()))
	snap, err := s.Load(context.Background(), tenant)
	fmt.Println("load:", len(snap.History.Days()), err)
	versions, err := s.Versions(context.Background())
	fmt.Println("versions:", versions[tenant], err)
	_, _, err = s.Merge(context.Background(), tenant, download(minutes("2026-02-09", 9, 9)), translate.Refresh{})
	fmt.Println("merge:", FaultOf(err), strings.Contains(fmt.Sprint(err), s.Path()) && strings.Contains(fmt.Sprint(err), "writable"))
	snap, err = s.Load(context.Background(), tenant)
	fmt.Println("load:", len(snap.History.Days()), err)
	return nil
}

func TestReadOnly(t *testing.T) {
	const answers = "warned: true\nload: 1 <nil>\nversions: 1 <nil>\nmerge: read-only true\nload: 1 <nil>\n"
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		open      bool // another process has it open, so that SQLite's log is there
		want      string
	}{
		{"file", 0o444, 0o777, false, answers},
		{"directory", 0o666, 0o555, false, answers},
		{"both", 0o444, 0o555, false, answers},
		{"both, in use", 0o444, 0o555, true, answers},
		{"neither to be read", 0o000, 0o555, false, "open: read-only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			top, err := os.MkdirTemp("", "rwsgate-ro") // not t.TempDir: its parents are closed to other users
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(top)
			dir := filepath.Join(top, "data")
			path := filepath.Join(dir, "store.db")
			if err := os.Mkdir(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			s := open(t, "sqlite:"+path)
			merge(t, s, download(minutes("2026-02-01", 1, 1)))
			if !c.open {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for name, mode := range map[string]os.FileMode{top: 0o755, path: c.file, path + "-wal": 0o444, path + "-shm": 0o444, dir: c.dir} {
				if err := os.Chmod(name, mode); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			defer os.Chmod(dir, 0o777)
			out, err := child("readonly", "STORE=sqlite:"+path).Output()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(out), c.want) {
				t.Errorf("got:\n%swant:\n%s", out, c.want)
			}
			if strings.HasPrefix(c.want, "open") && !strings.Contains(string(out), path) {
				t.Errorf("the file is not named: %s", out)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}
