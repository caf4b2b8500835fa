package odata

import (
	"math"
	"testing"
)

func TestXMLEscapes(t *testing.T) {
	for text, want := range map[string]string{
		"a&b<c>d\"'": "a&amp;b&lt;c&gt;d\"'", "\x01\x1f": "&#x1;&#x1F;", "\r\n\t": "&#xD;\n\t", "\xff": "\uFFFD", "é\U0001F600": "é\U0001F600", "\uFFFF": "&#xFFFF;", "": "",
	} {
		if got := string(appendText(nil, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := string(appendAttribute(nil, "\"\n\t'")); got != "&quot;&#xA;&#x9;'" {
		t.Error(got)
	}
}

// TestRule65JSONValues compares the values of verbose and light JSON.
func TestRule65JSONValues(t *testing.T) {
	for _, c := range []struct {
		v              Value
		verbose, light string
	}{
		{vText(String, "a\"\\/\n\r\t\b\f\x01é\U0001F600\x7f"), `"a\"\\/\n\r\t\b\f\u0001\u00e9\ud83d\ude00` + "\x7f" + `"`, ""},
		{vText(String, "\xff"), `"\ufffd"`, ""},
		{vInt(Int64, -5), `"-5"`, ""}, {vInt(Int32, 5), `5`, ""}, {vInt(Boolean, 1), `true`, ""}, {vText(Decimal, "2.50"), `"2.50"`, ""},
		{vFloat(Double, 2), `2.0`, ""}, {vFloat(Double, 1.5), `1.5`, ""}, {vFloat(Double, math.Inf(1)), `"INF"`, ""}, {vFloat(Double, math.Inf(-1)), `"-INF"`, ""},
		{vFloat(Single, 2), `2`, ""}, {fixtureGuid, `"aaaaaaaa-1111-2222-3333-444444444444"`, ""}, {vText(Binary, "\x01\x02\xff"), `"AQL/"`, ""}, {Value{}, `null`, ""},
		{vDate(2013, 9, 7), `"\/Date(1378512000000)\/"`, `"2013-09-07T00:00:00"`},
		{vDate(1969, 12, 31), `"\/Date(-86400000)\/"`, `"1969-12-31T00:00:00"`},
		{vInt(Time, ticksPerHour), `"PT1H"`, ""},
	} {
		if c.light == "" {
			c.light = c.verbose
		}
		if got := string(appendJSON(nil, &c.v, false)); got != c.verbose {
			t.Errorf("%+v verbose: got %s, want %s", c.v, got, c.verbose)
		}
		if got := string(appendJSON(nil, &c.v, true)); got != c.light {
			t.Errorf("%+v light: got %s, want %s", c.v, got, c.light)
		}
	}
}

// TestNextLinkEscapes compares option values in next links with those of recorded ones.
func TestNextLinkEscapes(t *testing.T) {
	for value, want := range map[string]string{
		"Date desc, ID": "Date%20desc,%20ID", "Date eq datetime'2013-03-12T00:00:00'": "Date%20eq%20datetime'2013-03-12T00%3A00%3A00'",
		"guid'{a}'": "guid'%7Ba%7D'", "1E+1": "1E%2B1", "'+'": "'%2B'", "'o''b'": "'o''b'", "'open &": "'open%20%26", "é": "%C3%A9", "a%20b%": "a%20b%25", `"x y"`: "%22x%20y%22", "*": "*",
	} {
		if got := string(appendOption(nil, value)); got != want {
			t.Errorf("%s: got %s, want %s", value, got, want)
		}
	}
}
