package translate

import (
	"archive/zip"
	"bytes"
	_ "embed" // the zone data are files
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed zonedata/zoneinfo-2026f.zip
var zoneArchive []byte

//go:embed zonedata/windowszones.json
var windowsTable []byte

const embeddedVersion = "2026f"

// TZDataVersion gives the version of the embedded time zone database.
func TZDataVersion() string { return embeddedVersion }

// utcNames are the IANA names of UTC itself.
var utcNames = []string{"UTC", "UCT", "Zulu", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"}

func (z *Zones) embedded() error {
	archive, err := zip.NewReader(bytes.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		return fmt.Errorf("embedded zone data: %w", err)
	}
	z.sources, z.version = []fs.FS{archive}, embeddedVersion
	for _, f := range archive.File {
		if !f.FileInfo().IsDir() && f.Name != "Factory" {
			z.add(f.Name, f.Name)
		}
	}
	return z.windows()
}

// windows adds the ids of Windows; they come after the IANA names, since "UTC" and its like are ids.
func (z *Zones) windows() error {
	var table struct {
		CLDR     map[string]string `json:"cldr_48_2"`
		Newer    map[string]string `json:"newer_than_cldr_48_2"`
		Obsolete map[string]string `json:"obsolete_windows_ids_not_in_cldr"`
	}
	if err := json.Unmarshal(windowsTable, &table); err != nil {
		return fmt.Errorf("embedded table of Windows zones: %w", err)
	}
	for _, ids := range []map[string]string{table.CLDR, table.Newer, table.Obsolete} {
		for id, name := range ids {
			z.add(id, name)
		}
	}
	for _, name := range utcNames {
		z.names[strings.ToLower(name)] = "UTC"
	}
	return nil
}

// add lets id stand for the IANA zone of a name.
func (z *Zones) add(id, name string) {
	z.names[strings.ToLower(id)] = name
	if key := hintKey(id); key != "" {
		if old, taken := z.hints[key]; !taken || better(id, old) {
			z.hints[key] = id
		}
	}
}

// override puts data before the embedded zones.
func (z *Zones) override(data fs.FS) error {
	z.version = versionOf(data)
	z.sources = append([]fs.FS{data}, z.sources...)
	err := fs.WalkDir(data, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (path == "posix" || path == "right") { // copies of all zones, the second with leap seconds
			return fs.SkipDir
		}
		key := strings.ToLower(path)
		if _, known := z.names[key]; known || entry.IsDir() || !isZoneName(path) {
			return nil
		}
		z.add(path, path)
		return nil
	})
	if err != nil {
		return fmt.Errorf("zone data: %w", err)
	}
	return nil
}

// isZoneName tells zones from the tables, lists and links that lie beside them in a zone directory.
func isZoneName(path string) bool {
	return path != "Factory" && path != "localtime" && path != "posixrules" && path != "leapseconds" &&
		!strings.ContainsAny(path, ".+ ") || strings.HasPrefix(path, "Etc/")
}

// versionOf reads what a zone directory says of itself: "2026f" in +VERSION, or "# version 2026f" atop tzdata.zi.
func versionOf(data fs.FS) string {
	for _, name := range []string{"+VERSION", "tzdata.zi"} {
		text, err := fs.ReadFile(data, name)
		if err != nil {
			continue
		}
		line, _, _ := strings.Cut(string(text), "\n")
		line = strings.TrimSpace(strings.TrimPrefix(line, "# version "))
		if line != "" && len(line) <= 16 {
			return printable(line)
		}
	}
	return "unknown"
}
