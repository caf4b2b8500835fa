package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"rwsgate/gateway"
	"rwsgate/gateway/rws"
	"rwsgate/rollout/traffic"
)

// The results of a request.
const (
	resultOK        = "ok"         // served as before, or refused as before
	resultDiffers   = "differs"    // served, but not as before
	resultFails     = "fails"      // refused
	resultNotServed = "not served" // of another report
	resultUnjudged  = "not judged" // the recording does not tell what was asked
)

var results = []string{resultOK, resultDiffers, resultFails, resultNotServed, resultUnjudged}

// judged is what became of one request.
type judged struct {
	result  string
	other   bool // no request of the legacy service
	asked   string
	status  int
	rows    int
	feed    bool // rows is of meaning
	format  string
	report  string
	zone    string
	numbers []string // of the differences that it meets
	notes   []string
}

// judge says what rwsgate would answer.
type judge struct {
	gateway    *gateway.Gateway
	past       *past
	at         time.Time // zero: each request's own
	tenant     string    // empty: that of who asks
	known      string    // where the history comes from
	real       bool      // it is that of the configured tenants
	configured bool
	passwords  gateway.PasswordFile
	open       bool // loopback needs no password
	kept       map[string]keptVerdict
}

// judge judges one request. The error says that the call lacks something.
func (j *judge) judge(ctx context.Context, kind traffic.Kind, q *traffic.Request) (judged, error) {
	v := judged{asked: shownRequest(q)}
	switch {
	case q.Method == http.MethodConnect:
		v.other = !strings.Contains(strings.ToLower(q.URL), "reports.office365.")
		v.unjudged("The connection is encrypted: the log knows the host alone.")
		return v, nil
	case kind == traffic.List && !traffic.IsListed(q.URL), kind != traffic.List && !traffic.IsService(q.URL):
		v.other = true
		return v, nil
	case kind == traffic.Squid && strings.HasSuffix(q.URL, "?"):
		v.unjudged("Squid left the query out: set strip_query_terms off.")
		return v, nil
	}
	ask := gateway.Ask{URL: q.URL, Method: q.Method, Header: q.Header, Tenant: j.tenant}
	if j.configured { // agreements are about addresses, too
		ask.Address, _ = netip.ParseAddr(q.Address) // the zero address is nobody's
	}
	own := kind == traffic.HAR || kind == traffic.List
	if own && j.configured {
		ask.Principal = strings.ToLower(q.User)
	}
	if ask.Principal != "" && strings.Contains(ask.Principal, "@") {
		ask.Tenant = ""
	}
	j.past.now = j.timeOf(q)
	key := j.keyOf(&ask)
	if kept, ok := j.kept[key]; ok && (q.Answer == nil || !q.Answer.HasBody) {
		v := kept.judged
		v.notes = slices.Clone(v.notes)
		v.compare(q.Answer, kept.explanation, j.real)
		return v, nil
	}
	e, err := j.gateway.Explain(ctx, ask)
	var refused *gateway.AskError
	switch {
	case errors.As(err, &refused) && strings.Contains(refused.Text, "tenant"):
		return v, fmt.Errorf("--tenant: %s", refused.Text)
	case errors.As(err, &refused):
		v.fail(refused.Text)
		return v, nil
	case err != nil:
		return v, err
	}
	v.explained(e)
	v.weigh(e, j.past.now)
	if ask.Principal != "" && !j.open && j.passwords[ask.Principal] == nil && v.result != resultNotServed {
		v.fail(fmt.Sprintf("401: auth.htpasswd_file has no user %s: rwsgate passwd adds one.", shown(ask.Principal, 80)))
	}
	j.keep(key, v, e)
	v.compare(q.Answer, e, j.real)
	return v, nil
}

// keptVerdict is a verdict before anything recorded is held against it.
type keptVerdict struct {
	judged
	explanation *gateway.Explanation // without the body
}

// keptVerdicts bounds how many verdicts are kept.
const keptVerdicts = 2000

// keyOf names all that a verdict depends on. No zone's date changes within a quarter of an hour that begins on one.
func (j *judge) keyOf(ask *gateway.Ask) string {
	return fmt.Sprintf("%d %q %q %q %q %q %s", j.past.now.Truncate(15*time.Minute).Unix(), ask.Method, ask.URL, ask.Header, ask.Tenant, ask.Principal, ask.Address)
}

