package traffic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	peeked  = 64 << 10 // bytes that a recording is recognised by
	sampled = 50       // lines
)

// plain undoes gzip, once, and gives UTF-8 without a byte order mark. PowerShell writes UTF-16.
func plain(from io.Reader) (*bufio.Reader, error) {
	raw := bufio.NewReaderSize(from, peeked)
	magic, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var text io.Reader = raw
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if text, err = gzip.NewReader(raw); err != nil {
			return nil, err
		}
	}
	text = transform.NewReader(text, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	return bufio.NewReaderSize(text, peeked), nil
}

// recognise tells the kind of a recording by its beginning, and reads nothing.
func recognise(text *bufio.Reader) (Kind, error) {
	head, err := text.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	begin := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(begin) == 0:
		return List, nil // an empty file is an empty list
	case begin[0] == '{':
		return HAR, nil
	case bytes.IndexByte(head, 0) >= 0:
		return "", ErrUnknown
	}
	return recogniseLines(string(head), errors.Is(err, io.EOF))
}

// recogniseLines tells the kind by what most of the first lines are.
func recogniseLines(head string, whole bool) (Kind, error) {
	all := strings.Split(head, "\n")
	if !whole && len(all) > 1 {
		all = all[:len(all)-1]
	}
	found := map[Kind]int{}
	lines := 0
	for _, line := range all {
		line = strings.TrimSuffix(line, "\r")
		if isDirective(line) {
			return W3C, nil
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if lines++; lines > sampled {
			break
		}
		for kind, read := range map[Kind]func(string) (Request, error){Combined: readCombined, Squid: readSquid, List: readListed} {
			if _, err := read(line); err == nil {
				found[kind]++
			}
		}
	}
	for _, kind := range []Kind{Squid, Combined, List} {
		if n := found[kind]; n > 0 && 2*n >= min(lines, sampled) {
			return kind, nil
		}
	}
	if lines == 0 {
		return List, nil
	}
	return "", ErrUnknown
}
