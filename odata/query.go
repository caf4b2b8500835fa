package odata

import (
	"math"
	"net/http"
	"strconv"
	"strings"
)

// Query is a parsed request. It is safe for concurrent use as long as nobody calls ShiftDates.
type Query struct {
	model    *Model
	req      Request
	res      resource
	opts     options
	vers     versions
	format   Format
	refusal  *Error // the 415 of a raw or metadata resource, due only once the resource is found
	filter   *filter
	order    *orderBy
	skip     limit
	top      limit // as asked
	take     limit // as applied: $top or the page size
	count    bool  // $inlinecount=allpages
	token    *token
	selected selection
	callback string
}

// limit is an optional row count.
type limit struct {
	n   int
	set bool
}

// Parse reads a request. The error is an *Error.
func Parse(m *Model, req Request) (*Query, error) {
	q, err := parse(m, req)
	if err != nil {
		return nil, err
	}
	return q, nil
}

// parse does the original's steps in the original's order, because the first fault found is the one told.
func parse(m *Model, req Request) (*Query, *Error) {
	q := &Query{model: m, req: req}
	steps := [...]func() *Error{
		q.readOptions, q.checkVerb, q.readVersions, q.readPath, q.readCount, q.readFormat, q.readCallback, q.checkChange,
		q.readExpandAndSelect, q.readPlain, q.readSkipAndTop, q.readOrder, q.readFilter, q.readInlineCount, q.readToken,
		q.checkSelectVersion, q.refuseVerb, q.checkTags,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *Query) readOptions() (err *Error) {
	q.opts, err = readOptions(q.model, q.req.RawQuery)
	return err
}

// checkVerb refuses methods that the server does not know, HEAD and OPTIONS among them, and two entity tags at once.
func (q *Query) checkVerb() *Error {
	if q.req.IfMatch != "" && q.req.IfNoneMatch != "" {
		return badRequest(textBothTags)
	}
	switch q.req.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, "MERGE":
		return nil
	}
	return fault(http.StatusNotImplemented, textNotImplemented)
}

func (q *Query) isGet() bool { return q.req.Method == http.MethodGet }

func (q *Query) readVersions() (err *Error) {
	q.vers, err = readVersions(&q.req)
	return err
}

func (q *Query) readPath() (err *Error) {
	if q.res, err = parsePath(q.model, q.req.Path); err != nil {
		return err
	}
	switch {
	case q.res.target == Count && !q.isGet():
		return badRequest(textCountVerb)
	case q.res.target == Batch && q.opts.get("$format") != "":
		return badRequest(textBatchFormat)
	case q.res.target == MediaResource:
		return q.refuseOptions("$expand", "$filter", "$orderby", "$skip", "$top", "$inlinecount", "$select", "$skiptoken")
	}
	return nil
}

// refuseOptions says that none of the named options applies here.
func (q *Query) refuseOptions(names ...string) *Error {
	for _, name := range names {
		if q.opts.get(name) != "" {
			return badRequest(textNoOptions)
		}
	}
	return nil
}

// readCount raises the versions for /$count.
func (q *Query) readCount() *Error {
	if q.res.target != Count {
		return nil
	}
	if err := q.vers.raise(version2); err != nil {
		return err
	}
	return q.vers.need(version2)
}

// readFormat negotiates the format. Raw bodies and $metadata are negotiated now too, but refused only when they are written.
func (q *Query) readFormat() *Error {
	accept := q.req.Accept
	if format, ok := q.opts["$format"]; ok {
		accept = formatType(format)
	}
	var ok bool
	switch q.res.target {
	case Feed:
		q.format, ok = negotiate(payloadFeed, accept, q.req.AcceptCharset, q.vers.effective())
	case Entry:
		q.format, ok = negotiate(payloadEntry, accept, q.req.AcceptCharset, q.vers.effective())
	case PropertyOf:
		q.format, ok = negotiate(payloadProperty, accept, q.req.AcceptCharset, q.vers.effective())
	case ServiceDocument:
		q.format, ok = negotiate(payloadService, accept, q.req.AcceptCharset, q.vers.effective())
	default:
		q.readFixedFormat(accept)
		return nil
	}
	if !ok {
		switch q.req.Method {
		case http.MethodPut, http.MethodPatch, http.MethodDelete, "MERGE":
			return nil // these have no body to negotiate
		}
		return unsupportedMedia()
	}
	if q.format.Kind == LightJSON {
		return q.vers.raise(version3)
	}
	return nil
}

// readFixedFormat gives resources of one format theirs.
func (q *Query) readFixedFormat(accept string) {
	q.format = Format{Kind: Raw, media: "text/plain"}
	switch {
	case q.res.target == MetadataDocument:
		q.format = Format{Kind: XML, media: "application/xml"}
		if q.model.annotated() {
			q.vers.response = version3 // whatever the client's maximum is (LEGACY 8, D2)
		}
	case q.res.target == PropertyValue && q.res.set.Type.Properties[q.res.property].Kind == Binary:
		q.format = Format{Kind: Raw, media: "application/octet-stream", bare: true}
	}
	q.refusal = requireType(accept, q.format.media)
	var ok bool
	if q.format.charset, ok = chooseCharset(q.req.AcceptCharset); !ok && q.refusal == nil {
		q.refusal = badRequest(textMalformedHeader)
	}
}

