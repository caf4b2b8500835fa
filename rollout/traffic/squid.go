package traffic

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	squidTime   = regexp.MustCompile(`^\d{9,11}\.\d{3}$`)
	squidResult = regexp.MustCompile(`^[A-Z_]+/(\d{3})$`)
)

// readSquid reads a line of Squid's native log:
//
//	1668765432.123  85 192.0.2.1 TCP_MISS/200 1893 GET https://host/path user HIER_DIRECT/192.0.2.9 text/html
//
// Squid leaves queries out unless strip_query_terms is off, and of an encrypted connection knows the host alone.
func readSquid(line string) (Request, error) {
	words := strings.Fields(line)
	if len(words) < 8 || !squidTime.MatchString(words[0]) || !isMethod(words[5]) {
		return Request{}, errLine
	}
	result := squidResult.FindStringSubmatch(words[3])
	if result == nil {
		return Request{}, errLine
	}
	seconds, fraction, _ := strings.Cut(words[0], ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)   // digits
	ms, _ := strconv.ParseInt(fraction, 10, 64) // digits
	q := Request{
		At: time.UnixMilli(s*1000 + ms).UTC(), Address: words[2], Method: words[5], URL: words[6], User: dash(words[7]),
	}
	if status, _ := strconv.Atoi(result[1]); status > 0 {
		q.Answer = &Answer{Status: status}
		if len(words) > 9 {
			q.Answer.ContentType = dash(words[9])
		}
	}
	return q, nil
}
