package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"rwsgate/translate"
)

// graphError is the part of Graph's error body that tells errors apart.
type graphError struct {
	code, message string
	page          bool // the body is not Graph's JSON at all
}

// readGraphError reads an error body; Graph's reports put a second error, as JSON text, into the message of the first.
func readGraphError(e *exchange) graphError {
	var outer struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(e.body, &outer) != nil {
		kind, _, err := mime.ParseMediaType(e.contentType)
		return graphError{page: len(e.body) > 0 && (err != nil || kind != "application/json")}
	}
	inner := outer
	inner.Error.Code = ""
	if strings.HasPrefix(strings.TrimSpace(outer.Error.Message), "{") && json.Unmarshal([]byte(outer.Error.Message), &inner) == nil && inner.Error.Code != "" {
		outer = inner
	}
	return graphError{code: codeName(outer.Error.Code), message: strings.ToLower(outer.Error.Message)}
}

var plainCode = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)

// codeName gives an error code of Graph's if it is one: it goes into logs.
func codeName(s string) string {
	if plainCode.MatchString(s) {
		return s
	}
	return ""
}

// graphFault judges an answer of Graph or of a download host that is not 200, or a redirect without an end.
func graphFault(e *exchange) *translate.SourceError {
	g := readGraphError(e)
	fault := &translate.SourceError{Stage: e.leg.stage(), Host: hostName(e.host), Status: e.status, Code: g.code, RequestID: e.requestID}
	switch {
	case e.status == http.StatusTooManyRequests, e.status == http.StatusServiceUnavailable && e.wait > 0:
		throttled(fault, e)
	case e.status >= 500:
		fault.Fault, fault.Reason = translate.FaultUnreachable, fmt.Sprintf("the service answered %d", e.status)
		fault.Mend = "nothing: it will be asked again; if it lasts, see the Microsoft 365 service health"
	case e.status < 400:
		strangeSuccess(fault, e)
	case e.leg == legDownload:
		fault.Fault, fault.Reason = translate.FaultIncident, "the download address was refused twice, as if expired"
		fault.Mend = "nothing: it will be asked again; check that nothing on the way takes longer than a few minutes"
	default:
		refusedByGraph(fault, e, g)
	}
	return fault
}

// throttled says how long Graph wants to be left alone.
func throttled(fault *translate.SourceError, e *exchange) {
	fault.Fault, fault.Wait = translate.FaultThrottled, e.wait
	fault.Reason = "Graph asks to be left alone for a while"
	if e.wait > 0 {
		fault.Reason = fmt.Sprintf("Graph asks to be left alone for %s", e.wait)
	}
	fault.Mend = "nothing: it will be asked again after the wait; see whether other programs use the same application (14 calls in 10 minutes)"
}

// strangeSuccess is an answer below 400 that leads to no report.
func strangeSuccess(fault *translate.SourceError, e *exchange) {
	fault.Fault = translate.FaultUnreadable
	fault.Mend = "check that nothing between rwsgate and Graph changes answers; if it lasts, report it to Microsoft with the request id"
	switch {
	case e.status >= 300 && e.status != http.StatusNotModified && e.leg == legDownload:
		fault.Reason = "the download was redirected again and again"
	case e.status >= 300 && e.status != http.StatusNotModified:
		fault.Reason = "Graph redirected to a download without saying where"
	default:
		fault.Reason = fmt.Sprintf("the service answered %d without a report", e.status)
	}
}

