package gateway

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// claim is a name and a password as they came from an address.
type claim struct {
	user     string // as UserName gives it
	password []byte // the bytes that came
	old      []byte // the same read as Windows-1252, if not all that came is UTF-8; nil if that makes no difference
	from     netip.Addr
}

// newClaim reads a name and a password in the letters that they came in. What is not UTF-8 as a whole was written by an
// old .NET client, in Windows-1252.
func newClaim(user string, password []byte, from netip.Addr) claim {
	c := claim{user: UserName(user), password: password, from: from}
	if !utf8.ValidString(user) || !utf8.Valid(password) {
		if read := windows1252(string(password)); read != string(password) {
			c.old = []byte(read)
		}
	}
	return c
}

// UserName gives the form in which names are compared: in lower case, and read as Windows-1252 if it is not UTF-8.
func UserName(text string) string {
	if !utf8.ValidString(text) {
		text = windows1252(text)
	}
	return strings.ToLower(text)
}

func windows1252(text string) string {
	var read strings.Builder
	for i := range len(text) {
		read.WriteRune(charmap.Windows1252.DecodeByte(text[i]))
	}
	return read.String()
}

// basic reads an Authorization header of the Basic scheme; ok is false for any other. Name and password come as they were
// sent.
func basic(header string) (user string, password []byte, ok bool) {
	scheme, token, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil {
		return "", nil, false
	}
	user, secret, found := strings.Cut(string(raw), ":")
	if !found {
		return "", nil, false
	}
	return user, []byte(secret), true
}
