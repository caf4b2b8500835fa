package traffic

import (
	"strconv"
	"strings"
	"time"
)

// w3c reads the W3C extended log format: its directives say which fields the lines have, and may change in mid-file.
type w3c struct {
	fields []string
	tabs   bool   // fields are separated by tabs
	date   string // of #Date, for logs that write the time alone
}

// isDirective says whether a line is one of the directives that only this format has.
func isDirective(line string) bool {
	return strings.HasPrefix(line, "#Fields:") || strings.HasPrefix(line, "#Software:") || strings.HasPrefix(line, "#Version:")
}

func (w *w3c) read(line string) (Request, error) {
	if name, value, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(line, "#") {
		switch name {
		case "#Fields":
			w.tabs = strings.Contains(strings.TrimSpace(value), "\t")
			w.fields = strings.Fields(strings.ToLower(value))
		case "#Date":
			w.date, _, _ = strings.Cut(strings.TrimSpace(value), " ")
		}
		return Request{}, errNone
	}
	if line == "" || line[0] == '#' {
		return Request{}, errNone
	}
	values := w.split(line)
	if len(w.fields) == 0 || len(values) < len(w.fields) {
		return Request{}, errLine
	}
	at := make(map[string]string, len(w.fields))
	for i, name := range w.fields {
		at[name] = dash(values[i])
	}
	return w.request(at)
}

// split takes a line apart; a value with blanks stands in quotation marks.
func (w *w3c) split(line string) []string {
	if w.tabs {
		return strings.Split(line, "\t")
	}
	var values []string
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		if line[0] == '"' {
			value, rest, ok := strings.Cut(line[1:], `"`)
			if !ok {
				return nil
			}
			values, line = append(values, value), rest
			continue
		}
		value, rest, _ := strings.Cut(line, " ")
		values, line = append(values, value), rest
	}
	return values
}

func first(at map[string]string, names ...string) string {
	for _, name := range names {
		if at[name] != "" {
			return at[name]
		}
	}
	return ""
}

func (w *w3c) request(at map[string]string) (Request, error) {
	q := Request{
		Method: first(at, "cs-method", "s-operation"), URL: at["cs-uri"],
		User: first(at, "cs-username", "cs-auth-user", "cs-userid"), Address: first(at, "c-ip", "cs-ip"),
	}
	if q.URL == "" {
		q.URL = addressOf(at)
	}
	if q.URL == "" || !isMethod(q.Method) {
		return Request{}, errLine
	}
	date := at["date"]
	if date == "" {
		date = w.date
	}
	q.At, _ = time.Parse("2006-01-02 15:04:05", date+" "+at["time"]) // UTC by the format's definition; zero if it is none
	for name, value := range at {
		if header, ok := strings.CutPrefix(name, "cs("); ok {
			q.keep(strings.TrimSuffix(header, ")"), plus(value))
		}
	}
	if q.Header.Get("User-Agent") == "" {
		q.agent(plus(at["c-agent"]))
	}
	if status, err := strconv.Atoi(at["sc-status"]); err == nil && status > 0 {
		q.Answer = &Answer{Status: status}
	}
	return q, nil
}

// addressOf puts the parts of a URL together.
func addressOf(at map[string]string) string {
	url := first(at, "cs-uri-stem", "cs-uri-path")
	if url == "" {
		return ""
	}
	if query := strings.TrimPrefix(at["cs-uri-query"], "?"); query != "" {
		url += "?" + query
	}
	host := first(at, "cs-host", "cs(host)")
	if host == "" || !strings.HasPrefix(url, "/") {
		return url
	}
	scheme := at["cs-uri-scheme"]
	if scheme == "" {
		scheme = "https"
	}
	return scheme + "://" + host + url
}

// plus gives back the blanks that IIS writes as plus signs.
func plus(value string) string {
	if strings.Contains(value, " ") {
		return value
	}
	return strings.ReplaceAll(value, "+", " ")
}
