package odata

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// charset is a character set of a response; nil is UTF-8 without a mark.
type charset struct {
	name   string
	mark   []byte           // byte order mark that begins a body
	single *charmap.Charmap // one byte a character
	wide   binary.AppendByteOrder
	bits   int // 16 or 32 with wide; 7 for ASCII
}

// label is the set's name in content types and XML declarations.
func (c *charset) label() string {
	if c == nil {
		return "utf-8"
	}
	return c.name
}

var (
	utf16le = &charset{name: "utf-16", mark: []byte{0xff, 0xfe}, wide: binary.LittleEndian, bits: 16}
	utf16be = &charset{name: "utf-16BE", mark: []byte{0xfe, 0xff}, wide: binary.BigEndian, bits: 16}
	utf32le = &charset{name: "utf-32", mark: []byte{0xff, 0xfe, 0, 0}, wide: binary.LittleEndian, bits: 32}
	ascii   = &charset{name: "us-ascii", bits: 7}
)

// charsets are the sets by the lower-case names .NET knows them by. Rarer ones fall to UTF-8, as unknown ones do there.
var charsets = map[string]*charset{
	"utf-16": utf16le, "utf-16le": utf16le, "unicode": utf16le, "ucs-2": utf16le, "iso-10646-ucs-2": utf16le,
	"utf-16be": utf16be, "unicodefffe": utf16be,
	"utf-32": utf32le, "utf-32le": utf32le, "ucs-4": utf32le,
	"us-ascii": ascii, "ascii": ascii, "ansi_x3.4-1968": ascii, "iso646-us": ascii, "us": ascii,
	"iso-8859-1": single("iso-8859-1", charmap.ISO8859_1), "latin1": single("iso-8859-1", charmap.ISO8859_1),
	"iso8859-1": single("iso-8859-1", charmap.ISO8859_1), "l1": single("iso-8859-1", charmap.ISO8859_1),
	"iso-8859-2": single("iso-8859-2", charmap.ISO8859_2), "latin2": single("iso-8859-2", charmap.ISO8859_2),
	"iso-8859-3": single("iso-8859-3", charmap.ISO8859_3), "iso-8859-4": single("iso-8859-4", charmap.ISO8859_4),
	"iso-8859-5": single("iso-8859-5", charmap.ISO8859_5), "iso-8859-6": single("iso-8859-6", charmap.ISO8859_6),
	"iso-8859-7": single("iso-8859-7", charmap.ISO8859_7), "iso-8859-8": single("iso-8859-8", charmap.ISO8859_8),
	"iso-8859-9": single("iso-8859-9", charmap.ISO8859_9), "iso-8859-13": single("iso-8859-13", charmap.ISO8859_13),
	"iso-8859-15": single("iso-8859-15", charmap.ISO8859_15), "latin9": single("iso-8859-15", charmap.ISO8859_15),
	"windows-1250": single("windows-1250", charmap.Windows1250), "windows-1251": single("windows-1251", charmap.Windows1251),
	"windows-1252": single("Windows-1252", charmap.Windows1252), "windows-1253": single("windows-1253", charmap.Windows1253),
	"windows-1254": single("windows-1254", charmap.Windows1254), "windows-1255": single("windows-1255", charmap.Windows1255),
	"windows-1256": single("windows-1256", charmap.Windows1256), "windows-1257": single("windows-1257", charmap.Windows1257),
	"windows-1258": single("windows-1258", charmap.Windows1258), "koi8-r": single("koi8-r", charmap.KOI8R),
	"koi8-u": single("koi8-u", charmap.KOI8U), "ibm437": single("IBM437", charmap.CodePage437),
	"ibm850": single("ibm850", charmap.CodePage850), "macintosh": single("macintosh", charmap.Macintosh),
}

func single(name string, m *charmap.Charmap) *charset { return &charset{name: name, single: m} }

// wish is one element of an Accept-Charset list.
type wish struct {
	name    string
	quality int
}

// chooseCharset finds the character set of a response; without a known one it is UTF-8. False means a malformed list.
func chooseCharset(accept string) (*charset, bool) {
	if accept == "" {
		return nil, true
	}
	wishes, ok := parseCharsets(accept)
	if !ok {
		return nil, false
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return b.quality - a.quality })
	for _, w := range wishes {
		if w.quality == 0 {
			continue
		}
		name := strings.ToLower(w.name)
		if c := charsets[name]; c != nil || name == "utf-8" || name == "utf8" || name == "unicode-1-1-utf-8" {
			return c, true
		}
	}
	return nil, true
}

// parseCharsets reads an Accept-Charset list. No blank may stand inside an element.
func parseCharsets(text string) (wishes []wish, ok bool) {
	s, comma := scanner{s: text}, false
	for !s.blank() {
		if s.accept(',') {
			comma = false
			continue
		}
		w := wish{name: s.token(), quality: 1000}
		if comma || w.name == "" || !s.end() && isToken(s.s[s.i]) {
			return nil, false
		}
		if strings.HasPrefix(s.s[s.i:], ";") {
			if !strings.HasPrefix(s.s[s.i:], ";q=") {
				return nil, false
			}
			s.i += len(";q=")
			if w.quality, ok = s.quality(); !ok {
				return nil, false
			}
		}
		wishes, comma = append(wishes, w), true
	}
	return wishes, true
}

// encode turns a UTF-8 body into the set. What it lacks becomes a character reference in XML; elsewhere it cannot be written.
func (c *charset) encode(body []byte, xml bool) ([]byte, bool) {
	if c == nil {
		return body, true
	}
	out := append(make([]byte, 0, len(body)*max(c.bits/8, 1)+len(c.mark)), c.mark...)
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		body = body[n:]
		var ok bool
		if out, ok = c.appendRune(out, r); ok {
			continue
		}
		if !xml {
			return nil, false
		}
		for _, b := range appendReference(nil, r) {
			out, _ = c.appendRune(out, rune(b))
		}
	}
	return out, true
}

// appendRune writes one character, if the set has it.
func (c *charset) appendRune(dst []byte, r rune) ([]byte, bool) {
	switch {
	case c.bits == 32:
		return c.wide.AppendUint32(dst, uint32(r)), true
	case c.bits == 16 && r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return c.wide.AppendUint16(c.wide.AppendUint16(dst, uint16(high)), uint16(low)), true
	case c.bits == 16:
		return c.wide.AppendUint16(dst, uint16(r)), true
	case c.bits == 7 && r >= utf8.RuneSelf:
		return dst, false
	case c.bits == 7:
		return append(dst, byte(r)), true
	}
	b, ok := c.single.EncodeRune(r)
	if !ok {
		return dst, false
	}
	return append(dst, b), true
}
