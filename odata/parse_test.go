package odata

import (
	"strings"
	"testing"
)

// Messages beyond the recorded ones. Places count UTF-16 units.
func TestFilterMessages(t *testing.T) {
	m, entity, _ := fixtureSet("CsP2PAVTimeDaily")
	for _, c := range [][2]string{
		{"", "Expression expected at position 0 in ''."},
		{"\u00a0\t", "Expression expected at position 2 in '\u00a0\t'."},
		{"'\U0001F600' eq 1 1", "Syntax error at position 11 in ''\U0001F600' eq 1 1'."},
		{"ID eq \U0001F600", "Syntax error: character '\uFFFD' is not valid at position 6 in 'ID eq \U0001F600'."},
		{"ID eq 1 eq", "Expression expected at position 10 in 'ID eq 1 eq'."},
		{"ID eq 1.", "A digit was expected at position 8 in 'ID eq 1.'."},
		{"ID eq 1e+", "A digit was expected at position 9 in 'ID eq 1e+'."},
		{"ID eq 1e999", "Unrecognized 'Edm.Double' literal '1e999' at '6' in 'ID eq 1e999'."},
		{"ID eq 1e39f", "Unrecognized 'Edm.Single' literal '1e39f' at '6' in 'ID eq 1e39f'."},
		{"ID eq - 2147483649", "Unrecognized 'Edm.Int32' literal '-2147483649' at '6' in 'ID eq - 2147483649'."},
		{"ID eq -NaN", "Unrecognized 'Edm.Double' literal '-NaN' at '6' in 'ID eq -NaN'."},
		{"ID eq 79228162514264337593543950336M", "Unrecognized 'Edm.Decimal' literal '79228162514264337593543950336M' at '6' in 'ID eq 79228162514264337593543950336M'."},
		{"ID eq ٣", "Unrecognized 'Edm.Int32' literal '٣' at '6' in 'ID eq ٣'."},
		{"ID eq 0x1g", "Unrecognized 'Edm.Binary' literal '0x1' at '6' in 'ID eq 0x1g'."},
		{"ID eq geography'x'", "Unrecognized 'Edm.Geography' literal 'geography'x'' at '6' in 'ID eq geography'x''."},
		{"ID eq [1]", "Expression expected at position 6 in 'ID eq [1]'."},
		{"ID eq {'}'", "Found an unbalanced bracket expression."},
		{"ID eq @", "Syntax error at position 7 in 'ID eq @'."},
		{"ID eq @1", "Syntax error: character '1' is not valid at position 7 in 'ID eq @1'."},
		{"ID;", "Syntax error: character ';' is not valid at position 2 in 'ID;'."},
		{"$ eq 1", "Could not find a property named '$' on type 'TenantReporting.CsP2PAVTimeReport'."},
		{"ID/", "Syntax error at position 3 in 'ID/'."},
		{"- -5 eq 1", "Unrecognized 'Edm.Int32' literal '--5' at '0' in '- -5 eq 1'."},
		{"null/ID", "An identifier was expected at position 0."},
		{"$it/", "Syntax error at position 4 in '$it/'."},
		{"$it/*", "Syntax error at position 5 in '$it/*'."},
		{"$it/Foo", "Could not find a property named 'Foo' on type 'TenantReporting.CsP2PAVTimeReport'."},
		{"TenantReporting.", "Syntax error at position 16 in 'TenantReporting.'."},
		{"TenantReporting.Other/Id eq 1", "Encountered invalid type cast. 'TenantReporting.Other' is not assignable from 'TenantReporting.CsP2PAVTimeReport'."},
		{"$it/any()", "Any/All may only be used following a collection."},
		{"$it/any(x:x/ID eq 1)", "Any/All may only be used following a collection."},
		{"ID/all(x:x eq 1)", "Can only bind segments that are Navigation, Structural, Complex, or Collections. We found a segment 'ID' that isn't any of those. Please revise the query."},
		{"Foo/any(x:true)", "Could not find a property named 'Foo' on type 'TenantReporting.CsP2PAVTimeReport'."},
		{"Foo/any", "'(' expected at position 7 in 'Foo/any'."},
		{"Foo/any(1)", "An identifier was expected at position 8."},
		{"Foo/any(x y)", "Syntax error at position 11 in 'Foo/any(x y)'."},
		{"Foo/any(x:true", "')' or ',' expected at position 14 in 'Foo/any(x:true'."},
		{"Foo/any(x:Foo/any(x:true))", "The range variable 'x' has already been declared."},
		{"Foo/any($it:true)", "The range variable '$it' has already been declared."},
		{"$it/length(1)", "Found a built-in function 'length' with a parent token. Built-in functions cannot have parent tokens."},
		{"length(a=1)", "An unsupported query token kind 'RawFunctionParameterValue' was found."},
		{"length(a=1,)", "Syntax error at position 11 in 'length(a=1,)'."},
		{"length(a=b)", "Syntax error at position 9 in 'length(a=b)'."},
		{"a.b.c(1)", "An unknown function with name 'a.b.c' was found. This may also be a key lookup on a navigation property, which is not allowed."},
		{"a.b.c (1)", "Syntax error at position 7 in 'a.b.c (1)'."},
		{"foo(Bar)", "Could not find a property named 'Bar' on type 'TenantReporting.CsP2PAVTimeReport'."},
		{"-'x' eq 1", "A unary operator with an incompatible type was detected. Found operand type 'Edm.String' for operator kind 'Negate'."},
		{"not $it", "A unary operator with an incompatible type was detected. Found operand type 'TenantReporting.CsP2PAVTimeReport' for operator kind 'Not'."},
		{"length('a' add 1) eq 1", "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Add'."},
	} {
		_, err := compileFilter(m, entity, c[0])
		if err == nil || err.Status != 400 || err.Message != c[1] {
			t.Errorf("%s\n got %v\nwant %s", c[0], err, c[1])
		}
	}
}

