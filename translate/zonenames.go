package translate

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// ZoneNames gives the zone names that every registry knows, in their own spelling: Windows ids first, IANA names after
// them, each sorted. Lookup takes more than these: offsets, aliases, and any letter case.
func ZoneNames() []string {
	var tables map[string]json.RawMessage
	if json.Unmarshal(windowsTable, &tables) != nil {
		return nil
	}
	var windows, iana []string
	for _, part := range []string{"cldr_48_2", "newer_than_cldr_48_2", "obsolete_windows_ids_not_in_cldr"} {
		var ids map[string]string
		if json.Unmarshal(tables[part], &ids) == nil {
			for id := range ids {
				windows = append(windows, id)
			}
		}
	}
	archive, err := zip.NewReader(bytes.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		return nil
	}
	for _, f := range archive.File {
		if strings.Contains(f.Name, "/") && !f.FileInfo().IsDir() {
			iana = append(iana, f.Name)
		}
	}
	slices.Sort(windows)
	slices.Sort(iana)
	return append(windows, iana...)
}
