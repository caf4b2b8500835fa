package graph

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"rwsgate/translate"
)

// Outcome is what became of a stage.
type Outcome string

// The outcomes. A stage that a failure before it made pointless is skipped, and so is one that does not apply.
const (
	OK      Outcome = "ok"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// StageResult is one line of a diagnosis. Like a translate.SourceError it holds no secret and nothing of upstream's.
type StageResult struct {
	Stage   translate.Stage
	Host    string
	Outcome Outcome
	Took    time.Duration
	Saw     string // what was seen, in a few words
	Cause   string // of a failure
	Mend    string // of a failure
}

// Diagnosis is what `rwsgate check` shows of one tenant's way to Graph.
type Diagnosis struct {
	Stages   []StageResult
	Download translate.Download     // the report, if it came; Calls counts the report calls in any case
	Fault    *translate.SourceError // of the first stage that failed; nil if none did
}

// Diagnose tries every stage of a fetch: the network to Entra ID and to Graph, the token, the consent that it carries,
// the report of a window and its download. It makes one report call at most, and none if the token cannot read reports.
func (c *Client) Diagnose(ctx context.Context, w translate.Window) Diagnosis {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var d Diagnosis
	reached := c.network(ctx, &d, legToken, c.place.host, c.kind == ManagedIdentity)
	found := c.network(ctx, &d, legReport, c.place.graph.Host, false)
	permitted := c.token(ctx, &d, reached || c.kind == DefaultChain) // a chain may ask someone else than Entra ID
	c.report(ctx, &d, w, found && permitted)
	return d
}

// fail notes a failed stage.
func (d *Diagnosis) fail(r StageResult, fault *translate.SourceError) {
	r.Outcome, r.Cause, r.Mend = Failed, fault.Reason, fault.Mend
	if fault.Code != "" {
		r.Cause += " (" + fault.Code + ")"
	}
	if d.Fault == nil {
		d.Fault = fault
	}
	d.Stages = append(d.Stages, r)
}

func (d *Diagnosis) pass(r StageResult) {
	r.Outcome = OK
	d.Stages = append(d.Stages, r)
}

func (d *Diagnosis) skip(why string, stages ...translate.Stage) {
	for _, s := range stages {
		d.Stages = append(d.Stages, StageResult{Stage: s, Outcome: Skipped, Saw: why})
	}
}

const afterFailure = "not tried after the failure above"

// token asks for a token and looks for the permission in it; true if the report is worth a call.
func (c *Client) token(ctx context.Context, d *Diagnosis, reached bool) bool {
	if !reached {
		d.skip(afterFailure, translate.StageToken, translate.StageConsent)
		return false
	}
	f := &flight{now: c.now}
	started := time.Now()
	token, err := c.credential.GetToken(withFlight(ctx, f), policy.TokenRequestOptions{Scopes: []string{c.place.scope}, EnableCAE: true})
	r := StageResult{Stage: translate.StageToken, Host: c.place.host, Took: time.Since(started)}
	if err != nil {
		last, _, _, _ := f.seen()
		fault := c.tokenFault(err, last)
		if ctx.Err() != nil {
			fault = c.late(last)
		}
		if fault.Stage == translate.StageConsent {
			r.Stage = translate.StageConsent
		}
		d.fail(r, fault)
		if r.Stage == translate.StageToken {
			d.skip(afterFailure, translate.StageConsent)
		}
		return false
	}
	r.Saw = fmt.Sprintf("token until %s", token.ExpiresOn.UTC().Format(time.RFC3339))
	d.pass(r)
	return c.consent(d, token.Token)
}

// consent looks for the report's permission in a token that can be read.
func (c *Client) consent(d *Diagnosis, token string) bool {
	r := StageResult{Stage: translate.StageConsent, Host: c.place.host}
	content, readable := readClaims(token)
	permitted, known := content.permitted()
	switch {
	case !readable || !known:
		d.skip("the token does not tell; the report will", translate.StageConsent)
		return true
	case permitted:
		r.Saw = "the token carries " + Permission
		if more := len(content.Roles) - 1; more > 0 {
			r.Saw += fmt.Sprintf(", and %d permissions that are not needed", more)
		}
		d.pass(r)
		return true
	}
	d.fail(r, notPermitted())
	return false
}

// report makes the one report call.
func (c *Client) report(ctx context.Context, d *Diagnosis, w translate.Window, worth bool) {
	if !worth {
		d.skip(afterFailure, translate.StageReport, translate.StageDownload)
		return
	}
	f := &flight{now: c.now, retried: true}
	started := time.Now()
	download, err := c.fetch(ctx, withFlight(ctx, f), w)
	took := time.Since(started)
	d.Download = download
	asked := StageResult{Stage: translate.StageReport, Host: c.place.graph.Host, Took: took}
	last, _, _, _ := f.seen()
	if err == nil {
		d.pass(asked)
		fetched := StageResult{Stage: translate.StageDownload, Saw: fmt.Sprintf("%d days, none after %s", len(download.Days), download.Refresh)}
		if len(download.Days) == 0 {
			fetched.Saw = "a header without any day"
		}
		if last != nil {
			fetched.Host = hostName(last.host)
		}
		d.pass(fetched)
		return
	}
	var fault *translate.SourceError
	if !errors.As(err, &fault) {
		d.skip("given up", translate.StageReport, translate.StageDownload)
		return
	}
	if last != nil && last.leg == legDownload || fault.Stage == translate.StageDownload {
		d.pass(asked)
		d.fail(StageResult{Stage: translate.StageDownload, Host: fault.Host}, fault)
		return
	}
	if fault.Stage == translate.StageConsent {
		asked.Stage = translate.StageConsent
		d.fail(asked, fault)
		d.skip(afterFailure, translate.StageReport, translate.StageDownload)
		return
	}
	d.fail(asked, fault)
	d.skip(afterFailure, translate.StageDownload)
}
