package translate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// savedText gives the text of a file in UTF-8 without a byte order mark.
func savedText(r io.Reader) ([]byte, error) {
	text, err := readBounded(r)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, fileFault("the gzip file is damaged")
		}
		if text, err = readBounded(packed); err != nil {
			if known := (*SavedError)(nil); errors.As(err, &known) {
				return nil, err
			}
			return nil, fileFault("the gzip file is damaged or cut off")
		}
	}
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}), bytes.HasPrefix(text, []byte{0xfe, 0xff}): // Excel's "Unicode text", PowerShell's Out-File
		if text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(text); err != nil {
			return nil, fileFault("the file is not the UTF-16 that it says it is")
		}
	case bytes.HasPrefix(text, []byte("\uFEFF")):
		text = text[utf8.RuneLen('\uFEFF'):]
	}
	if bytes.IndexByte(text[:min(len(text), 4096)], 0) >= 0 {
		return nil, fileFault("the file is no text: CSV, Atom or JSON in UTF-8, or UTF-16 with a byte order mark, is expected")
	}
	return text, nil
}

func readBounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSavedBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSavedBytes {
		return nil, fileFault("the file is larger than %d MB", MaxSavedBytes>>20)
	}
	return text, nil
}
