package traffic

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// readCombined reads a line of the common or combined log format, with or without the name of the server in front:
//
//	host ident user [10/Oct/2026:13:55:36 -0700] "GET /path HTTP/1.1" 200 2326 "referer" "agent"
func readCombined(line string) (Request, error) {
	who, rest, ok := strings.Cut(line, " [")
	if !ok {
		return Request{}, errLine
	}
	stamp, rest, ok := strings.Cut(rest, "] ")
	if !ok {
		return Request{}, errLine
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", stamp)
	if err != nil {
		return Request{}, errLine
	}
	asked, rest, ok := quoted(rest)
	if !ok {
		return Request{}, errLine
	}
	q := Request{At: at}
	server := q.sender(strings.Fields(who))
	if !q.ask(asked) {
		return Request{}, errLine
	}
	if server != "" && strings.HasPrefix(q.URL, "/") {
		q.URL = "https://" + server + q.URL
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return Request{}, errLine
	}
	if status, err := strconv.Atoi(words[0]); err == nil && status > 0 {
		q.Answer = &Answer{Status: status}
	}
	if _, rest, ok = strings.Cut(rest, `"`); ok {
		if _, rest, ok = quoted(`"` + rest); ok {
			agent, _, _ := quoted(rest)
			q.agent(agent)
		}
	}
	return q, nil
}

// sender takes over who asked, and gives the name of the server if the log has one.
func (q *Request) sender(words []string) (server string) {
	if len(words) >= 4 && !isAddress(words[0]) && isAddress(words[1]) {
		server, words = words[0], words[1:]
	}
	if len(words) < 3 {
		return server
	}
	q.Address, q.User = words[0], dash(strings.Join(words[2:], " "))
	return server
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// ask takes a request line apart; the URL may hold blanks.
func (q *Request) ask(line string) bool {
	var ok bool
	if q.Method, q.URL, ok = strings.Cut(line, " "); !ok || !isMethod(q.Method) {
		return false
	}
	if i := strings.LastIndex(q.URL, " HTTP/"); i >= 0 {
		q.URL = q.URL[:i]
	}
	q.URL = strings.TrimSpace(q.URL)
	return q.URL != ""
}

// quoted reads a text in quotation marks, and undoes the escapes of Apache and nginx.
func quoted(s string) (text, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case s[i+1] == 'x' && i+3 < len(s):
			n, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if err != nil {
				b.WriteByte(s[i])
				continue
			}
			b.WriteByte(byte(n))
			i += 3
		default:
			i++
			b.WriteByte(s[i])
		}
	}
	return "", s, false
}
