package gateway

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"rwsgate/gateway/rws"
)

const (
	maxAsked       = 64 << 10 // bytes of a URL
	maxAskedFields = 32       // headers
	maxAskedHeader = 16 << 10 // bytes of all headers
)

// address is a pasted URL taken apart.
type address struct {
	scheme, host string
	target       string // path and query, escaped as a client would
	hints        []Hint
}

var (
	schemed  = regexp.MustCompile(`^(?i)(https?)://([^/?#]*)(.*)$`)
	verbed   = regexp.MustCompile(`^[A-Z]{3,7} +(\S.*)$`)
	protocol = regexp.MustCompile(` HTTP/\d(\.\d)?$`)
)

// readAddress takes a URL apart that a person pasted: whole, a path, or what follows the service root, with or without
// the blanks and quotation marks that clients escape. A name or password in it is dropped.
func readAddress(text string) (*address, error) {
	if len(text) > maxAsked {
		return nil, &AskError{"the URL is longer than 64 KiB"}
	}
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if m := verbed.FindStringSubmatch(text); m != nil {
		text = protocol.ReplaceAllString(m[1], "")
	}
	if text == "" {
		return nil, &AskError{"there is no URL: give one, a path, or what follows reporting.svc/"}
	}
	a := &address{scheme: "https", host: "reports.office365.com"}
	if m := schemed.FindStringSubmatch(text); m != nil {
		a.scheme, a.host, text = strings.ToLower(m[1]), m[2], m[3]
		a.host = a.host[strings.LastIndexByte(a.host, '@')+1:]
	}
	if at := strings.IndexByte(text, '#'); at >= 0 {
		text = text[:at]
		a.hint(HintFragment, "What follows # is never sent: write %23 for the sign itself.")
	}
	if strings.Contains(text, "`$") {
		text = strings.ReplaceAll(text, "`$", "$")
		a.hint(HintSource, "The backticks are PowerShell's and are not sent.")
	}
	switch {
	case strings.HasPrefix(text, "/"):
	case text == "" || strings.HasPrefix(text, "?"):
		text = "/" + text
	default:
		text = rws.Root + "/" + text
	}
	a.target = escape(text)
	if a.host == "" || strings.ContainsFunc(a.host, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) }) {
		return nil, &AskError{"the URL names no host"}
	}
	return a, nil
}

func (a *address) hint(kind, text string) { a.hints = append(a.hints, Hint{kind, text}) }

// escape encodes what no client sends as it is.
func escape(s string) string {
	const hexes = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hexes[c>>4])
			b.WriteByte(hexes[c&15])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// withheld are the headers that an explanation has no use for, and that hold what nobody should show.
var withheld = map[string]bool{"Authorization": true, "Cookie": true, "Proxy-Authorization": true}

// request makes the request that a client would send.
func (a *address) request(ctx context.Context, ask Ask) (*http.Request, error) {
	target, err := url.ParseRequestURI(a.target)
	if err != nil {
		return nil, &AskError{"no server reads this URL: a percent sign without two digits of hexadecimal in the path, or the like"}
	}
	method := ask.Method
	if method == "" {
		method = http.MethodGet
	}
	if len(method) > 20 || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return nil, &AskError{"the method is none"}
	}
	r := &http.Request{Method: method, URL: target, Host: a.host, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	fields, bytes := 0, 0
	for name, values := range ask.Header {
		for _, value := range values {
			fields, bytes = fields+1, bytes+len(name)+len(value)
			if fields > maxAskedFields || bytes > maxAskedHeader {
				return nil, &AskError{"there are too many headers"}
			}
			if !withheld[http.CanonicalHeaderKey(name)] {
				r.Header.Add(name, value)
			}
		}
	}
	return r.WithContext(ctx), nil
}
