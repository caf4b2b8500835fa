package store

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAFreshStoreNeedsNoCopies pins that a new file goes through all migrations without leaving copies of its emptiness.
func TestAFreshStoreNeedsNoCopies(t *testing.T) {
	folder := t.TempDir()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(folder, "new.db"), Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Name(), "schema") {
			t.Errorf("%s was left", f.Name())
		}
	}
}
