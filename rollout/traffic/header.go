package traffic

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// kept are the headers that change an answer, and the client's name. Everything else is dropped as it is read.
var kept = map[string]bool{
	"Accept": true, "Accept-Charset": true, "Accept-Encoding": true, "Accept-Language": true, "Dataserviceversion": true,
	"If-Match": true, "If-None-Match": true, "Maxdataserviceversion": true, "User-Agent": true, "X-Rws-Version": true, "X-Timezone": true,
}

// keep takes a header over into a request if it may be kept; of a Basic password only the name is.
func (q *Request) keep(name, value string) {
	name = http.CanonicalHeaderKey(strings.TrimSpace(name))
	value = strings.TrimSpace(value)
	switch {
	case name == "Authorization" && q.User == "":
		q.User = basicUser(value)
	case kept[name] && value != "" && len(value) <= maxValue:
		if q.Header == nil {
			q.Header = http.Header{}
		}
		q.Header.Add(name, value)
	}
}

const maxValue = 8 << 10 // bytes of a header that is kept

// basicUser gives the name of Basic credentials, empty for others.
func basicUser(authorization string) string {
	scheme, encoded, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return ""
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return ""
	}
	user, _, ok := strings.Cut(string(plain), ":")
	if !ok || len(user) > 256 || strings.ContainsFunc(user, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	return user
}

// isMethod says whether a word is a method of HTTP.
func isMethod(s string) bool {
	return len(s) >= 3 && len(s) <= 20 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}

// dash gives nothing for the dash that logs write for nothing.
func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// agent takes over a User-Agent.
func (q *Request) agent(value string) {
	if value = dash(value); value != "" {
		q.keep("User-Agent", value)
	}
}
