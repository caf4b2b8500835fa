package odata

import (
	"strconv"
	"strings"
	"testing"
)

// matching gives the one-based numbers of the rows that satisfy a filter, or the error.
func matching(m *Model, t *EntityType, rows RowSource, text string) string {
	f, err := compileFilter(m, t, text)
	var ids []string
	for i := 0; i < rows.Len() && err == nil; i++ {
		var in bool
		if in, err = f.match(rows, i); in {
			ids = append(ids, strconv.Itoa(i+1))
		}
	}
	if err != nil {
		return strconv.Itoa(err.Status) + " " + err.Message
	}
	return strings.Join(ids, ",")
}

const fiveHundred = "500 " + textUnexpected

// reportFilters are filters on the recorded rows, with the numbers of the rows that match or the error.
var reportFilters = [][2]string{
	// and, or and not with null
	{"startswith(TenantName,'x') or TotalAudioMinutes lt 0", "4"},
	{"not (startswith(TenantName,'x') and true)", "1,2,3"},
	{"not (startswith(TenantName,'x') and false)", "1,2,3,4"},
	{"startswith(TenantName,'contoso') or true", "1,2,3,4"},
	{"(startswith(TenantName,'c') eq true) eq false", "4"},
	{"not (startswith(TenantName,'c') eq true)", "4"},
	{"startswith(TenantName,'c') ne false", "1,2,3,4"},
	{"length(TenantName) eq null", "4"},
	{"null", ""},
	{"null eq null", "1,2,3,4"},
	{"null ne null", ""},
	{"null eq 1", ""},
	{"1 ne null", "1,2,3,4"},
	{"TotalAudioMinutes eq TotalVideoMinutes", ""},
	{"TotalAudioMinutes ne TotalVideoMinutes", "1,2,3,4"},
	{"not (TotalAudioMinutes ge 0)", "3,4"},
	{"TenantName lt 'contoso'", "4"},
	{"TenantName le null", "400 The operator 'LessThanOrEqual' is not supported for the 'null' literal; only equality checks are supported."},
	{"null lt null", "400 The operator 'LessThan' is not supported for the 'null' literal; only equality checks are supported."},
	// the row itself
	{"$it eq null", ""},
	{"$it ne null", "1,2,3,4"},
	{"$it eq $it", "1,2,3,4"},
	{"TenantReporting.CsP2PAVTimeReport/TotalAudioMinutes gt 35", "1"},
	{"$it gt null", "400 A binary operator with incompatible types was detected. Found operand types 'TenantReporting.CsP2PAVTimeReport' and '<null>' for operator kind 'GreaterThan'."},
	{"$it", "400 The $filter expression must evaluate to a single boolean value."},
	{"length($it) eq 1", "400 No function signature for the function with name 'length' matches the specified arguments. The function signatures considered are: length(Edm.String Nullable=true)."},
	// integers
	{"9223372036854775807L add ID eq -9223372036854775808L", "1"},
	{"2147483647 add 1 lt 0", "1,2,3,4"},
	{"ID mul 4611686018427387904L eq 0", "4"},
	{"ID mul -1 lt -2", "3,4"},
	{"-7 div 2 eq -3", "1,2,3,4"},
	{"-7 mod 2 eq -1", "1,2,3,4"},
	{"-9223372036854775808L div (ID sub 2) eq 1L", fiveHundred},
	{"-2147483648 mod (0 sub 1) eq 0", fiveHundred},
	{"ID div 0 eq 1", fiveHundred},
	{"ID mod 0 eq 1", fiveHundred},
	{"ID lt 5 or ID div 0 eq 1", "1,2,3,4"},
	{"ID gt 5 and ID div 0 eq 1", ""},
	{"TotalAudioMinutes gt 500 and ID div 0 eq 1", ""},
	{"-TotalAudioMinutes eq 5", "4"},
	{"- -ID eq 2", "2"},
	{"ID eq 1.5", ""},
	{"ID lt 1.5", "1"},
	{"ID lt 2.5M", "1,2"},
	{"ID div 2M eq 1.5M", "3"},
	{"ID div 2.0 eq 1.5", "3"},
	{"ID div 0.0 eq INF", "1,2,3,4"},
	{"ID div 0M eq 1M", fiveHundred},
	{"ID add null eq null", "400 Operator 'Add' incompatible with operand types 'Edm.Int64' and 'System.Object'."},
	{"TotalVideoMinutes eq 9007199254740993f", "1"},
	{"TotalVideoMinutes eq 9007199254740992f", "1"},
	// the server cannot choose between Double and Decimal for a nullable integer and a literal that reads as either
	{"TotalAudioMinutes gt 1.5", "400 Operator 'GreaterThan' incompatible with operand types 'Edm.Int64' and 'Edm.Double'."},
	{"TotalAudioMinutes gt 1.5d", "1,2"},
	{"TotalAudioMinutes gt 1.5M", "1,2"},
	// what a literal may be compared with
	{"ID eq '1'", "400 A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and 'Edm.String' for operator kind 'Equal'."},
	{"true gt false", "1,2,3,4"},
	{"1.5 gt 1.5M", "400 A binary operator with incompatible types was detected. Found operand types 'Edm.Double' and 'Edm.Decimal' for operator kind 'GreaterThan'."},
	{"X'01' eq X'01'", "1,2,3,4"},
	{"X'01' ne X'02'", "1,2,3,4"},
	{"X'01' lt X'02'", "400 Operator 'LessThan' incompatible with operand types 'Edm.Binary' and 'Edm.Binary'."},
	{"TenantGuid lt guid'aaaaaaaa-1111-2222-3333-444444444445'", "1,2,3,4"},
	{"TenantGuid gt guid'bbbbbbbb-0000-0000-0000-000000000000'", ""},
	// dates
	{"Date eq datetime'2013-03-14'", "1"},
	{"Date eq datetime'2013-03-14T00:00'", "1"},
	{"Date eq datetime'2013-03-14T02:00+02:00'", "1"},
	{"Date eq datetime'2013-03-13T17:00:00.000-07:00'", "1"},
	{"Date le datetime'2013-03-11T01:02:03.4560000'", "4"},
	{"Date lt datetime'2013-03-11T01:02:03.45600001'", ""},
	{"second(Date) eq 3 and minute(Date) eq 2 and hour(Date) eq 1 and day(Date) eq 11", "4"},
	{"Date eq datetimeoffset'2013-03-14T00:00:00Z'", "400 A binary operator with incompatible types was detected. Found operand types 'Edm.DateTime' and 'Edm.DateTimeOffset' for operator kind 'Equal'."},
	{"datetimeoffset'2013-03-14T02:00:00+02:00' eq datetimeoffset'2013-03-14T00:00:00Z'", "1,2,3,4"},
	{"hour(datetimeoffset'2013-03-14T02:00:00+02:00') eq 2", "1,2,3,4"},
	{"time'PT25H' gt time'P1D' and hour(time'PT25H') eq 1", "1,2,3,4"},
	{"cast(Date,'Edm.DateTimeOffset') eq datetimeoffset'2013-03-14T00:00:00Z'", "1"},
	{"year(null) eq 1", "400 No applicable function found for 'year' with the specified arguments. The functions considered are: year(System.DateTime); year(System.DateTimeOffset)."},
	{"hour(null) eq 1", "400 No applicable function found for 'hour' with the specified arguments. The functions considered are: hour(System.DateTime); hour(System.DateTimeOffset); hour(System.TimeSpan)."},
	// strings
	{"indexof(TenantName,'onmicrosoft') eq 8", "1,3"},
	{"indexof(TenantName,'') eq 0", "1,2,3"},
	{"endswith(TenantName,'sons>')", "2"},
	{"endswith(TenantName,'')", "1,2,3"},
	{"trim(concat('  ',concat(TenantName,' '))) eq TenantName", "1,2,3,4"},
	{"tolower(toupper(TenantName)) eq TenantName", "1,2,3,4"},
	{"substring(TenantName,23) eq ''", fiveHundred},
	{"length(TenantName) gt 16 and substring(TenantName,23) eq ''", "1,3"},
	{"substring('abc',1,3) eq 'x'", fiveHundred},
	{"substring('abc',-1) eq 'x'", fiveHundred},
	{"substring('abc',1,1) eq 'b'", "1,2,3,4"},
	{"substring('abc',3,0) eq ''", "1,2,3,4"},
	{"substring('abc',null) eq 'x'", "400 No applicable function found for 'substring' with the specified arguments. The functions considered are: substring(System.String, System.Int32); substring(System.String, System.Int32, System.Int32)."},
	{"substring(TenantName,ID) eq 'x'", "400 No function signature for the function with name 'substring' matches the specified arguments. The function signatures considered are: substring(Edm.String Nullable=true, Edm.Int32); substring(Edm.String Nullable=true, Edm.Int32 Nullable=true); substring(Edm.String Nullable=true, Edm.Int32, Edm.Int32); substring(Edm.String Nullable=true, Edm.Int32 Nullable=true, Edm.Int32); substring(Edm.String Nullable=true, Edm.Int32, Edm.Int32 Nullable=true); substring(Edm.String Nullable=true, Edm.Int32 Nullable=true, Edm.Int32 Nullable=true)."},
	{"length('a\U0001F600é') eq 4", "1,2,3,4"},
	{"indexof('a\U0001F600é','é') eq 3", "1,2,3,4"},
	{"substring('a\U0001F600é',1,2) eq '\U0001F600'", "1,2,3,4"},
	{"substring('a\U0001F600é',2) eq '\uFFFDé'", "1,2,3,4"},
	{"'\U0001F600' lt '\uFF5E'", "1,2,3,4"}, // surrogates sort below U+E000
	{"length(null) eq 1", ""},
	{"length(null)", "400 Expression of type 'Edm.Boolean' expected."},
	{"startswith(null,null)", ""},
	{"startswith(null,null,null)", "400 Cannot find a suitable overload for function 'startswith' that takes '3' arguments."},
	{"concat(TenantName,null) eq null", "1,2,3,4"},
	{"concat(cast(null,'Edm.String'),'x') eq 'x'", "1,2,3,4"},
	{"length(cast(null,'Edm.String')) eq 1", fiveHundred},
	{"replace(TenantName,'a','b') eq 'x'", "400 Unknown function 'replace'."},
	{"geo.length(TenantName) eq 1", "400 No function signature for the function with name 'geo.length' matches the specified arguments. The function signatures considered are: geo.length(Edm.GeometryLineString Nullable=true); geo.length(Edm.GeographyLineString Nullable=true)."},
	// isof and cast
	{"isof(TotalAudioMinutes,'Edm.Int64')", "1,2,4"},
	{"isof(ID,'Edm.Int32')", ""},
	{"isof(null,'Edm.Int32')", ""},
	{"isof('TenantReporting.Other')", ""},
	{"isof($it,'TenantReporting.CsP2PAVTimeReport')", "1,2,3,4"},
	{"isof(ID,'Collection(Edm.Int64)')", "400 The Cast and IsOf functions do not support collection arguments or types."},
	{"isof(ID,TenantName)", "400 Cast or IsOf Function must have a type in its arguments."},
	{"isof(ID,'Edm.Int64',1)", "400 Cast or IsOf expression has an invalid number of operands: number of operands is '3' and it should be 1 or 2."},
	{"cast(TotalAudioMinutes,'Edm.Byte') eq 251", "4"},
	{"cast(TotalAudioMinutes,'Edm.SByte') lt 0", "4"},
	{"cast(TotalAudioMinutes,'Edm.Decimal') eq 35M", "2"},
	{"cast(1.99,'Edm.Int32') eq 1", "1,2,3,4"},
	{"cast(1.5M,'Edm.Double') eq 1.5", "1,2,3,4"},
	{"cast(300.5M,'Edm.Byte') eq 1", fiveHundred},
	{"cast(0.1f,'Edm.Decimal') eq 0.1M", "1,2,3,4"},
	{"cast(TotalAudioMinutes,'Edm.Int64') eq null", "3"},
	{"cast('TenantReporting.CsP2PAVTimeReport')/ID eq 2", "2"},
	{"cast('TenantReporting.CsP2PAVTimeReport') ne null", "1,2,3,4"},
	{"cast('TenantReporting.Other') ne null", fiveHundred},
	{"cast(null,'Edm.Boolean')", ""},
	{"cast(true,'Edm.Int32') eq 1", fiveHundred},
	// rounding
	{"round(2.5) eq 2 and round(3.5) eq 4 and round(-2.5) eq -2", "1,2,3,4"},
	{"round(2.5M) eq 2M and floor(-2.5M) eq -3M and ceiling(-2.5M) eq -2M", "1,2,3,4"},
	{"round(ID) eq 1.5", "400 A binary operator with incompatible types was detected. Found operand types 'Edm.Decimal' and 'Edm.Double' for operator kind 'Equal'."},
	{"round(ID) eq 2M", "400 Operator 'Equal' incompatible with operand types 'Edm.Double' and 'Edm.Decimal'."},
	{"round(TotalAudioMinutes) eq 35", "2"},
	{"round(null) eq 1", "400 No applicable function found for 'round' with the specified arguments. The functions considered are: round(System.Double); round(System.Decimal)."},
	// decimals keep 28 places and round half to even
	{"1M div 3M eq 0.3333333333333333333333333333M", "1,2,3,4"},
	{"79228162514264337593543950335M add 1M gt 1M", fiveHundred},
	{"7.5M mod 2M eq 1.5M and -7.5M mod 2M eq -1.5M", "1,2,3,4"},
	{"1e2M eq 100M", "1,2,3,4"},
	{"ID sub 0.5M mul 2M eq 0M", "1"},
}

