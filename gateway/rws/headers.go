package rws

import (
	"html"
	"net/http"
)

// Header names in the retired service's own spelling; Go's canonical form differs (LEGACY 8).
const (
	HeaderDataServiceVersion    = "DataServiceVersion"
	HeaderMaxDataServiceVersion = "MaxDataServiceVersion"
	HeaderVersion               = "X-RWS-Version"
	HeaderError                 = "X-RWS-Error"
	HeaderRequestID             = "request-id"
	HeaderTimeZone              = "X-timezone"
)

// The exception types that X-RWS-Error names (LEGACY 55).
const (
	DataServiceException      = "System.Data.Services.DataServiceException"
	ConnectionFailedException = "Microsoft.Exchange.Management.ReportingTask.ConnectionFailedException"
)

// Set puts a header into h with its name spelt as it is.
func Set(h http.Header, name, value string) { h[name] = []string{value} }

// Stamp puts on h what every answer of the service carries, errors too (LEGACY 22, 59).
func Stamp(h http.Header, requestID string) {
	h["Cache-Control"] = stampCache
	h["Pragma"] = stampPragma
	h["Expires"] = stampExpires
	h["X-Content-Type-Options"] = stampNoSniff
	h[HeaderVersion] = stampVersion
	h[HeaderRequestID] = []string{requestID}
}

var (
	stampCache   = []string{"no-cache, no-store"}
	stampPragma  = []string{"no-cache"}
	stampExpires = []string{"-1"}
	stampNoSniff = []string{"nosniff"}
	stampVersion = []string{Version}
)

// Unauthorized is the page of a refused or missing password, which came from the web server in front (LEGACY 58).
func Unauthorized(requestID string) []byte {
	return []byte(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">` +
		`<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>` +
		`<title>401 - Unauthorized: Access is denied due to invalid credentials.</title></head><body><h1>Server Error</h1>` +
		`<h2>401 - Unauthorized: Access is denied due to invalid credentials.</h2>` +
		`<h3>You do not have permission to view this directory or page using the credentials that you supplied.</h3>` +
		`<p>request-id ` + html.EscapeString(requestID) + `</p></body></html>`)
}
