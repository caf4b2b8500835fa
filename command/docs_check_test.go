package command

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// What differs between two runs of check against the stand-in: ports, and times.
var (
	anyPort = regexp.MustCompile(`(localhost|127\.0\.0\.1):\d+`)
	anyTime = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
)

// TestCheckTranscript holds the transcript in the README to what check prints.
func TestCheckTranscript(t *testing.T) {
	const page, begin, end = "../README.md", "<!-- check: a golden transcript -->\n", "<!-- end of check -->"
	var out bytes.Buffer
	if code := Main([]string{"check", "--demo", "--now", "2026-11-23T12:00:00Z"}, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	lines := anyTime.ReplaceAllString(anyPort.ReplaceAllString(out.String(), "$1:443"), "2026-11-23T13:00:00Z")
	want := "\n```\n" + strings.TrimSpace(lines) + "\n```\n\n"
	holdPart(t, page, begin, end, want)
}
