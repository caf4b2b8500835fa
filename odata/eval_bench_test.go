package odata

import "testing"

const typicalFilter = "Date ge datetime'2013-03-12T00:00:00' and Date lt datetime'2013-03-14T00:00:00'"

// Nothing is allocated for a row, whatever the filter does but arithmetic on decimals.
func TestMatchAllocatesNothing(t *testing.T) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	filters := []string{
		typicalFilter,
		"TotalAudioMinutes add TotalVideoMinutes div 2 gt 1 or not (ID mod 2 eq 1)",
		"substring(TenantName,2,3) eq 'nto' or length(TenantName) gt 5 and indexof(TenantName,'é') eq -1",
		"year(Date) eq 2013 and cast(ID,'Edm.Double') lt 1.5 and isof(TotalAudioMinutes,'Edm.Int64')",
		"TenantGuid ne guid'aaaaaaaa-1111-2222-3333-444444444445' and round(ID) ge 1",
	}
	if !raceEnabled {
		filters = append(filters, "substringof('MICRO',toupper(TenantName)) and concat(trim(TenantName),'x') ne tolower('ABC')")
	}
	for _, text := range filters {
		f, err := compileFilter(m, entity, text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if n := testing.AllocsPerRun(200, func() {
			for i := 0; i < rows.Len(); i++ {
				_, _ = f.match(rows, i)
			}
		}); n >= 1 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestCompareAllocatesNothing(t *testing.T) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	o, err := compileOrderBy(m, entity, "TenantName desc,TotalAudioMinutes,year(Date),Date asc")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := o.parseToken(m, entity, "'contoso.onmicrosoft.com',120L,2013,datetime'2013-03-14'")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(200, func() {
		_, _ = o.compare(rows, 0, 2)
		_, _ = o.after(rows, 2, tok)
	}); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCompileFilter(b *testing.B) {
	m, entity, _ := fixtureSet("CsP2PAVTimeDaily")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compileFilter(m, entity, typicalFilter); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileFilterOfFunctions(b *testing.B) {
	m, entity, _ := fixtureSet("CsP2PAVTimeDaily")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compileFilter(m, entity, "substringof('micro',tolower(TenantName)) and TotalAudioMinutes add 1 gt 10 or year(Date) eq 2013"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	for name, text := range map[string]string{
		"window": typicalFilter, "arithmetic": "TotalAudioMinutes add 1 gt 10", "text": "substringof('MICRO',toupper(TenantName))",
		"decimal": "ID add 0.5M gt 1.5M",
	} {
		f, err := compileFilter(m, entity, text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = f.match(rows, 0)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	m, entity, rows := fixtureSet("CsP2PAVTimeDaily")
	o, err := compileOrderBy(m, entity, "TotalAudioMinutes desc,Date asc")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = o.compare(rows, 0, 1)
	}
}
