package translate

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// MaxZoneName is the longest zone name that is looked at, in bytes.
const MaxZoneName = 100

// Zones finds the zone that a request names. It reads the zone data lazily, keeps each zone once, and is safe for
// concurrent use.
type Zones struct {
	names   map[string]string // lower-case name, id or alias: IANA name or canonical offset
	hints   map[string]string // see hintKey
	sources []fs.FS           // asked in turn
	version string

	mu     sync.RWMutex
	loaded map[string]Zone // by canonical name: bounded by names and the offsets there are
}

// ZonesOption changes how NewZones works.
type ZonesOption func(*Zones) error

// ZoneData lets names that data holds replace the embedded ones: a zone directory (os.DirFS) or zip file (zip.Reader),
// as Go's $ZONEINFO names one. The caller reads the variable, since this package does no I/O of its own. A file
// "+VERSION" or "tzdata.zi" in it tells DataVersion.
func ZoneData(data fs.FS) ZonesOption {
	return func(z *Zones) error { return z.override(data) }
}

// NewZones makes a registry of zones. Aliases are the operator's own names, each for a Windows id, an IANA name or an
// offset (TIME 1); they are compared without regard to letter case and win over all other names. An alias that is
// blank, too long or "Local", or whose zone does not exist, is an error.
func NewZones(aliases map[string]string, options ...ZonesOption) (*Zones, error) {
	z := &Zones{
		names:  make(map[string]string, 1024),
		hints:  make(map[string]string, 512),
		loaded: make(map[string]Zone),
	}
	if err := z.embedded(); err != nil {
		return nil, err
	}
	for _, option := range options {
		if err := option(z); err != nil {
			return nil, err
		}
	}
	return z, z.alias(aliases)
}

// CanBeAlias says whether a name can stand for a time zone: it has 1 to MaxZoneName bytes of UTF-8, no space around it,
// and is not Local.
func CanBeAlias(name string) bool {
	return name != "" && len(name) <= MaxZoneName && utf8.ValidString(name) && strings.TrimSpace(name) == name && !strings.EqualFold(name, "local")
}

func (z *Zones) alias(aliases map[string]string) error {
	added := make(map[string]string, len(aliases))
	for name, target := range aliases {
		key := strings.ToLower(strings.TrimSpace(name))
		if !CanBeAlias(key) {
			return fmt.Errorf("%q cannot be an alias of a time zone", printable(name))
		}
		if strings.TrimSpace(target) == "" {
			return fmt.Errorf("the alias %q names no time zone", printable(name))
		}
		zone, err := z.Lookup(target)
		if err != nil {
			return fmt.Errorf("the alias %q: %w", printable(name), err)
		}
		if other, twice := added[key]; twice && other != zone.Name() {
			return fmt.Errorf("the alias %q stands twice", printable(name))
		}
		added[key] = zone.Name()
	}
	for key, name := range added {
		z.names[key] = name
	}
	return nil
}

// Lookup gives the zone that the value of an X-timezone header names; UTC if it is blank. The error is a *ZoneError.
func (z *Zones) Lookup(header string) (Zone, error) {
	name := strings.TrimSpace(header)
	if name == "" {
		return UTC, nil
	}
	if len(name) > MaxZoneName {
		return Zone{}, &ZoneError{Value: name}
	}
	key := strings.ToLower(name)
	if canonical, ok := z.names[key]; ok {
		if zone, err := z.zone(canonical); err == nil {
			return zone, nil
		}
		return Zone{}, &ZoneError{Value: name}
	}
	if seconds, ok := parseOffset(key); ok {
		return z.zone(offsetName(seconds))
	}
	return Zone{}, &ZoneError{Value: name, Hint: z.hint(key)}
}

// zone gives the zone of a canonical name, loading it the first time.
func (z *Zones) zone(canonical string) (Zone, error) {
	if canonical == "UTC" {
		return UTC, nil
	}
	z.mu.RLock()
	zone, ok := z.loaded[canonical]
	z.mu.RUnlock()
	if ok {
		return zone, nil
	}
	loc, err := z.load(canonical)
	if err != nil {
		return Zone{}, err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if zone, ok := z.loaded[canonical]; ok {
		return zone, nil
	}
	zone = Zone{canonical, loc}
	z.loaded[canonical] = zone
	return zone, nil
}

func (z *Zones) load(canonical string) (*time.Location, error) {
	if seconds, ok := parseOffset(strings.ToLower(canonical)); ok {
		return time.FixedZone(canonical, seconds), nil
	}
	err := fs.ErrNotExist
	for _, source := range z.sources {
		data, failed := fs.ReadFile(source, canonical)
		if failed != nil {
			err = failed
			continue
		}
		loc, failed := time.LoadLocationFromTZData(canonical, data)
		if failed == nil {
			return loc, nil
		}
		err = failed
	}
	return nil, fmt.Errorf("zone data of %s: %w", canonical, err)
}

// DataVersion gives the version of the zone data that this registry asks first, such as 2026f; "unknown" if the data
// that replaced ours does not say.
func (z *Zones) DataVersion() string { return z.version }
