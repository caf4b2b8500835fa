package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKindOf(t *testing.T) {
	for text, want := range map[string]string{
		"                   Apache License\n              Version 2.0, January 2004":                       "Apache-2.0",
		"Permission is hereby granted, free of charge, to any\nperson obtaining a copy":                    "MIT",
		"UNICODE LICENSE V3\nPermission is hereby granted, free of charge, to any person obtaining a copy": "Unicode-3.0",
		"Redistributions of source code must\n retain the above. Neither the name of the holder":           "BSD-3-Clause",
		"Redistributions of source code must retain the above copyright notice":                            "BSD-2-Clause",
		"The author has dedicated to the public domain":                                                    "public domain",
		"GNU GENERAL PUBLIC LICENSE Version 3":                                                             "",
		"Mozilla Public License Version 2.0":                                                               "",
		"GNU LESSER GENERAL PUBLIC LICENSE":                                                                "",
		"":                                                                                                 "",
	} {
		if got := kindOf([]byte(text)); got != want {
			t.Errorf("%q is taken for %q, not %q", text, got, want)
		}
	}
}

// TestWrite collects licences and notices between a module's root and its packages, and refuses a module with another licence
// or with none.
func TestWrite(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy"
	for name, c := range map[string]struct {
		files      map[string]string
		want, fail string
	}{
		"whole":   {files: map[string]string{"LICENSE": mit, "NOTICE.txt": "by somebody", "a/b/COPYING": mit, "other/LICENSE": "GPL"}, want: "a/b/COPYING (MIT)"},
		"none":    {files: map[string]string{"README": mit}, fail: "has no licence"},
		"refused": {files: map[string]string{"LICENSE": mit, "a/LICENCE.md": "GNU General Public License"}, fail: "nobody has agreed"},
	} {
		folder := t.TempDir()
		for file, text := range c.files {
			path := filepath.Join(folder, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.MkdirAll(filepath.Join(folder, "a/b"), 0o755); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := part{name: "m v1", dir: folder, folders: []string{filepath.Join(folder, "a/b")}}.write(&out)
		if c.fail == "" {
			if err != nil || !strings.Contains(out.String(), c.want) || !strings.Contains(out.String(), "by somebody") || strings.Contains(out.String(), "GPL") {
				t.Errorf("%s: error %v, written:\n%s", name, err, out.String())
			}
		} else if err == nil || !strings.Contains(err.Error(), c.fail) {
			t.Errorf("%s: error %v, not %q", name, err, c.fail)
		}
	}
}
