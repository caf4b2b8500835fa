package rollout

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header is one header of an answer; Values is shared and must not be changed.
type Header struct {
	Name   string
	Values []string
}

// deprecated is when Microsoft deprecated the reports: 2018-01-29, 00:00 UTC (LEGACY 1).
var deprecated = time.Unix(1517184000, 0).UTC()

// Headers gives the headers of every answer from announce on: Deprecation, a date as a structured field (RFC 9745);
// Sunset, an HTTP date (RFC 8594), if it is known; Link to the successor's page, if there is one, as the page about
// the deprecation (RFC 9745), the end (RFC 8594) and the successor (RFC 5829).
func (p *Plan) Headers() []Header {
	since := p.Deprecation
	if since.IsZero() {
		since = deprecated
	}
	all := []Header{{"Deprecation", []string{"@" + strconv.FormatInt(since.Unix(), 10)}}}
	if !p.Sunset.IsZero() {
		all = append(all, Header{"Sunset", []string{p.Sunset.UTC().Format(http.TimeFormat)}})
	}
	if p.Successor != "" {
		target := "<" + linkTarget(p.Successor) + ">; rel="
		all = append(all, Header{"Link", []string{target + `"deprecation", ` + target + `"sunset", ` + target + `"successor-version"`}})
	}
	return all
}

// linkTarget writes a URL as RFC 8288 wants it: what no URI may hold is percent-encoded.
func linkTarget(url string) string {
	var b strings.Builder
	for i := range len(url) {
		switch c := url[i]; {
		case c <= ' ', c >= 0x7f, strings.IndexByte("<>\"\\^`{|}", c) >= 0:
			b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)>>4, 16)+strconv.FormatInt(int64(c)&15, 16)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
