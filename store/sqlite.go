package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

var sqliteDialect = dialect{
	goose:     goose.DialectSQLite3,
	clustered: "WITHOUT ROWID",
	tables:    `SELECT COUNT(*), COUNT(CASE WHEN name = 'rwsgate_schema' THEN 1 END) FROM sqlite_master WHERE type = 'table'`,
}

// memories numbers the memory stores of this process, so that each has its own.
var memories atomic.Int64

// openMemory keeps the same tables in memory. One connection serves all; a second one that is never used keeps the
// data alive should database/sql drop the first.
func (s *Store) openMemory(ctx context.Context, o Options) error {
	s.kind, o.For = KindMemory, ToServe // it is always a new one
	c, err := sqlite.NewConnector(fmt.Sprintf("file:/rwsgate-%d?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)", memories.Add(1)))
	if err != nil {
		return err
	}
	anchor, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	s.write = sql.OpenDB(c)
	s.write.SetMaxOpenConns(1)
	s.read = s.write
	s.close = append(s.close, anchor.Close, s.write.Close)
	return s.migrate(ctx, sqliteDialect, o, nil)
}

// openSQLite opens or creates the file. What must be done by one process at a time (creating, migrating, setting
// aside) is done under a lock file; a file that can only be read needs none of it, and who takes the store as it is
// waits for the others but makes no lock file.
func (s *Store) openSQLite(ctx context.Context, path string, o Options) error {
	s.kind, s.path = KindSQLite, path
	if err := checkPlace(path); err != nil {
		return err
	}
	var lockErr error
	if _, err := os.Stat(path + ".lock"); err == nil || o.For != AsItIs {
		var unlock func()
		if unlock, lockErr = LockBeside(ctx, path); lockErr == nil {
			defer unlock()
		} else if ctx.Err() != nil {
			return lockErr
		}
	}
	if lockErr == nil && o.For != AsItIs {
		lockErr = touch(path)
	}
	if i, err := os.Stat(path); err != nil {
		if o.For == AsItIs && errors.Is(err, fs.ErrNotExist) {
			return noStore(path)
		}
		return errors.Join(lockErr, err)
	} else if i.Size() == 1 { // which SQLite takes for an empty file
		return noDatabase(path)
	}
	s.connectSQLite(path, o)
	err := s.quickCheck(ctx)
	if faultOf(err) == FaultCorrupt {
		err = s.onDamage(ctx, path, err, lockErr, o)
	}
	if err != nil {
		return err
	}
	return s.useSQLite(ctx, path, o)
}

// useSQLite makes a sound file ready for its purpose.
func (s *Store) useSQLite(ctx context.Context, path string, o Options) error {
	if err := s.migrate(ctx, sqliteDialect, o, s.copyBefore); err != nil {
		return err
	}
	s.file, _ = os.Stat(path)
	if o.For != AsItIs {
		s.keepInUse(path)
		s.warnIfReadOnly(ctx)
	}
	return nil
}

// connectSQLite prepares the pools: one connection that writes, several that read. Nothing is opened yet.
func (s *Store) connectSQLite(path string, o Options) {
	name := "file:" + escapePath(path)
	common := fmt.Sprintf("_busy_timeout=%d&_pragma=foreign_keys(1)", o.BusyTimeout.Milliseconds())
	// FULL: a commit is on the disk when it returns, so that neither kill -9 nor a power cut undoes it.
	s.write = sql.OpenDB(&fileConnector{path: path, dsns: []string{
		name + "?mode=rw&_txlock=immediate&" + common + "&_journal_mode=WAL&_synchronous=FULL&_pragma=journal_size_limit(16777216)",
	}})
	s.write.SetMaxOpenConns(1)
	s.read = sql.OpenDB(&fileConnector{path: path, dsns: []string{
		name + "?mode=rw&_query_only=1&_pragma=schema_version&" + common,
		name + "?mode=ro&_pragma=schema_version&" + common,
		name + "?mode=ro&immutable=1&_pragma=schema_version&" + common,
	}})
	s.read.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	s.read.SetMaxIdleConns(4)
	s.read.SetConnMaxIdleTime(5 * time.Minute)
	s.close = append(s.close, s.read.Close, s.write.Close) // the writer first: the last to close folds the log into the file
}

// warnIfReadOnly tells of a store that takes no writes. Connections to a file are then not kept, so that a mended one
// is written again without a restart.
func (s *Store) warnIfReadOnly(ctx context.Context) {
	err := s.Writable(ctx)
	if f := FaultOf(err); f == "" || f == FaultLocked || ctx.Err() != nil {
		return
	}
	if s.kind == KindSQLite {
		s.write.SetMaxIdleConns(-1)
		s.read.SetMaxIdleConns(-1)
	}
	s.log.WarnContext(ctx, "the store takes no writes, what it holds still answers", "store", s.path, "error", err)
}

// fileConnector opens a SQLite file by the first of its ways that works. The last way of a reader, immutable, serves a
// file in a directory where SQLite cannot put its log; it is closed while there is a log that it would overlook.
type fileConnector struct {
	path string
	dsns []string
}

// Connect opens a connection.
func (c *fileConnector) Connect(ctx context.Context) (driver.Conn, error) {
	var first error
	for _, dsn := range c.dsns {
		if strings.Contains(dsn, "immutable=1") && hasLog(c.path) {
			break
		}
		base, err := sqlite.NewConnector(dsn)
		if err != nil {
			return nil, err
		}
		conn, err := base.Connect(ctx)
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
		if f := faultOf(err); f != FaultReadOnly && f != FaultFull {
			break
		}
	}
	return nil, first
}

// Driver gives SQLite's driver.
func (c *fileConnector) Driver() driver.Driver { return &sqlite.Driver{} }

func hasLog(path string) bool {
	i, err := os.Stat(path + "-wal")
	return err == nil && i.Size() > 0
}

// checkPlace finds what SQLite would say unclearly: no directory, or a directory in the file's place.
func checkPlace(path string) error {
	if i, err := os.Stat(path); err == nil && !i.Mode().IsRegular() {
		return &Error{Op: "open", Where: path, Fault: FaultConfig, Reason: "it is not a file",
			Mend: "name a file in the store key: sqlite:PATH"}
	}
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		reason, mend := explain(FaultMissing)
		return &Error{Op: "open", Where: path, Fault: FaultMissing, Reason: fmt.Sprintf("%s: %s", reason, dir), Mend: mend}
	}
	return nil
}

// touch creates a missing file, readable for owner and group only: it will hold who called.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// escapePath makes a path fit for a file: URI.
func escapePath(path string) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
