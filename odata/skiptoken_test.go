package odata

import (
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSkipTokenMessages(t *testing.T) {
	m, entity, _ := fixtureSet("CsP2PAVTimeDaily")
	for _, c := range [][3]string{
		{"Date asc", "", "The number of keys '0' in skip token with value '' did not match the number of ordering constraints '1' for the resource type."},
		{"Date asc", "1,2", "The number of keys '2' in skip token with value '1,2' did not match the number of ordering constraints '1' for the resource type."},
		{"Date asc", "1999", "Operator 'GreaterThan' incompatible with operand types 'Edm.DateTime' and 'Edm.Int32'."},
		{"Date desc", "'x'", "Operator 'LessThan' incompatible with operand types 'Edm.DateTime' and 'Edm.String'."},
		{"ID,Date asc", "'x',datetime'2013-01-01'", "Operator 'GreaterThan' incompatible with operand types 'Edm.Int64' and 'Edm.String'."},
		{"Date asc", "datetime'x'", "Unrecognized 'Edm.DateTime' literal 'datetime'x''."},
		{"Date asc", "datetime'2013", "Unterminated literal in 'datetime'2013'."},
		{"Date asc", "'x", "Unterminated string literal in ''x'."},
		{"Date asc", "#", "Syntax error '#'."},
		{"Date asc", "$i", "Syntax error '$'."},
		{"Date asc", "1.", "Digit expected."},
		{"Date asc", "Foo", textSyntax},
		{"Date asc", "$it", textSyntax},
		{"Date asc", "1,", textSyntax},
		{"Date asc", ",1", textSyntax},
		{"Date asc", "1;", textSyntax},
		{"Date asc", "'" + strings.Repeat("x", 9000) + "'", "The query is invalid. It is longer than 8192 bytes."},
	} {
		o, err := compileOrderBy(m, entity, c[0])
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.parseToken(m, entity, c[1])
		if err == nil || err.Status != 400 || err.Message != c[2] {
			t.Errorf("%s on %s\n got %v\nwant %s", c[1], c[0], err, c[2])
		}
	}
}

func TestSkipTokenNulls(t *testing.T) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	for _, c := range [][3]string{
		{"TotalAudioMinutes,Date", "null,datetime'2013-03-12'", "1,2,4"},
		{"TotalAudioMinutes,Date", "null,datetime'2013-03-11'", "1,2,3,4"},
		{"TotalAudioMinutes,Date", "35,datetime'2013-03-13'", "1"},
		{"TotalAudioMinutes desc,Date", "-5L,datetime'2013-03-12'", "3"},
		{"TotalAudioMinutes desc,Date", "null,datetime'2013-03-12'", ""},
		{"TenantName desc,Date", "'contoso & <sons>',datetime'2013-03-13'", "4"},
		{"ID", "2 ", "3,4"},
		{"ID,Date", "2 datetime'2013-03-01'", "2,3,4"},
		{"ID", "null", "1,2,3,4"},
		{"ID desc", "null", ""},
		{"ID desc", "2L", "1"},
		{"ID", "X'32'", "400 Operator 'GreaterThan' incompatible with operand types 'Edm.Int64' and 'Edm.Binary'."},
		{"ID div (ID sub 2)", "1L", fiveHundred},
	} {
		o, err := compileOrderBy(m, entity, c[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := behind(o, m, entity, rows, c[1]); got != c[2] {
			t.Errorf("%s by %s: %s, want %s", c[1], c[0], got, c[2])
		}
	}
}

// behind gives the one-based numbers of the rows behind a token.
func behind(o *orderBy, m *Model, entity *EntityType, rows RowSource, text string) string {
	tok, err := o.parseToken(m, entity, text)
	if err != nil {
		return "400 " + err.Message
	}
	var ids []string
	for i := 0; i < rows.Len(); i++ {
		in, err := o.after(rows, i, tok)
		if err != nil {
			return fiveHundred
		}
		if in {
			ids = append(ids, string(rune('1'+i)))
		}
	}
	return strings.Join(ids, ",")
}

// A walk by tokens gives every row once, in order, whatever the order is.
func TestSkipTokenWalk(t *testing.T) {
	terms := rapid.SampledFrom([]string{"ID", "TotalAudioMinutes", "TotalVideoMinutes desc", "TenantName", "TenantName desc", "TenantGuid", "length(TenantName)",
		"ID add 1 desc", "TotalAudioMinutes gt 0", "startswith(TenantName,'a') desc", "-ID", "cast(ID,'Edm.Double')", "Date desc", "1", "'x'"})
	rapid.Check(t, func(t *rapid.T) {
		rows := drawReports(t, rapid.IntRange(0, 7).Draw(t, "rows"))
		order := append(rapid.SliceOfN(terms, 0, 3).Draw(t, "terms"), "Date asc")
		o, err := compileOrderBy(nil, reportType, strings.Join(order, ","))
		if err != nil {
			t.Fatal(err)
		}
		sorted := make([]int, len(rows))
		for i := range sorted {
			sorted[i] = i
		}
		sort.SliceStable(sorted, func(i, j int) bool {
			r, _ := o.compare(rows, sorted[i], sorted[j])
			return r < 0
		})
		for at, row := range sorted {
			text := unescape(string(o.appendToken(nil, rows, row)), false)
			tok, err := o.parseToken(nil, reportType, text)
			if err != nil {
				t.Fatalf("%s by %v: %v", text, order, err)
			}
			for place, other := range sorted {
				if in, err := o.after(rows, other, tok); err != nil || in != (place > at) {
					t.Fatalf("%s by %v: row %d of %v is behind: %v %v", text, order, other, sorted, in, err)
				}
			}
		}
	})
}

func TestCompare(t *testing.T) {
	m, entity, rows := fixtureSet("Others")
	for text, want := range map[string]string{
		"Id": "<", "Id desc": ">", "Name": ">", "Dbl": ">", "Dbl desc": "<", "Dec": ">", "Flag": ">", "Sng": ">", "DT": ">", "G": "=", "Bin": ">",
		"G,Id": "<", "null eq G": "=", "Id div 0": fiveHundred, "X'01'": fiveHundred, "Dec mul 2M,Id": ">", "1": "=",
	} {
		o, err := compileOrderBy(m, entity, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := fiveHundred
		if r, err := o.compare(rows, 0, 1); err == nil {
			got = map[bool]string{true: "<", false: ">"}[r < 0]
			if r == 0 {
				got = "="
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if again, err := compileOrderBy(m, entity, o.String()); err != nil || again.String() != o.String() {
			t.Errorf("%s does not print back: %v", text, err)
		}
	}
}
