package graph

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// claims is the readable part of an access token. Tokens of Graph are opaque by contract: what cannot be read is no
// error, and nothing read here grants anything.
type claims struct {
	Tenant string   `json:"tid"`
	Roles  []string `json:"roles"`
	Scopes string   `json:"scp"`
}

// readClaims reads the middle of a JWT; false if it is none.
func readClaims(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, false
	}
	var c claims
	return c, json.Unmarshal(text, &c) == nil
}

// permitted says whether the token carries the report's permission, and whether it tells at all: Entra ID leaves the
// roles out of a token without any, so one that names its tenant and no role has none.
func (c claims) permitted() (yes, known bool) {
	if c.Roles == nil && c.Scopes == "" {
		return false, c.Tenant != ""
	}
	return slices.Contains(c.Roles, Permission) || slices.Contains(strings.Fields(c.Scopes), Permission), true
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// errOtherTenant is a token of another tenant than the one asked for.
var errOtherTenant = errors.New("the token belongs to another tenant")

// belongs refuses a token of another tenant: a managed identity gives tokens of its home only, whatever is asked for,
// and its report would be stored as this tenant's. A tenant that is named by its domain cannot be compared.
func belongs(token, tenant string) error {
	c, ok := readClaims(token)
	if !ok || c.Tenant == "" || !guid.MatchString(tenant) || strings.EqualFold(c.Tenant, tenant) {
		return nil
	}
	return errOtherTenant
}
