package odata

import "time"

// The namespaces of Atom and of the data service.
const (
	namespaces = ` xmlns="http://www.w3.org/2005/Atom"` + namespacesDM
	namespaceD = ` xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"`
	namespaceM = ` xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"`

	namespacesDM = namespaceD + namespaceM
	scheme       = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme"
)

// propertyTags are the markup around one property, made once a feed.
type propertyTags struct {
	index             int
	open, close, null string
	name              string
	text              bool // String: no m:type
}

// atomWriter writes the entries of one answer.
type atomWriter struct {
	set   *EntitySet
	page  *Page
	keyAt int
	tags  []propertyTags

	head, middle, tail string // of an entry, around its two addresses
}

// newAtomWriter prepares what all entries share.
func (q *Query) newAtomWriter(p *Page, updated string) *atomWriter {
	set, t := q.res.set, q.res.set.Type
	w := &atomWriter{set: set, page: p, keyAt: t.Property(t.Key)}
	w.head = string(appendText(append([]byte(nil), "<id>"...), q.req.Base))
	w.middle = `</id><category term="` + attr(t.FullName()) + `" scheme="` + scheme + `" /><link rel="edit" title="` + attr(t.Name) + `" href="`
	w.tail = `" /><title /><updated>` + updated + `</updated><author><name /></author><content type="application/xml"`
	for _, i := range q.columns() {
		property := &t.Properties[i]
		tag := propertyTags{index: i, name: property.Name, text: property.Kind == String}
		open := "<d:" + property.Name
		if !tag.text {
			open += ` m:type="` + property.Kind.String() + `"`
		}
		tag.open, tag.close, tag.null = open, "</d:"+property.Name+">", open+` m:null="true" />`
		w.tags = append(w.tags, tag)
	}
	return w
}

func attr(s string) string { return string(appendAttribute(nil, s)) }

// columns are the indexes of the properties to write, in wire order.
func (q *Query) columns() []int {
	if q.selected.chosen != nil {
		return q.selected.chosen
	}
	all := make([]int, len(q.res.set.Type.Properties))
	for i := range all {
		all[i] = i
	}
	return all
}

// AppendAtom writes a page as a feed, or the page's only row as an entry, as its whole document. Every updated element
// tells the same time.
func (q *Query) AppendAtom(dst []byte, p Page, updated time.Time) []byte {
	stamp := updated.UTC().Format("2006-01-02T15:04:05Z")
	w := q.newAtomWriter(&p, stamp)
	dst = appendProlog(dst, q.format)
	if q.res.target == Entry {
		dst = q.appendRoot(dst, "<entry")
		return append(w.entry(dst, p.Rows[0]), "</entry>"...)
	}
	dst = q.appendFeedHead(dst, &p, stamp)
	for _, row := range p.Rows {
		dst = append(dst, "<entry>"...)
		dst = w.entry(dst, row)
		dst = append(dst, "</entry>"...)
	}
	if len(p.Rows) == 0 {
		dst = append(dst, "<author><name /></author>"...)
	}
	if p.Next != "" {
		dst = append(dst, `<link rel="next" href="`...)
		dst = append(appendAttribute(dst, p.Next), `" />`...)
	}
	return append(dst, "</feed>"...)
}

// appendRoot opens the document's element.
func (q *Query) appendRoot(dst []byte, element string) []byte {
	dst = append(append(dst, element...), ` xml:base="`...)
	dst = appendAttribute(dst, q.req.Base)
	return append(append(dst, `"`+namespaces...), '>')
}

// appendFeedHead writes a feed down to its first entry.
func (q *Query) appendFeedHead(dst []byte, p *Page, stamp string) []byte {
	dst = q.appendRoot(dst, "<feed")
	if p.Count >= 0 {
		dst = append(appendInt(append(dst, "<m:count>"...), p.Count), "</m:count>"...)
	}
	dst = append(dst, "<id>"...)
	dst = appendText(dst, string(q.appendFeedURL(nil)))
	name := q.res.set.Name
	dst = append(dst, `</id><title type="text">`...)
	dst = appendText(dst, name)
	dst = append(append(append(dst, "</title><updated>"...), stamp...), `</updated><link rel="self" title="`...)
	dst = append(appendAttribute(dst, name), `" href="`...)
	return append(appendAttribute(dst, name), `" />`...)
}

// entry writes the inside of an entry element.
func (w *atomWriter) entry(dst []byte, row int) []byte {
	key := w.page.Source.Value(row, w.keyAt)
	dst = append(dst, w.head...)
	from := len(dst)
	dst = appendEntity(dst, w.set, key)
	to := len(dst)
	dst = append(dst, w.middle...)
	dst = append(dst, dst[from:to]...)
	dst = append(dst, w.tail...)
	if len(w.tags) == 0 {
		return append(dst, " />"...)
	}
	dst = append(dst, "><m:properties>"...)
	for i := range w.tags {
		dst = w.tags[i].property(dst, w.page.Source.Value(row, w.tags[i].index))
	}
	return append(dst, "</m:properties></content>"...)
}

// property writes one property of an entry.
func (t *propertyTags) property(dst []byte, v Value) []byte {
	if v.Kind == Null {
		return append(dst, t.null...)
	}
	dst = append(dst, t.open...)
	if t.text {
		dst = appendSpace(dst, v.Str)
		dst = appendText(append(dst, '>'), v.Str)
	} else {
		dst = appendWire(append(dst, '>'), &v)
	}
	return append(dst, t.close...)
}

// appendSpace protects white space at the edges of a text.
func appendSpace(dst []byte, s string) []byte {
	if edgeSpace(s) {
		return append(dst, ` xml:space="preserve"`...)
	}
	return dst
}

// appendPropertyXML writes one property as a document.
func (q *Query) appendPropertyXML(dst []byte, v Value) []byte {
	property := &q.res.set.Type.Properties[q.res.property]
	dst = appendProlog(dst, q.format)
	dst = append(append(append(dst, "<d:"...), property.Name...), namespacesDM...)
	if v.Kind == Null {
		return append(dst, ` m:null="true" />`...)
	}
	if property.Kind == String {
		dst = append(appendSpace(dst, v.Str), '>')
		dst = appendText(dst, v.Str)
	} else {
		dst = append(append(append(dst, ` m:type="`...), property.Kind.String()...), `">`...)
		dst = appendWire(dst, &v)
	}
	return append(append(append(dst, "</d:"...), property.Name...), '>')
}
