package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// outcome is what a caller must get for a fault that lasts.
type outcome struct {
	fault   translate.Fault
	stage   translate.Stage
	status  int
	code    string
	wait    time.Duration
	line    int
	reports int // report calls that the stand-in counted
}

// The whole fault list of the stand-in: a fault without a line here fails TestEveryFaultHasItsOutcome.
var outcomes = map[graphsim.FaultName]outcome{
	graphsim.FaultWrongSecret:       {translate.FaultCredential, translate.StageToken, 401, "AADSTS7000215", 0, 0, 0},
	graphsim.FaultExpiredSecret:     {translate.FaultCredential, translate.StageToken, 401, "AADSTS7000222", 0, 0, 0},
	graphsim.FaultUnknownApp:        {translate.FaultCredential, translate.StageToken, 400, "AADSTS700016", 0, 0, 0},
	graphsim.FaultUnknownTenant:     {translate.FaultTenant, translate.StageToken, 400, "AADSTS90002", 0, 0, 0},
	graphsim.FaultNoConsent:         {translate.FaultNotPermitted, translate.StageConsent, 400, "AADSTS65001", 0, 0, 0},
	graphsim.FaultConditionalAccess: {translate.FaultCredential, translate.StageToken, 400, "AADSTS53003", 0, 0, 0},
	graphsim.FaultBadCertificate:    {translate.FaultCredential, translate.StageToken, 401, "AADSTS700027", 0, 0, 0},
	graphsim.FaultNoRole:            {translate.FaultNotPermitted, translate.StageConsent, 403, "S2SUnauthorized", 0, 0, 1},
	graphsim.FaultTokenGarbage:      {translate.FaultCredential, translate.StageReport, 401, "InvalidAuthenticationToken", 0, 0, 0},
	graphsim.FaultTokenThrottled:    {translate.FaultThrottled, translate.StageToken, 429, "AADSTS50196", 600 * time.Second, 0, 0},
	graphsim.FaultTokenTransient:    {translate.FaultIncident, translate.StageToken, 503, "AADSTS90033", 0, 0, 0},
	graphsim.FaultTokenHTML:         {translate.FaultUnreachable, translate.StageToken, 503, "", 0, 0, 0},
	graphsim.FaultTokenReset:        {translate.FaultUnreachable, translate.StageToken, 0, "", 0, 0, 0},

	// A wait of some seconds is waited for once; these say more.
	graphsim.FaultThrottledFloat:   {translate.FaultThrottled, translate.StageReport, 429, "TooManyRequests", 600 * time.Second, 0, 1},
	graphsim.FaultThrottledInteger: {translate.FaultThrottled, translate.StageReport, 429, "TooManyRequests", 600 * time.Second, 0, 1},
	graphsim.FaultThrottledAbsent:  {translate.FaultThrottled, translate.StageReport, 429, "TooManyRequests", 0, 0, 1},
	graphsim.FaultUnavailableHTML:  {translate.FaultUnreachable, translate.StageReport, 503, "", 0, 0, 2},
	graphsim.FaultUnavailableWait:  {translate.FaultThrottled, translate.StageReport, 503, "serviceNotAvailable", 600 * time.Second, 0, 1},
	graphsim.FaultBadGatewayHTML:   {translate.FaultUnreachable, translate.StageReport, 502, "", 0, 0, 1},
	graphsim.FaultServerError:      {translate.FaultUnreachable, translate.StageReport, 500, "InternalServerError", 0, 0, 1},

	graphsim.FaultFunctionNotFound:    {translate.FaultGone, translate.StageReport, 404, "InvalidArgument", 0, 0, 1},
	graphsim.FaultUnauthorizedApp:     {translate.FaultNotPermitted, translate.StageConsent, 403, "S2SUnauthorized", 0, 0, 1},
	graphsim.FaultMissingCredentials:  {translate.FaultIncident, translate.StageReport, 403, "MissingCredentials", 0, 0, 1},
	graphsim.FaultRequestDenied:       {translate.FaultNotPermitted, translate.StageConsent, 403, "Authorization_RequestDenied", 0, 0, 1},
	graphsim.FaultEmptyForbidden:      {translate.FaultNotPermitted, translate.StageConsent, 403, "", 0, 0, 1},
	graphsim.FaultUnknownTenantID:     {translate.FaultTenant, translate.StageReport, 404, "UnknownTenantId", 0, 0, 1},
	graphsim.FaultInvalidArgument:     {translate.FaultIncident, translate.StageReport, 400, "InvalidArgument", 0, 0, 1},
	graphsim.FaultEmptyError:          {translate.FaultIncident, translate.StageReport, 400, "", 0, 0, 1},
	graphsim.FaultErrorWithoutMessage: {translate.FaultIncident, translate.StageReport, 400, "generalException", 0, 0, 1},
	graphsim.FaultNoLocation:          {translate.FaultUnreadable, translate.StageReport, 302, "", 0, 0, 1},
	graphsim.FaultRedirectLoop:        {translate.FaultUnreadable, translate.StageDownload, 302, "", 0, 0, 1},
	graphsim.FaultPlainRedirect:       {translate.FaultUnreadable, translate.StageDownload, 302, "", 0, 0, 1},
	graphsim.FaultForeignRedirect:     {translate.FaultUnreadable, translate.StageDownload, 302, "", 0, 0, 1},
	graphsim.FaultReset:               {translate.FaultUnreachable, translate.StageReport, 0, "", 0, 0, 1},
	graphsim.FaultClaimsChallenge:     {translate.FaultCredential, translate.StageReport, 401, "InvalidAuthenticationToken", 0, 0, 2},
	graphsim.FaultGone:                {translate.FaultGone, translate.StageReport, 410, "Gone", 0, 0, 1},
	graphsim.FaultHTMLInstead:         {translate.FaultUnreadable, translate.StageReport, 200, "", 0, 1, 1},

	graphsim.FaultDownloadExpired:   {translate.FaultIncident, translate.StageDownload, 410, "", 0, 0, 2},
	graphsim.FaultDownloadNotFound:  {translate.FaultIncident, translate.StageDownload, 404, "", 0, 0, 2},
	graphsim.FaultDownloadForbidden: {translate.FaultIncident, translate.StageDownload, 403, "", 0, 0, 2},
	graphsim.FaultDownloadError:     {translate.FaultUnreachable, translate.StageDownload, 503, "", 0, 0, 2},
	graphsim.FaultDownloadThrottled: {translate.FaultThrottled, translate.StageDownload, 429, "", 600 * time.Second, 0, 1},
	graphsim.FaultDownloadCut:       {translate.FaultUnreachable, translate.StageDownload, 0, "", 0, 0, 2},
	graphsim.FaultDownloadCutClean:  {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, 4, 1},
	graphsim.FaultDownloadHTML:      {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, 1, 1},
	graphsim.FaultDownloadEmpty:     {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, 0, 1},
	graphsim.FaultNoContent:         {translate.FaultUnreadable, translate.StageDownload, 204, "", 0, 0, 1},
	graphsim.FaultDownloadReset:     {translate.FaultUnreachable, translate.StageDownload, 0, "", 0, 0, 2},
	graphsim.FaultHugeBody:          {translate.FaultUnreadable, translate.StageDownload, 0, "", 0, 0, 1},

	graphsim.FaultNegative:      {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultNotInteger:    {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultTooLarge:      {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultDuplicateDay:  {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultBadDate:       {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultMissingColumn: {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, 1, 1},
	graphsim.FaultRowTooShort:   {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultRowTooLong:    {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, graphsim.SpoiledLine, 1},
	graphsim.FaultOtherReport:   {translate.FaultUnreadable, translate.StageDownload, 200, "", 0, 1, 1},
}

// Faults whose outcome other tests tell, by the name of the test.
var elsewhere = map[graphsim.FaultName]string{
	graphsim.FaultThrottledDate: "TestThrottledUntilADate",
	graphsim.FaultTokenSlow:     "TestDeadlineSaysWhereTheTimeWent",
	graphsim.FaultSlowReport:    "TestDeadlineSaysWhereTheTimeWent",
	graphsim.FaultSlowBody:      "TestDeadlineSaysWhereTheTimeWent",
	graphsim.FaultHeaderOnly:    "TestReportsWithoutMinutes",
	graphsim.FaultAllZeros:      "TestReportsWithoutMinutes",
}

func TestEveryFaultHasItsOutcome(t *testing.T) {
	for _, f := range graphsim.Faults() {
		want, here := outcomes[f.Name]
		if !here && elsewhere[f.Name] == "" {
			t.Errorf("%s: no outcome is written down", f.Name)
		}
		if !here {
			continue
		}
		t.Run(string(f.Name), func(t *testing.T) {
			t.Parallel()
			s, tenant, o := simulator(t, graphsim.Options{})
			tenant.SetFault(graphsim.Fault{Name: f.Name, Wait: 600 * time.Second})
			d, err := client(t, o).Fetch(t.Context(), translate.D7)
			got := fault(t, err)
			calls := tenant.Calls()
			have := outcome{got.Fault, got.Stage, got.Status, got.Code, got.Wait, got.Line, calls.Reports}
			if have != want {
				t.Errorf("got  %+v\nwant %+v\n%s", have, want, got)
			}
			if f.Name == graphsim.FaultTokenGarbage {
				calls.Reports = 1 // the stand-in cannot count for a tenant what names none
			}
			if got.Calls != calls.Reports || d.Calls != calls.Reports || d.Days != nil {
				t.Errorf("says %d and %d calls, made %d; days %v", got.Calls, d.Calls, calls.Reports, d.Days)
			}
			if got.Fault == translate.FaultNotPermitted != (got.Permission == graph.Permission) {
				t.Errorf("permission %q", got.Permission)
			}
			if calls.Leaked+calls.Plain+calls.Foreign != 0 {
				t.Errorf("went where it must not: %+v", calls)
			}
			if got.Host == "" && f.Name != graphsim.FaultPlainRedirect {
				t.Errorf("no host in %+v", got)
			}
			holdsNothing(t, s, o, got)
		})
	}
}

// holdsNothing proves that an error's text has nothing of a secret, a token or an upstream body.
func holdsNothing(t *testing.T, s *graphsim.Server, o graph.Options, f *translate.SourceError) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v %s", f, f, f, f.Error())
	for _, secret := range []string{
		o.Credential.Secret, "Bearer", "eyJ", "token=", "/data/", s.DownloadURL(), "html", "html>", "Our services",
		"Invalid client secret", "Trace ID", "innerError", "Insufficient privileges", "We do not recognize", "panic",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
}

func TestThrottledUntilADate(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultThrottledDate, Wait: 600 * time.Second})
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	f := fault(t, err)
	if f.Fault != translate.FaultThrottled || f.Wait > 600*time.Second || f.Wait < 500*time.Second {
		t.Errorf("%+v", f)
	}
}

func TestReportsWithoutMinutes(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	c := client(t, o)
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultHeaderOnly})
	if d, err := c.Fetch(t.Context(), translate.D7); err != nil || len(d.Days) != 0 || d.Calls != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultAllZeros})
	d, err := c.Fetch(t.Context(), translate.D30)
	if err != nil || len(d.Days) != 30 {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, day := range d.Days {
		if !day.IsZero() {
			t.Errorf("%+v", day)
		}
	}
}

// A short wait, a fault of the gateway and a download that had expired are passed over once, within the fetch.
func TestPassingFaultsAreRetriedOnce(t *testing.T) {
	passing := []graphsim.FaultName{
		graphsim.FaultThrottledFloat, graphsim.FaultThrottledInteger, graphsim.FaultThrottledDate, graphsim.FaultUnavailableHTML, graphsim.FaultUnavailableWait,
		graphsim.FaultDownloadExpired, graphsim.FaultDownloadNotFound, graphsim.FaultDownloadForbidden, graphsim.FaultDownloadError,
		graphsim.FaultDownloadThrottled, graphsim.FaultDownloadCut, graphsim.FaultDownloadReset,
	}
	for _, name := range passing {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			_, tenant, o := simulator(t, graphsim.Options{})
			tenant.SetFault(graphsim.Fault{Name: name, Times: 1, Wait: time.Second})
			d, err := client(t, o).Fetch(t.Context(), translate.D7)
			if err != nil {
				t.Fatal(err)
			}
			if calls := tenant.Calls(); len(d.Days) != 7 || d.Calls != 2 || calls.Reports != 2 {
				t.Errorf("%d days, %d calls, %+v", len(d.Days), d.Calls, calls)
			}
		})
	}
}

// More than some seconds are the keeper's to wait, though the deadline would allow it.
func TestLongerWaitsAreHandedOn(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultThrottledInteger, Times: 1, Wait: 8 * time.Second})
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Wait != 8*time.Second || tenant.Calls().Reports != 1 {
		t.Errorf("%+v, %+v", f, tenant.Calls())
	}
}

// Whatever fails in turn, a fetch never makes more than two calls.
func TestTwoFaultsInTurn(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultUnavailableHTML, Times: 1})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultDownloadExpired})
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Calls != 2 || tenant.Calls().Reports != 2 {
		t.Errorf("%+v, %+v", f, tenant.Calls())
	}
}

func TestGraphsOwnLimitIsHeeded(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	c := client(t, o)
	for range 14 {
		if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Fault != translate.FaultThrottled || f.Wait < time.Minute || f.Wait > 10*time.Minute || tenant.Calls().Reports != 15 {
		t.Errorf("%+v, %+v", f, tenant.Calls())
	}
}
