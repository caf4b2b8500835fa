package odata

import (
	"net/http"
	"strings"
)

// Target is what a path leads to.
type Target uint8

// The targets of paths.
const (
	ServiceDocument Target = iota
	MetadataDocument
	Batch
	Feed
	Entry
	PropertyOf    // of an entry
	PropertyValue // /Property/$value
	Count         // /$count
	MediaResource // /$value of an entry, which no entry here has
)

// String names the target for explanations.
func (t Target) String() string {
	return [...]string{"service", "metadata", "batch", "feed", "entry", "property", "value", "count", "media"}[t]
}

// resource is a parsed path.
type resource struct {
	target   Target
	set      *EntitySet
	key      *Value // of an entry, nil for a feed
	property int    // index, with PropertyOf and PropertyValue
	last     string // identifier of the last segment, for messages
	entity   string // identifier of the segment that names the set or its type
	links    bool   // $links came last
}

// maxSegments is the original parser's bound on the length of a path.
const maxSegments = 100

// segments splits a path at its slashes, before the percent escapes are decoded. A trailing slash is allowed; any other
// empty segment is refused (LEGACY 12).
func segments(path string) ([]string, *Error) {
	path = strings.TrimPrefix(path, "/")
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		return nil, nil
	}
	parts := strings.Split(path, "/")
	if len(parts) > maxSegments {
		return nil, badRequest("Too many segments in URI.")
	}
	for i, p := range parts {
		if p == "" {
			return nil, badRequest(textEmptySegment)
		}
		parts[i] = unescape(p, false)
	}
	return parts, nil
}

// splitSegment separates a segment's name from what stands in its parentheses.
func splitSegment(text string) (name, inside string, parens bool, err *Error) {
	open := strings.IndexByte(text, '(')
	if open >= 0 {
		if !strings.HasSuffix(text, ")") {
			return "", "", false, syntaxError()
		}
		name, inside, parens = text[:open], text[open+1:len(text)-1], true
	} else {
		name = text
	}
	if name == "" {
		return "", "", false, fault(http.StatusNotFound, textEmptySegment)
	}
	return name, inside, parens, nil
}

// parsePath reads the path behind the service root.
func parsePath(m *Model, path string) (resource, *Error) {
	parts, err := segments(path)
	if err != nil {
		return resource{}, err
	}
	r := resource{property: -1}
	first := true
	for _, text := range parts {
		if text == "$" { // says that a name follows, not a key; names always follow here
			continue
		}
		if first {
			err = r.first(m, text)
		} else {
			err = r.next(m, text)
		}
		if err != nil {
			return resource{}, err
		}
		first = false
	}
	if r.links {
		return resource{}, badRequest("The request URI is not valid. There must a segment specified after the '$links' segment and the segment must refer to a entity resource.")
	}
	return r, nil
}

// first reads the first segment of a path.
func (r *resource) first(m *Model, text string) *Error {
	name, inside, parens, err := splitSegment(text)
	if err != nil {
		return err
	}
	r.last = name
	switch name {
	case "$metadata", "$batch":
		r.target = MetadataDocument
		if name == "$batch" {
			r.target = Batch
		}
		if parens {
			return syntaxError()
		}
		return nil
	case "$count":
		return notFound(textCountOnRoot)
	}
	if r.set = m.Set(strings.TrimPrefix(name, m.Container+".")); r.set == nil {
		return notFound(name)
	}
	r.target, r.entity = Feed, name
	return r.bindKey(inside)
}

// bindKey reads a key predicate; an empty one is none.
func (r *resource) bindKey(inside string) *Error {
	if strings.TrimSpace(inside) == "" {
		return nil
	}
	if r.target == Entry {
		return syntaxError()
	}
	parts, ok := splitKey(inside)
	if !ok {
		return syntaxError()
	}
	if len(parts) == 0 {
		return nil
	}
	t := r.set.Type
	if len(parts) != 1 {
		return badRequest("The number of keys specified in the URI does not match number of key properties for the resource '" + t.FullName() + "'.")
	}
	if parts[0].Name != "" && parts[0].Name != t.Key {
		return syntaxError()
	}
	v, ok := parseKeyValue(parts[0].Text, t.keyKind())
	if !ok {
		return syntaxError()
	}
	r.key, r.target = &v, Entry
	return nil
}

// next reads a further segment.
func (r *resource) next(m *Model, text string) *Error {
	switch r.target {
	case MetadataDocument, Batch, PropertyValue, Count, MediaResource:
		return fault(http.StatusNotFound, "The request URI is not valid. The segment '"+r.last+"' must be the last segment in the URI because it is one of the following: $batch, $value, $metadata, a collection property, a named media resource, or a service operation that does not return a value.")
	}
	name, inside, parens, err := splitSegment(text)
	if err != nil {
		return err
	}
	switch {
	case r.links:
		return r.linked(name)
	case name == "$value":
		return r.value(parens)
	case r.target == PropertyOf:
		return fault(http.StatusNotFound, "The segment '"+text+"' in the request URI is not valid. The segment '"+r.last+"' refers to a primitive property, function, or service operation, so the only supported value from the next segment is '$value'.")
	case name == "$links":
		return r.link(parens)
	case name == "$count" && r.target == Entry:
		return fault(http.StatusNotFound, "The request URI is not valid, since the segment '"+r.last+"' refers to a singleton, and the segment '$count' can only follow a resource collection.")
	case name == "$count":
		r.target, r.last = Count, name
		return nil
	}
	if p := r.set.Type.Property(name); p >= 0 && r.target == Entry {
		if parens {
			return syntaxError()
		}
		r.target, r.property, r.last = PropertyOf, p, name
		return nil
	}
	if t := m.typeNamed(name); t != nil {
		return r.cast(t, inside)
	}
	if r.target == Feed {
		return r.collection()
	}
	return notFound(name)
}

// collection says that a feed must be the end of a path.
func (r *resource) collection() *Error {
	return badRequest("The request URI is not valid. Since the segment '" + r.last + "' refers to a collection, this must be the last segment in the request URI. All intermediate segments must refer to a single resource.")
}

// value reads /$value.
func (r *resource) value(parens bool) *Error {
	if parens {
		return syntaxError()
	}
	switch r.target {
	case Feed:
		return r.collection()
	case PropertyOf:
		r.target = PropertyValue
	default:
		r.target = MediaResource
	}
	r.last = "$value"
	return nil
}

// link reads /$links.
func (r *resource) link(parens bool) *Error {
	if parens {
		return syntaxError()
	}
	if r.target == Feed {
		return r.collection()
	}
	r.links = true
	return nil
}

// linked reads the segment behind /$links. It must be a navigation property, and no type has one.
func (r *resource) linked(name string) *Error {
	if r.set.Type.Property(name) < 0 {
		return notFound(name)
	}
	return badRequest("The request URI is not valid. The segment '" + name + "' must refer to a navigation property since the previous segment identifier is '$links'.")
}

// cast reads a type name as a segment; every set has one type only, so it changes nothing.
func (r *resource) cast(t *EntityType, inside string) *Error {
	if t != r.set.Type {
		return badRequest("The type '" + t.FullName() + "' specified in the URI is neither a base type nor a sub-type of the previously-specified type '" + r.set.Type.FullName() + "'.")
	}
	r.last, r.entity = t.FullName(), t.FullName()
	return r.bindKey(inside)
}
