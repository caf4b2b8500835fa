package graphsim

import (
	"crypto"
	"crypto/x509"
	"time"

	"rwsgate/translate"
)

// The demo tenant: what the zero Options serve.
const (
	DemoTenantID   = "16a58f78-539f-47f7-b9bf-02a63867d73b"
	DemoTenantName = "example.onmicrosoft.com"
)

// ReportsReadAll is the application permission that the report demands (microsoft-graph-docs, reportroot-authorization).
const ReportsReadAll = "Reports.Read.All"

// Options say what Start serves. The zero value works: the demo tenant, seed 0, the machine's clock.
type Options struct {
	// Seed decides every tenant's data, client id and secret. The same seed gives the same bytes.
	Seed uint64

	// Now is the clock of the data, the throttle and the download links; nil means time.Now. It must be safe for
	// concurrent use.
	Now func() time.Time

	// TokenNow is the clock of access tokens, assertions and secrets; nil means time.Now. It is apart from Now because
	// clients judge a token's life by the machine's clock: a simulation that leaps over days would otherwise turn every
	// cached token into a refused one.
	TokenNow func() time.Time

	// TokenLife is how long an access token is good for; 0 means 3599 s, as Entra ID gives.
	TokenLife time.Duration

	// LinkLife is how long a download link is good for, by Now; 0 means 5 minutes.
	LinkLife time.Duration

	// Tenants are the tenants to serve; none means the demo tenant.
	Tenants []TenantOptions
}

// TenantOptions describe one tenant. The zero value is the demo tenant.
type TenantOptions struct {
	ID          string         // Entra tenant id, a GUID; empty means DemoTenantID
	Name        string         // initial domain; empty means DemoTenantName
	Credentials []Credential   // the applications that may ask; none means one with a secret made from the seed
	Users       int            // people who call; 0 means 300
	Zone        *time.Location // where they work; nil means Pacific time
	Profile     Profile        // when they work
	First       translate.Day  // first day with calls; 0 means three years before Now at the start
	Lag         int            // days from now back to the newest complete day; 0 means 2, negative means none
	Format      Format         // how the report is written
}

// Profile is the shape of a tenant's working day.
type Profile int

// The profiles, as TIME.md 3 measures them.
const (
	Office     Profile = iota // Monday to Friday, 8 to 18, with a dip at lunch
	LongDay                   // Monday to Saturday, 7 to 23
	RoundClock                // every hour of every day
)

// Credential is an application registered in a tenant, with all that proves its identity.
type Credential struct {
	ClientID      string
	Secret        string
	SecretExpires time.Time           // zero: never
	Certificates  []*x509.Certificate // acceptable for signed client assertions
	Federated     []FederatedIdentity // acceptable issuers of workload identity assertions
	Roles         []string            // permissions that its tokens carry; nil means Reports.Read.All, empty means none
}

// FederatedIdentity is a trusted issuer of workload identity assertions, as in an application's federated credentials.
type FederatedIdentity struct {
	Issuer, Subject string
	Audience        string           // empty means api://AzureADTokenExchange
	Key             crypto.PublicKey // RSA or ECDSA key that signs the assertions
}

func (c Credential) roles() []string {
	if c.Roles == nil {
		return []string{ReportsReadAll}
	}
	return c.Roles
}

// withDefaults fills in what the zero Options leave open.
func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenNow == nil {
		o.TokenNow = time.Now
	}
	if o.TokenLife == 0 {
		o.TokenLife = 3599 * time.Second
	}
	if o.LinkLife == 0 {
		o.LinkLife = 5 * time.Minute
	}
	if len(o.Tenants) == 0 {
		o.Tenants = []TenantOptions{{}}
	}
	return o
}

func (o TenantOptions) withDefaults(seed uint64, now time.Time) TenantOptions {
	if o.ID == "" {
		o.ID = DemoTenantID
	}
	if o.Name == "" {
		o.Name = DemoTenantName
	}
	if o.Users == 0 {
		o.Users = 300
	}
	if o.Zone == nil {
		o.Zone = pacific()
	}
	if o.First == 0 {
		o.First = translate.DayOf(now.AddDate(-3, 0, 0))
	}
	switch {
	case o.Lag == 0:
		o.Lag = 2
	case o.Lag < 0:
		o.Lag = 0
	}
	if len(o.Credentials) == 0 {
		o.Credentials = []Credential{madeCredential(seed, o.ID)}
	}
	return o
}
