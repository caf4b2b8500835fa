// Package graph is the only room that knows the Microsoft Graph SDK and azidentity: it fetches a tenant's peer-to-peer
// minutes from Graph's report. What the SDK leaves open (order of handlers, waits without end, redirects to anywhere,
// errors that panic or lose their status) is decided here.
package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	abs "github.com/microsoft/kiota-abstractions-go"
	absser "github.com/microsoft/kiota-abstractions-go/serialization"
	jsonser "github.com/microsoft/kiota-serialization-json-go"
	textser "github.com/microsoft/kiota-serialization-text-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/microsoftgraph/msgraph-sdk-go/reports"

	"rwsgate/translate"
)

// Permission is the application permission that the report needs; Graph knows no lesser one.
const Permission = "Reports.Read.All"

// SDKModule is the path of the Graph SDK, to find its version in the build information.
const SDKModule = "github.com/microsoftgraph/msgraph-sdk-go"

// Client fetches one tenant's report. It is safe for concurrent use and keeps its token between fetches.
type Client struct {
	tenant     string
	kind       Kind
	tokenFile  string
	agent      string
	place      place
	route      *route // nil with Options.Transport
	timeout    time.Duration
	log        *slog.Logger
	now        func() time.Time
	credential azcore.TokenCredential
	expiry     time.Time
	adapter    *core.GraphRequestAdapterBase
}

// register gives the SDK the readers of error bodies that its root package would have registered.
var register = sync.OnceFunc(func() {
	abs.RegisterDefaultDeserializer(func() absser.ParseNodeFactory { return jsonser.NewJsonParseNodeFactory() })
	abs.RegisterDefaultDeserializer(func() absser.ParseNodeFactory { return textser.NewTextParseNodeFactory() })
})

// New makes a client. It sends nothing; the error is always a *translate.SourceError that says what is misconfigured.
func New(o Options) (*Client, error) {
	p, err := o.Cloud.place()
	if err != nil {
		return nil, err
	}
	c := &Client{
		tenant: o.Tenant, kind: o.Credential.Kind, tokenFile: o.Credential.tokenFile(),
		agent: "rwsgate/" + o.version(), place: p, timeout: o.timeout(), log: o.Logger, now: o.Now,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	token, report, err := c.trippers(o)
	if err != nil {
		return nil, err
	}
	made, expiry, err := o.credential(p, token)
	if err != nil {
		return nil, err
	}
	c.credential, c.expiry = newGate(made, o.Tenant), expiry
	if err := c.adapt(report); err != nil {
		return nil, err
	}
	return c, nil
}

// trippers gives the ways to Entra ID and to Graph.
func (c *Client) trippers(o Options) (token, report *tripper, err error) {
	if o.Transport != nil {
		return &tripper{base: o.Transport}, &tripper{base: o.Transport, graph: c.place.graph}, nil
	}
	pool := o.Pool
	if pool == nil {
		pool = &Pool{}
	}
	c.route, err = pool.route(o.Proxy, o.CA, o.Cloud.CA)
	if err != nil {
		return nil, nil, err
	}
	asks := c.route
	if o.Credential.local() {
		if asks, err = pool.route(direct, o.CA, o.Cloud.CA); err != nil {
			return nil, nil, err
		}
	}
	return &tripper{base: asks.transport, proxy: asks.proxy},
		&tripper{base: c.route.transport, proxy: c.route.proxy, graph: c.place.graph}, nil
}

// adapt makes the SDK's adapter.
func (c *Client) adapt(report *tripper) error {
	register()
	authority, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(
		c.credential, []string{c.place.scope}, []string{c.place.graph.Hostname()})
	if err != nil {
		return misconfigured("the address of Graph cannot be used", "check cloud.graph")
	}
	c.adapter, err = core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		authority, core.GraphClientOptions{GraphServiceLibraryVersion: sdkVersion}, nil, nil,
		&http.Client{Transport: pipeline(report, c.place), CheckRedirect: stay})
	if err != nil {
		return misconfigured("the client of Graph cannot be built", "check cloud.graph")
	}
	c.adapter.SetBaseUrl(c.place.graph.String())
	return nil
}

// CredentialExpiry tells when the credential's certificate expires; false if it has none.
func (c *Client) CredentialExpiry() (time.Time, bool) { return c.expiry, !c.expiry.IsZero() }

// Documented says whether Microsoft documents the report for the client's cloud; it does for the global one only.
func (c *Client) Documented() bool { return !c.place.limited }

