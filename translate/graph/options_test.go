package graph_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := graph.Options{Tenant: graphsim.DemoTenantID, Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: "app", Secret: "planted-secret"}}
	cases := map[string]struct {
		change func(*graph.Options)
		mend   string
	}{
		"no tenant":             {func(o *graph.Options) { o.Tenant = "" }, "tenant"},
		"a tenant with a slash": {func(o *graph.Options) { o.Tenant = "../common" }, "tenant"},
		"no kind":               {func(o *graph.Options) { o.Credential.Kind = "" }, "credential.kind"},
		"no secret":             {func(o *graph.Options) { o.Credential.Secret = "" }, "client_secret"},
		"no application":        {func(o *graph.Options) { o.Credential.ClientID = "" }, "client_id"},
		"no certificate":        {func(o *graph.Options) { o.Credential.Kind = graph.ClientCertificate }, "certificate_file"},
		"a broken certificate": {func(o *graph.Options) {
			o.Credential.Kind, o.Credential.Certificate = graph.ClientCertificate, []byte("x")
		}, "PEM"},
		"unknown cloud":          {func(o *graph.Options) { o.Cloud.Name = "germany" }, "usgov"},
		"authority without TLS":  {func(o *graph.Options) { o.Cloud.Authority = "http://localhost:1/" }, "cloud.authority"},
		"graph without TLS":      {func(o *graph.Options) { o.Cloud.Graph = "http://localhost:1/v1.0" }, "cloud.graph"},
		"graph with a user":      {func(o *graph.Options) { o.Cloud.Graph = "https://u:planted-secret@localhost/v1.0" }, "cloud.graph"},
		"graph without a host":   {func(o *graph.Options) { o.Cloud.Graph = "https:///v1.0" }, "cloud.graph"},
		"a proxy without scheme": {func(o *graph.Options) { o.Proxy = "u:planted-secret@proxy:8080" }, "upstream.proxy"},
		"a proxy of its own":     {func(o *graph.Options) { o.Proxy = "ftp://u:planted-secret@proxy" }, "upstream.proxy"},
		"a broken CA":            {func(o *graph.Options) { o.CA = []byte("x") }, "ca_file"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := good
			c.change(&o)
			made, err := graph.New(o)
			f := fault(t, err)
			if f.Fault != translate.FaultConfig || !strings.Contains(f.Mend, c.mend) || made != nil {
				t.Errorf("%v, %+v", made, f)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", f, f, f), "planted-secret") {
				t.Errorf("%+v", f)
			}
		})
	}
	if _, err := graph.New(good); err != nil {
		t.Error(err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	o := graph.Options{Tenant: "t", Proxy: "http://u:planted-proxy@proxy:1", Credential: graph.Credential{
		Kind: graph.ClientSecret, ClientID: "app", Secret: "planted-secret", Password: "planted-password", Certificate: []byte("planted-key")}}
	c := client(t, o)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "options", o, "credential", o.Credential, "client", c)
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s", o, o, o, o), fmt.Sprintf("%v %+v %#v", &o, &o, &o), fmt.Sprintf("%v %+v %#v", o.Credential, o.Credential, o.Credential),
		fmt.Sprintf("%v %+v %#v", c, c, c), log.String(),
	} {
		if strings.Contains(text, "planted") || strings.Contains(text, fmt.Sprint([]byte("planted-key"))) {
			t.Error(text)
		}
	}
}

func TestWhatIsLogged(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	var log strings.Builder
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := client(t, o)
	_, _ = c.Fetch(t.Context(), translate.D7)
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultGone})
	_, _ = c.Fetch(t.Context(), translate.D7)
	text := log.String()
	if !strings.Contains(text, "report fetched") || !strings.Contains(text, "fault=gone") || !strings.Contains(text, tenant.Calls().LastClientRequestID) {
		t.Error(text)
	}
	if strings.Contains(text, o.Credential.Secret) || strings.Contains(text, "eyJ") || strings.Contains(text, "token=") {
		t.Error(text)
	}
}

func TestNationalClouds(t *testing.T) {
	for _, name := range graph.Clouds() {
		c := client(t, graph.Options{Tenant: "t", Cloud: graph.Cloud{Name: name}, Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: "a", Secret: "b"}})
		if c.Documented() != (name == "global") {
			t.Errorf("%s: documented %v", name, c.Documented())
		}
	}
}

// A thousand tenants, one pool: what a client costs.
func BenchmarkNew(b *testing.B) {
	pool := &graph.Pool{}
	o := graph.Options{Tenant: graphsim.DemoTenantID, Pool: pool, Timeout: time.Minute,
		Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: "app", Secret: "secret"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := graph.New(o); err != nil {
			b.Fatal(err)
		}
	}
}

// What a client keeps in memory once it has its token, of a thousand tenants.
func BenchmarkClientAtRest(b *testing.B) {
	w := &wire{answer: func(*http.Request) *http.Response { return reply(200, "text/csv", smallReport) }}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const tenants = 1000
	for b.Loop() {
		clients := make([]*graph.Client, tenants)
		before := heap()
		for i := range clients {
			clients[i] = client(b, graph.Options{Tenant: "t", Transport: w, Cloud: graph.Cloud{Authority: "https://login.test/"},
				Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: "app", Secret: "secret"}})
			if _, err := clients[i].Fetch(b.Context(), translate.D7); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/tenants, "bytes/client")
		runtime.KeepAlive(clients)
	}
}

func BenchmarkFetch(b *testing.B) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s, err := graphsim.Start(graphsim.Options{Now: func() time.Time { return at }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	tenant := s.Tenant(graphsim.DemoTenantID)
	c := client(b, graph.Options{Tenant: tenant.ID(),
		Credential: graph.Credential{Kind: graph.ClientSecret, ClientID: tenant.Credential().ClientID, Secret: tenant.Credential().Secret},
		Cloud:      graph.Cloud{Authority: s.AuthorityURL(), Graph: s.GraphURL(), DownloadHosts: []string{s.DownloadHost()}, CA: s.CAPEM()}})
	b.ReportAllocs()
	for b.Loop() {
		tenant.ResetCalls()
		if _, err := c.Fetch(b.Context(), translate.D180); err != nil {
			b.Fatal(err)
		}
	}
}
