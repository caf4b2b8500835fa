package conformance

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which rooms each room may import; the arrows go down only. A room that is missing here is refused.
var mayImport = map[string][]string{
	".":                    {"command"},
	"command":              {"config", "odata", "translate", "translate/graph", "store", "cache", "rollout", "rollout/traffic", "gateway", "gateway/rws", "gateway/admin", "gateway/thin", "graphsim"},
	"config":               {"translate"},
	"odata":                {},
	"translate":            {},
	"translate/graph":      {"translate"},
	"store":                {"translate"},
	"cache":                {"translate"},
	"rollout":              {"translate", "store"},
	"rollout/traffic":      {},
	"gateway":              {"odata", "translate", "cache", "rollout", "gateway/rws"},
	"gateway/rws":          {},
	"gateway/thin":         {"odata", "cache", "gateway", "gateway/rws"},
	"gateway/admin":        {"odata", "translate", "cache", "rollout", "gateway"},
	"graphsim":             {"translate"},
	"conformance":          {},
	"conformance/chart":    {"config"},
	"conformance/replicas": {"graphsim"},
	"bench":                {"odata", "translate", "cache", "store", "gateway", "gateway/rws", "gateway/admin", "graphsim"},
}

// alsoInTests are the rooms that a room's tests may import besides, because a real part beats a mock.
var alsoInTests = map[string][]string{
	"translate/graph": {"graphsim"},
	"cache":           {"store", "graphsim"},
	"gateway":         {"store", "graphsim", "gateway", "gateway/thin"}, // its outside tests have the sidecar in front
	"gateway/admin":   {"store", "graphsim"},
	"command":         {},
}

// onlyIn names the rooms that may know a module; nobody else's tests may, either, so that they build without it.
var onlyIn = map[string][]string{
	"github.com/labstack/echo":      {"gateway", "gateway/admin"},
	"github.com/microsoftgraph":     {"translate/graph"},
	"github.com/microsoft/kiota":    {"translate/graph"},
	"github.com/Azure":              {"translate/graph"},
	"modernc.org/sqlite":            {"store"},
	"github.com/jackc/pgx":          {"store"},
	"github.com/patrickmn/go-cache": {"cache", "gateway"},
}

func TestRoomsImportDownwardsOnly(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != ".." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"testdata", "node_modules", "tools"}, d.Name())) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		files++
		checkImports(t, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("only %d Go files found: is this the project's root?", files)
	}
}

func checkImports(t *testing.T, name string) {
	t.Helper()
	room := path.Clean(filepath.ToSlash(strings.TrimPrefix(filepath.Dir(name), "..")))
	room = strings.TrimPrefix(room, "/")
	allowed, known := mayImport[room]
	if !known {
		t.Errorf("%s: room %q is not in DESIGN's table", name, room)
		return
	}
	if strings.HasSuffix(name, "_test.go") {
		allowed = append(slices.Clone(allowed), alsoInTests[room]...)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if ours, ok := strings.CutPrefix(imported, "rwsgate/"); ok && ours != room && !slices.Contains(allowed, ours) {
			t.Errorf("%s imports %s: room %s may import only %v", name, imported, room, allowed)
		}
		for module, rooms := range onlyIn {
			if strings.HasPrefix(imported, module) && !slices.Contains(rooms, room) {
				t.Errorf("%s imports %s, which only %v may know", name, imported, rooms)
			}
		}
	}
}
