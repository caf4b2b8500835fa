package gateway

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// byteOrderMark is what editors of Windows put before a text.
const byteOrderMark = "\ufeff"

// costAtMost is the highest bcrypt cost of an entry: a check of it takes some two seconds of a core.
const costAtMost = 15

// bcryptEntry is the whole form of an entry: one that is longer, or has other letters, would let nobody in, some of them
// at once, which tells who is known.
var bcryptEntry = regexp.MustCompile(`^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$`)

// ReadPasswords reads an htpasswd file of bcrypt entries: one NAME:HASH a line, comments with #, names as UserName
// gives them. Another kind of hash, a line without a name, and a name that stands twice are refused with their line number;
// the error never holds a hash.
func ReadPasswords(r io.Reader) (PasswordFile, error) {
	file := PasswordFile{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), byteOrderMark))
		if line == "" || line[0] == '#' {
			continue
		}
		name, hash, found := strings.Cut(line, ":")
		name = UserName(strings.TrimSpace(name))
		switch {
		case !found || name == "":
			return nil, fmt.Errorf("line %d: not of the form NAME:HASH", n)
		case file[name] != nil:
			return nil, fmt.Errorf("line %d: %s stands twice", n, name)
		}
		cost, err := bcrypt.Cost([]byte(hash))
		if err != nil || !bcryptEntry.MatchString(hash) {
			return nil, fmt.Errorf("line %d: the entry of %s is no bcrypt hash: make it with rwsgate passwd, or htpasswd -B", n, name)
		}
		if cost > costAtMost {
			return nil, fmt.Errorf("line %d: the entry of %s has bcrypt cost %d: a check would take minutes of a core, %d is the most", n, name, cost, costAtMost)
		}
		file[name] = []byte(hash)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("not readable as lines: %w", err)
	}
	return file, nil
}
