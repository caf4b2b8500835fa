package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"modernc.org/sqlite"
)

// Backup writes a consistent copy of the store to a new file while the store is used; the copy is itself a store
// (sqlite:PATH). An existing file is never overwritten, and a failed copy leaves nothing at path. For PostgreSQL the
// error says that pg_dump does it.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.kind == KindPostgres {
		return &Error{Op: "backup", Where: s.path, Fault: FaultConfig, Reason: "PostgreSQL is not copied by rwsgate", Mend: "use pg_dump"}
	}
	err := s.copyTo(ctx, path)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	e := &Error{Op: "backup to", Where: path, Fault: faultOf(err), Err: err}
	switch e.Reason, e.Mend = explain(e.Fault); {
	case errors.Is(err, fs.ErrExist):
		e.Fault, e.Reason, e.Mend, e.Err = FaultConfig, "the file exists", "name another, or remove it", nil
	case e.Fault == FaultFull:
		e.Mend = "free space there or name another place; the store is untouched"
	case e.Fault == FaultReadOnly:
		e.Mend = "name a place that the user that runs rwsgate may write to; the store is untouched"
	}
	return e
}

// copyBefore keeps a copy of the file as it is with schema from.
func (s *Store) copyBefore(ctx context.Context, from int64) error {
	to, err := freeName(fmt.Sprintf("%s.schema%d-%s", s.path, from, s.now().UTC().Format("20060102T150405Z")))
	if err != nil {
		return err
	}
	if err := s.Backup(ctx, to); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "the store gets a new schema; a copy was taken", "file", s.path, "copy", to, "schema", from)
	return nil
}

// copyTo writes beside path first and renames when the copy is on the disk: what stands at path is whole.
func (s *Store) copyTo(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close(); _ = os.Remove(partial) }()
	if err := s.vacuumInto(ctx, partial); err != nil {
		return err
	}
	if err := f.Sync(); err != nil { // VACUUM INTO does not
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync() // not every system can
		_ = dir.Close()
	}
	return nil
}

// vacuumInto copies over a connection of its own, so that neither the writer nor a reader waits.
func (s *Store) vacuumInto(ctx context.Context, path string) error {
	db, to := s.write, "file:"+escapePath(path)
	if s.kind == KindMemory {
		to += "?vfs=" + fileVFS() // else the copy would be kept in memory too
	} else {
		c, err := sqlite.NewConnector("file:" + escapePath(s.path) + "?mode=rw&_busy_timeout=10000")
		if err != nil {
			return err
		}
		db = sql.OpenDB(c)
		defer func() { _ = db.Close() }()
	}
	_, err := db.ExecContext(ctx, "VACUUM INTO $1", to)
	return err
}

// fileVFS is SQLite's name for the system's files.
func fileVFS() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return "unix"
}
