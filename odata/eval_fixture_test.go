package odata

import (
	"os"
	"strings"
	"testing"
)

// languageRows are rows of a test, values in the order of the type's properties.
type languageRows [][]Value

func (r languageRows) Len() int                      { return len(r) }
func (r languageRows) Value(row, property int) Value { return r[row][property] }

func text(s string) Value  { return Value{Kind: String, Str: s} }
func long(n int64) Value   { return Value{Kind: Int64, Int: n} }
func date(s string) Value  { return mustParse("datetime'"+s+"'", DateTime) }
func guid(s string) Value  { return mustParse("guid'"+s+"'", Guid) }
func whole(n int64) Value  { return Value{Kind: Int32, Int: n} }
func real(f float64) Value { return Value{Kind: Double, Float: f} }

func mustParse(s string, kind Kind) Value {
	v, ok := parseLiteral(s, kind)
	if !ok {
		panic("not a literal: " + s)
	}
	return v
}

// languageModel is the model of the recorded answers: one type like the gateway's, one with other kinds of properties.
func languageModel() (*Model, map[string]languageRows) {
	report := &EntityType{Namespace: "TenantReporting", Name: "CsP2PAVTimeReport", Key: "Date", Properties: []Property{
		{Name: "Date", Kind: DateTime}, {Name: "ID", Kind: Int64}, {Name: "TenantGuid", Kind: Guid},
		{Name: "TenantName", Kind: String, Nullable: true}, {Name: "TotalAudioMinutes", Kind: Int64, Nullable: true},
		{Name: "TotalVideoMinutes", Kind: Int64, Nullable: true},
	}}
	other := &EntityType{Namespace: "TenantReporting", Name: "Other", Key: "Id", Properties: []Property{
		{Name: "Id", Kind: Int32}, {Name: "Name", Kind: String, Nullable: true}, {Name: "Dbl", Kind: Double}, {Name: "Dec", Kind: Decimal},
		{Name: "Flag", Kind: Boolean}, {Name: "Bin", Kind: Binary, Nullable: true}, {Name: "Sng", Kind: Single}, {Name: "I16", Kind: Int16},
		{Name: "Byt", Kind: Byte}, {Name: "DT", Kind: DateTime, Nullable: true}, {Name: "G", Kind: Guid, Nullable: true},
	}}
	m := &Model{Namespace: "TenantReporting", Sets: []*EntitySet{
		{Name: "CsP2PAVTimeDaily", Type: report, PageSize: 2}, {Name: "Others", Type: other},
	}}
	g := guid("aaaaaaaa-1111-2222-3333-444444444444")
	return m, map[string]languageRows{
		"CsP2PAVTimeDaily": {
			{date("2013-03-14T00:00:00"), long(1), g, text("contoso.onmicrosoft.com"), long(120), long(9007199254740993)},
			{date("2013-03-13T00:00:00"), long(2), g, text("contoso & <sons>"), long(35), {}},
			{date("2013-03-12T00:00:00"), long(3), g, text("contoso.onmicrosoft.com"), {}, long(0)},
			{date("2013-03-11T01:02:03.456"), long(4), g, {}, long(-5), long(7)},
		},
		"Others": {
			{whole(1), text("é \u0001 <a>"), real(1.5), {Kind: Decimal, Str: "2.50"}, boolValue(true), {Kind: Binary, Str: "\x01\x02\xff"},
				{Kind: Single, Float: float64(float32(0.1))}, {Kind: Int16, Int: 5}, {Kind: Byte, Int: 7}, date("2013-01-01T00:00:00Z"), {}},
			{whole(2), text(""), mustParse("NaN", Double), {Kind: Decimal, Str: "0"}, boolValue(false), {}, {Kind: Single}, {Kind: Int16}, {Kind: Byte}, {}, {}},
		},
	}
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
