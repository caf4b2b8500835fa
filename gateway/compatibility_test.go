package gateway

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const compatibilityPage = "../docs/compatibility.md"

var (
	quotedName = regexp.MustCompile("`([^`]+)`")
	testName   = regexp.MustCompile(`^[a-z]+\.Test\w+$`)
	goldenName = regexp.MustCompile(`^\d{3}-[a-z0-9-]+$`)
	testFunc   = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	difference = regexp.MustCompile(`^D\d+$`)
)

// TestCompatibilityPage holds docs/compatibility.md to the tree: every number is there, every row names a test or golden
// file that exists or says why there is none, and the differences are numbered without a gap.
func TestCompatibilityPage(t *testing.T) {
	rows := pageRows(t)
	known := knownTests(t)
	seen := map[string]int{}
	differences := 0
	for _, row := range rows {
		seen[row[0]]++
		if difference.MatchString(row[0]) {
			if differences++; row[0] != fmt.Sprint("D", differences) {
				t.Errorf("%s stands where D%d should", row[0], differences)
			}
			checkNames(t, row[0], row[2], known)
			if !regexp.MustCompile(`\.TestDifference` + row[0] + `[A-Z]`).MatchString(row[2]) {
				t.Errorf("%s names no test of its number: %s", row[0], row[2])
			}
			continue
		}
		standing := row[4]
		switch {
		case strings.HasPrefix(standing, "not applicable: "):
		case standing == "proven", standing == "documented", standing == "judged":
			checkNames(t, row[0], row[3], known)
		default:
			t.Errorf("%s: standing %q", row[0], standing)
		}
	}
	for _, number := range wantedNumbers() {
		if seen[number] != 1 {
			t.Errorf("%s stands %d times", number, seen[number])
		}
	}
	// A difference that the page does not know would go unseen.
	for name := range known {
		if n, ok := strings.CutPrefix(name[strings.LastIndexByte(name, '.')+1:], "TestDifference"); ok {
			if number := regexp.MustCompile(`^D\d+`).FindString(n); seen[number] != 1 {
				t.Errorf("%s is not in the list", name)
			}
		}
	}
}

// wantedNumbers are the rules, ambiguities and first differences of the reference, and the errors that are ours.
func wantedNumbers() (numbers []string) {
	for i := 1; i <= 73; i++ {
		numbers = append(numbers, fmt.Sprint(i))
	}
	for i := 1; i <= 15; i++ {
		numbers = append(numbers, fmt.Sprint("5.", i))
	}
	for i := 1; i <= 11; i++ {
		numbers = append(numbers, fmt.Sprint("7.", i))
	}
	for i := 1; i <= 9; i++ {
		numbers = append(numbers, fmt.Sprint("D", i))
	}
	return numbers
}

// pageRows gives the cells of every numbered row.
func pageRows(t *testing.T) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(compatibilityPage)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || !strings.HasSuffix(line, " |") {
			continue
		}
		cells := strings.Split(line[1:len(line)-1], "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		numbered := cells[0][0] >= '0' && cells[0][0] <= '9' || strings.HasPrefix(cells[0], "O2") || strings.HasPrefix(cells[0], "O3")
		switch {
		case difference.MatchString(cells[0]) && len(cells) == 4, numbered && len(cells) == 5:
			rows = append(rows, cells)
		case numbered || difference.MatchString(cells[0]):
			t.Errorf("%d cells in %s", len(cells), line)
		}
	}
	if len(rows) < 100 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

// checkNames demands at least one name in a cell, and each to be a test or a golden file.
func checkNames(t *testing.T, row, cell string, known map[string]bool) {
	t.Helper()
	names := quotedName.FindAllStringSubmatch(cell, -1)
	if len(names) == 0 {
		t.Errorf("%s names no test", row)
	}
	for _, m := range names {
		switch name := m[1]; {
		case testName.MatchString(name):
			if !known[name] {
				t.Errorf("%s: there is no %s", row, name)
			}
		case goldenName.MatchString(name):
			if _, err := os.Stat(filepath.Join("testdata", "golden", name+".request")); err != nil {
				t.Errorf("%s: %v", row, err)
			}
		default:
			t.Errorf("%s: %s is neither a test nor a golden file", row, name)
		}
	}
}

// knownTests finds every test of the project, as folder.TestName.
func knownTests(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"testdata", "node_modules", ".git"}, d.Name()) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			known[filepath.Base(folder)+"."+string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}
