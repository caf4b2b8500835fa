package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// LockBeside takes the lock file beside a file, which keeps one process of rwsgate from changing what another one changes
// just now. It waits for it until ctx ends. The kernel gives it back when a process ends, however that ends.
func LockBeside(ctx context.Context, path string) (unlock func(), err error) {
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil
}

// userLock is the lock file that all users of a SQLite file share for as long as they use it. Who sets the file aside
// needs it alone. It ends with its process, as the other does.
func userLock(path string) *flock.Flock {
	return flock.New(path+".inuse", flock.SetPermissions(0o640))
}

// keepInUse holds the file's userLock until the store is closed. Where no lock file can be made, nothing can be renamed
// either, and the store goes without.
func (s *Store) keepInUse(path string) {
	lock := userLock(path)
	if got, err := lock.TryRLock(); err == nil && got {
		s.close = append([]func() error{lock.Unlock}, s.close...) // given back last
	}
}

// replaced is the error of a SQLite file that is no longer the one that was opened: what is written now would end with
// the process.
func (s *Store) replaced(op string) error {
	if s.file == nil {
		return nil
	}
	now, err := os.Stat(s.path)
	if err == nil && os.SameFile(s.file, now) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // or SQLite says what is wrong
	}
	return &Error{Op: op, Where: s.path, Fault: FaultMissing, Reason: "the file was removed or replaced while rwsgate used it",
		Mend: "restart rwsgate serve, which uses the file that it finds then or begins a fresh one; put a backup there before, if there is one"}
}

// noStore is the error of a place where a store was to be found as it is.
func noStore(path string) error {
	return &Error{Op: "open", Where: path, Fault: FaultMissing, Reason: "there is no store yet", Mend: "start rwsgate serve first, which makes it"}
}
