package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"rwsgate/translate"
)

// verdict is what one of Entra ID's error codes means for the operator.
type verdict struct {
	fault        translate.Fault
	stage        translate.Stage
	reason, mend string
}

// badCredential gives a verdict about the credential.
func badCredential(reason, mend string) verdict {
	return verdict{translate.FaultCredential, translate.StageToken, reason, mend}
}

const (
	mendSecret    = "make a new client secret for the application in the Entra admin centre and put its value (not its id) into credential.client_secret_file"
	mendKey       = "upload the certificate's public part to the application in the Entra admin centre, and check that certificate and key belong together"
	mendApp       = "check credential.client_id and the tenant's id, and that the application is registered in this tenant or consented to by its administrator"
	mendTenant    = "check the tenant's id, and that cloud is the one the tenant lives in"
	mendConsent   = "have an administrator of the tenant consent to the application permission " + Permission
	mendPolicy    = "exempt the application (workload identity) from the Conditional Access policy, or let it sign in from an allowed address"
	mendFederated = "compare issuer, subject and audience of the federated credential in the Entra admin centre with the token's own"
)

// verdicts are the codes that a daemon meets (learn.microsoft.com/entra/identity-platform/reference-error-codes).
var verdicts = map[int]verdict{
	7000215: badCredential("the client secret is wrong", mendSecret),
	7000222: badCredential("the client secret has expired", mendSecret),
	7000216: badCredential("the application must prove itself, and no secret or certificate was given", mendSecret),
	7000218: badCredential("the application must prove itself, and no secret or certificate was given", mendSecret),
	7000112: badCredential("the application is disabled in the tenant", "enable the enterprise application in the Entra admin centre"),
	7000229: badCredential("the application has no service principal in the tenant", mendApp),
	700016:  badCredential("the application is not known in the tenant", mendApp),
	700027:  badCredential("the certificate is not registered with the application, or its signature is wrong", mendKey),
	700024:  badCredential("the signed assertion is not valid at this time", "set this machine's clock right (NTP)"),
	700021:  badCredential("the assertion's issuer or subject is not the application's", mendFederated),
	700023:  badCredential("the assertion is for another audience", mendFederated),
	700030:  badCredential("the certificate's subject or issuer is not the one the application trusts", mendKey),
	70021:   badCredential("no federated credential of the application fits the token", mendFederated),
	700211:  badCredential("no federated credential of the application has the token's issuer", mendFederated),
	700212:  badCredential("no federated credential of the application has the token's audience", mendFederated),
	700213:  badCredential("no federated credential of the application has the token's subject", mendFederated),
	53000:   badCredential("Conditional Access blocks the sign-in: the device is not compliant", mendPolicy),
	53001:   badCredential("Conditional Access blocks the sign-in: the device is not joined", mendPolicy),
	53003:   badCredential("Conditional Access blocks the sign-in", mendPolicy),
	530003:  badCredential("Conditional Access blocks the sign-in: the device must be managed", mendPolicy),
	530034:  badCredential("an administrator's policy blocks the sign-in", mendPolicy),
	50076:   badCredential("multi-factor authentication is asked for, which a service cannot do", "use an application credential instead of a user's"),
	50079:   badCredential("multi-factor authentication is asked for, which a service cannot do", "use an application credential instead of a user's"),
	500011:  badCredential("the tenant's cloud does not know the Graph that is asked for", "check that cloud, cloud.authority and cloud.scope belong together"),
	70011:   badCredential("the scope is not valid", "check cloud.scope"),
	1002012: badCredential("the scope is not valid", "check cloud.scope: it ends in /.default"),
	50013:   badCredential("the assertion's signature is wrong", mendFederated),
	50027:   badCredential("the assertion is malformed", mendFederated),
	1002016: badCredential("Entra ID refused an old version of TLS", "have whatever opens TLS on the way speak TLS 1.2 or newer"),
	90002:   {translate.FaultTenant, translate.StageToken, "Entra ID does not know the tenant", mendTenant},
	900021:  {translate.FaultTenant, translate.StageToken, "the tenant's id is not valid", mendTenant},
	900023:  {translate.FaultTenant, translate.StageToken, "the tenant's id is not valid", mendTenant},
	900381:  {translate.FaultTenant, translate.StageToken, "the tenant lives in another cloud", mendTenant},
	900382:  {translate.FaultTenant, translate.StageToken, "the tenant lives in another cloud", mendTenant},
	90038:   {translate.FaultTenant, translate.StageToken, "the tenant lives in another cloud", mendTenant},
	50059:   {translate.FaultTenant, translate.StageToken, "the request names no tenant", mendTenant},
	65001:   {translate.FaultNotPermitted, translate.StageConsent, "nobody has consented to the application", mendConsent},
	65004:   {translate.FaultNotPermitted, translate.StageConsent, "consent to the application was declined", mendConsent},
	650052:  {translate.FaultNotPermitted, translate.StageConsent, "the tenant has no access to Microsoft Graph", mendConsent},
	90033:   {translate.FaultIncident, translate.StageToken, "Entra ID has a passing fault", "nothing: it will be asked again"},
	90055:   {translate.FaultThrottled, translate.StageToken, "Entra ID throttles the tenant", "nothing: it will be asked again later"},
	50196:   {translate.FaultThrottled, translate.StageToken, "Entra ID sees too many equal requests", "nothing: it will be asked again later; see whether other programs use the same application"},
}

