package store

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rwsgate/translate"
)

var purposes = map[string]Purpose{"to write": ToWrite, "as it is": AsItIs, "to serve": ToServe}

// folderOf gives the names and contents of a folder, but for lock files and SQLite's index of its log, which come and go.
func folderOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		if name := f.Name(); !strings.HasSuffix(name, ".lock") && !strings.HasSuffix(name, ".inuse") && !strings.HasSuffix(name, "-shm") {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	return all
}

// spoil fills a page in the middle of a database with garbage.
func spoil(t *testing.T, path string) {
	t.Helper()
	spoilAt(t, path, 2*4096, 4096)
}

func spoilAt(t *testing.T, path string, at int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, n), at); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsLeftToServe(t *testing.T) {
	for _, name := range []string{"to write", "as it is"} {
		t.Run(name, func(t *testing.T) {
			path := sqliteWith(t)
			spoil(t, path)
			before := folderOf(t, filepath.Dir(path))
			_, err := Open(t.Context(), "sqlite:"+path, Options{For: purposes[name]})
			if FaultOf(err) != FaultCorrupt || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restart rwsgate serve") {
				t.Errorf("%v", err)
			}
			same(t, "the folder", folderOf(t, filepath.Dir(path)), before)
		})
	}
}

// TestNoDatabaseIsLeftAlone: a slip in the store key must cost no other file, whoever opens it.
func TestNoDatabaseIsLeftAlone(t *testing.T) {
	for name, p := range purposes {
		for what, text := range map[string]string{
			"passwords": "reader:$2y$10$abcdefghijklmnopqrstuv\n", "one letter": "x", "text": strings.Repeat("not a database ", 1000), "zeros": strings.Repeat("\x00", 8192),
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "users")
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				_, err := Open(t.Context(), "sqlite:"+path, Options{For: p})
				if FaultOf(err) != FaultForeign || !strings.Contains(err.Error(), path+": it is no SQLite database") || !strings.Contains(err.Error(), "name another file") {
					t.Errorf("%v", err)
				}
				same(t, "the folder", folderOf(t, filepath.Dir(path)), map[string]string{"users": text})
			})
		}
	}
}

// TestADamagedBeginningIsLeftAlone: what was a store is not told from another file by its first bytes, so the operator must
// learn what to do in either case.
func TestADamagedBeginningIsLeftAlone(t *testing.T) {
	for name, p := range purposes {
		t.Run(name, func(t *testing.T) {
			path := sqliteWith(t)
			spoilAt(t, path, 0, 16)
			before := folderOf(t, filepath.Dir(path))
			_, err := Open(t.Context(), "sqlite:"+path, Options{For: p})
			for _, want := range []string{path + ": it is no SQLite database, or its first bytes are damaged", "name another file", "move the file away together with its -wal and -shm", "put a backup in its place"} {
				if FaultOf(err) != FaultForeign || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v, want %q", FaultOf(err), err, want)
				}
			}
			same(t, "the folder", folderOf(t, filepath.Dir(path)), before)
		})
	}
}

// TestDamageIsNotSetAsideUnderAnother: a second gateway leaves a damaged file to the process that uses it; when that one
// has been closed, it may.
func TestDamageIsNotSetAsideUnderAnother(t *testing.T) {
	path := sqliteWith(t)
	first := openWith(t, "sqlite:"+path, Options{For: ToServe})
	second := openWith(t, "sqlite:"+path, Options{})
	spoil(t, path)
	quiet := Options{For: ToServe, Log: slog.New(slog.DiscardHandler)}
	for _, s := range []*Store{first, second} {
		_, err := Open(t.Context(), "sqlite:"+path, quiet)
		if FaultOf(err) != FaultCorrupt || !strings.Contains(err.Error(), "another rwsgate uses it") || strings.Contains(err.Error(), "restart rwsgate serve") || !strings.Contains(err.Error(), path) {
			t.Fatalf("%v", err)
		}
		if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) > 0 {
			t.Fatalf("set aside: %v", aside)
		}
		_ = s.Close() // of a damaged file: it may complain
	}
	same(t, "fresh", load(t, openWith(t, "sqlite:"+path, quiet)), translate.Snapshot{})
}

// TestOlderSchemaIsLeftToServe: who only looks, or adds, migrates nothing under an older gateway.
func TestOlderSchemaIsLeftToServe(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		newer := later(t, "CREATE TABLE later (id TEXT);")
		for _, p := range []Purpose{ToWrite, AsItIs} {
			_, err := Open(t.Context(), dsn, Options{For: p, migrations: newer})
			if FaultOf(err) != FaultOlder || !strings.Contains(err.Error(), s.Path()) || !strings.Contains(err.Error(), "start the newer rwsgate serve first") {
				t.Errorf("%v", err)
			}
		}
		openWith(t, dsn, Options{For: AsItIs}) // as it was
		openWith(t, dsn, Options{For: ToServe, migrations: newer})
	})
}

func TestLookingMakesNothing(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		for range 2 {
			_, err := Open(t.Context(), dsn, Options{For: AsItIs})
			if FaultOf(err) != FaultMissing || !strings.Contains(err.Error(), "there is no store yet") {
				t.Errorf("%v", err)
			}
		}
		openWith(t, dsn, Options{})
		openWith(t, dsn, Options{For: AsItIs})
	})
	dir := t.TempDir()
	_, _ = Open(t.Context(), "sqlite:"+filepath.Join(dir, "store.db"), Options{For: AsItIs})
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%v (%v)", files, err)
	}
}

// TestAReplacedFileIsNoticed: what is written into a file that nobody can find any more would end with the process.
func TestAReplacedFileIsNoticed(t *testing.T) {
	for name, wreck := range map[string]func(t *testing.T, path string){
		"removed": func(*testing.T, string) {},
		"replaced": func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := sqliteWith(t)
			s := open(t, "sqlite:"+path)
			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err := os.Rename(path+suffix, path+suffix+".gone"); err != nil && !os.IsNotExist(err) {
					t.Skipf("an open file cannot be moved here: %v", err)
				}
			}
			wreck(t, path)
			_, _, err := s.Merge(context.Background(), tenant, download(minutes("2026-02-02", 1, 1)), translate.Refresh{})
			for _, err := range []error{err, s.Writable(t.Context())} {
				if FaultOf(err) != FaultMissing || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restart rwsgate serve") {
					t.Errorf("%v", err)
				}
			}
		})
	}
}
