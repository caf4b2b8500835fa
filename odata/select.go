package odata

import (
	"strconv"
	"strings"
	"unicode"
)

// term is one element of $select or $expand: the identifiers between its slashes.
type term []string

// termReader reads the comma-separated terms of $select and $expand.
type termReader struct {
	text string
	at   int // of the current token
	end  int // behind it
}

// parseTerms reads a list of terms. One trailing comma or slash is allowed, as the original's parser allows it.
func parseTerms(text string, star bool) ([]term, *Error) {
	r := &termReader{text: text}
	var terms []term
	for {
		if err := r.next(); err != nil {
			return nil, err
		}
		if r.done() {
			return terms, nil
		}
		t, err := r.term(star)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
		if r.done() {
			return terms, nil
		}
		if r.token() != "," {
			return nil, badRequest("Term '" + text + "' is not valid in a $select or $expand expression.")
		}
	}
}

func (r *termReader) done() bool    { return r.at >= len(r.text) }
func (r *termReader) token() string { return r.text[r.at:r.end] }

// next moves to the next token: a name with its dots, or one character.
func (r *termReader) next() *Error {
	r.at = r.end
	for r.at < len(r.text) {
		c, n := validRune(r.text[r.at:])
		if !unicode.IsSpace(c) {
			break
		}
		r.at += n
	}
	r.end = r.at
	if r.done() {
		return nil
	}
	for r.end < len(r.text) {
		c, n := validRune(r.text[r.end:])
		if !unicode.IsLetter(c) && c != '_' && c != '$' && (r.end == r.at || c != '.' && !unicode.IsDigit(c)) {
			break
		}
		r.end += n
	}
	if r.end > r.at && r.end < len(r.text) && r.text[r.end] == '*' && r.text[r.end-1] == '.' {
		r.end++
	}
	if r.end > r.at {
		return nil
	}
	c, n := validRune(r.text[r.at:])
	r.end = r.at + n
	if !unicode.IsDigit(c) && !strings.ContainsRune("*,/;()=-.:'", c) {
		return badRequest("Syntax error: character '" + string(c) + "' is not valid at position " + strconv.Itoa(r.at) + " in '" + r.text + "'.")
	}
	return nil
}

// term reads one path; the token behind it is current then.
func (r *termReader) term(star bool) (term, *Error) {
	var t term
	for {
		name := r.token()
		switch c, _ := validRune(name); {
		case strings.HasPrefix(name, "$"):
			return nil, badRequest("Found system token '" + name + "' in select or expand clause '" + r.text + "'.")
		case name != "*" && !unicode.IsLetter(c) && c != '_', strings.HasSuffix(name, "."):
			return nil, r.expected()
		}
		t = append(t, name)
		if err := r.next(); err != nil {
			return nil, err
		}
		if r.done() || r.token() != "/" {
			return t, nil
		}
		if name == "*" && star {
			return nil, r.expected()
		}
		if err := r.next(); err != nil {
			return nil, err
		}
		if r.done() {
			return t, nil
		}
	}
}

func (r *termReader) expected() *Error {
	return badRequest("Identifier expected at position " + strconv.Itoa(r.at) + ".")
}

// afterTypes drops the type names that begin a path; at least one name is left.
func (t term) afterTypes(m *Model, et *EntityType) (term, *Error) {
	for len(t) > 1 && strings.Contains(t[0], ".") {
		found := m.typeNamed(t[0])
		switch {
		case found == nil:
			return nil, badRequest("Cannot find a suitable type for $expand or $select: '" + t[0] + "'.")
		case found != et:
			return nil, badRequest("Encountered invalid type cast. '" + found.FullName() + "' is not assignable from '" + et.FullName() + "'.")
		}
		t = t[1:]
	}
	return t, nil
}

// selection is a parsed $select: the chosen properties in wire order, nil for all.
type selection struct {
	text    string // as the client wrote it, for light JSON and next links
	present bool   // there was a non-empty $select
	chosen  []int
}

// parseSelect reads $select over entities of type t.
func parseSelect(m *Model, t *EntityType, text string) (selection, *Error) {
	s := selection{text: text}
	terms, err := parseTerms(text, true)
	if err != nil || len(terms) == 0 {
		return s, err
	}
	s.present = true
	all, picked := false, make([]bool, len(t.Properties))
	for _, path := range terms {
		if path, err = path.afterTypes(m, t); err != nil {
			return s, err
		}
		name := path[0]
		if name == "*" {
			all = true
			continue
		}
		if name == m.Container+".*" || name == m.Namespace+"."+m.Container+".*" {
			continue // the container's operations, of which there are none
		}
		i := t.Property(name)
		if i < 0 {
			return s, unknownProperty(name, t)
		}
		if len(path) > 1 {
			return s, badRequest("Inner or start path segments must be navigation properties in $select.")
		}
		picked[i] = true
	}
	if all {
		return s, nil
	}
	s.chosen = []int{}
	for i, p := range picked {
		if p {
			s.chosen = append(s.chosen, i)
		}
	}
	return s, nil
}

// checkExpand reads $expand, which has nothing to expand: a property alone is accepted and has no effect.
func checkExpand(m *Model, t *EntityType, text string) *Error {
	terms, err := parseTerms(text, false)
	if err != nil {
		return err
	}
	for _, path := range terms {
		if path, err = path.afterTypes(m, t); err != nil {
			return err
		}
		if t.Property(path[0]) < 0 {
			return unknownProperty(path[0], t)
		}
		if len(path) > 1 {
			return badRequest("Property '" + path[0] + "' on type '" + t.FullName() + "' is not a navigation property.")
		}
	}
	return nil
}
