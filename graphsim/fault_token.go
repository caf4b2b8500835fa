package graphsim

import "net/http"

// The faults of the Entra ID stand-in.
const (
	FaultWrongSecret       FaultName = "token-wrong-secret"
	FaultExpiredSecret     FaultName = "token-expired-secret"
	FaultUnknownApp        FaultName = "token-unknown-application"
	FaultUnknownTenant     FaultName = "token-unknown-tenant"
	FaultNoConsent         FaultName = "token-no-consent"
	FaultConditionalAccess FaultName = "token-conditional-access"
	FaultBadCertificate    FaultName = "token-bad-certificate"
	FaultNoRole            FaultName = "token-no-role"
	FaultTokenGarbage      FaultName = "token-garbage"
	FaultTokenThrottled    FaultName = "token-throttled"
	FaultTokenTransient    FaultName = "token-transient"
	FaultTokenHTML         FaultName = "token-html"
	FaultTokenReset        FaultName = "token-reset"
	FaultTokenSlow         FaultName = "token-slow"
)

func tokenFaults() []faultSpec {
	entra := func(name FaultName, description string, e func(client, tenant string) *entraError) faultSpec {
		return faultSpec{FaultInfo: FaultInfo{name, StageToken, description}, serve: func(x *exchange) {
			e(x.r.PostForm.Get("client_id"), x.tenant.ID()).write(x.Server, x.w, x.r)
		}}
	}
	other := func(name FaultName, description string, serve func(*exchange)) faultSpec {
		return faultSpec{FaultInfo: FaultInfo{name, StageToken, description}, serve: serve}
	}
	unknownTenant := entra(FaultUnknownTenant, "400 AADSTS90002, at the openid-configuration already: the tenant does not exist",
		func(_, tenant string) *entraError { return errUnknownTenant(tenant) })
	unknownTenant.discovery = true
	return []faultSpec{
		entra(FaultWrongSecret, "401 AADSTS7000215: the secret is wrong", func(c, _ string) *entraError { return errWrongSecret(c) }),
		entra(FaultExpiredSecret, "401 AADSTS7000222: the secret has expired", func(c, _ string) *entraError { return errExpiredSecret(c) }),
		entra(FaultUnknownApp, "400 AADSTS700016: the tenant has no such application", errUnknownApplication),
		unknownTenant,
		entra(FaultNoConsent, "400 AADSTS65001: nobody consented to the application", func(c, _ string) *entraError { return errNoConsent(c) }),
		entra(FaultConditionalAccess, "400 AADSTS53003: Conditional Access blocks the token", func(_, _ string) *entraError { return errConditionalAccess() }),
		entra(FaultBadCertificate, "401 AADSTS700027: the certificate is not registered", func(c, _ string) *entraError { return errBadCertificate(c) }),
		other(FaultNoRole, "200 with a token that lacks Reports.Read.All: the report endpoint then says 403 S2SUnauthorized", nil),
		other(FaultTokenGarbage, "200 with a token that Graph does not take: the report endpoint then says 401", func(x *exchange) {
			writeJSON(x.w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "garbage"})
		}),
		other(FaultTokenThrottled, "429 AADSTS50196 with Retry-After in whole seconds", func(x *exchange) {
			x.w.Header().Set("Retry-After", seconds(x.fault.wait(defaultWait)))
			refusal(50196, http.StatusTooManyRequests, "temporarily_unavailable", "The server terminated an operation because it encountered a client request loop.").write(x.Server, x.w, x.r)
		}),
		entra(FaultTokenTransient, "503 AADSTS90033: a transient error", func(_, _ string) *entraError { return errTransient() }),
		other(FaultTokenHTML, "503 with an HTML page", func(x *exchange) { htmlPage(x, http.StatusServiceUnavailable) }),
		other(FaultTokenReset, "the connection is reset", reset),
		other(FaultTokenSlow, "the answer comes after Wait (default 30 s), as 503", func(x *exchange) {
			if pause(x) {
				errTransient().write(x.Server, x.w, x.r)
			}
		}),
	}
}
