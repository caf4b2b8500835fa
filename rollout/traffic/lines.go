package traffic

import (
	"bufio"
	"bytes"
	"errors"
)

// maxLine is the longest line that is read, in bytes.
const maxLine = 1 << 20

// lineReader gives the lines of a text without their ends.
type lineReader struct {
	from   *bufio.Reader
	number int // of the last line
}

// next gives the next line; errLine, after skipping it, for one that is too long.
func (l *lineReader) next() (string, error) {
	l.number++
	var line []byte
	tooLong := false
	for {
		part, err := l.from.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > maxLine; !tooLong {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && len(part) == 0 && len(line) == 0 && !tooLong:
			return "", err
		case tooLong:
			return "", errLine
		}
		return string(bytes.TrimRight(line, "\r\n")), nil
	}
}
