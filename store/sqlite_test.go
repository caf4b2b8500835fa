package store

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rwsgate/translate"
)

var someDay = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sqliteWith makes a SQLite store of one day and closes it.
func sqliteWith(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "store ü%20?#.db") // what a URI would misread
	s := open(t, "sqlite:"+path)
	merge(t, s, download(minutes("2026-02-01", 1, 1)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+escapePath(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func TestSQLiteIsDurable(t *testing.T) {
	s := open(t, "sqlite:"+sqliteWith(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
		}
	}
	if i, err := os.Stat(s.Path()); err != nil || i.Mode().Perm()&0o007 != 0 {
		t.Errorf("others may read the file: %v, %v", i.Mode(), err)
	}
}

func TestReopened(t *testing.T) {
	path := sqliteWith(t)
	s := open(t, "sqlite:"+path)
	if snap := load(t, s); snap.Version != 1 || len(snap.History.Days()) != 1 {
		t.Errorf("%+v", snap)
	}
	if s.Kind() != KindSQLite || s.Path() != path {
		t.Errorf("%s %s", s.Kind(), s.Path())
	}
}

// later gives the embedded migrations and one more.
func later(t *testing.T, up string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		text, err := migrations.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		all[n] = &fstest.MapFile{Data: text}
	}
	all["migrations/99999_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + "\n-- +goose Down\nSELECT 1;\n")}
	return all
}

func TestMigrationKeepsACopy(t *testing.T) {
	path := sqliteWith(t)
	o := Options{For: ToServe, migrations: later(t, "ALTER TABLE days ADD COLUMN extra TEXT;"), Now: func() time.Time { return someDay }}
	s := openWith(t, "sqlite:"+path, o)
	if len(load(t, s).History.Days()) != 1 {
		t.Error("the day is lost")
	}
	execute(t, raw(t, path), "UPDATE days SET extra = 'there'")
	copies, err := filepath.Glob(filepath.Dir(path) + "/*.schema*-20260301T120000Z")
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies: %v, %v", copies, err)
	}
	if old := load(t, open(t, "sqlite:"+copies[0])); old.Version != 1 {
		t.Errorf("the copy holds %+v", old)
	}
	openWith(t, "sqlite:"+path, o)
	if again, _ := filepath.Glob(filepath.Dir(path) + "/*.schema*Z"); len(again) != 1 {
		t.Errorf("a copy without a migration: %v", again)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := sqliteWith(t)
	_, err := Open(t.Context(), "sqlite:"+path, Options{For: ToServe, migrations: later(t, "ALTER TABLE days ADD COLUMN extra TEXT; SELECT * FROM nowhere;"), Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if s := open(t, "sqlite:"+path); len(load(t, s).History.Days()) != 1 {
		t.Error("the day is lost")
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		s := openWith(t, dsn, Options{migrations: later(t, "CREATE TABLE later (id TEXT);")})
		_, err := Open(t.Context(), dsn, Options{})
		if FaultOf(err) != FaultNewer || !strings.Contains(err.Error(), s.Path()) || !strings.Contains(err.Error(), "99999") || !strings.Contains(err.Error(), "newer rwsgate") {
			t.Errorf("%v", err)
		}
	})
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	db := raw(t, path)
	execute(t, db, "CREATE TABLE places (url TEXT)", "INSERT INTO places VALUES ('x')")
	_, err := Open(t.Context(), "sqlite:"+path, Options{})
	if FaultOf(err) != FaultForeign || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM sqlite_master").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d tables (%v)", n, err)
	}
}

func TestCorruptFileIsSetAside(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut short":         func(b []byte) []byte { return b[:len(b)-4096] },
		"a page of garbage": func(b []byte) []byte { copy(b[2*4096:], bytes.Repeat([]byte{0xa5}, 4096)); return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := sqliteWith(t)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for round := range 2 { // in the same second: the first one set aside must not be overwritten
				bad := append(damage(bytes.Clone(text)), byte(round))
				if err := os.WriteFile(path, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				var log bytes.Buffer
				s := openWith(t, "sqlite:"+path, Options{For: ToServe, Now: func() time.Time { return someDay }, Log: slog.New(slog.NewTextHandler(&log, nil))})
				same(t, "fresh", load(t, s), translate.Snapshot{})
				merge(t, s, download(minutes("2026-02-01", 1, 1)))
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				aside, _ := filepath.Glob(filepath.Dir(path) + "/*.corrupt-20260301T120000Z*")
				if len(aside) != round+1 {
					t.Fatalf("set aside: %v", aside)
				}
				if kept, err := os.ReadFile(aside[round]); err != nil || !bytes.Equal(kept, bad) {
					t.Errorf("what was set aside was changed (%v)", err)
				}
				if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "corrupt-20260301T120000Z") {
					t.Errorf("said: %s", said)
				}
			}
		})
	}
}

