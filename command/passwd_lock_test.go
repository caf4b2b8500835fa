package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rwsgate/gateway"
	"rwsgate/store"
)

// TestPasswdAtOnce changes one file from many processes, half of them by another name of the file: no change is lost.
func TestPasswdAtOnce(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "users"), filepath.Join(folder, "link")
	if code, _, stderr := passwd("x", "first", "--file", file, "--password-stdin"); code != 0 {
		t.Fatal(stderr)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	const many = 8
	var all sync.WaitGroup
	for i := range many {
		c := program(t, "passwd", fmt.Sprintf("user%d", i), "--file", []string{file, link}[i%2], "--password-stdin")
		c.Stdin = strings.NewReader("x")
		all.Go(func() {
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	users, err := gateway.ReadPasswords(f)
	if err != nil || len(users) != many+1 {
		t.Errorf("%d users, want %d (%v)", len(users), many+1, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is one no longer: %v %v", info, err)
	}
}

// TestPasswdCanBeInterrupted pins that waiting for another process ends with the context, and that nothing is changed.
func TestPasswdCanBeInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users")
	unlock, err := store.LockBeside(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := setPassword(ctx, file, "reader", []byte("x")); err == nil || !strings.Contains(err.Error(), "another process is changing") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the file was written all the same")
	}
}
