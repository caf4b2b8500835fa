package odata

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDateTimeLiterals(t *testing.T) {
	for in, want := range map[string]string{
		"2013-03-14":                    "2013-03-14T00:00:00",
		"2013-03-14Z":                   "2013-03-14T00:00:00Z",
		"2013-03-14+02:00":              "2013-03-13T22:00:00",
		"2013-03-14T10:00":              "2013-03-14T10:00:00",
		"2013-03-14T10:00Z":             "2013-03-14T10:00:00Z",
		"2013-03-14T10:00+02:00":        "2013-03-14T08:00:00",
		"2013-03-14T10:00:59.5":         "2013-03-14T10:00:59.5",
		"2013-03-14T10:00:00.1234567":   "2013-03-14T10:00:00.1234567",
		"2013-03-14T10:00:00.12345675":  "2013-03-14T10:00:00.1234568",
		"2013-03-14T10:00:00.12345665":  "2013-03-14T10:00:00.1234566",
		"2013-03-14T10:00:00.123456650": "2013-03-14T10:00:00.1234566",
		"2013-03-14T10:00:00.123456651": "2013-03-14T10:00:00.1234567",
		"2013-03-14T23:59:59.99999999":  "2013-03-15T00:00:00",
		" 2013-03-14T10:00:00 ":         "2013-03-14T10:00:00",
		"2012-02-29":                    "2012-02-29T00:00:00",
		"2000-02-29":                    "2000-02-29T00:00:00",
		"2013-03":                       "2013-03-01T00:00:00",
		"2013":                          "2013-01-01T00:00:00",
		"--02-29":                       "1904-02-29T00:00:00",
		"0001-01-01T00:00:00":           "0001-01-01T00:00:00",
		"9999-12-31T23:59:59.9999999":   "9999-12-31T23:59:59.9999999",
		"2013-03-14 00:00:00":           "",
		"2013-3-14":                     "",
		"2013-13-01":                    "",
		"2013-02-29":                    "",
		"1900-02-29":                    "",
		"2013-03-14T24:00:00":           "",
		"2013-03-14T10":                 "",
		"2013-03-14T10:60:00":           "",
		"2013-03-14T10:00:00.":          "",
		"2013-03-14T10:00:00+2:00":      "",
		"2013-03-14T10:00:00 02:00":     "",
		"03/14/2013":                    "",
		"0000-01-01":                    "",
		"13-03-14":                      "",
		"":                              "",
		"9999-12-31T23:59:59.99999999":  "",
	} {
		v, ok := parseLiteral("datetime'"+in+"'", DateTime)
		got := ""
		if ok {
			got = string(appendQuoted(nil, v))
		}
		if got != want {
			t.Errorf("datetime'%s' = %q, want %q", in, got, want)
		}
	}
}

