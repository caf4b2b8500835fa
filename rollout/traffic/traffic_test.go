package traffic

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// told writes what was read of a recording, one request a line.
func told(from io.Reader) string {
	var b strings.Builder
	r, err := Open(from)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	fmt.Fprintf(&b, "%s\n", r.Kind())
	for {
		q, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Fprintf(&b, "error: %v\n", err)
			break
		}
		at := "-"
		if !q.At.IsZero() {
			at = q.At.UTC().Format("2006-01-02T15:04:05.999Z")
		}
		fmt.Fprintf(&b, "%d %s %s %s user=%s address=%s", q.Line, at, q.Method, q.URL, q.User, q.Address)
		var headers bytes.Buffer
		_ = q.Header.Write(&headers)
		for line := range strings.Lines(headers.String()) {
			b.WriteString(" [" + strings.TrimSpace(line) + "]")
		}
		if a := q.Answer; a != nil {
			fmt.Fprintf(&b, " = %d %q %q", a.Status, a.ContentType, a.Version)
			if a.HasBody {
				fmt.Fprintf(&b, " %q", a.Body)
			}
		}
		b.WriteByte('\n')
	}
	if n, first := r.Unreadable(); n > 0 {
		fmt.Fprintf(&b, "unreadable: %d, first %d\n", n, first)
	}
	return b.String()
}

// TestRecordings reads each testdata/NAME.* and compares what was read with NAME.want beside it. Recordings hold secrets;
// nothing that was read does.
func TestRecordings(t *testing.T) {
	names, err := filepath.Glob("testdata/*.in")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got := told(bytes.NewReader(text))
		file := strings.TrimSuffix(name, ".in") + ".want"
		if os.Getenv("RWSGATE_UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if strings.Contains(strings.ToLower(got), "planted") || strings.Contains(got, "UGxhbnRlZA") {
			t.Errorf("%s: a secret was read: %s", name, got)
		}
		for form, other := range map[string][]byte{"gzip": zipped(text), "UTF-16": wide(text), "a byte order mark": append([]byte("\xef\xbb\xbf"), text...), "lines that end as on Windows": bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))} {
			if bytes.IndexByte(text, 0) >= 0 {
				continue
			}
			if again := told(bytes.NewReader(other)); again != got {
				t.Errorf("%s in %s: %s", name, form, cmp.Diff(got, again))
			}
		}
	}
}

func zipped(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

func wide(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// lasting gives a line over and over.
type lasting struct {
	line string
	left int
	at   int
}

func (l *lasting) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && l.left > 0 {
		c := copy(p[n:], l.line[l.at:])
		n, l.left, l.at = n+c, l.left-c, (l.at+c)%len(l.line)
	}
	return n, nil
}

// TestLongLogsNeedNoMemory: what is held while a log of 48 MB is read, a line of 8 MB in it, stays far below that.
func TestLongLogsNeedNoMemory(t *testing.T) {
	line := `192.0.2.1 - etl@example.com [20/Nov/2026:06:00:00 +0000] "GET /ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1 HTTP/1.1" 200 812 "-" "job/1"` + "\n"
	r, err := Open(io.MultiReader(&lasting{line: line, left: 40 << 20}, strings.NewReader("\n"), &lasting{line: "x", left: 8 << 20}, strings.NewReader("\n"+line)))
	if err != nil {
		t.Fatal(err)
	}
	most, requests := uint64(0), 0
	for {
		q, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || q.Method != http.MethodGet {
			t.Fatal(q, err)
		}
		if requests++; requests%20000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if requests < 250_000 || most > 16<<20 {
		t.Errorf("%d requests, %d bytes held", requests, most)
	}
	if n, _ := r.Unreadable(); n < 1 || n > 3 {
		t.Errorf("%d lines unreadable", n)
	}
}

// TestHARIsBounded: an entry beyond the bound ends the reading with an error, those before it are read.
func TestHARIsBounded(t *testing.T) {
	entry := `{"request":{"method":"GET","url":"https://h/x"}}`
	r, err := Open(io.MultiReader(strings.NewReader(`{"log":{"entries":[`+entry+`,{"request":{"url":"`), &lasting{line: "x", left: 2 * maxEntry}, strings.NewReader(`"}}]}}`)))
	if err != nil {
		t.Fatal(err)
	}
	if q, err := r.Next(); err != nil || q.URL != "https://h/x" {
		t.Fatal(q, err)
	}
	for range 2 {
		if _, err := r.Next(); err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
			t.Fatal(err)
		}
	}
}

// fuzz reads whatever comes: without a panic, to an end, and never with a credential.
func fuzz(f *testing.F, kind Kind, pattern string) {
	names, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(zipped(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Open(bytes.NewReader(text))
		if err != nil {
			return
		}
		for n := 0; ; n++ {
			q, err := r.Next()
			if err != nil {
				break
			}
			if q.Method == "" || q.URL == "" || q.Line <= 0 {
				t.Fatalf("%+v", q)
			}
			for name := range q.Header {
				if !kept[name] {
					t.Fatalf("%s was kept", name)
				}
			}
			if n > 8*len(text)*1100+10 { // gzip makes at most 1032 bytes of one
				t.Fatal("it does not end")
			}
		}
		if _, err := r.Next(); err == nil {
			t.Fatalf("%s: a request behind the end", kind)
		}
	})
}

func FuzzHAR(f *testing.F)      { fuzz(f, HAR, "har-*.in") }
func FuzzW3C(f *testing.F)      { fuzz(f, W3C, "w3c-*.in") }
func FuzzCombined(f *testing.F) { fuzz(f, Combined, "combined-*.in") }
func FuzzSquid(f *testing.F)    { fuzz(f, Squid, "squid*.in") }
func FuzzList(f *testing.F)     { fuzz(f, List, "list*.in") }