func (j *judge) keep(key string, v judged, e *gateway.Explanation) {
	if j.kept == nil || len(j.kept) >= keptVerdicts {
		j.kept = map[string]keptVerdict{}
	}
	v.notes = slices.Clone(v.notes)
	j.kept[key] = keptVerdict{v, e.WithoutBody()}
}

// timeOf is when a request was sent, as far as anybody knows.
func (j *judge) timeOf(q *traffic.Request) time.Time {
	switch {
	case !j.at.IsZero():
		return j.at
	case !q.At.IsZero():
		return q.At.UTC()
	}
	return time.Now().UTC()
}

func (v *judged) unjudged(note string) {
	v.result, v.notes = resultUnjudged, append(v.notes, note)
}

func (v *judged) fail(note string) {
	v.result, v.notes = resultFails, append(v.notes, note)
}

func (v *judged) differ(format string, args ...any) {
	if v.result == resultOK {
		v.result = resultDiffers
	}
	v.notes = append(v.notes, fmt.Sprintf(format, args...))
}

// explained takes over what the table shows.
func (v *judged) explained(e *gateway.Explanation) {
	v.status, v.rows, v.format, v.report, v.zone = e.Status, e.Rows, formatShown(e), e.Report, e.Zone
	v.feed = e.Status == http.StatusOK && (e.Target == "feed" || e.Target == "entry")
	for _, d := range e.Differences {
		v.numbers = append(v.numbers, d.Number)
	}
}

func formatShown(e *gateway.Explanation) string {
	switch {
	case e.Target == "count" || e.Target == "value":
		return "text"
	case e.Format == "atom" && (e.Target == "service" || e.Target == "metadata" || e.Target == "property" || e.Status >= http.StatusBadRequest):
		return "xml"
	}
	return e.Format
}

// weighty are the hints about a served request that make it differ: who asks gets other rows than before.
var weighty = map[string]bool{gateway.HintUncovered: true}

// weigh judges what the gateway says.
func (v *judged) weigh(e *gateway.Explanation, now time.Time) {
	switch {
	case !e.Served:
		v.result = resultNotServed
	case e.Status >= http.StatusBadRequest:
		v.fail(fmt.Sprintf("%d: %s", e.Status, shown(e.Error, 300)))
	default:
		v.result = resultOK
	}
	for _, h := range e.Hints {
		note := shown(h.Text, 400)
		switch {
		case v.result == resultOK && weighty[h.Kind], v.result == resultOK && h.Kind == gateway.HintOld && withinYear(e, now):
			v.differ("%s", note)
		default:
			v.notes = append(v.notes, note)
		}
	}
}

// withinYear says whether the retired service would still have had the dates that a filter ends with: it kept a year.
func withinYear(e *gateway.Explanation, now time.Time) bool {
	m := lastDate.FindStringSubmatch(e.Filter)
	if m == nil {
		return false
	}
	at, err := time.Parse(time.DateOnly, m[1])
	return err == nil && now.Sub(at) < 366*24*time.Hour
}

var lastDate = regexp.MustCompile(`.*datetime'(\d{4}-\d\d-\d\d)`)

var (
	inService = regexp.MustCompile(`(?i)^(?:https?://[^/?#]*)?` + regexp.QuoteMeta(rws.Root) + `/?`)
	userinfo  = regexp.MustCompile(`//[^/?#]*@`)
)

// shownRequest is how a request is named: what follows the service root, with its method if that is not GET.
func shownRequest(q *traffic.Request) string {
	text := inService.ReplaceAllString(q.URL, "")
	text = userinfo.ReplaceAllString(text, "//")
	if text == "" {
		text = "(root)"
	}
	if q.Method != http.MethodGet {
		text = q.Method + " " + text
	}
	return shown(text, 300)
}

// shown makes a text of others fit for a terminal: what does not print is replaced, what is too long is cut.
func shown(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			return b.String() + "…"
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			r = '\ufffd'
		}
		b.WriteRune(r)
	}
	return b.String()
}