func TestOtherLiterals(t *testing.T) {
	for _, c := range []struct {
		in   string
		kind Kind
		want string // as appendLiteral writes it
	}{
		{"datetimeoffset'2013-03-14T02:00:00+02:00'", DateTimeOffset, "datetimeoffset'2013-03-14T02%3A00%3A00%2B02%3A00'"},
		{"datetimeoffset'2013-03-14T02:00-07:30'", DateTimeOffset, "datetimeoffset'2013-03-14T02%3A00%3A00-07%3A30'"},
		{"datetimeoffset'2013-03-14'", DateTimeOffset, "datetimeoffset'2013-03-14T00%3A00%3A00Z'"},
		{"datetimeoffset'2013-03-14T02:00:00+15:00'", DateTimeOffset, ""},
		{"time'PT19H2M1S'", Time, "time'PT19H2M1S'"},
		{"time'P1Y2M3DT4H5M6.789S'", Time, "time'P428DT4H5M6.789S'"},
		{"TIME'-PT0.5S'", Time, "time'-PT0.5S'"},
		{"time'PT90M'", Time, "time'PT1H30M'"},
		{"time'PT0S'", Time, "time'PT0S'"},
		{"time'P1D'", Time, "time'P1D'"},
		{"time'P'", Time, ""},
		{"time'PT'", Time, ""},
		{"time'P1DT'", Time, ""},
		{"time'PT1M1H'", Time, ""},
		{"time'PT1.5H'", Time, ""},
		{"time'P99999999999D'", Time, ""},
		{"time'P10675200D'", Time, ""},
		{"time'PT1'", Time, ""},
		{"guid'AAAAAAAA-1111-2222-3333-444444444444'", Guid, "guid'aaaaaaaa-1111-2222-3333-444444444444'"},
		{"guid'{aaaaaaaa-1111-2222-3333-444444444444}'", Guid, "guid'aaaaaaaa-1111-2222-3333-444444444444'"},
		{"guid'(aaaaaaaa-1111-2222-3333-444444444444)'", Guid, "guid'aaaaaaaa-1111-2222-3333-444444444444'"},
		{"guid'aaaaaaaa111122223333444444444444'", Guid, "guid'aaaaaaaa-1111-2222-3333-444444444444'"},
		{"guid'aaaaaaaa11112222333344444444444'", Guid, ""},
		{"guid'{aaaaaaaa-1111-2222-3333-444444444444)'", Guid, ""},
		{"guid'aaaaaaaa1111-2222-3333-44444444444444'", Guid, ""},
		{"guid'{aaaaaaaa1111222233334444444444440000}'", Guid, ""},
		{"'o''b & c'", String, "'o%27%27b%20%26%20c'"},
		{"'o'b'", String, ""},
		{"X'00fF'", Binary, "binary'00FF'"},
		{"x''", Binary, "binary''"},
		{"X'0'", Binary, ""},
		{"X'0g'", Binary, ""},
		{"X'é'", Binary, ""},
		{"10l", Int64, "10L"},
		{"10", Int64, ""},
		{"9223372036854775808L", Int64, ""},
		{"-2147483648", Int32, "-2147483648"},
		{"2147483648", Int32, ""},
		{"1L", Int32, ""},
		{"256", Byte, ""},
		{"-128", SByte, "-128"},
		{"-32769", Int16, ""},
		{"1.5", Double, "1.5D"},
		{"1e20", Double, "1E%2B20D"},
		{"INF", Double, "INF"},
		{"NaNf", Single, "NaNf"},
		{"-INFf", Single, "-INFf"},
		{"0.1f", Single, "0.1f"},
		{"1.5", Single, ""},
		{"2.50m", Decimal, "2.50M"},
		{"2.5", Decimal, ""},
		{"-0.00M", Decimal, "0.00M"},
		{"1e-2M", Decimal, "0.01M"},
		{"1e-99999999M", Decimal, ""},
		{"1e-9999M", Decimal, "0.0000000000000000000000000000M"},
		{"0.00000000000000000000000000005M", Decimal, "0.0000000000000000000000000000M"},
		{"0.00000000000000000000000000015M", Decimal, "0.0000000000000000000000000002M"},
		{"7.9228162514264337593543950335M", Decimal, "7.9228162514264337593543950335M"},
		{"7.92281625142643375935439503355M", Decimal, "7.922816251426433759354395034M"},
		{"79228162514264337593543950335.4M", Decimal, "79228162514264337593543950335M"},
		{"79228162514264337593543950335.5M", Decimal, ""},
		{"true", Boolean, "true"},
		{"0", Boolean, "false"},
		{"TRUE", Boolean, ""},
	} {
		v, ok := parseLiteral(c.in, c.kind)
		got := ""
		if ok {
			got = string(appendLiteral(nil, v))
		}
		if got != c.want {
			t.Errorf("%s as %s = %q, want %q", c.in, c.kind, got, c.want)
		}
	}
	if got := string(appendLiteral(nil, Value{})); got != "null" {
		t.Errorf("null = %s", got)
	}
}

// Any key may also be written as the bytes of its literal.
func TestKeyValues(t *testing.T) {
	v, ok := parseKeyValue("X'31'", Int32)
	if !ok || v.Int != 1 {
		t.Errorf("X'31' = %v %v", v, ok)
	}
	if _, ok := parseKeyValue("1", Int64); ok {
		t.Error("an Int64 key needs its L")
	}
	if _, ok := parseKeyValue("null", Null); ok {
		t.Error("null is no key")
	}
}

