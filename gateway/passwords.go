package gateway

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// ReadPasswords reads an htpasswd file of bcrypt entries: one NAME:HASH a line, comments with #, names compared in lower
// case. Another kind of hash, a line without a name, and a name that stands twice are refused with their line number;
// the error never holds a hash.
func ReadPasswords(r io.Reader) (PasswordFile, error) {
	file := PasswordFile{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, hash, found := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !found || name == "":
			return nil, fmt.Errorf("line %d: not of the form NAME:HASH", n)
		case file[name] != nil:
			return nil, fmt.Errorf("line %d: %s stands twice", n, name)
		}
		if _, err := bcrypt.Cost([]byte(hash)); err != nil {
			return nil, fmt.Errorf("line %d: the entry of %s is no bcrypt hash: make it with rwsgate passwd, or htpasswd -B", n, name)
		}
		file[name] = []byte(hash)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("not readable as lines: %w", err)
	}
	return file, nil
}
