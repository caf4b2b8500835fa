package odata

import (
	"net/http"
	"strings"
	"time"
)

// answer fetches, applies and renders.
func (q *Query) answer(rows func(*EntitySet) (RowSource, error), updated time.Time) (Response, *Error) {
	resp := Response{Status: http.StatusOK}
	body, err := q.body(rows, updated, &resp)
	if err != nil {
		return resp, err
	}
	format := q.format
	if q.callback != "" && !format.bare {
		body = append(append(append(make([]byte, 0, len(body)+len(q.callback)+2), q.callback...), '('), append(body, ')')...)
		_, params, _ := strings.Cut(format.media, ";")
		format.media = strings.TrimSuffix("text/javascript;"+params, ";")
	}
	var ok bool
	if resp.Body, ok = format.charset.encode(body, format.Kind == XML); !ok {
		return resp, unexpected()
	}
	resp.ContentType = format.ContentType()
	resp.DataServiceVersion = q.vers.response.header()
	return resp, nil
}

// body renders the target in UTF-8.
func (q *Query) body(rows func(*EntitySet) (RowSource, error), updated time.Time, resp *Response) ([]byte, *Error) {
	switch q.res.target {
	case ServiceDocument:
		return q.AppendService(nil), nil
	case MetadataDocument:
		return q.AppendMetadata(nil), q.refusal
	}
	source, failure := rows(q.res.set)
	if failure != nil {
		return nil, asError(failure)
	}
	page, err := q.apply(source)
	if err != nil {
		return nil, err
	}
	switch q.res.target {
	case Feed, Entry:
		resp.Rows = len(page.Rows)
		return q.entries(page, updated)
	case Count:
		return appendInt(nil, int64(len(page.Rows))), q.refusal
	}
	if len(page.Rows) == 0 {
		return nil, notFound(q.res.entity)
	}
	if q.res.target == MediaResource {
		return nil, badRequest("The URI '" + q.req.url() + "' is not valid. The segment before '$value' must be a Media Link Entry or a primitive property.")
	}
	return q.property(page)
}

// entries renders a feed or an entry.
func (q *Query) entries(page Page, updated time.Time) ([]byte, *Error) {
	if q.res.target == Entry && len(page.Rows) == 0 {
		return nil, notFound(q.res.entity)
	}
	const entrySize = 1100 // bytes, a little more than an Atom entry of a report
	dst := make([]byte, 0, 1024+len(page.Rows)*entrySize)
	switch q.format.Kind {
	case VerboseJSON:
		return q.AppendVerbose(dst, page), nil
	case LightJSON:
		return q.AppendLight(dst, page), nil
	}
	return q.AppendAtom(dst, page, updated), nil
}

// property renders a property or its bare value.
func (q *Query) property(page Page) ([]byte, *Error) {
	v := page.Source.Value(page.Rows[0], q.res.property)
	if q.res.target == PropertyOf {
		return q.AppendProperty(nil, v), nil
	}
	if q.refusal != nil {
		return nil, q.refusal
	}
	if v.Kind == Null {
		return nil, notFound(q.res.set.Type.Properties[q.res.property].Name)
	}
	return AppendValue(nil, v), nil
}

// AppendValue writes a value bare, as /$value gives it: text as it is, Binary as its bytes.
func AppendValue(dst []byte, v Value) []byte {
	if v.Kind == String || v.Kind == Binary {
		return append(dst, v.Str...)
	}
	return appendWire(dst, &v)
}

// AppendProperty writes the value of the query's property as a document in the negotiated format.
func (q *Query) AppendProperty(dst []byte, v Value) []byte {
	property := &q.res.set.Type.Properties[q.res.property]
	switch q.format.Kind {
	case VerboseJSON:
		dst = appendMember(append(dst, `{"d":{`...), property.Name)
		return append(appendJSON(dst, &v, false), "}}"...)
	case LightJSON:
		return q.appendPropertyLight(append(dst, '{'), property, v)
	}
	return q.appendPropertyXML(dst, v)
}

// appendPropertyLight writes the light form, in which null is a statement of its own.
func (q *Query) appendPropertyLight(dst []byte, property *Property, v Value) []byte {
	if v.Kind == Null {
		dst = q.appendContext(dst, "#Edm.Null")
		return append(appendMember(dst, "odata.null"), "true}"...)
	}
	dst = q.appendContext(dst, "#"+property.Kind.String())
	if q.format.Level == FullMetadata && !selfTyped(&v) {
		dst = appendString(appendMember(dst, "odata.type"), property.Kind.String())
	}
	return append(appendJSON(appendMember(dst, "value"), &v, true), '}')
}
