package traffic

import (
	"net/http"
	"regexp"
	"strings"
)

// address is a URL or a path: what it asks for may be anything.
var address = regexp.MustCompile(`^(?i)(https?://\S|/)`)

// report is the name of a report, or of the service's description, as a segment of a path. The families are those that
// the retired service is known to have had (LEGACY 3.b6, 4); a word with an option of OData behind it is a report's name
// too, so that a name that is misspelt is judged.
var report = regexp.MustCompile(`(?i)(?:^|/)(?:\$metadata|(?:` + strings.Join([]string{
	"Cs(?:P2P|Active|Conference|AVConference|PSTN|Client|User)", "Mail(?:box(?:Activity|Usage)|Traffic|FilterList|Detail)", "MessageTrace",
	"GroupActivity", "StaleMailbox", "ClientSoftware", "ConnectionByClientType", "SPO(?:T|O|Active|Conflict|SkyDrive|Tenant)",
	"ServiceDeliveryReport", "ExternalActivity", "LicenseVsUsage", "Partner(?:C|L)", "ScorecardC", "DlpDetection", "UrlTrace", "DeviceD",
}, "|") + `)[A-Za-z0-9_]*)(?:[(/?]|$)|^[A-Za-z][A-Za-z0-9_]*/?(?:\([^)]*\))?\?(?:.*[&;])?\$(?:amp;)?[a-z]+=`)

// IsListed says whether a line of a list asks the legacy service: it names the service itself or a report.
func IsListed(url string) bool { return IsService(url) || report.MatchString(url) }

// readListed reads a line of a list: a URL or path, or what follows the service root from a report's name on. It may hold
// blanks; a method stands in front if it is not GET, and headers behind it, each after a tab. Empty lines and lines that
// begin with # are comments.
func readListed(line string) (Request, error) {
	line = strings.Trim(line, " \r")
	if line == "" || line[0] == '#' {
		return Request{}, errNone
	}
	parts := strings.Split(line, "\t")
	q := Request{Method: http.MethodGet, URL: strings.Trim(strings.TrimSpace(parts[0]), `"`)}
	if method, url, ok := strings.Cut(q.URL, " "); ok && isMethod(method) {
		q.Method, q.URL = method, strings.TrimSpace(url)
	}
	if !address.MatchString(q.URL) && !IsListed(q.URL) {
		return Request{}, errLine
	}
	for _, field := range parts[1:] {
		if name, value, ok := strings.Cut(field, ":"); ok {
			q.keep(name, value)
		}
	}
	return q, nil
}
