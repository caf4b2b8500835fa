package odata

import "strings"

// parameter is one name=value of a media type.
type parameter struct{ name, value string }

// mediaType is one element of an Accept list, or a type this service can answer with.
type mediaType struct {
	typ, sub string
	params   []parameter // in the order written, charset left out
	charset  string
}

// text is the media type without a charset.
func (t *mediaType) text() string {
	s := t.typ + "/" + t.sub
	for _, p := range t.params {
		s += ";" + p.name + "=" + p.value
	}
	return s
}

// param gives a parameter's value, empty when it is absent.
func (t *mediaType) param(name string) string {
	for _, p := range t.params {
		if strings.EqualFold(p.name, name) && strings.TrimSpace(p.value) != "" {
			return p.value
		}
	}
	return ""
}

// isToken tells the characters of an HTTP token (RFC 2616 2.2).
func isToken(c byte) bool {
	return c > 0x1f && c < 0x7f && strings.IndexByte("()<>@,;:\\\"/[]?={} \t", c) < 0
}

// scanner walks over a header's value.
type scanner struct {
	s string
	i int
}

func (s *scanner) end() bool { return s.i >= len(s.s) }

// blank skips white space and tells whether the end is reached.
func (s *scanner) blank() bool {
	for !s.end() && (s.s[s.i] == ' ' || s.s[s.i] >= '\t' && s.s[s.i] <= '\r') {
		s.i++
	}
	return s.end()
}

// accept takes the byte c if it comes next.
func (s *scanner) accept(c byte) bool {
	if s.end() || s.s[s.i] != c {
		return false
	}
	s.i++
	return true
}

// token reads a token, possibly empty.
func (s *scanner) token() string {
	from := s.i
	for !s.end() && isToken(s.s[s.i]) {
		s.i++
	}
	return s.s[from:s.i]
}

// value reads a token or a quoted string.
func (s *scanner) value() (string, bool) {
	if !s.accept('"') {
		v := s.token()
		return v, s.end() || s.s[s.i] != '"' && s.s[s.i] != '\\'
	}
	var out []byte
	for !s.end() {
		c := s.s[s.i]
		s.i++
		switch {
		case c == '"':
			return string(out), true
		case c == '\\' && s.end(), c < ' ' && c != '\t', c == 0x7f:
			return "", false
		case c == '\\':
			c = s.s[s.i]
			s.i++
		}
		out = append(out, c)
	}
	return "", false
}

// parseMediaTypes reads an Accept list; false means that it is malformed. An empty list is none.
func parseMediaTypes(text string) ([]mediaType, bool) {
	var types []mediaType
	s := scanner{s: text}
	for !s.blank() {
		t, ok := s.mediaType()
		if !ok {
			return nil, false
		}
		types = append(types, t)
	}
	return types, true
}

// mediaType reads one element of a list with the comma behind it.
func (s *scanner) mediaType() (t mediaType, ok bool) {
	t.typ = s.token()
	if !s.accept('/') {
		return t, false
	}
	if t.sub = s.token(); t.sub == "" {
		return t, false
	}
	for !s.blank() {
		if s.accept(',') {
			return t, true
		}
		if !s.accept(';') {
			return t, false
		}
		if s.blank() {
			break
		}
		if !s.parameter(&t) {
			return t, false
		}
	}
	return t, true
}

// parameter reads name=value.
func (s *scanner) parameter(t *mediaType) bool {
	name := s.token()
	if name == "" || !s.accept('=') {
		return false
	}
	value, ok := s.value()
	if strings.EqualFold(name, "charset") {
		t.charset = value
	} else {
		t.params = append(t.params, parameter{name, value})
	}
	return ok
}

// quality reads a q-value in thousandths; a missing one is 1000.
func quality(text string) (int, bool) {
	if text = strings.TrimSpace(text); text == "" {
		return 1000, true
	}
	s := scanner{s: text}
	return s.quality()
}

// quality reads a q-value at the scanner's place.
func (s *scanner) quality() (int, bool) {
	if s.end() || s.s[s.i] != '0' && s.s[s.i] != '1' {
		return 0, false
	}
	q, scale := int(s.s[s.i]-'0'), 1000
	s.i++
	if !s.accept('.') {
		return q * scale, true
	}
	for scale > 1 && !s.end() && s.s[s.i] != ',' && s.s[s.i] != ' ' && s.s[s.i] != '\t' {
		if s.s[s.i] < '0' || s.s[s.i] > '9' {
			return 0, false
		}
		q, scale = q*10+int(s.s[s.i]-'0'), scale/10
		s.i++
	}
	q *= scale
	return q, q <= 1000
}
