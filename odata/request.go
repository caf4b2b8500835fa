package odata

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// Request is what of an HTTP request the data service looks at.
type Request struct {
	Method string

	// ServiceRoot is the absolute URL of the service as the client wrote it, casing kept, without a trailing slash: feed
	// ids, next links and messages are built on it.
	ServiceRoot string
	// Base is the absolute URL of the service in its own spelling, ending in a slash: xml:base, entry ids, __metadata.
	Base string
	// Path is what follows the service root, still percent-encoded; empty or "/" is the service document.
	Path string
	// RawQuery is the query string without its question mark, as it came.
	RawQuery string

	Accept, AcceptCharset, AcceptLanguage     string
	DataServiceVersion, MaxDataServiceVersion string
	IfMatch, IfNoneMatch                      string
}

// Response is an answer without the headers that do not depend on the data service.
type Response struct {
	Status             int
	ContentType        string
	DataServiceVersion string // with its trailing semicolon
	Allow              string // of a 405, empty otherwise
	Body               []byte
	Err                *Error // the error the body tells, nil for a success
	Rows               int    // entries written
	Panic              string // what was recovered, with its stack, for the log; empty unless there is a fault in this package
}

// Answer does all of a request: parse, fetch, apply, render. It never panics. An error of rows that is an *Error is
// answered as it is, any other as the service's 500; updated is the time every Atom element
// carries. Texts are English whatever AcceptLanguage says: only those of the original are known.
func Answer(m *Model, req Request, rows func(*EntitySet) (RowSource, error), updated time.Time) Response {
	return AnswerPrepared(m, req, func(*Query) {}, rows, updated)
}

// AnswerPrepared is Answer with a look at the parsed query, and a chance to shift its dates, before rows are asked for.
func AnswerPrepared(m *Model, req Request, prepare func(*Query), rows func(*EntitySet) (RowSource, error), updated time.Time) (resp Response) {
	defer func() {
		if p := recover(); p != nil {
			resp = answerError(req, unexpected())
			resp.Panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	q, err := parse(m, req)
	if err != nil {
		return answerError(req, err)
	}
	prepare(q)
	resp, err = q.answer(rows, updated)
	if err != nil {
		return answerError(req, err)
	}
	return resp
}

// answerError renders an error in the format that the request negotiates for errors.
func answerError(req Request, e *Error) Response {
	f := NegotiateError(req)
	return Response{
		Status:             e.Status,
		ContentType:        f.ContentType(),
		DataServiceVersion: f.errorVersion(),
		Allow:              e.Allow,
		Body:               AppendError(nil, f, e),
		Err:                e,
	}
}

// asError turns what a Rows function returned into the error a client may see.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e
	}
	return unexpected()
}

// url is the request's address as the server's messages show it: unescaped where that is unambiguous.
func (r *Request) url() string {
	s := r.ServiceRoot + r.slashedPath()
	if r.RawQuery != "" {
		s += "?" + r.RawQuery
	}
	return displayURL(s)
}

// slashedPath is the path with its leading slash.
func (r *Request) slashedPath() string {
	if strings.HasPrefix(r.Path, "/") {
		return r.Path
	}
	return "/" + r.Path
}
