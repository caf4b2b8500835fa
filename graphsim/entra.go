package graphsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// entraError is a refusal of Entra ID: an AADSTS number with the OAuth error and status it comes with.
type entraError struct {
	code   int
	status int
	oauth  string
	text   string
}

func refusal(code, status int, oauth, format string, args ...any) *entraError {
	return &entraError{code, status, oauth, fmt.Sprintf(format, args...)}
}

// The refusals that a check of the request and a fault of the same name share. The wording is Entra ID's, shortened.
func errUnknownTenant(tenant string) *entraError {
	return refusal(90002, http.StatusBadRequest, "invalid_request", "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", tenant)
}

func errUnknownApplication(client, tenant string) *entraError {
	return refusal(700016, http.StatusBadRequest, "unauthorized_client", "Application with identifier '%s' was not found in the directory '%s'.", client, tenant)
}

func errWrongSecret(client string) *entraError {
	return refusal(7000215, http.StatusUnauthorized, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", client)
}

func errExpiredSecret(client string) *entraError {
	return refusal(7000222, http.StatusUnauthorized, "invalid_client", "The provided client secret keys for app '%s' are expired.", client)
}

func errBadCertificate(client string) *entraError {
	return refusal(700027, http.StatusUnauthorized, "invalid_client", "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.] Application '%s'.", client)
}

func errNoConsent(client string) *entraError {
	return refusal(65001, http.StatusBadRequest, "invalid_grant", "The user or administrator has not consented to use the application with ID '%s'.", client)
}

func errConditionalAccess() *entraError {
	return refusal(53003, http.StatusBadRequest, "access_denied", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
}

func errTransient() *entraError {
	return refusal(90033, http.StatusServiceUnavailable, "temporarily_unavailable", "A transient error has occurred. Please try again.")
}

// write answers with a refusal in the shape of Entra ID's.
func (e *entraError) write(s *Server, w http.ResponseWriter, r *http.Request) {
	now := s.options.TokenNow().UTC().Format("2006-01-02 15:04:05Z")
	trace, correlation := s.requestID(), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = s.requestID()
	}
	writeJSON(w, e.status, map[string]any{
		"error": e.oauth,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.code, e.text, trace, correlation, now),
		"error_codes":    []int{e.code},
		"timestamp":      now,
		"trace_id":       trace,
		"correlation_id": correlation,
		"error_uri":      fmt.Sprintf("%serror?code=%d", s.AuthorityURL(), e.code),
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// authorityHandler serves the Entra ID stand-in.
func (s *Server) authorityHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.discover)
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", s.keys)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.token)
	return mux
}

// discover answers GET /{tenant}/v2.0/.well-known/openid-configuration.
func (s *Server) discover(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	t := s.Tenant(name)
	if t == nil {
		e := errUnknownTenant(name)
		e.oauth = "invalid_tenant"
		e.write(s, w, r)
		return
	}
	t.count(func(c *Calls) { c.Discoveries++ })
	if f, spec := t.take(StageToken, func(s *faultSpec) bool { return s.discovery }); f != nil {
		spec.serve(&exchange{Server: s, tenant: t, fault: f, w: w, r: r})
		return
	}
	root := s.AuthorityURL() + t.ID()
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                root + "/v2.0",
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
	})
}

// token answers POST /{tenant}/oauth2/v2.0/token: the client credentials grant.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	t := s.Tenant(name)
	if t == nil {
		errUnknownTenant(name).write(s, w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	_ = r.ParseForm() // what cannot be parsed is missing, and refused as such
	t.count(func(c *Calls) { c.Tokens++; c.LastClaims = r.PostForm.Get("claims") })
	f, spec := t.fault(StageToken)
	x := &exchange{Server: s, tenant: t, fault: f, w: w, r: r}
	if f != nil && spec.serve != nil {
		t.count(func(c *Calls) { c.Refused++ })
		spec.serve(x)
		return
	}
	app, e := s.grant(t, r.PostForm)
	if e != nil {
		t.count(func(c *Calls) { c.Refused++ })
		e.write(s, w, r)
		return
	}
	roles := app.roles()
	if f != nil && f.Name == FaultNoRole {
		roles = nil
	}
	life := s.options.TokenLife
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(life / time.Second), "ext_expires_in": int(life / time.Second),
		"access_token": s.mint(t, app.ClientID, roles),
	})
}
