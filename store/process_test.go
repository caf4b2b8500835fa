//go:build unix

package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

func init() {
	children["write"] = childWrite
	children["merge"] = childMerge
	children["readonly"] = childReadOnly
	children["holdlock"] = childHoldLock
}

// child prepares one of them; args reach it as environment variables.
func child(name string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "RWSGATE_STORE_CHILD="+name)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func childStore() (*Store, error) {
	return Open(context.Background(), os.Getenv("STORE"), Options{For: ToServe, Log: slog.New(slog.DiscardHandler), BusyTimeout: time.Minute})
}

// operation is the nth change in a series that is the same wherever it is run: two merges, then an import.
func operation(ctx context.Context, s *Store, n int64) (int64, error) {
	base := day("2025-01-01") + translate.Day(n%300)
	var days []translate.DayMinutes
	for i := range translate.Day(30) {
		days = append(days, translate.DayMinutes{Day: base + i, Minutes: translate.Minutes{Audio: n*31 + int64(i) + 1, Video: n}})
	}
	if n%3 == 2 {
		at := day("2023-01-01") + translate.Day(n%200)
		_, err := s.Import(ctx, tenant, ImportBatch{
			Days:   []translate.DayMinutes{{Day: day("2024-01-01") + translate.Day(n%300), Minutes: translate.Minutes{Audio: n + 1}}},
			Spans:  []translate.Observation{{Start: at.UTC().Add(time.Hour), End: (at + 1).UTC().Add(time.Hour), Minutes: translate.Minutes{Audio: n}}},
			Totals: []translate.Total{{Report: "CsP2PAVTimeWeekly", Zone: "UTC", Day: at, Minutes: translate.Minutes{Audio: n}}},
		})
		return 0, err
	}
	snap, _, err := s.Merge(ctx, tenant, download(days...), translate.Refresh{Failures: int(n)})
	return snap.Version, err
}

// childWrite goes on with the series from where the store stands, and says each operation that is committed.
func childWrite() error {
	s, err := childStore()
	if err != nil {
		return err
	}
	versions, err := s.Versions(context.Background())
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for n := versions[tenant]; ; n++ {
		v, err := operation(context.Background(), s, n)
		if err != nil {
			return err
		}
		if v != 0 && v != n+1 {
			return fmt.Errorf("operation %d made version %d", n, v)
		}
		fmt.Println(n + 1)
	}
}

// TestKilled kills a writing process at random moments, ten times (a hundred with RWSGATE_LONG=1): whatever it had
// said to be committed is there, nothing is there by half, and the store is whole.
func TestKilled(t *testing.T) {
	rounds := 10
	if os.Getenv("RWSGATE_LONG") != "" {
		rounds = 100
	}
	onShared(t, func(t *testing.T, dsn string) {
		replay := open(t, "memory")
		var replayed int64
		for round := range rounds {
			said := killWriter(t, dsn, time.Duration(rand.IntN(120))*time.Millisecond)
			s := open(t, dsn)
			if err := s.Check(t.Context()); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			got := load(t, s)
			if got.Version < said {
				t.Fatalf("round %d: version %d is lost, %d is there", round, said, got.Version)
			}
			for ; replayed < got.Version; replayed++ {
				if _, err := operation(t.Context(), replay, replayed); err != nil {
					t.Fatal(err)
				}
			}
			want := load(t, replay)
			want.Stored = got.Stored
			same(t, fmt.Sprintf("round %d", round), got, want)
			if err := s.Close(); err != nil || t.Failed() {
				t.Fatalf("round %d: closing: %v", round, err)
			}
		}
		t.Logf("%d operations survived %d kills", replayed, rounds)
	})
}

