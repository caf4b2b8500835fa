package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/gateway"
	"rwsgate/store"
)

// setPassword changes the file and says what it did: "added" or "changed". Two that change one file at the same time do it
// one after the other, under a lock file that stays beside it.
func setPassword(ctx context.Context, file, user string, password []byte) (string, error) {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target // a link stays one
	}
	hash, err := bcrypt.GenerateFromPassword(password, passwordCost)
	if err != nil {
		return "", err
	}
	unlock, err := store.LockBeside(ctx, file)
	if err != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("another process is changing %s: %w", file, err)
	}
	if errors.Is(err, fs.ErrNotExist) { // the error has the name of the lock file, which nobody knows of
		err = fmt.Errorf("%s: its folder %s does not exist: make it, or name a file in another folder; nothing was changed", file, filepath.Dir(file))
	}
	if err != nil {
		return "", err
	}
	defer unlock()
	return putEntry(file, user, string(hash))
}

// putEntry changes the file while nobody else does.
func putEntry(file, user, hash string) (string, error) {
	old, err := os.ReadFile(file)
	mode := fs.FileMode(0o600)
	switch about, statErr := os.Stat(file); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	case statErr != nil:
		return "", statErr
	default:
		mode = about.Mode().Perm()
	}
	if _, err := gateway.ReadPasswords(bytes.NewReader(old)); err != nil {
		return "", fmt.Errorf("%s: %w; nothing was changed", file, err)
	}
	text, done := withEntry(old, user, hash)
	if _, err := gateway.ReadPasswords(bytes.NewReader(text)); err != nil {
		return "", fmt.Errorf("%s: %w; nothing was changed", file, err)
	}
	return done, putFile(file, text, mode)
}

// withEntry puts an entry in the place of the user's old one, or at the end.
func withEntry(old []byte, user, hash string) (text []byte, done string) {
	done = "added"
	entry := user + ":" + hash
	var out bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(old))
	for lines.Scan() {
		line := lines.Text()
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "\ufeff"), ":")
		if !strings.HasPrefix(strings.TrimSpace(line), "#") && gateway.UserName(strings.TrimSpace(name)) == user {
			line, done = entry, "changed"
		}
		out.WriteString(line + "\n")
	}
	if done == "added" {
		out.WriteString(entry + "\n")
	}
	return out.Bytes(), done
}
