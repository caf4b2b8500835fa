package odata

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A naive expression: its text, and what it means, written down once more without types, promotion or compilation.
type (
	naiveInt struct {
		text  string
		short bool // Int32
		at    func(row []Value) (int64, bool)
	}
	naiveText struct {
		text string
		at   func(row []Value) (string, bool)
	}
	naiveBool struct {
		text string
		at   func(row []Value) *bool
	}
)

func drawInt(t *rapid.T, depth int) naiveInt {
	n := rapid.IntRange(0, 8).Draw(t, "integer")
	if depth == 0 {
		n %= 4
	}
	switch n {
	case 0, 1:
		name := rapid.SampledFrom([]string{"ID", "TotalAudioMinutes", "TotalVideoMinutes"}).Draw(t, "property")
		i := reportType.Property(name)
		return naiveInt{name, false, func(row []Value) (int64, bool) { return row[i].Int, row[i].Kind != Null }}
	case 2:
		v := rapid.Int64().Draw(t, "long")
		return naiveInt{fmt.Sprintf("%dL", v), false, func([]Value) (int64, bool) { return v, true }}
	case 3:
		v := rapid.Int32().Draw(t, "int")
		return naiveInt{fmt.Sprint(v), true, func([]Value) (int64, bool) { return int64(v), true }}
	case 4:
		s := drawText(t, depth-1)
		return naiveInt{"length(" + s.text + ")", true, func(row []Value) (int64, bool) {
			v, ok := s.at(row)
			return int64(len([]rune(v))), ok
		}}
	case 5:
		a := drawInt(t, depth-1)
		return naiveInt{"-(" + a.text + ")", a.short, func(row []Value) (int64, bool) {
			v, ok := a.at(row)
			return naiveWrap(-v, a.short), ok
		}}
	}
	a, b := drawInt(t, depth-1), drawInt(t, depth-1)
	op := rapid.SampledFrom([]string{"add", "sub", "mul"}).Draw(t, "operator")
	short := a.short && b.short
	return naiveInt{"(" + a.text + " " + op + " " + b.text + ")", short, func(row []Value) (int64, bool) {
		x, ok := a.at(row)
		y, ok2 := b.at(row)
		switch op {
		case "add":
			x += y
		case "sub":
			x -= y
		default:
			x *= y
		}
		return naiveWrap(x, short), ok && ok2
	}}
}

func naiveWrap(n int64, short bool) int64 {
	if short {
		return int64(int32(n))
	}
	return n
}

func drawText(t *rapid.T, depth int) naiveText {
	n := rapid.IntRange(0, 4).Draw(t, "text")
	if depth <= 0 {
		n %= 2
	}
	switch n {
	case 0:
		i := reportType.Property("TenantName")
		return naiveText{"TenantName", func(row []Value) (string, bool) { return row[i].Str, row[i].Kind != Null }}
	case 1:
		s := rapid.SampledFrom([]string{"", "a", "Ab", " b", "o'b", "é"}).Draw(t, "literal")
		return naiveText{"'" + strings.ReplaceAll(s, "'", "''") + "'", func([]Value) (string, bool) { return s, true }}
	case 2:
		a, b := drawText(t, depth-1), drawText(t, depth-1)
		return naiveText{"concat(" + a.text + "," + b.text + ")", func(row []Value) (string, bool) {
			x, ok := a.at(row)
			y, ok2 := b.at(row)
			return x + y, ok && ok2
		}}
	}
	a := drawText(t, depth-1)
	f := rapid.SampledFrom([]string{"tolower", "toupper", "trim"}).Draw(t, "function")
	run := map[string]func(string) string{"tolower": strings.ToLower, "toupper": strings.ToUpper, "trim": strings.TrimSpace}[f]
	return naiveText{f + "(" + a.text + ")", func(row []Value) (string, bool) {
		x, ok := a.at(row)
		return run(x), ok
	}}
}

