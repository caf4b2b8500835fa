package graphsim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"rwsgate/translate"
)

// ReportFunction is the name of the one report that the stand-in knows.
const ReportFunction = "getSkypeForBusinessPeerToPeerActivityMinuteCounts"

// functionCall is a report function with its period; `microsoft.graph.` may stand before the name.
var functionCall = regexp.MustCompile(`^(?:microsoft\.graph\.)?(\w+)\(period='([^']*)'\)$`)

var windows = []translate.Window{translate.D7, translate.D30, translate.D90, translate.D180}

// exchange is one request that a fault may answer.
type exchange struct {
	*Server
	tenant *Tenant
	fault  *Fault
	w      http.ResponseWriter
	r      *http.Request
	window translate.Window
}

// graphHandler serves the Graph stand-in.
func (s *Server) graphHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1.0/reports/{call}", s.report)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.graphError(w, r, http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+lastSegment(r.URL.Path)+"'.")
	})
	return mux
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// report answers GET /v1.0/reports/getSkypeForBusinessPeerToPeerActivityMinuteCounts(period='D180').
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	name, period := "", ""
	if m := functionCall.FindStringSubmatch(r.PathValue("call")); m != nil {
		name, period = m[1], m[2]
	}
	t, claims := s.bearer(w, r)
	if t == nil {
		return
	}
	t.count(func(c *Calls) { c.note(r, period) })
	if wait, ok := t.admit(claims.Application); !ok {
		s.throttled(w, r, seconds(wait))
		return
	}
	window, ok := parseWindow(period)
	x := &exchange{Server: s, tenant: t, w: w, r: r, window: window}
	if f, spec := t.fault(StageReport); f != nil {
		x.fault = f
		spec.serve(x)
		return
	}
	switch {
	case !slices.Contains(claims.Roles, ReportsReadAll):
		s.graphError(w, r, http.StatusForbidden, "S2SUnauthorized", "Invalid permission.")
	case name != ReportFunction || period == "":
		s.functionNotFound(w, r)
	case !ok:
		s.graphError(w, r, http.StatusBadRequest, "InvalidArgument", "Invalid period value specified: "+period+". Supported values are D7, D30, D90, D180.")
	case t.isGone():
		s.graphError(w, r, http.StatusGone, "Gone", "This report is no longer available.")
	default:
		x.serveReport()
	}
}

func parseWindow(period string) (translate.Window, bool) {
	for _, w := range windows {
		if period == w.String() {
			return w, true
		}
	}
	return 0, false
}

func (t *Tenant) isGone() bool {
	today := translate.DayOf(t.now())
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.gone != 0 && today >= t.gone
}

// serveReport redirects to a one-time download, or gives the report itself where the tenant's format says so.
func (x *exchange) serveReport() {
	x.tenant.mu.Lock()
	format := x.tenant.format
	x.tenant.mu.Unlock()
	if !format.NoRequestID {
		x.identify(x.w, x.r)
	}
	if format.Direct {
		x.serveBody()
		return
	}
	x.redirect(x.DownloadURL() + x.newLink())
}

// newLink gives the path and query of a one-time download.
func (x *exchange) newLink() string {
	return "/data/v1.0/download?token=" + x.tickets.issue(x.tenant, x.window, x.options.Now().Add(x.options.LinkLife), x.requestID())
}

func (x *exchange) redirect(location string) {
	x.w.Header().Set("Content-Type", "text/plain")
	if location != "" {
		x.w.Header().Set("Location", location)
	}
	x.w.WriteHeader(http.StatusFound)
}

// identify sets the headers by which Graph names a request.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) (id, client string) {
	id, client = s.requestID(), r.Header.Get("client-request-id")
	if client == "" {
		client = id
	}
	w.Header().Set("request-id", id)
	w.Header().Set("client-request-id", client)
	w.Header().Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"graphsim"}}`)
	return id, client
}

// graphError writes an error in Graph's shape.
func (s *Server) graphError(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	id, client := s.identify(w, r)
	writeJSON(w, status, map[string]any{"error": map[string]any{
		"code": code, "message": message,
		"innerError": map[string]string{"date": s.zoneless(), "request-id": id, "client-request-id": client},
	}})
}

// throttled writes Graph's 429; retryAfter is left out if it is empty.
func (s *Server) throttled(w http.ResponseWriter, r *http.Request, retryAfter string) {
	id, client := s.identify(w, r)
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	writeJSON(w, http.StatusTooManyRequests, map[string]any{"error": map[string]any{
		"code": "TooManyRequests", "message": "Please retry again later.",
		"innerError": map[string]string{
			"code": "429", "date": s.zoneless(), "message": "Please retry after", "status": "429",
			"request-id": id, "client-request-id": client,
		},
	}})
}

// functionNotFound writes the 404 that carries JSON inside its message (msgraph-sdk-python#288).
func (s *Server) functionNotFound(w http.ResponseWriter, r *http.Request) {
	s.graphError(w, r, http.StatusNotFound, "UnknownError",
		fmt.Sprintf(`{"error":{"code":"InvalidArgument","message":%q}}`, "The requested function cannot be found."))
}

// zoneless gives the clock as Graph writes it in errors: UTC without saying so.
func (s *Server) zoneless() string { return s.options.Now().UTC().Format("2006-01-02T15:04:05") }

// retryAt gives a Retry-After date by the machine's clock, since clients reckon with theirs.
func retryAt(wait time.Duration) string { return time.Now().Add(wait).UTC().Format(http.TimeFormat) }
