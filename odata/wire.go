package odata

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
)

// wireTypes are the names of the primitive types on the wire.
var wireTypes = [...]string{
	Boolean: "Edm.Boolean", Byte: "Edm.Byte", SByte: "Edm.SByte", Int16: "Edm.Int16", Int32: "Edm.Int32", Int64: "Edm.Int64",
	Single: "Edm.Single", Double: "Edm.Double", Decimal: "Edm.Decimal", DateTime: "Edm.DateTime",
	DateTimeOffset: "Edm.DateTimeOffset", Time: "Edm.Time", Guid: "Edm.Guid", String: "Edm.String", Binary: "Edm.Binary",
}

// wireType is the name of a kind on the wire.
func wireType(k Kind) string {
	if int(k) < len(wireTypes) {
		return wireTypes[k]
	}
	return ""
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendWire writes a value other than a String in its plain text form, which Atom, /$value and light JSON share. A null
// writes nothing.
func appendWire(dst []byte, v *Value) []byte {
	switch v.Kind {
	case Boolean:
		return strconv.AppendBool(dst, v.Int != 0)
	case Byte, SByte, Int16, Int32, Int64:
		return appendInt(dst, v.Int)
	case Single:
		return appendSingle(dst, v.Float)
	case Double:
		return appendDouble(dst, v.Float)
	case Decimal:
		return append(dst, v.Str...)
	case DateTime:
		if dst = appendDateTime(dst, v.Int); v.UTC {
			dst = append(dst, 'Z')
		}
		return dst
	case DateTimeOffset:
		return append(appendDateTime(dst, v.Int), 'Z')
	case Time:
		return appendDuration(dst, v.Int)
	case Guid:
		return appendDashed(dst, v.Guid)
	case Binary:
		return base64.StdEncoding.AppendEncode(dst, []byte(v.Str))
	}
	return dst
}

// appendDashed writes a Guid in lower case with its dashes.
func appendDashed(dst []byte, g [16]byte) []byte {
	dst = append(hex.AppendEncode(dst, g[:4]), '-')
	dst = append(hex.AppendEncode(dst, g[4:6]), '-')
	dst = append(hex.AppendEncode(dst, g[6:8]), '-')
	dst = append(hex.AppendEncode(dst, g[8:10]), '-')
	return hex.AppendEncode(dst, g[10:])
}

// appendDuration writes ticks as an XML Schema duration, as XmlConvert does: P1DT2H3M4.5S.
func appendDuration(dst []byte, ticks int64) []byte {
	const second = 10_000_000
	n := uint64(ticks)
	if ticks < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = append(dst, 'P')
	if days := n / (86400 * second); days > 0 {
		dst = append(strconv.AppendUint(dst, days, 10), 'D')
	}
	n %= 86400 * second
	if n == 0 && dst[len(dst)-1] == 'D' {
		return dst
	}
	dst = append(dst, 'T')
	from := len(dst)
	for _, part := range [...]struct {
		size uint64
		mark byte
	}{{3600 * second, 'H'}, {60 * second, 'M'}} {
		if part := part; n >= part.size {
			dst = append(strconv.AppendUint(dst, n/part.size, 10), part.mark)
		}
		n %= part.size
	}
	if n == 0 && len(dst) > from {
		return dst
	}
	dst = strconv.AppendUint(dst, n/second, 10)
	if f := n % second; f > 0 {
		dst = append(dst, '.')
		for unit := uint64(second / 10); f > 0; unit /= 10 {
			dst = append(dst, byte('0'+f/unit))
			f %= unit
		}
	}
	return append(dst, 'S')
}

// appendEntity writes an entity's address relative to the service: Set(key).
func appendEntity(dst []byte, set *EntitySet, key Value) []byte {
	dst = append(append(dst, set.Name...), '(')
	return append(appendLiteral(dst, key), ')')
}
