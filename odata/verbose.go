package odata

// verboseWriter writes the objects of one verbose answer.
type verboseWriter struct {
	set    *EntitySet
	page   *Page
	keyAt  int
	names  []string // "name": of each column, with the comma before it
	cols   []int
	id     string // {"__metadata":{"id":"base
	middle string // ","uri":"base
	tail   string // ","type":"…"}
}

func (q *Query) newVerboseWriter(p *Page) *verboseWriter {
	set, t := q.res.set, q.res.set.Type
	base := string(appendString(nil, q.req.Base))
	base = base[:len(base)-1]
	w := &verboseWriter{
		set: set, page: p, keyAt: t.Property(t.Key), cols: q.columns(),
		id: `{"__metadata":{"id":` + base, middle: `","uri":` + base,
		tail: `","type":` + string(appendString(nil, t.FullName())) + `}`,
	}
	for _, i := range w.cols {
		w.names = append(w.names, `,"`+t.Properties[i].Name+`":`)
	}
	return w
}

// AppendVerbose writes a page, or its only row for an entry, as verbose JSON. Feeds are bare arrays at version 1.0 of the
// protocol, objects with results from 2.0 on.
func (q *Query) AppendVerbose(dst []byte, p Page) []byte {
	w := q.newVerboseWriter(&p)
	dst = append(dst, `{"d":`...)
	if q.res.target == Entry {
		return append(w.object(dst, p.Rows[0]), '}')
	}
	wrapped := q.vers.response != version1
	if wrapped {
		dst = append(dst, `{"results":`...)
	}
	dst = append(dst, '[')
	for i, row := range p.Rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.object(dst, row)
	}
	dst = append(dst, ']')
	if !wrapped {
		return append(dst, '}')
	}
	if p.Count >= 0 {
		dst = append(appendInt(append(dst, `,"__count":"`...), p.Count), '"')
	}
	if p.Next != "" {
		dst = appendString(append(dst, `,"__next":`...), p.Next)
	}
	return append(dst, "}}"...)
}

// object writes one row.
func (w *verboseWriter) object(dst []byte, row int) []byte {
	dst = append(dst, w.id...)
	from := len(dst)
	dst = appendEntity(dst, w.set, w.page.Source.Value(row, w.keyAt))
	to := len(dst)
	dst = append(dst, w.middle...)
	dst = append(dst, dst[from:to]...)
	dst = append(dst, w.tail...)
	for i, col := range w.cols {
		v := w.page.Source.Value(row, col)
		dst = append(dst, w.names[i]...)
		dst = appendJSON(dst, &v, false)
	}
	return append(dst, '}')
}
