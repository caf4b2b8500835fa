package admin

import (
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header map[string]string) (int, http.Header, string) {
	t.Helper()
	w := request{method: http.MethodGet, path: path, from: "127.0.0.1", header: header}.send(newAdmin(new([]string), nil, false))
	return w.Code, w.Header(), w.Body.String()
}

func TestPageIsClosedToEverythingOutside(t *testing.T) {
	status, header, _ := get(t, "/", nil)
	policy := header.Get("Content-Security-Policy")
	if status != http.StatusOK || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("%d, policy %q", status, policy)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-cache",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// inline is what the policy would refuse: a script or style inside the page, and handlers in attributes.
var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script(?:\s[^>]*)?>[^<]`)

// named are the files that the page's files name.
var named = regexp.MustCompile(`(?m)(?:src|href)="([^"#]+)"|(?:^import .* from |^} from |import\()'([^']+)'`)

// TestPageFindsItsFiles follows every file that the page or a script names, with its type.
func TestPageFindsItsFiles(t *testing.T) {
	waiting, seen := []string{"/", "/assets/sidecar.html"}, map[string]bool{"/": true, "/assets/sidecar.html": true}
	for len(waiting) > 0 {
		at := waiting[0]
		waiting = waiting[1:]
		status, header, body := get(t, at, nil)
		if status != http.StatusOK || header.Get("Content-Type") == "" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d, type %q", at, status, header.Get("Content-Type"))
			continue
		}
		if strings.HasPrefix(at, "/assets/vendor/") {
			continue
		}
		if found := inline.FindString(body); found != "" && !strings.HasPrefix(path.Ext(at), ".js") {
			t.Errorf("the page has %q, which its policy refuses", found)
		}
		for _, m := range named.FindAllStringSubmatch(body, -1) {
			name := m[1] + m[2]
			if strings.Contains(name, ":") || strings.HasPrefix(name, "//") {
				t.Errorf("%s names %s, which is outside", at, name)
			}
			if !strings.HasPrefix(name, "/") {
				name = path.Join(path.Dir(at), name)
			}
			if !seen[name] && strings.HasPrefix(name, "/assets/") { // not what <noscript> names
				seen[name] = true
				waiting = append(waiting, name)
			}
		}
	}
	for name := range assets {
		if !seen[name] && name != "/assets/index.html" {
			t.Errorf("%s is in the binary and nothing names it", name)
		}
	}
}

// TestScriptsMakeNoMarkup keeps what the API says text: our scripts know no way to turn it into markup or code.
func TestScriptsMakeNoMarkup(t *testing.T) {
	markup := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|createContextualFragment|DOMParser|setHTMLUnsafe|srcdoc`)
	scripts := 0
	for name, a := range assets {
		if strings.HasSuffix(name, ".js") && !strings.Contains(name, "/vendor/") {
			scripts++
			if found := markup.Find(a.body); found != nil {
				t.Errorf("%s has %s", name, found)
			}
		}
	}
	if scripts == 0 {
		t.Error("no script was looked at")
	}
}

func TestDataIsNeverKept(t *testing.T) {
	for _, path := range []string{"/api/tenants", "/api/usage?since=nonsense", "/api/nope", "/assets/nope.js"} {
		_, header, _ := get(t, path, nil)
		if header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, header)
		}
	}
}

func TestAssetsAreSentOnce(t *testing.T) {
	_, header, _ := get(t, "/", nil)
	status, again, body := get(t, "/", map[string]string{"If-None-Match": header.Get("Etag")})
	if header.Get("Etag") == "" || status != http.StatusNotModified || body != "" || again.Get("Content-Security-Policy") == "" {
		t.Errorf("Etag %q, then %d with %d bytes", header.Get("Etag"), status, len(body))
	}
}

func TestAssetsStayInTheirFolder(t *testing.T) {
	for _, path := range []string{"/assets/", "/assets/../page.go", "/assets/%2e%2e/page.go", "/assets/vendor"} {
		if status, _, body := get(t, path, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d %.80s", path, status, body)
		}
	}
}
