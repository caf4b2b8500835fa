//go:build unix

package rollout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rwsgate/store"
)

// TestMain runs the tests, or the process that TestKilled kills.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("RWSGATE_LEDGER_CHILD"); dsn != "" {
		fmt.Fprintln(os.Stderr, childNotes(dsn))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// telling says how many calls are stored after each batch.
type telling struct {
	*store.Store
	calls int64
}

func (s *telling) AddLedger(ctx context.Context, b store.LedgerBatch) error {
	fmt.Println("sends", s.calls+batchCalls(b))
	if err := s.Store.AddLedger(ctx, b); err != nil {
		return err
	}
	s.calls += batchCalls(b)
	fmt.Println("stored", s.calls)
	return nil
}

func batchCalls(b store.LedgerBatch) (n int64) {
	for i := range b.Days {
		n += b.Days[i].Calls
	}
	return n
}

// childNotes notes calls without end.
func childNotes(dsn string) error {
	s, err := store.Open(context.Background(), dsn, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	l := NewLedger(LedgerOptions{Store: &telling{Store: s}, FlushEvery: 5 * time.Millisecond})
	go func() {
		for i := 0; ; i++ {
			c := call()
			c.Principal = fmt.Sprint("user", i%5)
			l.Note(c)
			if i%50 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}()
	return l.Run(context.Background())
}

// TestKilled kills a counting process at random moments: what it had said to be stored is there, and nothing more than
// the batch that was under way. That each batch comes within a second of the last is TestRun's.
func TestKilled(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "store.db")
	var before int64
	for round := range 5 {
		sent, stored := killNoting(t, dsn, time.Duration(rand.IntN(150))*time.Millisecond)
		s := openStore(t, dsn)
		if err := s.Check(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		has := calls(usage(t, ledgerOn(s, LedgerOptions{})))
		if got := has - before; got < stored || got > sent {
			t.Errorf("round %d: %d calls are there, %d were stored, %d sent", round, got, stored, sent)
		}
		before = has
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d calls", before)
}

// killNoting kills a process some time after its first batch, and gives what it had said.
func killNoting(t *testing.T, dsn string, after time.Duration) (sent, stored int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RWSGATE_LEDGER_CHILD="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for killing := false; lines.Scan(); {
		var word string
		var n int64
		if _, err := fmt.Sscan(lines.Text(), &word, &n); err != nil {
			break // a line that the kill cut short
		}
		if word == "sends" {
			sent = n
			continue
		}
		if stored = n; !killing {
			killing = true
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the process ended by itself: %v", err)
	}
	return sent, stored
}
