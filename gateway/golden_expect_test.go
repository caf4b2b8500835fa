package gateway

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoldenExpectations compares each golden answer with what was written down from the reference before the answer was
// made: "# expect:" is its status, DataServiceVersion and content type ("-": the header is absent), "# has:" a text that
// it holds and "# lacks:" one that it does not, "# rule:" where the reference says so.
func TestGoldenExpectations(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		request, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := os.ReadFile(strings.TrimSuffix(name, ".request") + ".answer")
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range unmet(string(request), string(answer)) {
			t.Errorf("%s: %s", filepath.Base(name), fault)
		}
	}
}

// unmet lists the expectations of a request that its answer does not meet.
func unmet(request, answer string) (faults []string) {
	expected, ruled := false, false
	for line := range strings.Lines(request) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch key {
		case "# rule":
			ruled = true
		case "# expect":
			expected = true
			if got := essence(answer); got != value {
				faults = append(faults, "got "+got+", want "+value)
			}
		case "# has":
			if !strings.Contains(answer, value) {
				faults = append(faults, "lacks "+value+" in "+answer)
			}
		case "# lacks":
			if strings.Contains(answer, value) {
				faults = append(faults, "has "+value)
			}
		}
	}
	if !expected || !ruled {
		faults = append(faults, "says no rule or no expectation")
	}
	return faults
}

// essence is the status, DataServiceVersion and content type of a dumped answer.
func essence(answer string) string {
	head, _, _ := strings.Cut(answer, "\n\n")
	status, headers, _ := strings.Cut(head, "\n")
	found := [2]string{"-", "-"}
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "DataServiceVersion":
			found[0] = value
		case "Content-Type":
			found[1] = value
		}
	}
	return status + " " + found[0] + " " + found[1]
}

// TestGoldenFromCache sends every golden request twice: what the answer cache gives back differs in nothing but the word
// hit.
func TestGoldenFromCache(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		settings, _ := readGolden(t, text)
		g := newFixture(t, settings)
		var answers [2][]byte
		for i := range answers {
			_, request := readGolden(t, text)
			w := httptest.NewRecorder()
			g.ServeHTTP(w, request)
			answers[i] = dump(w.Result().Header, w.Code, w.Body.Bytes())
		}
		if bytes.Contains(answers[1], []byte("X-Rwsgate-Answer: hit")) {
			hits++
		}
		second := bytes.Replace(answers[1], []byte("X-Rwsgate-Answer: hit"), []byte("X-Rwsgate-Answer: miss"), 1)
		if !bytes.Equal(answers[0], second) {
			t.Errorf("%s\nfirst:  %s\nsecond: %s", filepath.Base(name), answers[0], answers[1])
		}
	}
	if hits < 50 {
		t.Errorf("only %d answers came from the cache", hits)
	}
}
