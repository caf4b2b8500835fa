package config

import (
	"encoding"
	"math"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestScalars(t *testing.T) {
	for _, c := range []struct {
		into encoding.TextUnmarshaler
		in   string
		want string // the text that it prints, or the error with a ! before it
	}{
		{new(Duration), "90s", "90s"}, {new(Duration), "1h30m", "90m"}, {new(Duration), "3d", "3d"}, {new(Duration), "2w", "14d"},
		{new(Duration), "1d12h", "36h"}, {new(Duration), "25mo", "25mo"}, {new(Duration), "12mo", "12mo"}, {new(Duration), "1.5h", "90m"},
		{new(Duration), "0", "0s"}, {new(Duration), "-5m", "-5m0s"}, {new(Duration), "300us", "300µs"}, {new(Duration), "5ms", "5ms"},
		{new(Duration), "1d-5m", "!" + durationHint}, {new(Duration), "d", "!" + durationHint}, {new(Duration), "5", "!" + durationHint},
		{new(Duration), "1.5d", "!" + durationHint}, {new(Duration), "", "!" + durationHint},
		{new(Duration), "106752d", "!is too long a duration"}, {new(Duration), "106751d23h59m", "!is too long a duration"},
		{new(Bytes), "512", "512B"}, {new(Bytes), "16KiB", "16KiB"}, {new(Bytes), "16 kib", "16KiB"}, {new(Bytes), "16kB", "16000B"},
		{new(Bytes), "1024MiB", "1GiB"}, {new(Bytes), "0", "0B"}, {new(Bytes), "8388608TiB", "!is too large a size"},
		{new(Bytes), "-1", "!is no size: write it as 512B, 16KiB or 64MiB"}, {new(Bytes), "1.5MiB", "!is no size: write it as 512B, 16KiB or 64MiB"},
		{new(Bytes), "5BB", "!is no size: write it as 512B, 16KiB or 64MiB"},
		{new(Time), "2027-06-30", "2027-06-30"}, {new(Time), "2027-06-30T02:00:00+02:00", "2027-06-30"}, {new(Time), "2027-06-30T09:00", "2027-06-30T09:00:00Z"},
		{new(Time), "30.06.2027", "!is no date: write 2027-06-30 or 2027-06-30T09:00:00Z"}, {new(Time), "0227-06-30", "!is no date: write 2027-06-30 or 2027-06-30T09:00:00Z"},
		{new(LocalTime), "2027-03-01T09:00", "2027-03-01T09:00"}, {new(LocalTime), "2027-03-01 09:00", "2027-03-01T09:00"},
		{new(LocalTime), "2027-03-01", "!is no local time: write 2027-03-01T09:00, the zone in its own key"},
		{new(ClockTime), "08:00", "08:00"}, {new(ClockTime), "24:00", "24:00"}, {new(ClockTime), "24:01", `!is no time of day: write it as "08:00", up to "24:00"`},
		{new(Weekday), "mon", "mon"}, {new(Weekday), "SATURDAY", "sat"}, {new(Weekday), "montag", "!is no day of the week: use mon, tue, wed, thu, fri, sat, sun"},
		{new(Phase), "retired", "retired"}, {new(Phase), "", "!is no phase: use observe, announce, brownout or retired"},
		{new(Prefix), "10.0.0.0/8", "10.0.0.0/8"}, {new(Prefix), "192.0.2.1", "192.0.2.1/32"}, {new(Prefix), "::ffff:192.0.2.1", "192.0.2.1/32"},
		{new(Prefix), "fe80::1%eth0", "!is neither an address nor a network: write 192.0.2.1 or 10.0.0.0/8"},
		{new(Store), "postgresql://u:p@h/db", "postgres://h/db"}, {new(Store), "sqlite:", "!has no usable path: write sqlite:PATH, such as sqlite:/var/lib/rwsgate/rwsgate.db"},
		{new(URL), "https://u:p@h/x", "https://h/x"}, {new(URL), "https:///x", "!is no address with scheme and host: write it as https://host/path"},
		{new(Glob), "ETL@*", "etl@*"},
	} {
		got := ""
		if err := c.into.UnmarshalText([]byte(c.in)); err != nil {
			got = "!" + err.Error()
		} else if b, err := c.into.(encoding.TextMarshaler).MarshalText(); err == nil {
			got = string(b)
		}
		if got != c.want {
			t.Errorf("%T of %q: got %s, want %s", c.into, c.in, got, c.want)
		}
	}
}

func TestHostPort(t *testing.T) {
	for _, c := range []struct {
		in       string
		ok       bool
		loopback bool
		port     int
	}{
		{"127.0.0.1:8080", true, true, 8080}, {":443", true, false, 443}, {"[::1]:0", true, true, 0}, {"localhost:1", true, true, 1},
		{"[::ffff:127.0.0.2]:1", true, true, 1}, {"0.0.0.0:1", true, false, 1}, {"rwsgate.example:65535", true, false, 65535},
		{"127.0.0.1", false, false, 0}, {"127.0.0.1:65536", false, false, 0}, {"127.0.0.1:http", false, false, 0}, {"::1:80", false, false, 0}, {"a b:1", false, false, 0}, {"h:080", false, false, 0},
	} {
		var h HostPort
		err := h.UnmarshalText([]byte(c.in))
		if (err == nil) != c.ok || err == nil && (h.Loopback() != c.loopback || h.Port() != c.port) {
			t.Errorf("%s: got %v, loopback %v, port %d", c.in, err, h.Loopback(), h.Port())
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*@example.com", "Etl@EXAMPLE.com", true}, {"*@example.com", "etl@example.com.evil", false}, {"*@example.com", "@example.com", true},
		{"etl@*", "etl@x", true}, {"etl@*", "xetl@x", false}, {"?", "ä", true}, {"?", "", false}, {"*", "", true}, {"a*b*c", "aXbXbc", true},
		{"a*b*c", "aXbXcb", false}, {"[a]", "a", false}, {"[a]", "[A]", true}, {"", "", false}, {"a**b", "ab", true}, {"ab", "abc", false},
	} {
		if got := NewGlob(c.pattern).Match(c.name); got != c.want {
			t.Errorf("%q for %q: got %v", c.pattern, c.name, got)
		}
	}
}

// TestGlobAgainstDefinition compares with the recursive definition of a pattern.
func TestGlobAgainstDefinition(t *testing.T) {
	var match func(p, s string) bool
	match = func(p, s string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return match(p[1:], s) || s != "" && match(p, s[1:])
		}
		return s != "" && (p[0] == '?' || p[0] == s[0]) && match(p[1:], s[1:])
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[ab*?]{1,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab]{0,10}`).Draw(t, "name")
		if got := NewGlob(p).Match(s); got != match(p, s) {
			t.Fatalf("%q for %q: got %v", p, s, got)
		}
	})
}

func TestDurationsAndSizesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64Range(math.MinInt64, math.MaxInt64).Draw(t, "duration"))
		if got, err := ParseDuration(d.String()); err != nil || got != d {
			t.Fatalf("%s: got %d, %v, want %d", d, got, err, d)
		}
		b := Bytes(rapid.Int64Range(0, math.MaxInt64).Draw(t, "size"))
		if got, err := ParseBytes(b.String()); err != nil || got != b {
			t.Fatalf("%s: got %d, %v, want %d", b, got, err, b)
		}
	})
}

func TestPrefixHolds(t *testing.T) {
	var p Prefix
	if p.Holds(netip.MustParseAddr("10.0.0.1")) {
		t.Error("the zero Prefix holds an address")
	}
	if err := p.UnmarshalText([]byte("10.0.0.0/8")); err != nil {
		t.Fatal(err)
	}
	if !p.Holds(netip.MustParseAddr("::ffff:10.1.2.3")) || p.Holds(netip.MustParseAddr("11.0.0.1")) {
		t.Error("10.0.0.0/8 holds the wrong addresses")
	}
}

func TestBrownoutWindowsFollowTheZone(t *testing.T) {
	r := Rollout{Brownouts: []Brownout{
		{From: LocalTime{2027, time.July, 1, 9, 0}, Duration: 3 * Duration(time.Hour), Zone: "W. Europe Standard Time"},
		{From: LocalTime{2027, time.January, 4, 9, 0}, Duration: Day, Zone: "America/New_York"},
		{From: LocalTime{2027, time.January, 4, 9, 0}, Duration: Day, Zone: "Nowhere"},
	}}
	from, to := r.Windows(embeddedZone)
	if len(from) != 2 || from[0].UTC().Format(time.RFC3339) != "2027-07-01T07:00:00Z" || to[0].Sub(from[0]) != 3*time.Hour || from[1].UTC().Format(time.RFC3339) != "2027-01-04T14:00:00Z" {
		t.Errorf("got %v, %v", from, to)
	}
}
