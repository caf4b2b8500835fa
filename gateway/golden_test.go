package gateway

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden answers anew")

// TestGolden sends every testdata/golden/*.request and compares the answer, headers and bytes, with the .answer beside
// it. A request may begin with lines "# key: value" for its fixture: history, now, page-size (see fixture_test.go).
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil || len(names) < 120 {
		t.Fatalf("%d golden requests, error %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".request"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			settings, request := readGolden(t, text)
			w := httptest.NewRecorder()
			newFixture(t, settings).ServeHTTP(w, request)
			got, file := dump(w.Result().Header, w.Code, w.Body.Bytes()), strings.TrimSuffix(name, ".request")+".answer"
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("error %v\n got: %s\nwant: %s", err, got, want)
			}
		})
	}
}

// readGolden takes the fixture's settings off a request and parses the rest as it came over the wire.
func readGolden(t *testing.T, text []byte) (map[string]string, *http.Request) {
	t.Helper()
	settings := map[string]string{}
	for bytes.HasPrefix(text, []byte("# ")) {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		key, value, _ := strings.Cut(string(line[2:]), ": ")
		settings[key], text = value, rest
	}
	wire := strings.ReplaceAll(strings.TrimRight(string(text), "\n"), "\n", "\r\n") + "\r\n\r\n"
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		t.Fatal(err)
	}
	request.RemoteAddr = "127.0.0.1:1"
	return settings, request
}

// dump writes an answer with its headers in order; the request id differs each time.
func dump(h http.Header, status int, body []byte) []byte {
	lines := []string{}
	for name, values := range h {
		if name == "request-id" {
			body = bytes.ReplaceAll(body, []byte(values[0]), []byte("(36 characters)"))
			values = []string{"(36 characters)"}
		}
		lines = append(lines, name+": "+strings.Join(values, "\n"+name+": "))
	}
	sort.Strings(lines)
	return fmt.Appendf(nil, "%d\n%s\n\n%s\n", status, strings.Join(lines, "\n"), body)
}
