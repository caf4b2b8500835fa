package rws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// Fault is an error of the front itself, family (i): raised before OData sees the request, written as a ServiceFault
// document (LEGACY 51).
type Fault struct {
	Status  int
	Code    string // name in the retired service's table; the log's business, the wire's ErrorCode is always empty
	Message string
}

// Error gives the message.
func (f *Fault) Error() string { return f.Message }

var (
	versionAmbiguous = &Fault{http.StatusBadRequest, "ErrorVersionAmbiguous", "The API version is specified in both request URL and header."}
	versionInvalid   = &Fault{http.StatusNotFound, "ErrorInvalidVersion", "The version specified in the request is unsupported."}
	invalidFormat    = &Fault{http.StatusBadRequest, "InvalidFormatQuery", `Invalid $format query option - the only acceptable values are "json" and "atom".`}
	quotedOrderBy    = &Fault{http.StatusBadRequest, "InvalidQueryException", "Single quotation marks is not supported in $orderby."}
)

// OverBudget is the fault of a principal or a gateway that has too many requests under way.
func OverBudget() *Fault {
	return &Fault{http.StatusServiceUnavailable, "ErrorOverBudget", "The current user is running out of budget of the service."}
}

// NotPermitted is the fault of a principal that may not read the named organisation.
func NotPermitted(organization string) *Fault {
	return &Fault{http.StatusForbidden, "ErrorTenantNotInOrgScope", fmt.Sprintf("No permission to access the report for the organization %s.", organization)}
}

// CodePlainHTTP is the code of credentials that came over plain HTTP.
const CodePlainHTTP = "ErrorPlainHttp"

// PlainPassword is the fault of a password sent over a connection that everybody can read.
func PlainPassword() *Fault {
	return &Fault{http.StatusForbidden, CodePlainHTTP, "A password was sent over plain HTTP. Use https; the password should be changed."}
}

// PlainCredentials is the fault of an Authorization header sent over such a connection; it names what was in it.
func PlainCredentials(authorization string) *Fault {
	scheme, _, _ := strings.Cut(authorization, " ")
	switch strings.ToLower(scheme) {
	case "basic":
		return PlainPassword()
	case "bearer":
		return &Fault{http.StatusForbidden, CodePlainHTTP, "A bearer token was sent over plain HTTP. Use https; the token should be revoked."}
	}
	return &Fault{http.StatusForbidden, CodePlainHTTP, "Credentials were sent over plain HTTP. Use https."}
}

// QueryIsInvalid begins the message of a query over a limit (LEGACY 48).
const QueryIsInvalid = "The query is invalid."

// InvalidQuery is the fault of a query over one of our limits; message begins with QueryIsInvalid and names the limit.
func InvalidQuery(message string) *Fault {
	return &Fault{http.StatusBadRequest, "InvalidQueryException", message}
}

// InvalidZone is the fault of an X-timezone header that names no zone; reason is the whole sentence.
func InvalidZone(reason string) *Fault {
	return &Fault{http.StatusBadRequest, "InvalidTimeZone", reason}
}

const faultHead = `<ServiceFault xmlns="http://schemas.datacontract.org/2004/07/Microsoft.Exchange.Management.ReportingWebService" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ErrorCode/><Message>`

// Body writes the fault in JSON when $format asked for it or Accept is exactly application/json, in XML otherwise
// (LEGACY 51, 30: WCF's own content types have a space).
func (f *Fault) Body(format Format, accept string) (body []byte, contentType string) {
	if format == FormatJSON || strings.EqualFold(strings.TrimSpace(accept), "application/json") {
		return fmt.Appendf(nil, `{"ErrorCode":"","Message":%s}`, quoteJSON(f.Message)), "application/json; charset=utf-8"
	}
	var b strings.Builder
	b.WriteString(faultHead)
	// A strings.Builder never fails.
	_ = xml.EscapeText(&b, []byte(f.Message))
	b.WriteString("</Message></ServiceFault>")
	return []byte(plainXML(b.String())), "application/xml; charset=utf-8"
}

var xmlPlain = strings.NewReplacer("&#34;", `"`, "&#39;", "'")

// plainXML takes back the escapes of quotation marks, which .NET does not write in element text.
func plainXML(s string) string { return xmlPlain.Replace(s) }

// quoteJSON writes a JSON string without the HTML escapes of encoding/json's default, as .NET does.
func quoteJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return []byte(`""`)
	}
	return bytes.TrimSpace(b.Bytes())
}
