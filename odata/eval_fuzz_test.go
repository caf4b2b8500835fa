package odata

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// checkRefusal demands of an error what every client may expect of one.
func checkRefusal(t *testing.T, err *Error) {
	if err.Status != 400 && err.Status != 500 || err.Message == "" || err.Code != "" || err.Lang != "en-US" {
		t.Fatalf("an odd error: %+v", err)
	}
}

var filterSeeds = []string{
	"Date ge datetime'2013-03-12T00:00:00' and Date lt datetime'2013-03-14T00:00:00'", "not (startswith(TenantName,'c') or ID mul -2L gt 1.5)",
	"substring(TenantName,1,2) eq 'o''n'", "cast(ID,'Edm.Decimal') div 3M gt 0.1M", "isof('TenantReporting.CsP2PAVTimeReport')", "$it/ID eq - 1",
	"a.b.c(1)/any(x:x/y eq [1])", "length(a=1,b={2})", "TenantGuid eq guid'{aaaaaaaa-1111-2222-3333-444444444444}'", "ID eq @p", "-INFf lt NaN", "((((", "'",
	"round(2.5) eq 2 and null ne $it", "indexof('\U0001F600é','é') eq 2", "0Xff eq 1e5", "TenantReporting.Other/Id", "time'P1DT1.5S' gt time'PT1M'",
}

func FuzzFilter(f *testing.F) {
	for _, s := range filterSeeds {
		f.Add(s)
	}
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseTree(text); err == nil && utf8.ValidString(text) {
			checkPrint(t, n)
		}
		c, err := compileFilter(m, entity, text)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		again, err := compileFilter(m, entity, c.String())
		if err != nil && !strings.Contains(err.Message, "The query is invalid") {
			t.Fatalf("%s prints as %s, which does not compile: %v", text, c, err)
		}
		for i := 0; i < rows.Len() && again != nil; i++ {
			got, err := c.match(rows, i)
			same, err2 := again.match(rows, i)
			if got != same || (err == nil) != (err2 == nil) {
				t.Fatalf("%s and %s differ on row %d", text, c, i+1)
			}
			if err != nil {
				checkRefusal(t, err)
			}
		}
		c.shift("Date", -ticksPerDay)
	})
}

func FuzzOrderBy(f *testing.F) {
	for _, s := range append(filterSeeds, "Date desc,ID", "TotalAudioMinutes desc , Date asc", "ID add 1 desc,", "year(Date)") {
		f.Add(s)
	}
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // requests are decoded to valid text
		}
		o, err := compileOrderBy(m, entity, text+",Date asc")
		if err != nil {
			checkRefusal(t, err)
			return
		}
		for i := 0; i < rows.Len(); i++ {
			for j := 0; j < rows.Len(); j++ {
				r, err := o.compare(rows, i, j)
				back, err2 := o.compare(rows, j, i)
				if (err == nil) != (err2 == nil) || err == nil && (r < 0) != (back > 0) {
					t.Fatalf("%s: rows %d and %d compare as %d and %d", text, i, j, r, back)
				}
			}
			tok, err := o.parseToken(m, entity, unescape(string(o.appendToken(nil, rows, i)), false))
			if err != nil {
				checkRefusal(t, err)
				continue
			}
			if in, _ := o.after(rows, i, tok); in {
				t.Fatalf("%s: row %d comes behind itself", text, i)
			}
		}
	})
}

func FuzzSkipToken(f *testing.F) {
	for _, s := range []string{"datetime'2013-03-12T00:00:00'", "3L,datetime'2013-03-12'", "null 'x'", "'o''b',1", "1e999", "$it", "-INF,;", "X'3F'"} {
		f.Add(s)
	}
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	var orders []*orderBy
	for _, text := range []string{"Date", "ID desc,Date", "TotalAudioMinutes,Date", "TenantName desc,Date", "TenantGuid", "length(TenantName) add 1.5"} {
		if o, err := compileOrderBy(m, entity, text); err == nil {
			orders = append(orders, o)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range orders {
			tok, err := o.parseToken(m, entity, text)
			if err != nil {
				checkRefusal(t, err)
				continue
			}
			for i := 0; i < rows.Len(); i++ {
				if _, err := o.after(rows, i, tok); err != nil {
					t.Fatalf("%s by %s: %v", text, o, err)
				}
			}
		}
	})
}

func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"1", "-1L", "1.5e-7", "2.50M", "1e28m", "INFf", "'o''b'", "X'00ff'", "binary'31'", "guid'aaaaaaaa-1111-2222-3333-444444444444'",
		"datetime'2013-03-14T10:00+02:00'", "datetimeoffset'2013-03-14T10:00:00.1234567-07:30'", "time'-P1Y2M3DT4H5M6.7S'", "datetime'--02-29'", "true"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		splitKey(text)
		for k := Boolean; k <= Binary; k++ {
			v, ok := parseKeyValue(text, k)
			if !ok || !utf8.ValidString(v.Str) && k == String {
				continue
			}
			if v.Kind != k {
				t.Fatalf("%q as %s has kind %s", text, k, v.Kind)
			}
			literal := unescape(string(appendLiteral(nil, v)), false)
			again, ok := parseKeyValue(literal, k)
			if !ok || again != v && v.Float == v.Float {
				t.Fatalf("%q as %s is %+v, which is written %s and read as %+v", text, k, v, literal, again)
			}
		}
	})
}