func TestFilterOnReports(t *testing.T) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	for _, c := range reportFilters {
		if got := matching(m, entity, rows, c[0]); got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
	}
}

func TestFilterOnOtherKinds(t *testing.T) {
	m, entity, rows := fixtureSet("Others")
	for _, c := range [][2]string{
		{"Dbl eq NaN", ""},
		{"Dbl ne NaN", "1,2"},
		{"not (Dbl lt 2)", "2"},
		{"Sng eq 0.1f", "1"},
		{"Sng mul 3 eq 0.3f", "1"},
		{"Sng mul 3 eq 0.3", ""}, // compared as Doubles they differ
		{"Sng add Dbl gt 1.6", "1"},
		{"Byt add I16 eq 12", "1"},
		{"-Byt eq -7", "1"},
		{"Byt mul 100 eq 700", "1"}, // Bytes count as Int32
		{"Dec mul 2 eq 5", "1"},
		{"Dec add 1.25M eq 3.75M", "1"},
		{"Dec gt null", "400 The operator 'GreaterThan' is not supported for the 'null' literal; only equality checks are supported."},
		{"Dec ne null", "1,2"},
		{"-Dec lt 0M", "1"},
		{"G lt guid'00000000-0000-0000-0000-000000000001'", "1,2"}, // null is less than any guid
		{"DT lt datetime'2020-01-01'", "1"},
		{"year(DT) eq 2013", "1"},
		{"year(DT) ne 2013", "2"},
		{"Flag and Name ne ''", "1"},
		{"Flag gt false", "1"},
		{"length(Name) eq 7", "1"},
		{"Bin eq null", "2"},
		{"Bin ne X'00'", "1,2"},
		{"isof(Bin,'Edm.Binary')", "1"},
	} {
		if got := matching(m, entity, rows, c[0]); got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
	}
}