// TestKilledWhileOpening kills a process while it makes a new store: the next one finds nothing that it cannot use.
func TestKilledWhileOpening(t *testing.T) {
	for _, e := range engines[1:] {
		t.Run(e.name, func(t *testing.T) {
			for range 10 {
				dsn := e.dsn(t)
				cmd := child("write", "STORE="+dsn)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, func() { _ = cmd.Process.Kill() })
				_ = cmd.Wait()
				var log bytes.Buffer
				// A store that was killed between two steps of its schema goes on from there, and says so at level info.
				s := openWith(t, dsn, Options{For: ToServe, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
				if err := s.Check(t.Context()); err != nil || log.Len() > 0 {
					t.Errorf("%v; said %s", err, log.String())
				}
				if _, err := operation(t.Context(), s, 1); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// killWriter lets a writer run until some time after it is ready, and gives the last version it had committed.
func killWriter(t *testing.T, dsn string, after time.Duration) (said int64) {
	t.Helper()
	cmd := child("write", "STORE="+dsn)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the writer did not begin: %v", cmd.Wait())
	}
	time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	for lines.Scan() {
		if said, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			break // a line that the kill cut short
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return said
}

// childMerge merges COUNT times into days of its own.
func childMerge() error {
	s, err := childStore()
	if err != nil {
		return err
	}
	first, _ := strconv.Atoi(os.Getenv("FIRST"))
	count, _ := strconv.Atoi(os.Getenv("COUNT"))
	for i := range count {
		d := translate.DayMinutes{Day: translate.Day(first + i), Minutes: translate.Minutes{Audio: 1}}
		if _, _, err := s.Merge(context.Background(), tenant, download(d), translate.Refresh{}); err != nil {
			return err
		}
	}
	return s.Close()
}

// TestProcessesShare lets processes begin on the same empty store at the same moment and write to one tenant.
func TestProcessesShare(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		const processes, count = 4, 15
		var all sync.WaitGroup
		for p := range processes {
			all.Go(func() {
				cmd := child("merge", "STORE="+dsn, fmt.Sprintf("FIRST=%d", 20000+p*count), fmt.Sprintf("COUNT=%d", count))
				if err := cmd.Run(); err != nil {
					t.Errorf("process %d: %v", p, err)
				}
			})
		}
		all.Wait()
		s := open(t, dsn)
		if snap := load(t, s); snap.Version != processes*count || len(snap.History.Days()) != processes*count {
			t.Errorf("version %d with %d days", snap.Version, len(snap.History.Days()))
		}
	})
}

// TestOtherProcessIsNoticed: a running store sees what another process did in its next look at Versions.
func TestOtherProcessIsNoticed(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		merge(t, s, download(minutes("2026-02-01", 1, 1)))
		if err := child("merge", "STORE="+dsn, "FIRST=20000", "COUNT=3").Run(); err != nil {
			t.Fatal(err)
		}
		versions, err := s.Versions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "versions", versions, map[string]int64{tenant: 4})
		if n := len(load(t, s).History.Days()); n != 4 {
			t.Errorf("%d days", n)
		}
	})
}

// childHoldLock keeps the lock that opening takes until its input ends.
func childHoldLock() error {
	unlock, err := LockBeside(context.Background(), strings.TrimPrefix(os.Getenv("STORE"), "sqlite:"))
	if err != nil {
		return err
	}
	defer unlock()
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// TestOpenWaitsForAnother: while another process opens, and may be migrating, an open waits, and its context ends the
// wait. The lock is free once that process is done, or was killed.
func TestOpenWaitsForAnother(t *testing.T) {
	for name, kill := range map[string]bool{"done": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			dsn := engines[1].dsn(t)
			cmd := child("holdlock", "STORE="+dsn)
			in, _ := cmd.StdinPipe()
			out, _ := cmd.StdoutPipe()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			bufio.NewScanner(out).Scan()
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := Open(ctx, dsn, Options{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("while another opens: %v", err)
			}
			if kill {
				_ = cmd.Process.Kill()
			}
			_ = in.Close()
			open(t, dsn)
			if err := cmd.Wait(); (err != nil) != kill {
				t.Error(err)
			}
		})
	}
}

// TestOthersCannotHoldTheLock: who may open a lock file could keep everybody else waiting.
func TestOthersCannotHoldTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	unlock, err := LockBeside(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if i, err := os.Stat(path + ".lock"); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", i, err)
	}
}

// TestSetAsideAfterAKill: a gateway that was killed keeps nobody from setting its damaged file aside; one that runs does.
func TestSetAsideAfterAKill(t *testing.T) {
	path := sqliteWith(t)
	cmd := child("write", "STORE=sqlite:"+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	bufio.NewScanner(out).Scan()
	alone := userLock(path)
	if got, err := alone.TryLock(); err != nil || got {
		t.Errorf("beside a process that runs: %v, %v", got, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for _, suffix := range []string{"-wal", "-shm"} { // which might mend the page
		_ = os.Remove(path + suffix)
	}
	spoil(t, path)
	if s := open(t, "sqlite:"+path); load(t, s).Version != 0 {
		t.Error("the damaged file is still used")
	}
	if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) != 1 {
		t.Errorf("set aside: %v", aside)
	}
}