func drawBool(t *rapid.T, depth int) naiveBool {
	n := rapid.IntRange(0, 7).Draw(t, "condition")
	if depth == 0 {
		n %= 4
	}
	switch n {
	case 0, 1:
		return drawIntComparison(t, depth)
	case 2:
		return drawTextComparison(t, depth)
	case 3:
		a, b := drawText(t, depth-1), drawText(t, depth-1)
		f := rapid.SampledFrom([]string{"startswith", "endswith", "substringof"}).Draw(t, "function")
		run := map[string]func(a, b string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix,
			"substringof": func(a, b string) bool { return strings.Contains(b, a) }}[f]
		return naiveBool{f + "(" + a.text + "," + b.text + ")", func(row []Value) *bool {
			x, ok := a.at(row)
			y, ok2 := b.at(row)
			if !ok || !ok2 {
				return nil
			}
			r := run(x, y)
			return &r
		}}
	case 4:
		a := drawBool(t, depth-1)
		return naiveBool{"not (" + a.text + ")", func(row []Value) *bool {
			x := a.at(row)
			if x != nil {
				r := !*x
				return &r
			}
			return nil
		}}
	}
	a, b := drawBool(t, depth-1), drawBool(t, depth-1)
	op := rapid.SampledFrom([]string{"and", "or"}).Draw(t, "operator")
	return naiveBool{"(" + a.text + ") " + op + " (" + b.text + ")", func(row []Value) *bool {
		x, y, decides := a.at(row), b.at(row), op == "or"
		for _, v := range []*bool{x, y} {
			if v != nil && *v == decides {
				return v
			}
		}
		if x == nil {
			return x
		}
		return y
	}}
}

var comparisons = rapid.SampledFrom([]string{"eq", "ne", "gt", "ge", "lt", "le"})

func naiveCompare(op string, less, equal bool) *bool {
	r := map[string]bool{"eq": equal, "ne": !equal, "lt": less, "le": less || equal, "gt": !less && !equal, "ge": !less}[op]
	return &r
}

func drawIntComparison(t *rapid.T, depth int) naiveBool {
	a, b := drawInt(t, depth), drawInt(t, depth)
	op := comparisons.Draw(t, "comparison")
	return naiveBool{a.text + " " + op + " " + b.text, func(row []Value) *bool {
		x, ok := a.at(row)
		y, ok2 := b.at(row)
		if !ok || !ok2 {
			r := op == "eq" && ok == ok2 || op == "ne" && ok != ok2
			return &r
		}
		return naiveCompare(op, x < y, x == y)
	}}
}

func drawTextComparison(t *rapid.T, depth int) naiveBool {
	a, b := drawText(t, depth), drawText(t, depth)
	op := comparisons.Draw(t, "comparison")
	return naiveBool{a.text + " " + op + " " + b.text, func(row []Value) *bool {
		x, ok := a.at(row)
		y, ok2 := b.at(row)
		return naiveCompare(op, ok2 && (!ok || x < y), ok == ok2 && (!ok || x == y))
	}}
}

// drawReports draws rows with nulls where the model allows them.
func drawReports(t *rapid.T, n int) rowList {
	rows := make(rowList, n)
	for i := range rows {
		for _, p := range reportType.Properties {
			v := Value{}
			if !p.Nullable || rapid.IntRange(0, 3).Draw(t, "null") > 0 {
				v = drawValue(t, p.Kind)
			}
			if p.Kind == DateTime {
				v = Value{Kind: DateTime, Int: int64(i) * ticksPerDay} // the key
			}
			rows[i] = append(rows[i], v)
		}
	}
	return rows
}

func TestFilterAgainstNaive(t *testing.T) {
	m := &Model{Limits: Limits{FilterLength: 1 << 20, FilterNodes: 1 << 16}}
	rapid.Check(t, func(t *rapid.T) {
		naive := drawBool(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		rows := drawReports(t, 3)
		for i, row := range rows {
			for j := range row { // lengths in the naive reading count runes
				row[j].Str = strings.ReplaceAll(row[j].Str, "\U0001F600", "ü")
			}
			f, err := compileFilter(m, reportType, naive.text)
			if err != nil {
				t.Fatalf("%s: %v", naive.text, err)
			}
			got, err := f.match(rows, i)
			want := naive.at(row)
			if err != nil || got != (want != nil && *want) {
				t.Fatalf("%s on %+v: %v %v, want %v", naive.text, row, got, err, want)
			}
		}
	})
}
