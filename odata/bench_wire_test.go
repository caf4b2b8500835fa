package odata

import "testing"

// yearRows is a year of a report.
type yearRows struct{ days int }

func (y yearRows) Len() int { return y.days }

func (y yearRows) Value(row, property int) Value {
	switch property {
	case 0:
		return Value{Kind: DateTime, Int: ticks(2013, 1, 1, 0, 0, 0, 0) + int64(row)*ticksPerDay}
	case 1:
		return Value{Kind: Int64, Int: int64(row)}
	case 2:
		return fixtureGuid
	case 3:
		return Value{Kind: String, Str: "contoso.onmicrosoft.com"}
	}
	return Value{Kind: Int64, Int: int64(row * property)}
}

// yearQuery is a query over a year of rows on one page, with its page and room for its body.
func yearQuery(tb testing.TB, query, accept string) (*Query, Page, []byte) {
	tb.Helper()
	m := fixtureModel()
	m.Sets[0].PageSize = 1000
	q, err := Parse(m, testRequest("GET", "/CsP2PAVTimeDaily"+query, map[string]string{"Accept": accept}))
	if err != nil {
		tb.Fatal(err)
	}
	page, err := q.Apply(yearRows{365})
	if err != nil || len(page.Rows) != 365 {
		tb.Fatalf("%d rows, %v", len(page.Rows), err)
	}
	return q, page, make([]byte, 0, 1<<20)
}

func BenchmarkAtom365(b *testing.B) {
	q, page, dst := yearQuery(b, "", "")
	b.ReportAllocs()
	b.SetBytes(int64(len(q.AppendAtom(dst, page, fixedTime))))
	for b.Loop() {
		q.AppendAtom(dst, page, fixedTime)
	}
}

func BenchmarkVerbose365(b *testing.B) {
	q, page, dst := yearQuery(b, "", "application/json;odata=verbose")
	b.ReportAllocs()
	b.SetBytes(int64(len(q.AppendVerbose(dst, page))))
	for b.Loop() {
		q.AppendVerbose(dst, page)
	}
}

func BenchmarkLight365(b *testing.B) {
	q, page, dst := yearQuery(b, "", "application/json")
	b.ReportAllocs()
	b.SetBytes(int64(len(q.AppendLight(dst, page))))
	for b.Loop() {
		q.AppendLight(dst, page)
	}
}

// BenchmarkAnswer does all of a typical request: parse, filter, order, render.
func BenchmarkAnswer(b *testing.B) {
	m := fixtureModel()
	m.Sets[0].PageSize = 1000
	req := testRequest("GET", "/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes&$filter=Date ge datetime'2013-06-01T00:00:00'&$orderby=Date desc&$top=10", nil)
	rows := func(*EntitySet) (RowSource, error) { return yearRows{365}, nil }
	b.ReportAllocs()
	for b.Loop() {
		if r := Answer(m, req, rows, fixedTime); r.Rows != 10 {
			b.Fatal(message(r))
		}
	}
}

// TestWritersAllocateLittle holds the writers to a number of allocations that does not grow with the rows.
func TestWritersAllocateLittle(t *testing.T) {
	q, page, dst := yearQuery(t, "", "")
	for name, write := range map[string]func(){
		"atom":    func() { q.AppendAtom(dst, page, fixedTime) },
		"verbose": func() { q.AppendVerbose(dst, page) },
	} {
		if n := testing.AllocsPerRun(10, write); n > 60 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = q.Apply(yearRows{365}) }); n > 10 && !raced {
		t.Errorf("apply: %v allocations", n)
	}
}
