package command

import (
	"context"

	"rwsgate/config"
	"rwsgate/gateway/thin"
)

// thinFindings go a sidecar's whole way to its central gateway.
func thinFindings(ctx context.Context, c *config.Config, files Files) []finding {
	found := []finding{{stage: "configuration", verdict: passed, saw: "sidecar of " + c.Forward.URL.String()}}
	for _, w := range c.Warnings(c.Clock(nil)(), nil) {
		found = append(found, finding{stage: "configuration", verdict: warning, saw: w.String()})
	}
	if e, ok := certificateExpiry(c, files); ok {
		found = append(found, e.finding(c.Clock(nil)()))
	}
	roots, err := thinRoots(c, files)
	if err != nil {
		return append(found, finding{stage: "configuration", verdict: failed, saw: err.Error()})
	}
	for _, s := range thin.Probe(ctx, c.Forward.URL.Reveal(), thin.NewTransport(roots)) {
		found = append(found, thinFinding(s))
	}
	return found
}

func thinFinding(s thin.Stage) finding {
	f := finding{stage: s.Name, verdict: passed, saw: s.Saw, mend: s.Mend}
	switch {
	case !s.Tried:
		f.verdict, f.saw = skipped, "not tried after the failure above"
	case s.Cause != "":
		f.verdict, f.saw = failed, s.Cause
	case s.Worth:
		f.verdict = warning
	}
	return f
}

// thinError refuses what a sidecar has not: tenants and a store.
type thinError struct{ central config.URL }

// Error names the central gateway.
func (e *thinError) Error() string {
	return "this is the configuration of a sidecar, which has neither tenants nor a store: do this at its central rwsgate, " + e.central.String()
}
