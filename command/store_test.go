package command

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newOneStoreRig is a configuration of one tenant, which the stand-in knows, with a store in a file.
func newOneStoreRig(t *testing.T) *storeRig {
	t.Helper()
	r := newRig(t)
	r.extra = "store: sqlite:history.db\n"
	return &storeRig{rig: r, config: r.file(t), db: filepath.Join(r.folder, "history.db")}
}

// lookers are the commands that use a store but do not serve from it, on the rig's configuration.
func (s *storeRig) lookers(t *testing.T) map[string][]string {
	t.Helper()
	nobody := []string{"--admin", "http://" + closedAddress, "--config", s.config}
	tenant := []string{"--config", s.config, "--tenant", "example.onmicrosoft.com"}
	return map[string][]string{
		"check":            {"check", "--config", s.config},
		"usage":            append([]string{"usage"}, nobody...),
		"rollout status":   append([]string{"rollout", "status"}, nobody...),
		"rollout evidence": append([]string{"rollout", "evidence"}, nobody...),
		"export":           append([]string{"export"}, tenant...),
		"backup":           {"backup", "--config", s.config, filepath.Join(t.TempDir(), "copy.db")},
		"dry run":          append([]string{"import", "--dry-run", filepath.Join("testdata", "import", "graph.csv")}, tenant...),
		"import":           append([]string{"import", filepath.Join("testdata", "import", "graph.csv")}, tenant...),
	}
}

// TestNoCommandTakesAStoreAway gives every command a damaged store, and a file that is none at all: each says so, names the
// file, and leaves it where and as it is.
func TestNoCommandTakesAStoreAway(t *testing.T) {
	s := newOneStoreRig(t)
	if code, _, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(stderr)
	}
	sound, err := os.ReadFile(s.db)
	if err != nil {
		t.Fatal(err)
	}
	for kind, c := range map[string]struct {
		text []byte
		says string
	}{
		"damaged":           {bytes.Join([][]byte{sound[:2*4096], bytes.Repeat([]byte{0xa5}, 4096), sound[3*4096:]}, nil), "the file is damaged"},
		"beginning damaged": {append(bytes.Repeat([]byte{0xa5}, 16), sound[16:]...), "if it was rwsgate's store, stop rwsgate serve, move the file away"},
		"no database":       {[]byte("reader:$2y$10$abcdefghijklmnopqrstuv\n"), "it is no SQLite database"},
	} {
		commands := s.lookers(t)
		if kind != "damaged" { // which serve sets aside
			commands["serve"] = []string{"serve", "--config", s.config}
		}
		for name, args := range commands {
			t.Run(kind+", "+name, func(t *testing.T) {
				if err := os.WriteFile(s.db, c.text, 0o600); err != nil {
					t.Fatal(err)
				}
				code, stdout, stderr := cli(args...)
				if said := stdout + stderr; code != 1 || !strings.Contains(said, c.says) || !strings.Contains(said, s.db) {
					t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
				}
				after, err := os.ReadFile(s.db)
				aside, _ := filepath.Glob(s.db + ".corrupt-*")
				if err != nil || !bytes.Equal(after, c.text) || len(aside) > 0 {
					t.Errorf("the file was changed (%v), set aside: %v", err, aside)
				}
			})
		}
	}
}

// TestCheckTestsThePlaceOfAStoreToCome: where serve could make no store, check says so.
func TestCheckTestsThePlaceOfAStoreToCome(t *testing.T) {
	r := newRig(t)
	r.extra = "store: sqlite:nodir/a/history.db\n"
	code, out, _ := cli("check", "--config", r.file(t))
	if code != 1 || !strings.Contains(out, "the directory does not exist") || !strings.Contains(out, "mend: create it") || strings.Contains(out, "rwsgate serve makes it") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// TestAnImportOfNothingMakesNoStore: a file that is missing or refused leaves no store behind; the next one that is sound
// makes it.
func TestAnImportOfNothingMakesNoStore(t *testing.T) {
	s := newStoreRig(t)
	code, stdout, _ := s.run(t, "import", filepath.Join(s.folder, "nofile.csv"))
	if left, _ := filepath.Glob(s.db + "*"); code != 1 || len(left) > 0 {
		t.Errorf("exit code %d, left %v:\n%s", code, left, stdout)
	}
	if code, stdout, stderr := s.run(t, "import", filepath.Join(s.folder, "nofile.csv"), "graph.csv", "graph.csv"); code != 1 || !strings.Contains(stdout, "7 added") || !strings.Contains(stdout, "7 the same") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	if h := s.history(t, s.id).History; len(h.Days()) != 7 {
		t.Errorf("%d days", len(h.Days()))
	}
}

// TestAnOlderSchemaIsLeftToServe: commands of a newer version change nothing under an older gateway, and check is no
// hindrance before an upgrade.
func TestAnOlderSchemaIsLeftToServe(t *testing.T) {
	s := newOneStoreRig(t)
	if code, _, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(stderr)
	}
	db, err := sql.Open("sqlite", s.db)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const older = "DELETE FROM rwsgate_schema WHERE version_id = (SELECT MAX(version_id) FROM rwsgate_schema)"
	if _, err := db.Exec(older); err != nil {
		t.Fatal(err)
	}
	for name, args := range s.lookers(t) {
		want := 1
		if name == "check" {
			want = 0
		}
		code, stdout, stderr := cli(args...)
		if said := stdout + stderr; code != want || !strings.Contains(said, "start the newer rwsgate serve first") || !strings.Contains(said, s.db) {
			t.Errorf("%s: exit code %d:\n%s%s", name, code, stdout, stderr)
		}
	}
	if copies, _ := filepath.Glob(s.db + ".schema*"); len(copies) > 0 {
		t.Errorf("migrated: %v", copies)
	}
}
