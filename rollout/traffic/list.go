package traffic

import (
	"net/http"
	"regexp"
	"strings"
)

// urlLike is what a line of a list must look like: a URL, a path, or what follows the service root.
var urlLike = regexp.MustCompile(`^(?i)(https?://\S|/|[a-z$][a-z0-9_.$:-]*([(/?].*)?$)`)

// readListed reads a line of a list: a URL, which may hold blanks, with a method in front if it is not GET, and headers
// behind it, each after a tab. Empty lines and lines that begin with # are comments.
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
	if !urlLike.MatchString(q.URL) {
		return Request{}, errLine
	}
	for _, field := range parts[1:] {
		if name, value, ok := strings.Cut(field, ":"); ok {
			q.keep(name, value)
		}
	}
	return q, nil
}
