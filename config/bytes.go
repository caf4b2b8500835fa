package config

import (
	"math"
	"strconv"
	"strings"
)

// Bytes is a size: 512, 512B, 16KiB, 64MiB, 2GiB, or in powers of ten 16kB, 64MB.
type Bytes int64

// The binary units.
const (
	KiB Bytes = 1 << (10 * (iota + 1))
	MiB
	GiB
	TiB
)

var byteUnits = []struct {
	name string
	unit Bytes
}{{"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}, {"", 1}}

// ParseBytes reads a size; units in any letter case, spaces before the unit allowed.
func ParseBytes(s string) (Bytes, error) {
	number := strings.TrimRight(s, "BIKMGTbikmgt ")
	name := strings.TrimSpace(s[len(number):])
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 {
		return 0, reason("is no size: write it as 512B, 16KiB or 64MiB")
	}
	for _, u := range byteUnits {
		if !strings.EqualFold(u.name, name) {
			continue
		}
		if n > math.MaxInt64/int64(u.unit) {
			return 0, reason("is too large a size")
		}
		return Bytes(n) * u.unit, nil
	}
	return 0, reason("is no size: write it as 512B, 16KiB or 64MiB")
}

// String gives the size in its largest whole binary unit, which ParseBytes reads back.
func (b Bytes) String() string {
	for _, u := range byteUnits[:4] {
		if b > 0 && b%u.unit == 0 {
			return strconv.FormatInt(int64(b/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// MarshalText gives the form of String.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what ParseBytes reads.
func (b *Bytes) UnmarshalText(t []byte) error {
	v, err := ParseBytes(string(t))
	if err == nil {
		*b = v
	}
	return err
}
