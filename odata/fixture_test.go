package odata

import (
	"math"
	"time"
)

// rowList is a RowSource over literal rows.
type rowList [][]Value

func (r rowList) Len() int                      { return len(r) }
func (r rowList) Value(row, property int) Value { return r[row][property] }

// fixedTime is the updated time of all tests.
var fixedTime = time.Date(2026, 11, 23, 9, 13, 7, 0, time.UTC)

const testRoot = "https://reports.office365.com/ecp/reportingwebservice/reporting.svc"

func vInt(k Kind, n int64) Value     { return Value{Kind: k, Int: n} }
func vFloat(k Kind, f float64) Value { return Value{Kind: k, Float: f} }
func vText(k Kind, s string) Value   { return Value{Kind: k, Str: s} }
func vDate(y, m, d int) Value        { return Value{Kind: DateTime, Int: ticks(y, m, d, 0, 0, 0, 0)} }

var fixtureGuid = Value{Kind: Guid, Guid: [16]byte{
	0xaa, 0xaa, 0xaa, 0xaa, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44}}

var reportType = &EntityType{Namespace: "TenantReporting", Name: "CsP2PAVTimeReport", Key: "Date", Properties: []Property{
	{Name: "Date", Kind: DateTime}, {Name: "ID", Kind: Int64}, {Name: "TenantGuid", Kind: Guid},
	{Name: "TenantName", Kind: String, Nullable: true}, {Name: "TotalAudioMinutes", Kind: Int64, Nullable: true},
	{Name: "TotalVideoMinutes", Kind: Int64, Nullable: true},
}}

var nothingType = &EntityType{Namespace: "TenantReporting", Name: "Nothing", Key: "Id", Properties: []Property{{Name: "Id", Kind: Int32}}}

var otherType = &EntityType{Namespace: "TenantReporting", Name: "Other", Key: "Id", Properties: []Property{
	{Name: "Id", Kind: Int32}, {Name: "Name", Kind: String, Nullable: true}, {Name: "Dbl", Kind: Double}, {Name: "Dec", Kind: Decimal},
	{Name: "Flag", Kind: Boolean}, {Name: "Bin", Kind: Binary, Nullable: true}, {Name: "Sng", Kind: Single}, {Name: "I16", Kind: Int16},
	{Name: "Byt", Kind: Byte}, {Name: "DT", Kind: DateTime, Nullable: true}, {Name: "G", Kind: Guid, Nullable: true},
}}

// fixtureModel is the model of the recordings.
func fixtureModel() *Model {
	return &Model{Namespace: "TenantReporting", Container: "TenantReportingWebService", JSONP: true, Sets: []*EntitySet{
		{Name: "CsP2PAVTimeDaily", Type: reportType, PageSize: 2},
		{Name: "Empty", Type: nothingType},
		{Name: "Others", Type: otherType},
	}}
}

// fixtureRows are the rows of the recordings.
func fixtureRows(s *EntitySet) (RowSource, error) {
	null := Value{}
	switch s.Name {
	case "CsP2PAVTimeDaily":
		return rowList{
			{vDate(2013, 3, 14), vInt(Int64, 1), fixtureGuid, vText(String, "contoso.onmicrosoft.com"), vInt(Int64, 120), vInt(Int64, 9007199254740993)},
			{vDate(2013, 3, 13), vInt(Int64, 2), fixtureGuid, vText(String, "contoso & <sons>"), vInt(Int64, 35), null},
			{vDate(2013, 3, 12), vInt(Int64, 3), fixtureGuid, vText(String, "contoso.onmicrosoft.com"), null, vInt(Int64, 0)},
			{{Kind: DateTime, Int: ticks(2013, 3, 11, 1, 2, 3, 4_560_000)}, vInt(Int64, 4), fixtureGuid, null, vInt(Int64, -5), vInt(Int64, 7)},
		}, nil
	case "Others":
		start := vDate(2013, 1, 1)
		start.UTC = true
		return rowList{
			{vInt(Int32, 1), vText(String, "é \u0001 <a>"), vFloat(Double, 1.5), vText(Decimal, "2.50"), vInt(Boolean, 1), vText(Binary, "\x01\x02\xff"),
				vFloat(Single, float64(float32(0.1))), vInt(Int16, 5), vInt(Byte, 7), start, null},
			{vInt(Int32, 2), vText(String, ""), vFloat(Double, math.NaN()), vText(Decimal, "0"), vInt(Boolean, 0), null,
				vFloat(Single, 0), vInt(Int16, 0), vInt(Byte, 0), null, null},
		}, nil
	}
	return rowList{}, nil
}

// get asks the fixture.
func get(target string, headers ...string) Response {
	return ask("GET", target, headers...)
}

// ask sends a request with headers given as name, value.
func ask(method, target string, headers ...string) Response {
	h := map[string]string{}
	for i := 0; i+1 < len(headers); i += 2 {
		h[headers[i]] = headers[i+1]
	}
	return Answer(fixtureModel(), testRequest(method, target, h), fixtureRows, fixedTime)
}
