package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is goose's record of migrations, under a name of our own: another program in the same PostgreSQL schema
// may keep its own by goose too.
const versionTable = "rwsgate_schema"

// dialect is all in which the engines differ.
type dialect struct {
	goose     goose.Dialect
	clustered string // what /*clustered*/ in a migration means
	tables    string // query: number of tables that speak of another program unless the second, whether versionTable is there, is 1
	shared    bool   // several machines may migrate at once: lock in the database
}

// migrate brings the schema to the newest version, if the store's purpose allows. before runs ahead of each step on a
// store that holds data; nil: not.
func (s *Store) migrate(ctx context.Context, d dialect, o Options, before func(ctx context.Context, from int64) error) error {
	have, err := s.schemaVersion(ctx, d)
	if err != nil {
		return err
	}
	sub, err := fs.Sub(o.migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(d.goose, s.write, clusterFS{sub, d.clustered},
		goose.WithSlog(o.Log), goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if have == newest {
		return nil
	}
	return s.migrateAlone(ctx, d, func() error {
		// Another process may have been half-way when this one looked.
		have, err := s.schemaVersion(ctx, d)
		if err != nil {
			return err
		}
		if err := s.mayMigrate(o.For, have, newest); err != nil {
			return err
		}
		if have == 0 {
			before = nil // there is nothing to copy, at no step
		}
		return s.stepUp(ctx, d, p, newest, before)
	})
}

// advisoryKey is the key of the lock that who migrates a PostgreSQL store holds.
const advisoryKey = 0x72777367617465 // "rwsgate"

// migrateAlone runs do while no other process migrates. PostgreSQL holds the others until it is done, or its connection
// ends; a SQLite file is locked already.
func (s *Store) migrateAlone(ctx context.Context, d dialect, do func() error) error {
	if !d.shared {
		return do()
	}
	return inTx(ctx, s.write, nil, func(tx *sql.Tx) error {
		for _, q := range []string{
			"SET LOCAL idle_in_transaction_session_timeout = 0", // the steps run on other connections
			fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", advisoryKey),
		} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return do()
	})
}

// stepUp takes the steps that are left, one by one.
func (s *Store) stepUp(ctx context.Context, d dialect, p *goose.Provider, newest int64, before func(ctx context.Context, from int64) error) error {
	for {
		have, err := s.schemaVersion(ctx, d)
		if err != nil || have >= newest {
			return err
		}
		if before != nil {
			if err := before(ctx, have); err != nil {
				return fmt.Errorf("copy before the migration from schema %d: %w", have, err)
			}
		}
		if _, err := p.UpByOne(ctx); err != nil {
			return fmt.Errorf("migration from schema %d: %w", have, err)
		}
	}
}

// mayMigrate refuses to change the schema of a store that a newer rwsgate made, and of one that is there for any purpose
// but serving: an older gateway may run on it.
func (s *Store) mayMigrate(p Purpose, have, newest int64) error {
	switch {
	case have > newest:
		return &Error{Op: "open", Where: s.path, Fault: FaultNewer,
			Reason: fmt.Sprintf("its schema has version %d, this rwsgate knows versions up to %d", have, newest),
			Mend:   "run a newer rwsgate, or restore the copy that was taken before the migration"}
	case have == newest, p == ToServe, p == ToWrite && have == 0:
		return nil
	case have == 0:
		return noStore(s.path)
	}
	return &Error{Op: "open", Where: s.path, Fault: FaultOlder,
		Reason: fmt.Sprintf("its schema has version %d, this rwsgate needs version %d", have, newest),
		Mend:   "start the newer rwsgate serve first, which brings it up to date; until then use the rwsgate that runs on it"}
}

// schemaVersion gives the version of the store's schema, 0 for an empty store. It writes nothing, so that a store that
// needs no migration opens where nothing can be written.
func (s *Store) schemaVersion(ctx context.Context, d dialect) (int64, error) {
	var tables, known int
	if err := s.read.QueryRowContext(ctx, d.tables).Scan(&tables, &known); err != nil {
		return 0, err
	}
	if known == 0 {
		if tables > 0 {
			return 0, &Error{Op: "open", Where: s.path, Fault: FaultForeign, Reason: "it holds tables of another program",
				Mend: "name a file, database or schema of rwsgate's own"}
		}
		return 0, nil
	}
	var v sql.NullInt64
	err := s.read.QueryRowContext(ctx, "SELECT MAX(version_id) FROM "+versionTable).Scan(&v)
	return v.Int64, err
}

// clusterFS gives the migrations with /*clustered*/ replaced by what a dialect has for it.
type clusterFS struct {
	fs.FS
	clause string
}

// Open gives a migration as the dialect reads it.
func (c clusterFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if err != nil {
		return nil, err
	}
	i, err := f.Stat()
	if err != nil || i.IsDir() {
		return f, err
	}
	text, err := fs.ReadFile(c.FS, name)
	if err != nil {
		return nil, err
	}
	return clusterFile{f, bytes.NewReader(bytes.ReplaceAll(text, []byte("/*clustered*/"), []byte(c.clause)))}, nil
}

type clusterFile struct {
	fs.File
	text *bytes.Reader
}

// Read reads the replaced text.
func (f clusterFile) Read(p []byte) (int, error) { return f.text.Read(p) }
