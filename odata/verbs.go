package odata

import (
	"net/http"
	"strings"
)

// refuseVerb answers all methods but GET: the service is read only.
func (q *Query) refuseVerb() *Error {
	if q.res.target == Batch {
		if q.req.Method != http.MethodPost {
			return notAllowed(textBatchVerb, http.MethodPost)
		}
		return badRequest(textUnexpected)
	}
	if q.isGet() {
		return nil
	}
	if err := q.checkTagValues(); err != nil {
		return err
	}
	if q.res.target == ServiceDocument {
		return notAllowed(textRootVerb, http.MethodGet)
	}
	if q.res.target == MetadataDocument {
		return q.wrongURI()
	}
	if q.req.Method == http.MethodPost {
		if q.req.IfMatch != "" || q.req.IfNoneMatch != "" {
			return badRequest(textTagPost)
		}
		if q.res.target != Feed {
			return q.wrongURI()
		}
	}
	return fault(http.StatusForbidden, textForbidden)
}

// wrongURI says that an address does not take the request's method at all.
func (q *Query) wrongURI() *Error {
	return notAllowed("The URI '"+q.req.url()+"' is not valid for "+q.req.Method+" operation.", http.MethodGet)
}

// checkTags looks at the entity tags of a GET: none is ever of use, because no type here has tag properties.
func (q *Query) checkTags() *Error {
	if err := q.checkTagValues(); err != nil {
		return err
	}
	if q.req.IfMatch == "" && q.req.IfNoneMatch == "" {
		return nil
	}
	switch q.res.target {
	case Feed, Count:
		return badRequest("If-Match or If-None-Match HTTP headers cannot be specified since the URI '" + q.req.url() +
			"' refers to a collection of resources or has a $count or $link segment or has a $expand as one of the query parameters.")
	case ServiceDocument, MetadataDocument:
		return nil
	}
	if q.req.IfMatch != "" {
		return badRequest(textTagNoProperties)
	}
	return nil
}

// checkTagValues refuses malformed entity tags.
func (q *Query) checkTagValues() *Error {
	strong := q.res.target == MediaResource
	for _, tag := range []string{q.req.IfMatch, q.req.IfNoneMatch} {
		if !validTag(tag, strong) {
			return badRequest("The etag value '" + tag + "' specified in one of the request headers is not valid. Please make sure only one etag value is specified and is valid.")
		}
	}
	return nil
}

// validTag tells whether a tag is weak (or strong, where allowed) and single.
func validTag(tag string, strong bool) bool {
	if tag == "" || tag == "*" {
		return true
	}
	body, weak := strings.CutPrefix(tag, `W/"`)
	if !weak {
		var quoted bool
		if body, quoted = strings.CutPrefix(tag, `"`); !quoted || !strong {
			return false
		}
	}
	inner, closed := strings.CutSuffix(body, `"`)
	return closed && !strings.Contains(inner, `"`)
}
