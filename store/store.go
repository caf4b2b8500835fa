// Package store keeps what must survive a restart: histories with their corrections, imported spans and totals, the
// state of refreshing, and leases. One schema and one set of statements serve an embedded SQLite file (the default), a
// PostgreSQL that several processes share, and a database in memory for demonstrations.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"
)

// Options are what Open may be told beside the place of the store; the zero value works.
type Options struct {
	Now         func() time.Time // nil means time.Now
	Log         *slog.Logger     // nil means slog.Default(); told of what an operator must know, never of data
	BusyTimeout time.Duration    // how long to wait for another process's lock on a SQLite file; 0 means 10 s
	For         Purpose          // what Open may do to the store; the zero value is ToWrite

	migrations fs.FS // nil means the embedded ones; tests add later ones
}

// Purpose is what a store is opened for: how far Open may change what it finds.
type Purpose uint8

// The purposes. A damaged store, and one of an older schema, are opened ToServe alone: a command that only looks, or that
// adds to a store, must not take it away from, nor change it under, a gateway that runs.
const (
	ToWrite Purpose = iota // a missing store is made; an older schema and damage are refused
	AsItIs                 // the store is taken as it is: FaultMissing if there is none
	ToServe                // made if missing, brought to the newest schema; damage is set aside, if no other process uses the file
)

// Kind is the engine that holds a store.
type Kind string

// The engines, as the `store` key of the configuration names them.
const (
	KindMemory   Kind = "memory"
	KindSQLite   Kind = "sqlite"
	KindPostgres Kind = "postgres"
)

// Store is an open store. It satisfies cache.Histories, and is safe for concurrent use by goroutines and, but for
// memory, by processes. Its errors are *Error, or the context's.
type Store struct {
	kind  Kind
	path  string      // SQLite: the file; PostgreSQL: host and database; memory: empty
	file  os.FileInfo // SQLite: the file that was opened, which another may have replaced since
	read  *sql.DB
	write *sql.DB
	now   func() time.Time
	log   *slog.Logger
	close []func() error
}

// Open opens the store that a `store` key names: memory, sqlite:PATH, postgres://…. How far it may go is the purpose's
// matter: to make a SQLite file that is missing (never its directory), to bring the schema up to date, to set a damaged
// SQLite file aside for a fresh one. A SQLite file that can be read but not written opens too, with a warning unless it
// is taken AsItIs: reads answer, writes fail until it is mended.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	s := &Store{now: o.Now, log: cmp.Or(o.Log, slog.Default())}
	if s.now == nil {
		s.now = time.Now
	}
	o.Log, o.BusyTimeout = s.log, cmp.Or(o.BusyTimeout, 10*time.Second)
	if o.migrations == nil {
		o.migrations = migrations
	}
	var err error
	switch scheme, rest, _ := strings.Cut(dsn, ":"); {
	case dsn == string(KindMemory):
		err = s.openMemory(ctx, o)
	case scheme == string(KindSQLite) && rest != "":
		err = s.openSQLite(ctx, rest, o)
	case scheme == "postgres" || scheme == "postgresql":
		err = s.openPostgres(ctx, dsn, o)
	default:
		err = &Error{Op: "open", Fault: FaultConfig, Reason: "the store is not one that is known",
			Mend: "set store to memory, sqlite:PATH or postgres://USER@HOST/DATABASE"}
	}
	if err != nil {
		_ = s.Close()
		return nil, s.fail(ctx, "open", err)
	}
	return s, nil
}

// Kind says which engine holds the store.
func (s *Store) Kind() Kind { return s.kind }

// Path names the store for messages: the SQLite file, PostgreSQL's host and database (no user, no password), or
// nothing for memory.
func (s *Store) Path() string { return s.path }

// Close ends all use of the store. A memory store is gone with it.
func (s *Store) Close() error {
	var first error
	for i := len(s.close) - 1; i >= 0; i-- {
		first = cmp.Or(first, s.close[i]())
	}
	s.close = nil
	return first
}

// Writable says whether the store takes writes now; the error says what to mend. It changes nothing.
func (s *Store) Writable(ctx context.Context) error {
	return s.change(ctx, "probe", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM leases WHERE name = '' AND holder = ''") // names nothing, yet needs the right to write
		return err
	})
}

// change runs do in one transaction that may write.
func (s *Store) change(ctx context.Context, op string, do func(*sql.Tx) error) error {
	if err := s.replaced(op); err != nil {
		return err
	}
	return s.fail(ctx, op, inTx(ctx, s.write, nil, do))
}

// view runs do in one transaction that sees a single moment of the store.
func (s *Store) view(ctx context.Context, op string, do func(*sql.Tx) error) error {
	return s.fail(ctx, op, inTx(ctx, s.read, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, do))
}

func inTx(ctx context.Context, db *sql.DB, o *sql.TxOptions, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// instant is a time as the tables have it: nanoseconds from 1970-01-01 UTC.
func instant(t time.Time) int64 { return t.UnixNano() }

func fromInstant(n int64) time.Time { return time.Unix(0, n).UTC() }
