package graph_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// simulator starts a stand-in whose clock stands still, and gives the options of a client of its demo tenant.
func simulator(t testing.TB, o graphsim.Options) (*graphsim.Server, *graphsim.Tenant, graph.Options) {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	}
	s, err := graphsim.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tenant := s.Tenant(graphsim.DemoTenantID)
	pool := &graph.Pool{}
	t.Cleanup(pool.Close)
	return s, tenant, graph.Options{
		Tenant:     tenant.ID(),
		Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: tenant.Credential().ClientID, Secret: tenant.Credential().Secret},
		Cloud: graph.Cloud{
			Authority: s.AuthorityURL(), Graph: s.GraphURL(),
			DownloadHosts: []string{s.DownloadHost()}, CA: s.CAPEM(),
		},
		Pool: pool, Version: "1.2.3",
	}
}

func client(t testing.TB, o graph.Options) *graph.Client {
	t.Helper()
	c, err := graph.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fault gives a fetch's error as the type that every failure must have.
func fault(t testing.TB, err error) *translate.SourceError {
	t.Helper()
	var f *translate.SourceError
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a *translate.SourceError", err)
	}
	if f.Reason == "" || f.Mend == "" {
		t.Errorf("no reason or mend in %+v", f)
	}
	return f
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
