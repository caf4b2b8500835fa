package command

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"

	"rwsgate/translate"
)

// newZones makes the zones of X-timezone. $ZONEINFO, a folder or a zip file of compiled zones, replaces the embedded
// data, as it does for Go's own.
func newZones(aliases map[string]string) (*translate.Zones, error) {
	path := os.Getenv("ZONEINFO")
	if path == "" {
		return translate.NewZones(aliases)
	}
	data, err := zoneData(path)
	if err != nil {
		return nil, fmt.Errorf("ZONEINFO: %w", err)
	}
	return translate.NewZones(aliases, translate.ZoneData(data))
}

// zoneData opens a folder, or reads a zip file: zones are loaded from it when they are first asked for.
func zoneData(path string) (fs.FS, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if about.IsDir() {
		return os.DirFS(path), nil
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
}
