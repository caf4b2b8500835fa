// Notices prints the licences of everything that the binary is made of, for whoever passes it on, and refuses a licence
// that nobody has agreed to. Run it in the project's root: go run tools/release/notices.go [-os OS] [-arch ARCH]
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// agreed are the licences that a binary under Apache-2.0 may contain, by what only their text says. A file may hold several;
// the first that is found names it.
var agreed = []struct {
	name string
	text *regexp.Regexp
}{
	{"Unicode-3.0", regexp.MustCompile(`UNICODE LICENSE V3`)},
	{"Apache-2.0", regexp.MustCompile(`Apache License\s+Version 2\.0`)},
	{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge, to any person obtaining a copy`)},
	{"BSD-3-Clause", regexp.MustCompile(`(?s)Redistributions of source code must retain.*[Nn]either the name`)},
	{"BSD-2-Clause", regexp.MustCompile(`Redistributions of source code must retain`)},
	{"ISC", regexp.MustCompile(`Permission to use, copy, modify, and(/or)? distribute this software for any purpose`)},
	{"public domain", regexp.MustCompile(`(?i)(dedicated to|in) the public domain`)},
}

var (
	licenceFile = regexp.MustCompile(`(?i)^([a-z]+\.)?(licen[cs]e|copying|copyright|unlicense)([-._].*)?$`)
	noticeFile  = regexp.MustCompile(`(?i)^(notice|patents)([-._].*)?$`)
	noSoftware  = regexp.MustCompile(`(?i)\.go$|^licen[cs]e-logo`)
)

// part is a module, or the Go distribution, with the folders that packages of the binary lie in.
type part struct {
	name, dir string
	folders   []string
	ours      bool
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("notices: ")
	goos := flag.String("os", runtime.GOOS, "the operating system of the binary")
	arch := flag.String("arch", runtime.GOARCH, "its architecture")
	flag.Parse()
	parts, err := partsOf(*goos, *arch)
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprint(&out, "rwsgate contains the software below, under the licences that follow each name.\n")
	var refused []error
	for _, p := range parts {
		refused = append(refused, p.write(&out))
	}
	if err := errors.Join(refused...); err != nil {
		log.Fatal(err)
	}
	if _, err := out.WriteTo(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// partsOf asks go list what the binary is made of.
func partsOf(goos, arch string) ([]part, error) {
	c := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", ".")
	c.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	listed, err := c.Output()
	if err != nil {
		return nil, err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	root := strings.TrimSpace(string(goroot))
	parts := map[string]*part{"": {name: "Go " + runtime.Version(), dir: root, folders: []string{root}}}
	for d := json.NewDecoder(bytes.NewReader(listed)); ; {
		var pkg struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := d.Decode(&pkg); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		if pkg.Standard {
			continue
		}
		m := pkg.Module
		if parts[m.Path] == nil {
			parts[m.Path] = &part{name: strings.TrimSpace(m.Path + " " + m.Version), dir: m.Dir}
			if m.Main {
				parts[m.Path].name, parts[m.Path].ours = "data within rwsgate", true
			}
		}
		parts[m.Path].folders = append(parts[m.Path].folders, pkg.Dir)
	}
	var all []part
	for _, p := range parts {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// write writes the licences and notices of a part, or says why it may not be passed on.
func (p part) write(out io.Writer) error {
	licences := 0
	for _, folder := range p.withLicences() {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, e := range entries {
			isLicence := licenceFile.MatchString(e.Name())
			if e.IsDir() || noSoftware.MatchString(e.Name()) || !isLicence && !noticeFile.MatchString(e.Name()) {
				continue
			}
			path := filepath.Join(folder, e.Name())
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			kind := "notice"
			if isLicence {
				licences++
				if kind = kindOf(text); kind == "" {
					return fmt.Errorf("%s: nobody has agreed to the licence in %s", p.name, e.Name())
				}
			}
			rel, err := filepath.Rel(p.dir, path)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "\n%s\n%s: %s (%s)\n%s\n\n%s\n", line, p.name, filepath.ToSlash(rel), kind, line, bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
		}
	}
	if licences == 0 {
		return fmt.Errorf("%s has no licence", p.name)
	}
	return nil
}

var line = strings.Repeat("=", 100)

// withLicences are the folders from the part's root down to its packages. Of ours, whose own licence is beside the binary,
// they are those below the packages, where others' data lies.
func (p part) withLicences() []string {
	seen := map[string]bool{}
	for _, folder := range p.folders {
		if p.ours && folder != p.dir {
			_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.IsDir() && d.Name() != "testdata" {
					seen[path] = true
				}
				return nil
			})
		}
		for ; !p.ours && strings.HasPrefix(folder, p.dir) && !seen[folder]; folder = filepath.Dir(folder) {
			seen[folder] = true
		}
	}
	var all []string
	for folder := range seen {
		all = append(all, folder)
	}
	slices.Sort(all)
	return all
}

// kindOf names the licence of a text, empty if it is none of those agreed.
func kindOf(text []byte) string {
	text = bytes.Join(bytes.Fields(text), []byte(" "))
	for _, l := range agreed {
		if l.text.Match(text) {
			return l.name
		}
	}
	return ""
}