// String names the client without any secret.
func (c *Client) String() string { return fmt.Sprintf("Graph client of tenant %s", c.tenant) }

// GoString keeps %#v short.
func (c *Client) GoString() string { return c.String() }

// Fetch asks Graph for the report of a window. The error is a *translate.SourceError, or context.Canceled when the
// caller gave up; a deadline, the caller's or the client's own, is a *translate.SourceError that says where the time
// went. Beside an error the download tells the Calls that were made, and nothing else.
func (c *Client) Fetch(ctx context.Context, w translate.Window) (translate.Download, error) {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.fetch(ctx, withFlight(within, &flight{now: c.now}), w)
}

// fetch is Fetch within a flight; outer is the caller's own context.
func (c *Client) fetch(outer, ctx context.Context, w translate.Window) (translate.Download, error) {
	f := flightOf(ctx)
	body, fault := c.ask(ctx, w)
	if fault != nil && ctx.Err() == nil && mayAskAgain(f, fault) {
		body, fault = c.ask(ctx, w)
	}
	var d translate.Download
	if fault == nil {
		d, fault = c.read(f, body, w)
	}
	_, d.Calls, _, _ = f.seen()
	log := c.log.With("tenant", c.tenant, "window", w.String(), "calls", d.Calls, "client_request_id", f.clientID)
	switch {
	case fault == nil:
		log.DebugContext(ctx, "report fetched", "days", len(d.Days))
		return d, nil
	case errors.Is(outer.Err(), context.Canceled):
		return d, outer.Err()
	}
	fault.Calls = d.Calls
	log.DebugContext(ctx, "report not fetched", "fault", string(fault.Fault), "stage", string(fault.Stage), "status", fault.Status)
	return d, fault
}

// ask sends one request through the SDK and judges what came.
func (c *Client) ask(ctx context.Context, w translate.Window) ([]byte, *translate.SourceError) {
	body, err := c.get(ctx, w)
	f := flightOf(ctx)
	last, _, refused, token := f.seen()
	switch {
	case err == nil && last != nil && last.status == http.StatusOK:
		return body, nil
	case ctx.Err() != nil:
		return nil, c.late(last)
	case token != nil:
		return nil, c.tokenFault(token, last)
	case last == nil:
		return nil, misconfigured("the request to Graph could not be made", "check cloud.graph and cloud.authority")
	case last.err != nil:
		return nil, c.networkFault(last)
	case refused != nil:
		return nil, redirectFault(last, refused)
	}
	return nil, graphFault(last)
}

// get calls the SDK. A panic in it (an error body without a message, with tracing on; a malformed claims challenge)
// is an error here: what there was to see, the flight has seen.
func (c *Client) get(ctx context.Context, w translate.Window) (body []byte, err error) {
	defer func() {
		if recover() != nil {
			body, err = nil, errSDK
		}
	}()
	period := w.String()
	headers := abs.NewRequestHeaders()
	headers.Add("User-Agent", c.agent)
	return reports.NewGetSkypeForBusinessPeerToPeerActivityMinuteCountsWithPeriodRequestBuilderInternal(map[string]string{}, c.adapter, &period).
		Get(ctx, &reports.GetSkypeForBusinessPeerToPeerActivityMinuteCountsWithPeriodRequestBuilderGetRequestConfiguration{Headers: headers})
}

var errSDK = errors.New("the Graph SDK panicked")

// read turns the report's bytes into a download.
func (c *Client) read(f *flight, body []byte, w translate.Window) (translate.Download, *translate.SourceError) {
	refresh, days, err := translate.ReadReport(bytes.NewReader(body))
	if err != nil {
		last, _, _, _ := f.seen()
		return translate.Download{}, unreadable(err, last)
	}
	return translate.Download{Window: w, Refresh: refresh, Days: days, Fetched: c.now().UTC()}, nil
}

// mayAskAgain allows one more call for a download address that had expired or a download that was cut off.
func mayAskAgain(f *flight, fault *translate.SourceError) bool {
	last, _, _, _ := f.seen()
	if last == nil || last.leg != legDownload || fault.Fault == translate.FaultConfig || fault.Fault == translate.FaultThrottled {
		return false
	}
	cut := last.err != nil && last.reached() >= phaseSent && !errors.Is(last.err, errTooLarge)
	expired := last.err == nil && last.status >= 400 && last.status < 500
	return (cut || expired) && f.takeRetry()
}
