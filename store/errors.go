package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Fault is the kind of a store's failure: what an operator must know to act.
type Fault string

// The faults.
const (
	FaultConfig      Fault = "configuration" // the store key cannot be used as it stands
	FaultMissing     Fault = "missing"       // the directory does not exist, or there is no store in its place
	FaultReadOnly    Fault = "read-only"     // file, directory or server refuses writes; reads answer
	FaultFull        Fault = "full"          // the disk is full; reads answer
	FaultLocked      Fault = "locked"        // another process holds the lock for too long
	FaultCorrupt     Fault = "corrupt"       // the file is damaged
	FaultNewer       Fault = "newer-schema"  // made by a newer rwsgate
	FaultOlder       Fault = "older-schema"  // made by an older rwsgate, and opened for another purpose than to serve
	FaultForeign     Fault = "foreign"       // another program's database, or no database
	FaultUnreachable Fault = "unreachable"   // PostgreSQL does not answer
	FaultRefused     Fault = "refused"       // PostgreSQL refuses the user
	FaultInvalid     Fault = "invalid"       // what was to be stored is not possible: negative minutes, no tenant
	FaultOther       Fault = "other"
)

// Error is a failed use of the store. Its text names the file (or host) and the mend, and holds no password; it is for
// the operator, never for a legacy client.
type Error struct {
	Op     string // what was tried: open, load, merge …
	Where  string // Store.Path, or the file in question
	Fault  Fault
	Reason string // what was wrong
	Mend   string // what the operator can do; empty if nothing is known
	Err    error  // the cause; nil if the store itself found the fault
}

// Error says what was tried where, what was wrong and what to do.
func (e *Error) Error() string {
	s := "store: " + e.Op
	if e.Where != "" {
		s += " " + e.Where
	}
	s += ": " + e.Reason
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	if e.Mend != "" {
		s += "; " + e.Mend
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// FaultOf gives the fault of an error of this package, FaultOther for any other error, and nothing for nil.
func FaultOf(err error) Fault {
	if err == nil {
		return ""
	}
	return faultOf(err)
}

// fail gives err as an *Error that names the store. A context's end is no failure of the store and passes as it is.
func (s *Store) fail(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if c := ctx.Err(); c != nil {
		return c
	}
	//nolint:errorlint // not one that is wrapped: what was put around it matters
	if known, ok := err.(*Error); ok {
		if known.Where == "" {
			known.Where = s.path
		}
		return known
	}
	e := &Error{Op: op, Where: s.path, Err: err}
	e.Fault = s.faultOnDisk(err)
	e.Reason, e.Mend = explain(e.Fault)
	return e
}

// faultOnDisk is faultOf, but for errors of which SQLite says only that reading or writing failed: the folder tells
// whether its disk is one that takes no writes any more.
func (s *Store) faultOnDisk(err error) Fault {
	f := faultOf(err)
	var lite *sqlite.Error
	if s.kind != KindSQLite || !errors.As(err, &lite) || lite.Code()&0xff != sqlite3.SQLITE_IOERR {
		return f
	}
	probe, err := os.CreateTemp(filepath.Dir(s.path), ".rwsgate-probe-*")
	if err == nil {
		_ = errors.Join(probe.Close(), os.Remove(probe.Name()))
		return f
	}
	if known := faultOf(err); known == FaultReadOnly || known == FaultFull {
		return known
	}
	return f
}

// explain gives the sentence and the mend of a fault.
func explain(f Fault) (reason, mend string) {
	switch f {
	case FaultMissing:
		return "the directory does not exist", "create it, writable for the user that runs rwsgate"
	case FaultReadOnly:
		return "it cannot be written", "make the file and its directory writable for the user that runs rwsgate; what is stored still answers"
	case FaultFull:
		return "the disk is full", "free space on its disk, writing then goes on by itself; what is stored still answers"
	case FaultLocked:
		return "another process has it locked", "see which other rwsgate, backup or sqlite3 has the file open"
	case FaultCorrupt:
		return "the file is damaged", "restart rwsgate serve, which sets the file aside and begins a fresh one, then restore a backup or import"
	case FaultUnreachable:
		return "PostgreSQL does not answer", "see that the server runs and that host, port and TLS settings are right"
	case FaultRefused:
		return "PostgreSQL refuses", "see that user, password and database are right, and that the user may create tables there"
	}
	return "it failed", ""
}

func faultOf(err error) Fault {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var wire *net.OpError
	var known *Error
	switch {
	case errors.As(err, &known):
		return known.Fault
	case errors.As(err, &lite):
		return sqliteFault(lite.Code())
	case errors.As(err, &pg):
		return postgresFault(pg.Code)
	case errors.As(err, &connect) || errors.As(err, &wire) || pgconn.Timeout(err) || pgconn.SafeToRetry(err),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn):
		return FaultUnreachable
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return FaultFull
	case errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission):
		return FaultReadOnly
	case errors.Is(err, fs.ErrNotExist):
		return FaultMissing
	}
	return FaultOther
}

func sqliteFault(code int) Fault {
	switch code & 0xff {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return FaultReadOnly
	case sqlite3.SQLITE_FULL:
		return FaultFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return FaultLocked
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return FaultCorrupt
	}
	switch code {
	// A full disk shows itself as these two where SQLite cannot tell it from other failures.
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE:
		return FaultFull
	}
	return FaultOther
}

func postgresFault(code string) Fault {
	switch {
	case code == "25006":
		return FaultReadOnly
	case code == "53100":
		return FaultFull
	case code == "55P03" || code == "40P01":
		return FaultLocked
	case code == "42501" || code == "3D000" || strings.HasPrefix(code, "28"):
		return FaultRefused
	case strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P"), code == "53300":
		return FaultUnreachable
	}
	return FaultOther
}
