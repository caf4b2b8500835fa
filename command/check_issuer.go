package command

import (
	"context"
	"log/slog"

	"rwsgate/config"
	"rwsgate/gateway"
)

const mendIssuer = "check auth.bearer.issuer, upstream.proxy and upstream.ca_file; without its keys bearer tokens get a 503"

// newProbe gives what asks the issuer of bearer tokens; nil if there is none.
func newProbe(c *config.Config, files Files) (*gateway.Tokens, error) {
	return new(bearer).tokens(c, files, c.Clock(nil), slog.New(slog.DiscardHandler))
}

// issuerFindings says whether the issuer's discovery document and keys can be had: of a tenant's own issuer, or, for no
// tenant, of the one that all have.
func issuerFindings(ctx context.Context, tokens *gateway.Tokens, t *config.Tenant) []finding {
	if tokens == nil || tokens.PerTenant() != (t != nil) {
		return nil
	}
	f := finding{stage: "issuer", verdict: passed}
	id := ""
	if t != nil {
		f.tenant, id = t.Name, t.ID
	}
	keys, err := tokens.Probe(ctx, id)
	if f.saw = counted(keys, "signing key") + " of bearer tokens"; err != nil {
		f.verdict, f.saw, f.mend = failed, "bearer tokens cannot be judged: "+oneLine(err), mendIssuer
	}
	return []finding{f}
}
