package store

import (
	"context"
	"errors"
	"fmt"
	"io"
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
		reason, mend := explain(FaultCorrupt)
		return &Error{Op: "open", Where: s.path, Fault: FaultCorrupt, Reason: reason, Err: errors.New(strings.ReplaceAll(strings.Join(found, ", "), "\n", " ")), Mend: mend}
	}
	return nil
}

// onDamage refuses a file that is damaged, or no database at all, or sets it aside: only a gateway that starts may, under
// the lock of opening, and only while nobody else uses the file.
func (s *Store) onDamage(ctx context.Context, path string, damage, lockErr error, o Options) error {
	if !isSQLite(path) {
		return noDatabase(path)
	}
	if o.For != ToServe {
		return damage
	}
	if said := (*Error)(nil); errors.As(damage, &said) && said.Err != nil {
		damage = said.Err // its mend is what comes now
	}
	if lockErr != nil {
		return cannotSetAside(path, damage, lockErr)
	}
	return s.setAside(ctx, path, damage, o)
}

// isSQLite says whether a file begins as SQLite's do. One that cannot be read is taken for one: SQLite says what is wrong.
func isSQLite(path string) bool {
	const magic = "SQLite format 3\x00"
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }()
	begin := make([]byte, len(magic))
	n, err := io.ReadFull(f, begin)
	return n == 0 || err == nil && string(begin) == magic
}

// noDatabase is the error of a file that SQLite does not know by its beginning. It may be anybody's, so that it is not
// even renamed.
func noDatabase(path string) error {
	return &Error{Op: "open", Where: path, Fault: FaultForeign, Reason: "it is no SQLite database, or its first bytes are damaged, so it is left alone",
		Mend: "name another file in the store key: sqlite:PATH; if it was rwsgate's store, stop rwsgate serve, move the file away together with its -wal and -shm, " +
			"put a backup in its place if there is one, and start rwsgate serve, which else begins a fresh one"}
}

// setAside renames a damaged file and its log, so that nothing of it is lost, and begins a fresh one in its place.
func (s *Store) setAside(ctx context.Context, path string, why error, o Options) error {
	if err := s.Close(); err != nil {
		s.log.WarnContext(ctx, "closing the damaged store", "file", path, "error", err)
	}
	alone := userLock(path)
	if got, err := alone.TryLock(); err != nil {
		return cannotSetAside(path, why, err)
	} else if !got {
		return &Error{Op: "open", Where: path, Fault: FaultCorrupt, Reason: "the file is damaged, and another rwsgate uses it", Err: why,
			Mend: "stop that one, then start again, which sets the file aside and begins a fresh one"}
	}
	defer func() { _ = alone.Unlock() }()
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
