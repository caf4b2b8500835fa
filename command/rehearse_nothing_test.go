package command

import (
	"strings"
	"testing"
)

// TestRehearseNothing pins that a file without a request of the legacy service is a wrong file, never a success.
func TestRehearseNothing(t *testing.T) {
	other := `192.0.2.1 - - [20/Nov/2026:06:00:00 +0000] "GET /owa/ HTTP/1.1" 200 812 "-" "job/1"` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"an empty file", "", "no request of the legacy service in it (0 others)"},
		{"comments", "# none\n\n", "no request of the legacy service"},
		{"a HAR without entries", `{"log":{"entries":[]}}`, "HAR, and no request of the legacy service"},
		{"a broken HAR", `{"log":{`, "not read to its end: it is JSON, but no HAR"},
		{"a log of something else", other, "no request of the legacy service in it (1 other)."},
		{"a word", "hello\n", "no list of URLs"},
		{"passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n", "no list of URLs"},
		{"other URLs", "https://h.example/a\nhttps://h.example/b\n/etc/passwd\n", "(3 others)"},
	} {
		for _, format := range []string{"table", "json"} {
			code, out, stderr := rehearse(c.text, "--format", format)
			if code != 2 || out != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("%s: exit code %d: %s%s", c.name, code, out, stderr)
			}
		}
	}
}

// TestRehearseListed pins which lines of a list are requests of the legacy service.
func TestRehearseListed(t *testing.T) {
	for line, requests := range map[string]int{
		"https://proxy.example/ecp/reportingwebservice/reporting.svc": 1, "CsP2PAVTimeDialy": 1, "csp2pavtimedaily?$top=1": 1, "MailTraffic": 1,
		"$metadata": 1, "NoSuchReport?$top=1": 1, "NoSuchReport?rws-version=2013-V1&$top=1": 1, "/reports/CsP2PAVTimeDaily": 1,
		"https://h.example/x": 0, "hello": 0, "/usr/bin": 0, "README.md": 0, "what?": 0, "sport": 0,
	} {
		_, r := rehearsedOf(t, "CsP2PAVTimeDaily\nCsP2PAVTimeWeekly\n"+line+"\n")
		if r.Requests != 2+requests {
			t.Errorf("%s: %d requests", line, r.Requests)
		}
	}
}
