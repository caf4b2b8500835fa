package odata

import "net/http"

// The texts of the data service's errors, as WCF Data Services 5.6 words them.
const (
	textSyntax           = "Bad Request - Error in query syntax."
	textEmptySegment     = "Empty segment encountered in request URL. Please make sure that a valid request URL is specified."
	textMediaType        = "Unsupported media type requested."
	textUnexpected       = "An error occurred while processing this request."
	textForbidden        = "Forbidden"
	textNotImplemented   = "Not Implemented"
	textSetOptions       = "Query options $orderby, $inlinecount, $skip and $top cannot be applied to the requested resource."
	textFilterOption     = "Query option $filter cannot be applied to the requested resource."
	textExpandOption     = "Query option $expand cannot be applied to the requested resource."
	textSelectOption     = "Query option $select cannot be applied to the requested resource."
	textNoOptions        = "Query options $select, $expand, $filter, $orderby, $inlinecount, $skip, $skiptoken and $top are not supported by this request method or cannot be applied to the requested resource."
	textInlineCount      = `Unknown $inlinecount option, only "allpages" and "none" are supported`
	textInlineCountCount = "$inlinecount cannot be applied to the resource segment '$count'"
	textCountVerb        = "Segment /$count and query option $inlinecount only apply to an HTTP GET request."
	textTokenUnpaged     = "A skip token can only be provided in a query request against an entity set when the entity set has a paging limit set."
	textTokenNotAllowed  = "Skip tokens can only be provided for requests that return collections of entities."
	textBatchFormat      = "Query option $format is not supported on a $batch request."
	textBatchVerb        = "The /$batch resource only supports POST method requests."
	textRootVerb         = "The URL representing the root of the service only supports GET requests."
	textBothTags         = "Both If-Match and If-None-Match HTTP headers cannot be specified at the same time. Please specify either one of the headers or none of them."
	textTagNoProperties  = "If-Match or If-None-Match headers cannot be specified if the target type does not have etag properties defined."
	textTagPost          = "If-Match or If-None-Match HTTP headers cannot be specified for POST operations."
	textCallbackVerb     = "$callback can only be specified on GET requests."
	textMalformedHeader  = "Malformed value in request header."
	textCountOnRoot      = "The request URI is not valid, the segment $count cannot be applied to the root of the service."
)

// fault makes an error of the data service itself.
func fault(status int, text string) *Error {
	return &Error{Status: status, Lang: "en-US", Message: text}
}

func badRequest(text string) *Error { return fault(http.StatusBadRequest, text) }

func syntaxError() *Error { return badRequest(textSyntax) }

func notFound(segment string) *Error {
	return fault(http.StatusNotFound, "Resource not found for the segment '"+segment+"'.")
}

func unsupportedMedia() *Error { return fault(http.StatusUnsupportedMediaType, textMediaType) }

func unexpected() *Error { return fault(http.StatusInternalServerError, textUnexpected) }

func notAllowed(text, allow string) *Error {
	e := fault(http.StatusMethodNotAllowed, text)
	e.Allow = allow
	return e
}

func unknownProperty(name string, t *EntityType) *Error {
	return badRequest("Could not find a property named '" + name + "' on type '" + t.FullName() + "'.")
}