func TestFilterLimits(t *testing.T) {
	entity := reportType
	m := &Model{Limits: Limits{FilterLength: 60, FilterDepth: 5, FilterNodes: 9}}
	for text, want := range map[string]string{
		"ID eq 1 and ID eq 2 and ID eq 3":                 "400 The query is invalid. It has more than 9 nodes.",
		"((((((true))))))":                                "400 The query is invalid. It is nested deeper than 5 levels.",
		"not not not not not true":                        "400 The query is invalid. It is nested deeper than 5 levels.",
		"- - - - - - ID eq 1":                             "400 The query is invalid. It is nested deeper than 5 levels.",
		"trim(trim(trim(trim(trim('a'))))) eq 'a'":        "400 The query is invalid. It is nested deeper than 5 levels.",
		"TenantName eq '" + strings.Repeat("x", 60) + "'": "400 The query is invalid. It is longer than 60 bytes.",
		"((((true)))) and (((true))) or ID eq 1 ":         "",
		"not not not not true":                            "",
	} {
		if got := matching(m, entity, rowList{}, text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	deep := strings.Repeat("(", 99) + "true" + strings.Repeat(")", 99)
	if got := matching(&Model{}, entity, rowList{}, deep); got != "" {
		t.Errorf("99 parentheses: %s", got)
	}
	wide := strings.TrimSuffix(strings.Repeat("ID eq 1 or ", 300), " or ")
	if got := matching(&Model{}, entity, rowList{}, wide); !strings.Contains(got, "1000 nodes") {
		t.Errorf("1199 nodes: %s", got)
	}
}

func TestOrderByMessages(t *testing.T) {
	m, entity, _ := fixtureSet("CsP2PAVTimeDaily")
	for _, c := range [][2]string{
		{"ID,", "Expression expected at position 3 in 'ID,'."},
		{",ID", "Expression expected at position 0 in ',ID'."},
		{"ID asc desc", "Syntax error at position 11 in 'ID asc desc'."},
		{"Foo,Bar", "Could not find a property named 'Bar' on type 'TenantReporting.CsP2PAVTimeReport'."}, // the last one first
		{"$it", "The $orderby expression must evaluate to a single value of primitive type."},
		{"null,Foo eq 1", "Could not find a property named 'Foo' on type 'TenantReporting.CsP2PAVTimeReport'."},
		{"null", "Ordering does not support expressions of type 'System.Object'."},
		{"year(null),null", "No applicable function found for 'year' with the specified arguments. The functions considered are: year(System.DateTime); year(System.DateTimeOffset)."},
	} {
		_, err := compileOrderBy(m, entity, c[0])
		if err == nil || err.Status != 400 || err.Message != c[1] {
			t.Errorf("%s\n got %v\nwant %s", c[0], err, c[1])
		}
	}
}
