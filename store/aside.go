package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// quickCheck reads the whole file and gives an error if it is damaged. Damage in a row would else be found only when
// that row is wanted, after a running server had grown to rely on the rest.
func (s *Store) quickCheck(ctx context.Context) error {
	found, err := checkPragma(ctx, s.read, "PRAGMA quick_check(1)")
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return &Error{Op: "open", Where: s.path, Fault: FaultCorrupt, Reason: "the file is damaged", Err: errors.New(strings.Join(found, ", "))}
	}
	return nil
}

// setAside renames a damaged file and its log, so that nothing of it is lost, and begins a fresh one in its place.
func (s *Store) setAside(ctx context.Context, path string, why error, o Options) error {
	if err := s.Close(); err != nil {
		s.log.WarnContext(ctx, "closing the damaged store", "file", path, "error", err)
	}
	to, err := freeName(path + ".corrupt-" + s.now().UTC().Format("20060102T150405Z"))
	if err != nil {
		return cannotSetAside(path, why, err)
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, to+suffix); err != nil && (suffix == "" || !errors.Is(err, os.ErrNotExist)) {
			return cannotSetAside(path, why, err)
		}
	}
	s.log.ErrorContext(ctx, "the store's file is damaged: it was set aside and a fresh one begun. What Graph still has comes back by itself; "+
		"for the rest restore a backup or import. To save rows from the damaged file: sqlite3 FILE .recover",
		"file", path, "aside", to, "damage", why)
	if err := touch(path); err != nil {
		return err
	}
	s.connectSQLite(path, o)
	return s.quickCheck(ctx)
}

func cannotSetAside(path string, damage, err error) error {
	return &Error{Op: "open", Where: path, Fault: FaultCorrupt, Reason: "the file is damaged, and cannot be set aside", Err: errors.Join(damage, err),
		Mend: "move the file away, make its directory writable for the user that runs rwsgate, and start again"}
}

// freeName gives name, or name with a number where that is taken: what was set aside is never overwritten.
func freeName(name string) (string, error) {
	for i := range 1000 {
		n := name
		if i > 0 {
			n = fmt.Sprintf("%s.%d", name, i)
		}
		if _, err := os.Lstat(n); errors.Is(err, os.ErrNotExist) {
			return n, nil
		}
	}
	return "", fmt.Errorf("no free name like %s", name)
}