// readCallback checks $callback: JSON and bare text only.
func (q *Query) readCallback() *Error {
	name, ok := q.opts["$callback"]
	if !ok {
		return nil
	}
	if !q.isGet() {
		return badRequest(textCallbackVerb)
	}
	kind := "Atom"
	switch {
	case q.res.target == MetadataDocument:
		kind = "Metadata"
	case q.res.target == Batch:
		kind = "Batch"
	case q.format.Kind != XML:
		q.callback = name
		return nil
	}
	return badRequest("The requested media type '" + kind + "' is not compatible with the $callback query option.")
}

// checkChange refuses the options that came with protocol version 2 on anything but GET.
func (q *Query) checkChange() *Error {
	if q.isGet() {
		return nil
	}
	return q.refuseOptions("$inlinecount", "$select", "$skiptoken")
}

// readExpandAndSelect reads $expand and $select, which apply to entries, feeds and counts.
func (q *Query) readExpandAndSelect() *Error {
	expand, sel := q.opts.get("$expand"), q.opts.get("$select")
	if q.res.target != Feed && q.res.target != Entry && q.res.target != Count {
		switch {
		case expand != "" && q.res.target != MediaResource:
			return badRequest(textExpandOption)
		case sel != "" && q.res.target != MediaResource:
			return badRequest(textSelectOption)
		}
		return nil
	}
	var err *Error
	if sel != "" {
		if q.selected, err = parseSelect(q.model, q.res.set.Type, sel); err != nil {
			return err
		}
	}
	if expand != "" {
		return checkExpand(q.model, q.res.set.Type, expand)
	}
	return nil
}

// readPlain refuses all options where there is nothing to query.
func (q *Query) readPlain() *Error {
	if q.res.set != nil {
		return nil
	}
	return q.refuseOptions("$expand", "$filter", "$orderby", "$skip", "$top", "$inlinecount", "$select", "$skiptoken")
}

// setApplies tells whether the options on sets apply.
func (q *Query) setApplies() bool { return q.res.target == Feed || q.res.target == Count }

// paged tells whether the server itself cuts the answer into pages.
func (q *Query) paged() bool {
	return q.res.target == Feed && q.isGet() && q.res.set.PageSize > 0
}

func (q *Query) readSkipAndTop() (err *Error) {
	if q.skip, err = readLimit("$skip", q.opts.get("$skip")); err != nil {
		return err
	}
	if q.top, err = readLimit("$top", q.opts.get("$top")); err != nil {
		return err
	}
	q.take = q.top
	if q.paged() && (!q.top.set || q.top.n > q.res.set.PageSize) {
		q.take = limit{q.res.set.PageSize, true}
		if err = q.vers.raise(version2); err != nil {
			return err
		}
	}
	if (q.top.set || q.skip.set) && !q.setApplies() && q.res.set != nil {
		return badRequest(textSetOptions)
	}
	return nil
}

// readLimit reads the number of $top or $skip: blanks and a sign are allowed, as .NET allows them.
func readLimit(name, text string) (limit, *Error) {
	if text == "" {
		return limit{}, nil
	}
	digits := strings.TrimSpace(text)
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n > math.MaxInt32 {
		return limit{}, badRequest("Incorrect format for " + name + " argument '" + text + "'.")
	}
	return limit{int(n), true}, nil
}

// readOrder compiles $orderby. The key is appended where rows are cut off, so that the cut is the same every time.
func (q *Query) readOrder() (err *Error) {
	text := q.opts.get("$orderby")
	if text != "" && !q.setApplies() && q.res.set != nil {
		return badRequest(textSetOptions)
	}
	if q.setApplies() && (q.paged() || q.top.set || q.skip.set) {
		if text != "" {
			text += ","
		}
		text += q.res.set.Type.Key + " asc"
	}
	if text != "" && q.res.set != nil {
		q.order, err = compileOrderBy(q.model, q.res.set.Type, text)
	}
	return err
}

func (q *Query) readFilter() (err *Error) {
	text := q.opts.get("$filter")
	if text == "" || q.res.set == nil {
		return nil
	}
	if !q.setApplies() && q.res.target != Entry {
		return badRequest(textFilterOption)
	}
	q.filter, err = compileFilter(q.model, q.res.set.Type, text)
	return err
}

func (q *Query) readInlineCount() *Error {
	text := strings.TrimLeft(q.opts.get("$inlinecount"), " \t\r\n\v\f")
	switch {
	case text == "" && q.opts.get("$inlinecount") == "", text == "none", q.res.set == nil:
		return nil
	case q.res.target == Count:
		return badRequest(textInlineCountCount)
	case !q.setApplies():
		return badRequest(textSetOptions)
	case text != "allpages":
		return badRequest(textInlineCount)
	}
	q.count = true
	if err := q.vers.need(version2); err != nil {
		return err
	}
	return q.vers.raise(version2)
}

// readToken reads $skiptoken, which only pages of a set have.
func (q *Query) readToken() *Error {
	text := q.opts.get("$skiptoken")
	switch {
	case text == "" || q.res.set == nil:
		return nil
	case q.res.target != Feed || !q.isGet():
		return badRequest(textTokenNotAllowed)
	case !q.paged():
		return badRequest(textTokenUnpaged)
	}
	tok, err := q.order.parseToken(q.model, q.res.set.Type, text)
	if err != nil {
		return err
	}
	q.token = &tok
	if err := q.vers.need(version2); err != nil {
		return err
	}
	// Judged (LEGACY 37): the response stays at 1.0 on the last page of a $top walk; raising it is what readSkipAndTop does.
	return nil
}

// checkSelectVersion demands protocol version 2 for $select.
func (q *Query) checkSelectVersion() *Error {
	if !q.selected.present {
		return nil
	}
	return q.vers.need(version2)
}