func TestSplitKey(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "ok",
		" ":                             "ok",
		"1":                             "ok =1",
		"datetime'2013-03-14T00:00:00'": "ok =datetime'2013-03-14T00:00:00'",
		"Date=datetime'2013-03-14'":     "ok Date=datetime'2013-03-14'",
		" A = 'x,y=1' , B = 2L ":        "ok A='x,y=1' B=2L",
		"'o''b','c'":                    "ok ='o''b' ='c'",
		"1 2":                           "ok =1 =2",
		"A=1 B=2":                       "ok A=1 B=2",
		"null":                          "no",
		"A=null":                        "no",
		"1,":                            "no",
		"A=1,":                          "no",
		",1":                            "no",
		"A":                             "no",
		"A=":                            "no",
		"A=1,A=2":                       "no",
		"A=1,2":                         "no",
		"1,A=2":                         "no",
		"'x":                            "no",
		"#":                             "no",
		"@p":                            "no",
		"A=B":                           "no",
		"(1)":                           "no",
	} {
		parts, ok := splitKey(in)
		got := "no"
		if ok {
			got = "ok"
		}
		for _, p := range parts {
			got += " " + p.Name + "=" + p.Text
		}
		if got != want {
			t.Errorf("splitKey(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestFloatText(t *testing.T) {
	tenth := 0.1
	for want, f := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "1": 1, "-1.5": -1.5, "0.1": 0.1, "0.30000000000000004": tenth + 0.2, "0.0001": 1e-4, "1E-05": 1e-5,
		"1.25E-05": 1.25e-5, "100000000000000": 1e14, "1E+15": 1e15, "123456789012345": 123456789012345, "1234567890123456": 1234567890123456,
		"1.2345678901234568E+17": 123456789012345678, "1E+20": 1e20, "1.7976931348623157E+308": math.MaxFloat64, "5E-324": 5e-324,
		"9007199254740992": 1 << 53, "INF": math.Inf(1), "-INF": math.Inf(-1), "NaN": math.NaN(),
	} {
		if got := string(appendDouble(nil, f)); got != want {
			t.Errorf("Double %g = %s, want %s", f, got, want)
		}
	}
	for want, f := range map[string]float32{
		"0.1": 0.1, "1.5": 1.5, "1E+07": 1e7, "1000000": 1e6, "1.234568E+09": 1.234568e9, "16777216": 1 << 24, "3.4028235E+38": math.MaxFloat32,
		"1E-05": 1e-5, "0.0001": 1e-4, "33554432": 1 << 25, "INF": float32(math.Inf(1)),
	} {
		if got := string(appendSingle(nil, float64(f))); got != want {
			t.Errorf("Single %g = %s, want %s", f, got, want)
		}
	}
}

func TestFloatsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "double")
		v, ok := parseLiteral(strings.TrimSuffix(string(appendDouble(nil, f)), "D"), Double)
		if !ok || v.Float != f && !math.IsNaN(f) {
			t.Fatalf("%v became %v", f, v)
		}
		s := rapid.Float32().Draw(t, "single")
		v, ok = parseLiteral(string(appendSingle(nil, float64(s)))+"f", Single)
		if !ok || float32(v.Float) != s && s == s {
			t.Fatalf("%v became %v", s, v)
		}
	})
}

// The calendar agrees with the standard library's.
func TestTicks(t *testing.T) {
	start := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, maxTicks).Draw(t, "ticks")
		at := start.AddDate(0, 0, int(n/ticksPerDay)).Add(time.Duration(n%ticksPerDay) * 100)
		want := strings.TrimRight(at.Format("2006-01-02T15:04:05.0000000"), "0")
		if got := string(appendDateTime(nil, n)); got != strings.TrimSuffix(want, ".") {
			t.Fatalf("%d is %s, want %s", n, got, want)
		}
		y, m, d, h, mi, s, frac := civil(n)
		if back := ticks(y, m, d, h, mi, s, frac); back != n {
			t.Fatalf("%d came back as %d", n, back)
		}
	})
	if maxTicks != ticks(9999, 12, 31, 23, 59, 59, 9_999_999) {
		t.Error("the last tick is wrong")
	}
}

// Every value's literal reads back as the value.
func TestLiteralsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, Kind(rapid.IntRange(int(Boolean), int(Binary)).Draw(t, "kind")))
		back, ok := parseLiteral(unescape(string(appendLiteral(nil, v)), false), v.Kind)
		if !ok || back != v && v.Kind != Single && v.Kind != Double {
			t.Fatalf("%s: %+v became %+v", appendLiteral(nil, v), v, back)
		}
	})
}

// drawValue draws a value that is not null.
func drawValue(t *rapid.T, k Kind) Value {
	v := Value{Kind: k}
	switch k {
	case Single:
		v.Float = float64(rapid.Float32().Draw(t, "single"))
	case Double:
		v.Float = rapid.Float64().Draw(t, "double")
	case Decimal:
		v.Str = strconv.FormatInt(rapid.Int64().Draw(t, "decimal"), 10) + rapid.SampledFrom([]string{"", ".0", ".50", ".123456789"}).Draw(t, "fraction")
	case String:
		v.Str = rapid.StringMatching(`[aAbB'é%& \x{1F600}]{0,5}`).Draw(t, "string")
	case Binary:
		v.Str = string(rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "binary"))
	case Guid:
		copy(v.Guid[:], rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x80, 0xff}), 16, 16).Draw(t, "guid"))
	case Boolean:
		v.Int = int64(rapid.IntRange(0, 1).Draw(t, "boolean"))
	case DateTime:
		v.Int = rapid.Int64Range(0, maxTicks).Draw(t, "ticks")
		v.UTC = rapid.Bool().Draw(t, "UTC")
	case DateTimeOffset:
		v.Int = rapid.Int64Range(ticksPerDay, maxTicks-ticksPerDay).Draw(t, "ticks")
		v.Offset = int16(rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
	case Time:
		v.Int = rapid.Int64Range(-1000*ticksPerDay, 1000*ticksPerDay).Draw(t, "ticks")
	default:
		bounds := integerBounds[k]
		v.Int = rapid.OneOf(rapid.Int64Range(max(bounds[0], -3), 3), rapid.Int64Range(bounds[0], bounds[1])).Draw(t, "integer")
	}
	return v
}