var aadsts = regexp.MustCompile(`AADSTS([0-9]{4,9})`)

// readEntraError finds the error's number and trace id in a body of Entra ID.
func readEntraError(body []byte) (code int, trace string, known bool) {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
		Trace       string `json:"trace_id"`
	}
	if json.Unmarshal(body, &e) != nil {
		return 0, "", false
	}
	if m := aadsts.FindStringSubmatch(e.Description); m != nil {
		code, _ = strconv.Atoi(m[1])
	} else if len(e.Codes) > 0 && e.Codes[0] > 0 {
		code = e.Codes[0]
	}
	return code, identifier(e.Trace), e.Error != ""
}

// tokenFault judges why there is no token. last is the newest exchange, of whichever leg.
func (c *Client) tokenFault(err error, last *exchange) *translate.SourceError {
	if errors.Is(err, errOtherTenant) {
		return &translate.SourceError{Fault: translate.FaultTenant, Stage: translate.StageToken, Reason: "the token belongs to another tenant",
			Mend: "a managed identity can only read its own tenant: use client-secret, client-certificate or workload-identity for others"}
	}
	if last == nil || last.leg != legToken || last.status == http.StatusOK && c.lacksTokenFile() {
		return c.withoutAsking()
	}
	if last.err != nil {
		return c.networkFault(last)
	}
	fault := &translate.SourceError{Fault: translate.FaultCredential, Stage: translate.StageToken, Host: hostName(last.host), Status: last.status, RequestID: last.requestID}
	code, trace, known := readEntraError(last.body)
	if trace != "" {
		fault.RequestID = trace
	}
	v, explained := verdicts[code]
	switch {
	case explained:
		fault.Fault, fault.Stage, fault.Reason, fault.Mend = v.fault, v.stage, v.reason, v.mend
		fault.Wait = last.wait
		if v.fault == translate.FaultNotPermitted {
			fault.Permission = Permission
		}
	case last.status == http.StatusTooManyRequests:
		fault.Fault, fault.Wait = translate.FaultThrottled, last.wait
		fault.Reason, fault.Mend = "Entra ID throttles the application", "nothing: it will be asked again later"
	case last.status >= 500:
		fault.Fault, fault.Reason = translate.FaultUnreachable, fmt.Sprintf("Entra ID answered %d", last.status)
		fault.Mend = "nothing: it will be asked again; if it lasts, see the Microsoft Entra service health"
	case c.kind == ManagedIdentity && last.status != http.StatusOK:
		fault.Reason, fault.Mend = "the identity endpoint of this machine gives no token", "assign the managed identity to this machine, and check credential.client_id if it is one assigned by the user"
	case last.status != http.StatusOK && (known || code != 0):
		fault.Reason, fault.Mend = "Entra ID refused the credential", "look the code up at https://login.microsoftonline.com/error, or the trace id in the tenant's sign-in logs"
	default:
		fault.Fault, fault.Reason = translate.FaultUnreachable, "what answered is not Entra ID"
		fault.Mend = "check cloud.authority, and that no proxy or sign-in page stands in between"
	}
	if code != 0 {
		fault.Code = "AADSTS" + strconv.Itoa(code)
	}
	return fault
}

// withoutAsking explains a credential that failed before it asked anyone.
func (c *Client) withoutAsking() *translate.SourceError {
	fault := misconfigured("the credential gave no token, and asked nobody for one", "check credential.kind and what it needs in this environment")
	fault.Fault = translate.FaultCredential
	if c.lacksTokenFile() {
		fault.Reason = "the token file of the workload identity cannot be read, or is empty"
		fault.Mend = "check AZURE_FEDERATED_TOKEN_FILE or credential.token_file, and that the file may be read"
	}
	return fault
}

// lacksTokenFile says whether a workload identity has nothing to show.
func (c *Client) lacksTokenFile() bool {
	if c.kind != WorkloadIdentity {
		return false
	}
	token, err := os.ReadFile(c.tokenFile)
	return err != nil || strings.TrimSpace(string(token)) == ""
}
