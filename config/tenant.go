package config

import "strings"

// Tenant is an organisation whose reports are served.
type Tenant struct {
	Name         string        `yaml:"name" help:"domain of the tenant; TenantName in the answers"`
	ID           string        `yaml:"id" help:"Entra tenant id, a GUID; TenantGuid in the answers"`
	Principals   []Glob        `yaml:"principals" help:"who may read the tenant, * and ? allowed; default: everyone of its domain"`
	Credential   Credential    `yaml:"credential"`
	Cloud        Cloud         `yaml:"cloud" help:"global, usgov, usgov-dod, china, or a mapping for another; the report exists in the global cloud only"`
	WorkingHours *WorkingHours `yaml:"working_hours"`
	Rebucket     string        `yaml:"rebucket" oneof:"working-hours uniform calendar" help:"how Graph's UTC days become local days: by working hours, evenly, or not at all"`

	unusable []Problem // with files that its keys name
}

func (t *Tenant) setDefaults() {
	t.Cloud = Cloud{Name: CloudGlobal}
	t.Rebucket = "working-hours"
}

// Unusable says what is wrong with the files that the tenant's keys name (secret, certificate, password, authorities), as
// an *Error without any secret; nil if all can be used. The configuration is good all the same: one tenant's missing file
// must not keep the others from being served.
func (t *Tenant) Unusable() error {
	if len(t.unusable) == 0 {
		return nil
	}
	return &Error{t.unusable}
}

// Reads says whether the principal, in any letter case, is granted the tenant.
func (t *Tenant) Reads(principal string) bool {
	for _, g := range t.Principals {
		if g.Match(principal) {
			return true
		}
	}
	return false
}

// Credential is how rwsgate proves itself to Entra ID for one tenant.
type Credential struct {
	Kind                string `yaml:"kind" oneof:"client-secret client-certificate workload-identity managed-identity default" help:"how to sign in to Entra ID"`
	ClientID            string `yaml:"client_id" help:"application (client) id, a GUID; optional for managed-identity, workload-identity and default"`
	ClientSecret        Secret `yaml:"client_secret" secret:"yes" help:"secret value of the application, not its id; better in a file"`
	ClientSecretFile    Path   `yaml:"client_secret_file" help:"file that holds client_secret"`
	CertificateFile     Path   `yaml:"certificate_file" help:"certificate of the application, PEM or PKCS #12; its expiry is read"`
	CertificateKeyFile  Path   `yaml:"certificate_key_file" help:"private key of certificate_file, PEM, if it is not in the same file"`
	CertificatePassword Secret `yaml:"certificate_password" secret:"yes" help:"password of certificate_file"`
	CertificatePassFile Path   `yaml:"certificate_password_file" help:"file that holds certificate_password"`
	TokenFile           Path   `yaml:"token_file" help:"service account token for workload-identity; default AZURE_FEDERATED_TOKEN_FILE"`
	Expires             Time   `yaml:"expires" help:"when the client secret expires: a warning comes 30 days ahead"`
}

// The credential kinds.
const (
	ClientSecret      = "client-secret"
	ClientCertificate = "client-certificate"
	WorkloadIdentity  = "workload-identity"
	ManagedIdentity   = "managed-identity"
	DefaultCredential = "default"
)

// The clouds with a name.
const (
	CloudGlobal   = "global"
	CloudUSGov    = "usgov"
	CloudUSGovDoD = "usgov-dod"
	CloudChina    = "china"
)

// Cloud is a named cloud, or, with an empty Name, one described by its addresses.
type Cloud struct {
	Name          string   `yaml:"-"`
	Authority     URL      `yaml:"authority" help:"base address of Entra ID, https"`
	Graph         URL      `yaml:"graph" help:"base address of Graph with its version, https: https://graph.microsoft.com/v1.0"`
	DownloadHosts []string `yaml:"download_hosts" help:"host names or suffixes that a report may be downloaded from, any port"`
	CAFile        Path     `yaml:"ca_file" help:"roots for this cloud, PEM"`
}

// UnmarshalText reads the name of a cloud.
func (c *Cloud) UnmarshalText(b []byte) error {
	name := strings.ToLower(string(b))
	switch name {
	case CloudGlobal, CloudUSGov, CloudUSGovDoD, CloudChina:
		*c = Cloud{Name: name}
		return nil
	}
	return reason("is no known cloud: use global, usgov, usgov-dod, china, or a mapping with authority and graph")
}

func (c *Cloud) setDefaults() { *c = Cloud{} }

// String gives the name of the cloud, or the host of its Graph.
func (c Cloud) String() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Graph.String()
}

// WorkingHours are when a tenant's people call each other, by the clock of its own zone.
type WorkingHours struct {
	Zone    string    `yaml:"zone" help:"time zone of the tenant, a Windows or IANA name"`
	Days    []Weekday `yaml:"days" help:"working days: mon, tue, wed, thu, fri, sat, sun"`
	From    ClockTime `yaml:"from" help:"start of work by that zone's clock"`
	To      ClockTime `yaml:"to" help:"end of work, later than from; 24:00 is midnight"`
	Density int       `yaml:"density" min:"1" max:"1000" help:"how many times more a working second weighs than any other"`
}

func (w *WorkingHours) setDefaults() {
	*w = WorkingHours{Days: []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday}, From: 8 * 60, To: 18 * 60, Density: 10}
}
