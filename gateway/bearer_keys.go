package gateway

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	keysFresh    = 12 * time.Hour   // after that keys are fetched again, while the old ones serve
	keysPause    = 10 * time.Second // between two fetches from an issuer, whatever unknown keys tokens name
	keysWait     = 5 * time.Second  // that a request waits for keys
	keysTimeout  = 20 * time.Second // of a fetch
	keysMaxBytes = 1 << 20

	keysPerSecond = 5 // fetches from all issuers
	keysAtOnce    = 50
	keysReserve   = keysAtOnce / 2 // of these, for issuers whose keys are not known at all: anybody can invent a key of the others
)

// rings are the signing keys of every issuer that was asked for: one, or with {tid} one a tenant.
type rings struct {
	options TokensOptions
	flights *singleflight.Group
	limit   *rate.Limiter // of all fetches together
	mu      *sync.Mutex
	all     map[string]*ring
}

// ring is an issuer's keys as they were last fetched.
type ring struct {
	keys    []jose.JSONWebKey // nil: none yet
	fetched time.Time
	tried   time.Time
}

func newRings(o TokensOptions) rings {
	return rings{options: o, flights: new(singleflight.Group), limit: rate.NewLimiter(keysPerSecond, keysAtOnce), mu: new(sync.Mutex), all: map[string]*ring{}}
}

// keys gives the issuer's keys of an id, every key if the id is empty. One that is not known is asked for, unless that
// was done a moment ago. The error is errNoKeys or the context's.
func (r *rings) keys(ctx context.Context, issuer, id string) (oidc.KeySet, error) {
	known, stale := r.look(issuer, id)
	if known != nil && !stale {
		return known, nil
	}
	flight := r.flights.DoChan(issuer, func() (any, error) {
		r.refresh(issuer)
		return nil, nil
	})
	if known != nil {
		return known, nil
	}
	wait := time.NewTimer(keysWait)
	defer wait.Stop()
	select {
	case <-flight:
	case <-wait.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if known, _ = r.look(issuer, id); known != nil {
		return known, nil
	}
	if !r.has(issuer) {
		return nil, errNoKeys
	}
	return nil, tokenError("it names a signing key that its issuer does not have")
}

// look gives the keys of an id, nil if there are none, and whether it is time to fetch them again.
func (r *rings) look(issuer, id string) (known oidc.KeySet, stale bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.all[issuer]
	if found == nil {
		return nil, true
	}
	var keys []crypto.PublicKey
	for i := range found.keys {
		if id == "" || found.keys[i].KeyID == id {
			keys = append(keys, found.keys[i].Key)
		}
	}
	if keys == nil {
		return nil, true
	}
	return &oidc.StaticKeySet{PublicKeys: keys}, r.options.Now().Sub(found.fetched) > keysFresh
}

func (r *rings) has(issuer string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[issuer] != nil && r.all[issuer].keys != nil
}

// refresh fetches an issuer's keys, unless that was tried a moment ago. Old keys stay if it fails.
func (r *rings) refresh(issuer string) {
	if !r.due(issuer) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), keysTimeout)
	defer cancel()
	keys, err := r.fetch(ctx, issuer)
	if err != nil {
		r.options.Log.Warn("the signing keys of bearer tokens cannot be fetched", "issuer", issuer, "cause", err.Error(),
			"mend", "check auth.bearer.issuer, upstream.proxy and upstream.ca_file")
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[issuer].keys, r.all[issuer].fetched = keys, r.options.Now()
}

// due says whether keys may be fetched now, and notes that they are.
func (r *rings) due(issuer string) bool {
	now := r.options.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.all[issuer]
	if found == nil {
		found = &ring{}
		r.all[issuer] = found
	}
	if !found.tried.IsZero() && now.Sub(found.tried) < keysPause {
		return false
	}
	if found.keys != nil && r.limit.TokensAt(now) <= keysReserve || !r.limit.AllowN(now, 1) {
		return false
	}
	found.tried = now
	return true
}

// fetch reads the issuer's discovery document and the keys that it names.
func (r *rings) fetch(ctx context.Context, issuer string) ([]jose.JSONWebKey, error) {
	var about struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := r.read(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", &about); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	if about.Issuer != issuer {
		return nil, fmt.Errorf("discovery: the document is of the issuer %q", clip(about.Issuer))
	}
	scheme, _, _ := strings.Cut(issuer, ":")
	if !strings.HasPrefix(about.Keys, "https:") && !strings.HasPrefix(about.Keys, scheme+":") {
		return nil, errors.New("discovery: jwks_uri is not https")
	}
	var set jose.JSONWebKeySet
	if err := r.read(ctx, about.Keys, &set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, key := range set.Keys {
		if key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			keys = append(keys, key)
		}
	}
	if keys == nil {
		return nil, errors.New("keys: there is no signing key among them")
	}
	return keys, nil
}

// read gets a JSON document. No error has its text.
func (r *rings) read(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return errors.New("the address cannot be read")
	}
	response, err := r.options.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, keysMaxBytes))
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return errors.New("the answer is not the document that was asked for")
	}
	return nil
}
