package rollout

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func headerOf(p *Plan, name string) string {
	for _, h := range p.Headers() {
		if h.Name == name {
			return strings.Join(h.Values, "\n")
		}
	}
	return ""
}

func TestHeaders(t *testing.T) {
	p := &Plan{Successor: "https://learn.microsoft.com/graph/api/reportroot", Sunset: time.Date(2027, 6, 30, 0, 0, 0, 0, time.FixedZone("", 7200)).Add(2 * time.Hour)}
	for name, want := range map[string]string{
		"Deprecation": "@1517184000",
		"Sunset":      "Wed, 30 Jun 2027 00:00:00 GMT",
		"Link": `<https://learn.microsoft.com/graph/api/reportroot>; rel="deprecation", <https://learn.microsoft.com/graph/api/reportroot>; rel="sunset", ` +
			`<https://learn.microsoft.com/graph/api/reportroot>; rel="successor-version"`,
	} {
		if got := headerOf(p, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if all := (&Plan{}).Headers(); len(all) != 1 || all[0].Name != "Deprecation" {
		t.Errorf("without sunset and successor: %v", all)
	}
	if got := headerOf(&Plan{Deprecation: time.Date(1969, 12, 31, 23, 59, 59, 5e8, time.UTC)}, "Deprecation"); got != "@-1" {
		t.Errorf("before 1970: %s", got)
	}
}

var (
	sfDate  = regexp.MustCompile(`^@-?[0-9]{1,15}$`) // RFC 9651 3.3.7
	uriOnly = regexp.MustCompile(`^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$`)
)

// TestHeaderSyntax draws dates and addresses: each header can be read back by the grammar of its RFC.
func TestHeaderSyntax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instant := rapid.Int64Range(0, 253370764800)
		p := &Plan{Deprecation: time.Unix(instant.Draw(t, "deprecation"), 1), Sunset: time.Unix(instant.Draw(t, "sunset"), 1)}
		p.Successor = "https://example.com/" + rapid.String().Draw(t, "path")
		if got := headerOf(p, "Deprecation"); !sfDate.MatchString(got) {
			t.Fatalf("Deprecation: %s", got)
		}
		at, err := http.ParseTime(headerOf(p, "Sunset"))
		if err != nil || at.Unix() != p.Sunset.Unix() {
			t.Fatalf("Sunset: %v %v", at, err)
		}
		links := strings.Split(headerOf(p, "Link"), `>; rel="`)
		if len(links) != 4 {
			t.Fatalf("Link: %q", links)
		}
		target := strings.TrimPrefix(links[0], "<")
		if !uriOnly.MatchString(target) {
			t.Fatalf("%q is no URI", target)
		}
		for _, got := range []string{links[1], links[2]} {
			if _, again, _ := strings.Cut(got, ", <"); again != target {
				t.Fatalf("%q in %q", again, links)
			}
		}
		if _, err := url.Parse(p.Successor); err == nil && uriOnly.MatchString(p.Successor) && target != p.Successor {
			t.Fatalf("%q became %q", p.Successor, target)
		}
	})
}
