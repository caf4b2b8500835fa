package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rwsgate/translate"
)

// smallDisk mounts a disk of one MiB, which only root can.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); errors.Is(err, syscall.EPERM) {
		t.Skipf("a small disk cannot be mounted here (root can): %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until the disk is full.
func fill(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(dir, "filler")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return file
}

// year merges a year's days for the nth tenant.
func year(s *Store, n int) (translate.Snapshot, error) {
	var days []translate.DayMinutes
	for i := range translate.Day(365) {
		days = append(days, translate.DayMinutes{Day: day("2025-01-01") + i, Minutes: translate.Minutes{Audio: int64(n) + 1, Video: int64(i)}})
	}
	snap, _, err := s.Merge(context.Background(), fmt.Sprintf("tenant-%d", n), download(days...), translate.Refresh{Failures: n})
	return snap, err
}

func mustSayFull(t *testing.T, err error, path string) {
	t.Helper()
	if FaultOf(err) != FaultFull || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "free space") {
		t.Errorf("on a full disk: %s, %v", FaultOf(err), err)
	}
}

func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "store.db")
	s := open(t, "sqlite:"+path)
	var stored []translate.Snapshot
	var err error
	for n := 0; err == nil; n++ {
		var snap translate.Snapshot
		if snap, err = year(s, n); err == nil {
			stored = append(stored, snap)
		}
	}
	mustSayFull(t, err, path)
	answers := func(what string, s *Store) {
		t.Helper()
		for n, want := range stored {
			got, err := s.Load(t.Context(), fmt.Sprintf("tenant-%d", n))
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			same(t, what, got, want)
		}
		if versions, err := s.Versions(t.Context()); err != nil || len(versions) != len(stored) {
			t.Errorf("%s: %d versions (%v), want %d", what, len(versions), err, len(stored))
		}
	}
	if len(stored) < 3 {
		t.Fatalf("only %d tenants found room", len(stored))
	}
	answers("the disk just filled", s)
	mustSayFull(t, s.Backup(t.Context(), filepath.Join(dir, "backup.db")), dir)
	if left, _ := filepath.Glob(dir + "/backup*"); len(left) != 0 {
		t.Errorf("a failed backup left %v", left)
	}
	if err := s.Close(); err != nil {
		t.Logf("closing on a full disk: %v", err)
	}

	filler := fill(t, dir)
	s, err = Open(t.Context(), "sqlite:"+path, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answers("opened on a full disk", s)
	_, err = year(s, len(stored))
	mustSayFull(t, err, path)
	answers("after another try", s)

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	snap, err := year(s, len(stored))
	if err != nil {
		t.Fatalf("with space again: %v", err)
	}
	stored = append(stored, snap)
	answers("with space again", s)
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestFullDiskAtTheStart: where not even a first file finds room, the error says so.
func TestFullDiskAtTheStart(t *testing.T) {
	dir := smallDisk(t)
	fill(t, dir)
	path := filepath.Join(dir, "store.db")
	_, err := Open(t.Context(), "sqlite:"+path, Options{})
	mustSayFull(t, err, path)
}