func TestCheckFindsDamage(t *testing.T) {
	for name, c := range map[string]struct{ statement, found string }{
		"a history that cannot be": {"UPDATE spans SET ends = begins + 500", "contradicts itself"},
		"data without a version":   {"UPDATE tenants SET version = 0", "without a version"},
		"a correction to come":     {"UPDATE corrections SET version = 77", "version yet to come"},
		"an orphan":                {"PRAGMA foreign_keys = off; UPDATE days SET tenant = 'nobody'", "days"},
	} {
		t.Run(name, func(t *testing.T) {
			path := sqliteWith(t)
			s := open(t, "sqlite:"+path)
			merge(t, s, download(minutes("2026-02-01", 2, 2)))
			mustImport(t, s, ImportBatch{Spans: []translate.Observation{span("2025-03-01T08", "2025-03-02T08", 240, 24)}})
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			execute(t, raw(t, path), c.statement)
			if err := s.Check(t.Context()); FaultOf(err) != FaultCorrupt || !strings.Contains(err.Error(), c.found) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLockedByAnother(t *testing.T) {
	path := sqliteWith(t)
	s := openWith(t, "sqlite:"+path, Options{BusyTimeout: 10 * time.Millisecond})
	db := raw(t, path)
	db.SetMaxOpenConns(1)
	execute(t, db, "BEGIN EXCLUSIVE")
	if len(load(t, s).History.Days()) != 1 {
		t.Error("reads must answer")
	}
	_, _, err := s.Merge(t.Context(), tenant, download(minutes("2026-02-02", 1, 1)), translate.Refresh{})
	if FaultOf(err) != FaultLocked || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	execute(t, db, "ROLLBACK")
	merge(t, s, download(minutes("2026-02-02", 1, 1)))
}

func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	for dsn, want := range map[string]struct {
		fault Fault
		text  string
	}{
		"sqlite:" + dir + "/none/store.db":   {FaultMissing, "does not exist: " + dir + "/none"},
		"sqlite:" + dir:                      {FaultConfig, "not a file"},
		"sqlite:":                            {FaultConfig, "sqlite:PATH"},
		"":                                   {FaultConfig, "sqlite:PATH"},
		"mysql://u:hunter2@h/d":              {FaultConfig, "postgres://"},
		"postgres://u:hunter2@h:port/d":      {FaultConfig, "percent-encode"},
		"postgres://u:hunter2/x@h/d":         {FaultConfig, "percent-encode"},
		"postgres://u:hunter2@127.0.0.1:1/d": {FaultUnreachable, "127.0.0.1/d"},
		"postgresql:///d?host=" + dir + "&password=hunter2": {FaultUnreachable, dir},
	} {
		_, err := Open(t.Context(), dsn, Options{})
		if FaultOf(err) != want.fault || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%s: %s, %v; want %s with %q", dsn, FaultOf(err), err, want.fault, want.text)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is shown: %v", err)
		}
	}
}

func TestBackupWhileWriting(t *testing.T) {
	for _, dsn := range []string{"memory", "sqlite:" + filepath.Join(t.TempDir(), "store.db")} {
		s := open(t, dsn)
		want, _ := merge(t, s, download(minutes("2026-02-01", 1, 1)))
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for i := int64(1); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, _, err := s.Merge(context.Background(), "other", download(minutes("2026-02-01", i, i), minutes("2026-02-02", i, i)), translate.Refresh{}); err != nil {
					t.Error(err)
				}
			}
		}()
		to := filepath.Join(t.TempDir(), "a copy.db")
		err := s.Backup(t.Context(), to)
		close(stop)
		<-stopped
		if err != nil {
			t.Fatal(err)
		}
		b := open(t, "sqlite:"+to)
		same(t, "the copy", load(t, b), want)
		if err := b.Check(t.Context()); err != nil {
			t.Error(err)
		}
		before, _ := os.ReadFile(to)
		if err := s.Backup(t.Context(), to); FaultOf(err) != FaultConfig || !strings.Contains(err.Error(), "exists") {
			t.Errorf("onto a file: %v", err)
		}
		if after, _ := os.ReadFile(to); !bytes.Equal(before, after) {
			t.Error("the file was changed")
		}
		if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "none", "b.db")); FaultOf(err) != FaultMissing {
			t.Errorf("into no directory: %v", err)
		}
	}
}

func TestBackupOfPostgres(t *testing.T) {
	err := open(t, cluster.schema(t)).Backup(t.Context(), filepath.Join(t.TempDir(), "b.db"))
	if err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("%v", err)
	}
}

func TestWritable(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		if err := s.Writable(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