// refusedByGraph tells the 4xx of the report apart (GRAPH 2.3).
func refusedByGraph(fault *translate.SourceError, e *exchange, g graphError) {
	switch {
	case g.code == "UnknownTenantId":
		fault.Fault, fault.Reason = translate.FaultTenant, "Graph's reports do not know the tenant"
		fault.Mend = "check the tenant's id; a tenant without Microsoft 365 services has no reports"
	case g.code == "MissingCredentials":
		fault.Fault, fault.Reason = translate.FaultIncident, "Graph lost the token that it was given (a known fault of the service)"
		fault.Mend = "nothing: it will be asked again; see the Microsoft 365 service health"
	case g.page:
		fault.Fault, fault.Reason = translate.FaultUnreachable, fmt.Sprintf("something on the way answered %d with a page that is not Graph's", e.status)
		fault.Mend = "check the proxy or firewall between rwsgate and Graph"
	case permissionCodes[g.code], e.status == http.StatusForbidden:
		refused := notPermitted()
		fault.Fault, fault.Stage, fault.Permission, fault.Reason, fault.Mend = refused.Fault, refused.Stage, refused.Permission, refused.Reason, refused.Mend
	case e.status == http.StatusUnauthorized:
		unauthorized(fault, e)
	case e.status == http.StatusNotFound, e.status == http.StatusGone, noSuchReport(g):
		fault.Fault, fault.Reason = translate.FaultGone, "Graph does not know the report any more"
		fault.Mend = "check cloud.graph (the report exists in the global cloud's v1.0); if Microsoft has removed it, the stored history is all there is"
	default:
		fault.Fault, fault.Reason = translate.FaultIncident, fmt.Sprintf("Graph refused the request with %d", e.status)
		fault.Mend = "nothing: it will be asked again; if it lasts, report it to Microsoft with the request id"
	}
}

// notPermitted is a token without the report's permission.
func notPermitted() *translate.SourceError {
	return &translate.SourceError{
		Fault: translate.FaultNotPermitted, Stage: translate.StageConsent, Permission: Permission,
		Reason: "the application may not read reports: " + Permission + " is missing or not consented to",
		Mend:   "give the application the application permission " + Permission + " of Microsoft Graph and have an administrator consent; a new token may take an hour",
	}
}

// permissionCodes are Graph's names for a token without the permission.
var permissionCodes = map[string]bool{
	"S2SUnauthorized": true, "Authorization_RequestDenied": true, "Forbidden": true, "AccessDenied": true, "accessDenied": true,
	"Authentication_RequestFromUnsupportedUserRole": true,
}

// noSuchReport knows the texts by which Graph says that a function does not exist.
func noSuchReport(g graphError) bool {
	return strings.Contains(g.message, "function cannot be found") || strings.Contains(g.message, "resource not found for the segment")
}

// unauthorized is a token that Entra ID gave and Graph refuses.
func unauthorized(fault *translate.SourceError, e *exchange) {
	fault.Fault = translate.FaultCredential
	if e.challenge {
		fault.Reason = "Graph asks for a stricter sign-in again and again (Conditional Access)"
		fault.Mend = "exempt the application from the Conditional Access policy, or let it sign in from an allowed address"
		return
	}
	fault.Reason = "Graph does not accept the token that Entra ID gave"
	fault.Mend = "check that cloud.authority, cloud.graph and cloud.scope belong to the same cloud, and this machine's clock"
}

// redirectFault is a redirect that was not followed.
func redirectFault(e *exchange, r *refusal) *translate.SourceError {
	return &translate.SourceError{
		Fault: translate.FaultUnreadable, Stage: translate.StageDownload, Host: r.host, Status: e.status, RequestID: e.requestID,
		Reason: r.reason, Mend: "if the host is Microsoft's, add its name to cloud.download_hosts; if not, find out who changes Graph's answers",
	}
}

// unreadable is a report that came, and is none.
func unreadable(err error, e *exchange) *translate.SourceError {
	fault := &translate.SourceError{Fault: translate.FaultUnreadable, Stage: e.leg.stage(), Host: hostName(e.host), Status: e.status, RequestID: e.requestID,
		Reason: "the report could not be read", Mend: "nothing was taken over; if it lasts, the report has changed: update rwsgate, or check that nothing on the way changes answers"}
	var line *translate.CSVError
	if errors.As(err, &line) {
		fault.Line, fault.Reason = line.Line, "the report is not as documented: "+line.Error()
	}
	return fault
}
