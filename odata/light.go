package odata

import "strings"

// lightWriter writes the objects of one light answer.
type lightWriter struct {
	q     *Query
	page  *Page
	keyAt int
	cols  []int
}

// AppendLight writes a page, or its only row for an entry, as light JSON at the negotiated level of metadata.
func (q *Query) AppendLight(dst []byte, p Page) []byte {
	t := q.res.set.Type
	w := &lightWriter{q: q, page: &p, keyAt: t.Property(t.Key), cols: q.columns()}
	dst = append(dst, '{')
	if q.res.target == Entry {
		dst = q.appendContext(dst, "#"+q.res.set.Name+"/@Element")
		return append(w.members(dst, p.Rows[0]), '}')
	}
	dst = q.appendContext(dst, "#"+q.res.set.Name)
	if p.Count >= 0 {
		dst = appendMember(dst, "odata.count")
		dst = append(appendInt(append(dst, '"'), p.Count), '"')
	}
	dst = append(appendMember(dst, "value"), '[')
	for i, row := range p.Rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(w.members(append(dst, '{'), row), '}')
	}
	dst = append(dst, ']')
	if p.Next != "" {
		dst = appendMember(dst, "odata.nextLink")
		dst = appendString(dst, q.relative(p.Next))
	}
	return append(dst, '}')
}

// appendMember writes a member's name, with a comma unless it is the first of its object.
func appendMember(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(appendString(dst, name), ':')
}

// appendContext writes odata.metadata, which tells what the body is about.
func (q *Query) appendContext(dst []byte, fragment string) []byte {
	if q.format.Level == NoMetadata {
		return dst
	}
	if q.selected.present {
		fragment += "&$select=" + q.selected.text
	}
	dst = appendMember(dst, "odata.metadata")
	return appendString(dst, q.req.Base+"$metadata"+fragment)
}

// relative makes an address relative to the service, the way System.Uri does; without metadata it stays absolute.
func (q *Query) relative(to string) string {
	if q.format.Level == NoMetadata {
		return to
	}
	return relativeURL(q.req.Base, to)
}

// relativeURL gives to relative to base, which ends in a slash; letter case in paths counts. Other hosts stay absolute.
func relativeURL(base, to string) string {
	path, query, _ := strings.Cut(to, "?")
	if query != "" {
		query = "?" + query
	}
	start := strings.Index(base, "://")
	if start < 0 {
		return to
	}
	slash := strings.IndexByte(base[start+3:], '/')
	host := start + 3 + slash
	if slash < 0 || len(path) < host || !strings.EqualFold(path[:host], base[:host]) {
		return to
	}
	b, p := base[host:], path[host:]
	if p == "" {
		return to
	}
	common := 0
	for i := 0; i < len(b) && i < len(p) && b[i] == p[i]; i++ {
		if b[i] == '/' {
			common = i + 1
		}
	}
	return strings.Repeat("../", strings.Count(b[common:], "/")) + p[common:] + query
}

// members writes the members of one row.
func (w *lightWriter) members(dst []byte, row int) []byte {
	t := w.q.res.set.Type
	full := w.q.format.Level == FullMetadata
	if full {
		key := w.page.Source.Value(row, w.keyAt)
		dst = appendString(appendMember(dst, "odata.type"), t.FullName())
		dst = appendMember(dst, "odata.id")
		dst = appendString(dst, string(appendEntity([]byte(w.q.req.Base), w.q.res.set, key)))
		dst = appendMember(dst, "odata.editLink")
		dst = appendString(dst, string(appendEntity(nil, w.q.res.set, key)))
	}
	for _, col := range w.cols {
		v := w.page.Source.Value(row, col)
		if full && !selfTyped(&v) {
			dst = appendMember(dst, t.Properties[col].Name+"@odata.type")
			dst = appendString(dst, t.Properties[col].Kind.String())
		}
		dst = appendMember(dst, t.Properties[col].Name)
		dst = appendJSON(dst, &v, true)
	}
	return dst
}

// selfTyped tells whether a JSON value says its own type.
func selfTyped(v *Value) bool {
	switch v.Kind {
	case Null, Boolean, Int32, String:
		return true
	case Double:
		return v.Float-v.Float == 0
	}
	return false
}