// A property may ignore case, as a SQL collation does: rule 47.
func TestFilterIgnoresCase(t *testing.T) {
	_, report, rows := fixtureSet("CsP2PAVTimeDaily")
	entity := *report
	entity.Properties = append([]Property(nil), report.Properties...)
	entity.Properties[3].IgnoreCase = true
	m := &Model{Sets: []*EntitySet{{Name: "Reports", Type: &entity}}}
	for _, c := range [][2]string{
		{"TenantName eq 'CONTOSO.OnMicrosoft.com'", "1,3"},
		{"'CONTOSO & <SONS>' eq TenantName", "2"},
		{"TenantName gt 'CONTOSO'", "1,2,3"},
		{"TenantName lt 'CONTOSO'", "4"},
		{"startswith(TenantName,'CON')", "1,2,3"},
		{"endswith(TenantName,'.COM')", "1,3"},
		{"substringof('MICROSOFT',TenantName)", "1,3"},
		{"indexof(TenantName,'ONMICROSOFT') eq 8", "1,3"},
		{"concat(TenantName,'X') eq 'CONTOSO & <SONS>x'", "2"},
		{"'a' eq 'A'", ""},
	} {
		if got := matching(m, &entity, rows, c[0]); got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
	}
}

func TestShift(t *testing.T) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	f, err := compileFilter(m, entity, "$it/Date ge datetime'2013-03-12T00:00:00Z' and datetime'2013-03-13' gt Date or year(Date) eq 1 or Date eq datetime'9999-12-31'")
	if err != nil {
		t.Fatal(err)
	}
	before := f.String()
	moved := f.shift("Date", -ticksPerDay)
	want := "$it/Date ge datetime'2013-03-11T00:00:00Z' and datetime'2013-03-12T00:00:00' gt Date or year(Date) eq 1 or Date eq datetime'9999-12-30T00:00:00'"
	if got := moved.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if f.String() != before {
		t.Errorf("the filter itself changed: %s", f)
	}
	for i, want := range []bool{false, false, false, true} {
		if got, _ := moved.match(rows, i); got != want {
			t.Errorf("row %d: %v", i+1, got)
		}
	}
	if f.shift("ID", 5) != f {
		t.Error("a filter without such a comparison should stay itself")
	}
	if got := f.shift("Date", maxTicks).String(); !strings.Contains(got, "datetime'9999-12-31T23:59:59.9999999'") {
		t.Errorf("the end of time does not hold: %s", got)
	}
}
