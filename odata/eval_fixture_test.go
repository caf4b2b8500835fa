package odata

import (
	"os"
	"strings"
	"testing"
)

// fixtureSet gives a set of the recordings' model with its rows.
func fixtureSet(name string) (*Model, *EntityType, RowSource) {
	m := fixtureModel()
	rows, _ := fixtureRows(m.Set(name))
	return m, m.Set(name).Type, rows
}

// allTypes is the type that the public test suites' expressions were tried on, without its complex property.
func allTypes() *EntityType {
	t := &EntityType{Namespace: "TenantReporting", Name: "EtAllTypes", Key: "Int32"}
	for _, k := range []Kind{Binary, Boolean, Byte, DateTime, Decimal, Double, Guid, Int16, Int32, Int64, SByte, Single, String} {
		t.Properties = append(t.Properties, Property{Name: strings.TrimPrefix(k.String(), "Edm."), Kind: k, Nullable: k == String || k == Binary})
	}
	for _, name := range []string{"name", "test", "name1", "name2"} {
		t.Properties = append(t.Properties, Property{Name: name, Kind: String, Nullable: true})
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		t.Properties = append(t.Properties, Property{Name: name, Kind: Int32})
	}
	return t
}

// readCases reads the lines of a file of cases outside of this project. Without the file there is nothing to check, which the
// test says loudly; the project's own check always names it.
func readCases(t *testing.T, variable, fallback string) []string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = fallback
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("NOT CHECKED against the recordings: %s is not set and the default is not there: %v", variable, err)
	}
	return strings.Split(strings.TrimRight(string(data), "\n"), "\n")
}
