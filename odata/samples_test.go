package odata

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sample is a raw reply of the original server.
type sample struct {
	target           string
	headers          map[string]string
	status           string
	version, content string
	body             string
}

// readSample reads a file of testdata/wcf-samples.
func readSample(t *testing.T, name string) sample {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(strings.ReplaceAll(string(data), "\r", ""), "\n\n")
	lines := strings.Split(head, "\n")
	s := sample{headers: map[string]string{}, body: strings.TrimRight(body, "\n")}
	command := strings.TrimPrefix(lines[0], "# ")
	if header, url, ok := strings.Cut(strings.TrimPrefix(command, "-H "), " https://"); ok {
		name, value, _ := strings.Cut(header, ": ")
		s.headers[name] = value
		command = "https://" + url
	}
	s.target = strings.TrimPrefix(command, testRoot)
	s.status = strings.Fields(lines[1])[1]
	for _, line := range lines[2:] {
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "DataServiceVersion":
			s.version = value
		case "Content-Type":
			s.content = value
		}
	}
	return s
}

// recordedAllTypes are the parts of the recorded $metadata that no set of ours can have: complex types.
var recordedAllTypes = regexp.MustCompile(`<EntityType Name="EtAllTypes">.*?</EntityType><ComplexType.*</ComplexType>|<EntitySet Name="AllTypes"[^>]*>`)

// TestSamples compares whole bodies with the original's, byte for byte.
func TestSamples(t *testing.T) {
	names, _ := filepath.Glob("testdata/wcf-samples/*.txt")
	if len(names) == 0 {
		t.Fatal("no samples")
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s := readSample(t, name)
			m := fixtureModel()
			if strings.Contains(name, "service") {
				m.Sets = append([]*EntitySet{{Name: "AllTypes", Type: otherType}}, m.Sets...)
			}
			resp := Answer(m, testRequest("GET", s.target, s.headers), fixtureRows, fixedTime)
			want := recordedAllTypes.ReplaceAllString(s.body, "")
			if got := string(resp.Body); got != want {
				t.Errorf("body\n%s\nwant\n%s", got, want)
			}
			if resp.ContentType != s.content || resp.DataServiceVersion != s.version || s.status != statusText(resp) {
				t.Errorf("got %s %s %s, want %s %s %s", statusText(resp), resp.DataServiceVersion, resp.ContentType, s.status, s.version, s.content)
			}
		})
	}
}
