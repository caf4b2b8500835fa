package odata

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
)

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
		return appendDateTimeOffset(dst, *v)
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

// appendEntity writes an entity's address relative to the service: Set(key).
func appendEntity(dst []byte, set *EntitySet, key Value) []byte {
	dst = append(append(dst, set.Name...), '(')
	return append(appendLiteral(dst, key), ')')
}
