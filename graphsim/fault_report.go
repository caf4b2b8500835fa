package graphsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The faults of the report endpoint of Graph.
const (
	FaultThrottledFloat      FaultName = "report-429-float"
	FaultThrottledInteger    FaultName = "report-429-integer"
	FaultThrottledDate       FaultName = "report-429-date"
	FaultThrottledAbsent     FaultName = "report-429-absent"
	FaultUnavailableHTML     FaultName = "report-503-html"
	FaultUnavailableWait     FaultName = "report-503-retry-after"
	FaultBadGatewayHTML      FaultName = "report-502-html"
	FaultServerError         FaultName = "report-500"
	FaultFunctionNotFound    FaultName = "report-404-function"
	FaultUnauthorizedApp     FaultName = "report-403-s2s"
	FaultMissingCredentials  FaultName = "report-403-missing-credentials"
	FaultRequestDenied       FaultName = "report-403-request-denied"
	FaultEmptyForbidden      FaultName = "report-403-empty"
	FaultUnknownTenantID     FaultName = "report-unknown-tenant-id"
	FaultInvalidArgument     FaultName = "report-400-invalid-argument"
	FaultEmptyError          FaultName = "report-error-empty"
	FaultErrorWithoutMessage FaultName = "report-error-without-message"
	FaultNoLocation          FaultName = "report-302-no-location"
	FaultRedirectLoop        FaultName = "report-302-loop"
	FaultPlainRedirect       FaultName = "report-302-http"
	FaultForeignRedirect     FaultName = "report-302-foreign"
	FaultReset               FaultName = "report-reset"
	FaultSlowReport          FaultName = "report-slow"
	FaultClaimsChallenge     FaultName = "report-401-claims"
	FaultGone                FaultName = "report-410"
	FaultHTMLInstead         FaultName = "report-200-html"
)

// defaultWait is the Retry-After of a fault that sets none.
const defaultWait = 2 * time.Second

// claimsWanted is what a continuous access evaluation challenge asks to be sent back.
const claimsWanted = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`

func reportFaults() []faultSpec {
	f := func(name FaultName, description string, serve func(*exchange)) faultSpec {
		return faultSpec{FaultInfo: FaultInfo{name, StageReport, description}, serve: serve}
	}
	graph := func(name FaultName, status int, code, message, description string) faultSpec {
		return f(name, fmt.Sprintf("%d %s: %s", status, code, description), func(x *exchange) { x.graphError(x.w, x.r, status, code, message) })
	}
	return []faultSpec{
		f(FaultThrottledFloat, "429 with a Retry-After of 2.128, or Wait, in seconds with a fraction", func(x *exchange) {
			x.throttled(x.w, x.r, strconv.FormatFloat(x.fault.wait(2128*time.Millisecond).Seconds(), 'f', 3, 64))
		}),
		f(FaultThrottledInteger, "429 with a Retry-After of 2 s, or Wait, in whole seconds", func(x *exchange) {
			x.throttled(x.w, x.r, seconds(x.fault.wait(defaultWait)))
		}),
		f(FaultThrottledDate, "429 with a Retry-After that is a date, 2 s or Wait ahead of the machine's clock", func(x *exchange) {
			x.throttled(x.w, x.r, retryAt(x.fault.wait(defaultWait)))
		}),
		f(FaultThrottledAbsent, "429 without a Retry-After", func(x *exchange) { x.throttled(x.w, x.r, "") }),
		f(FaultUnavailableHTML, "503 with an HTML page", func(x *exchange) { htmlPage(x, http.StatusServiceUnavailable) }),
		f(FaultUnavailableWait, "503 serviceNotAvailable with a Retry-After of 2 s, or Wait", func(x *exchange) {
			x.w.Header().Set("Retry-After", seconds(x.fault.wait(defaultWait)))
			x.graphError(x.w, x.r, http.StatusServiceUnavailable, "serviceNotAvailable", "The service is temporarily unavailable.")
		}),
		f(FaultBadGatewayHTML, "502 with an HTML page", func(x *exchange) { htmlPage(x, http.StatusBadGateway) }),
		graph(FaultServerError, http.StatusInternalServerError, "InternalServerError", "An error has occurred.", "a failure of the service"),
		f(FaultFunctionNotFound, "404 UnknownError with JSON inside its message", func(x *exchange) { x.functionNotFound(x.w, x.r) }),
		graph(FaultUnauthorizedApp, http.StatusForbidden, "S2SUnauthorized", "Invalid scope claims/roles.", "Reports.Read.All is missing or not consented to"),
		graph(FaultMissingCredentials, http.StatusForbidden, "MissingCredentials", "Valid Authorization header is needed.", "an incident of the service, the token is good"),
		graph(FaultRequestDenied, http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "not permitted"),
		f(FaultEmptyForbidden, "403 without a body or content type", func(x *exchange) {
			x.w.Header()["Content-Type"] = nil
			x.w.WriteHeader(http.StatusForbidden)
		}),
		graph(FaultUnknownTenantID, http.StatusNotFound, "UnknownTenantId", "We do not recognize this tenant ID. Please double check the tenant ID and try again.", "the reports workload does not know the tenant"),
		graph(FaultInvalidArgument, http.StatusBadRequest, "InvalidArgument", "Invalid period value specified.", "the request is refused"),
		f(FaultEmptyError, "400 with {} as its body", func(x *exchange) { writeJSON(x.w, http.StatusBadRequest, map[string]any{}) }),
		f(FaultErrorWithoutMessage, "400 with an error that has a code and no message", func(x *exchange) {
			writeJSON(x.w, http.StatusBadRequest, map[string]any{"error": map[string]any{"code": "generalException"}})
		}),
		f(FaultNoLocation, "302 without a Location", func(x *exchange) { x.redirect("") }),
		f(FaultRedirectLoop, "302 to the download host, which redirects to itself without end", func(x *exchange) {
			x.redirect(x.DownloadURL() + "/loop?token=" + x.tickets.issue(x.tenant, x.window, x.options.Now().Add(x.options.LinkLife), x.requestID()))
		}),
		f(FaultPlainRedirect, "302 to a download over plain HTTP, which would work", func(x *exchange) {
			x.redirectWith("http://" + x.plain)
		}),
		f(FaultForeignRedirect, "302 to a download on ForeignHost, over HTTPS", func(x *exchange) { x.redirectWith("https://" + x.foreign()) }),
		f(FaultReset, "the connection is reset", reset),
		f(FaultSlowReport, "the answer comes after Wait (default 30 s), as 503", func(x *exchange) {
			if pause(x) {
				x.graphError(x.w, x.r, http.StatusServiceUnavailable, "serviceNotAvailable", "The service is temporarily unavailable.")
			}
		}),
		f(FaultClaimsChallenge, "401 with a claims challenge (continuous access evaluation)", func(x *exchange) {
			x.unauthorized(x.w, x.r, "Continuous access evaluation resulted in challenge.", `, error="insufficient_claims", claims="`+
				base64.StdEncoding.EncodeToString([]byte(claimsWanted))+`"`)
		}),
		graph(FaultGone, http.StatusGone, "Gone", "This report is no longer available.", "the report has been taken away"),
		f(FaultHTMLInstead, "200 with an HTML page, without a redirect", func(x *exchange) { htmlPage(x, http.StatusOK) }),
	}
}

// redirectWith redirects to a good link on another root.
func (x *exchange) redirectWith(root string) {
	x.identify(x.w, x.r)
	x.redirect(root + x.newLink())
}
