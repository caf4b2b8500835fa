package command

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"

	"rwsgate/cache"
	"rwsgate/config"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// fetchers holds the Graph client of each tenant and makes a new one only when something about it has changed, so that
// tokens and connections outlive a reload.
type fetchers struct {
	log     *slog.Logger
	tracing *tracing
	pool    graph.Pool
	clients map[string]fetcher
}

type fetcher struct {
	client *graph.Client
	made   [sha256.Size]byte // digest of what it was made from
	broken *unbuilt          // instead of client
}

// unbuilt stands for a client that could not be made, and says why to whoever asks it.
type unbuilt struct{ fault *translate.SourceError }

// Fetch fails without asking anybody.
func (u *unbuilt) Fetch(context.Context, translate.Window) (translate.Download, error) {
	return translate.Download{}, u.fault
}

func (f fetcher) asks() cache.Fetcher {
	if f.broken != nil {
		return f.broken
	}
	return f.client
}

func newFetchers(log *slog.Logger, t *tracing) *fetchers {
	return &fetchers{log: log, tracing: t, clients: map[string]fetcher{}}
}

func (f *fetchers) close() { f.pool.Close() }

// apply makes the clients of all tenants and hands them to the keeper. A tenant whose client cannot be made keeps the
// one it had, else gets one that says so; the others are not touched by it.
func (f *fetchers) apply(c *config.Config, files Files, k *cache.Keeper) {
	seen := map[string]fetcher{}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		made, err := f.client(c, files, t)
		if err != nil {
			made = f.instead(t, err)
		}
		seen[t.ID] = made
		k.Add(t.ID, t.Name, f.tracing.fetcher(t.Name, made.asks()))
	}
	for id := range maps.Keys(f.clients) {
		if _, ok := seen[id]; !ok {
			k.Remove(id)
		}
	}
	f.clients = seen
}

// instead gives what a tenant gets whose client cannot be made.
func (f *fetchers) instead(t *config.Tenant, err error) fetcher {
	var fault *translate.SourceError
	if !errors.As(err, &fault) {
		fault = &translate.SourceError{Fault: translate.FaultConfig, Stage: translate.StageToken, Reason: reasonOf(err), Mend: mendFiles}
	}
	f.log.Error("no client of Graph can be made for a tenant; the others are served", "tenant", t.Name, "cause", err.Error(), "mend", fault.Mend)
	old := f.clients[t.ID]
	if old.client != nil || old.broken != nil && old.broken.fault.Error() == fault.Error() {
		return old
	}
	return fetcher{broken: &unbuilt{fault}}
}

const mendFiles = "put the file in its place, readable for the user that runs rwsgate; a running gateway notices it by itself"

// reasonOf says which keys of a tenant name files that cannot be used. The paths are the log's and check's business.
func reasonOf(err error) string {
	var bad *config.Error
	if !errors.As(err, &bad) {
		return "a file of the credential or of its authorities cannot be read"
	}
	var keys []string
	for _, p := range bad.Problems {
		_, key, _ := strings.Cut(p.Key, "].")
		keys = append(keys, key)
	}
	return "no file that can be used is named by " + strings.Join(keys, ", ")
}

func (f *fetchers) client(c *config.Config, files Files, t *config.Tenant) (fetcher, error) {
	options, err := graphOptions(c, files, t)
	if err != nil {
		return fetcher{}, err
	}
	print := fingerprint(options)
	if old, ok := f.clients[t.ID]; ok && old.client != nil && old.made == print {
		return old, nil
	}
	options.Pool, options.Logger, options.Version = &f.pool, f.log.With("tenant", t.Name), version
	client, err := graph.New(options)
	if err != nil {
		return fetcher{}, err
	}
	return fetcher{client: client, made: print}, nil
}

// fingerprint is a digest of everything that a client is made from, secrets included.
func fingerprint(o graph.Options) [sha256.Size]byte {
	type plainCredential graph.Credential
	type plain struct {
		tenant     string
		credential plainCredential
		cloud      graph.Cloud
		proxy      string
		ca         string
		timeout    int64
	}
	return sha256.Sum256(fmt.Appendf(nil, "%+v", plain{o.Tenant, plainCredential(o.Credential), o.Cloud, o.Proxy, string(o.CA), int64(o.Timeout)}))
}

// graphOptions reads what the configuration names for one tenant.
func graphOptions(c *config.Config, files Files, t *config.Tenant) (graph.Options, error) {
	o := graph.Options{
		Tenant:  t.ID,
		Timeout: c.Refresh.Timeout.Std(),
		Credential: graph.Credential{
			Kind:      graph.Kind(t.Credential.Kind),
			ClientID:  t.Credential.ClientID,
			Secret:    t.Credential.ClientSecret.Reveal(),
			Password:  t.Credential.CertificatePassword.Reveal(),
			TokenFile: string(t.Credential.TokenFile),
		},
		Cloud: graph.Cloud{Name: t.Cloud.Name, DownloadHosts: t.Cloud.DownloadHosts},
	}
	if u := c.Upstream.Proxy.Reveal(); u != nil {
		o.Proxy = u.String()
	}
	if !t.Cloud.Authority.IsZero() {
		o.Cloud.Authority, o.Cloud.Graph = t.Cloud.Authority.String(), t.Cloud.Graph.String()
	}
	err := t.Unusable()
	read := func(path config.Path) []byte {
		if path == "" || err != nil {
			return nil
		}
		var b []byte
		b, err = files(string(path))
		return b
	}
	o.Credential.Certificate = append(read(t.Credential.CertificateFile), read(t.Credential.CertificateKeyFile)...)
	o.Cloud.CA = read(t.Cloud.CAFile)
	o.CA = read(c.Upstream.CAFile)
	return o, err
}
