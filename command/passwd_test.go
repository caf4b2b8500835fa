package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/gateway"
)

// passwd runs the command with a password on its standard input.
func passwd(password string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Main(append([]string{"passwd"}, args...), strings.NewReader(password), &out, &err)
	return code, out.String(), err.String()
}

func TestPasswd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users")
	const comment = "# the old clients"
	for _, c := range []struct{ user, password, stored, want string }{
		{"Reader@Example.com", "first\n", "first", "added reader@example.com in " + file},
		{"other", "pässwörd: with a colon\r\n", "pässwörd: with a colon", "added other in " + file},
		{"READER@example.com", strings.Repeat("x", passwordMax), strings.Repeat("x", passwordMax), "changed reader@example.com in " + file},
	} {
		code, out, stderr := passwd(c.password, c.user, "--file", file, "--password-stdin")
		if code != 0 || out != c.want+"\n" {
			t.Fatalf("exit code %d: %s%s, want %s", code, out, stderr, c.want)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		users, err := gateway.ReadPasswords(bytes.NewReader(text))
		hash := users[strings.ToLower(c.user)]
		if err != nil || bcrypt.CompareHashAndPassword(hash, []byte(c.stored)) != nil {
			t.Errorf("%s: error %v, entry %s", c.user, err, hash)
		}
		if cost, err := bcrypt.Cost(hash); err != nil || cost != 10 {
			t.Errorf("cost %d, error %v", cost, err)
		}
		if c.user == "other" { // an operator's own line and mode
			if err := os.WriteFile(file, append([]byte(comment+"\n\n"), text...), 0o640); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, 0o640); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := os.ReadFile(file)
	if lines := strings.Split(string(text), "\n"); err != nil || len(lines) != 5 || lines[0] != comment || lines[1] != "" ||
		!strings.HasPrefix(lines[2], "reader@example.com:$2a$10$") || !strings.HasPrefix(lines[3], "other:$2a$10$") {
		t.Errorf("error %v, the file:\n%s", err, text)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode().Perm() != 0o640 {
		t.Errorf("error %v, mode %v", err, about.Mode())
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 2 || left[1].Name() != "users.lock" {
		t.Errorf("files are left over: %v %v", left, err)
	}
}

// TestPasswdKnowsOldLetters pins that an entry which an editor of Windows wrote, in Windows-1252 or after a byte order
// mark, is changed and not added again.
func TestPasswdKnowsOldLetters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users")
	hash := "$2a$10$" + strings.Repeat("x", 53)
	if err := os.WriteFile(file, []byte("\ufefffirst:"+hash+"\nm\xfcller:"+hash+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"first", "Müller"} {
		if code, out, stderr := passwd("new\n", user, "--file", file, "--password-stdin"); code != 0 || !strings.HasPrefix(out, "changed ") {
			t.Errorf("%s: exit code %d: %s%s", user, code, out, stderr)
		}
	}
	text, err := os.ReadFile(file)
	if users, parsed := gateway.ReadPasswords(bytes.NewReader(text)); err != nil || parsed != nil || len(users) != 2 || bytes.Contains(text, []byte("xxx")) {
		t.Errorf("%v, %v, the file:\n%s", err, parsed, text)
	}
}

func TestPasswdRefuses(t *testing.T) {
	folder := t.TempDir()
	file, bad := filepath.Join(folder, "users"), filepath.Join(folder, "bad")
	const plain = "# mine\na:secret-planted\n"
	if err := os.WriteFile(bad, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		password string
		args     []string
		code     int
		want     string
	}{
		"a colon":         {"x", []string{"a:b", "--file", file, "--password-stdin"}, 2, "colon"},
		"a comment":       {"x", []string{"#a", "--file", file, "--password-stdin"}, 2, "comment"},
		"two lines":       {"x", []string{"a\nb", "--file", file, "--password-stdin"}, 2, "no line"},
		"no name":         {"x", []string{" ", "--file", file, "--password-stdin"}, 2, "empty"},
		"no user":         {"x", []string{"--file", file, "--password-stdin"}, 2, "one USER"},
		"empty":           {"\n", []string{"a", "--file", file, "--password-stdin"}, 1, "password is empty"},
		"73 bytes":        {strings.Repeat("x", 73), []string{"a", "--file", file, "--password-stdin"}, 1, "73 bytes"},
		"two passwords":   {"planted\nplanted", []string{"a", "--file", file, "--password-stdin"}, 1, "line break"},
		"Windows-1252":    {"p\xe4ss", []string{"a", "--file", file, "--password-stdin"}, 1, "UTF-8"},
		"no terminal":     {"x", []string{"a", "--file", file}, 1, "--password-stdin"},
		"no folder":       {"x", []string{"a", "--file", filepath.Join(folder, "no", "users"), "--password-stdin"}, 1, filepath.Join(folder, "no") + " does not exist: make it"},
		"another's file":  {"x", []string{"a", "--file", bad, "--password-stdin"}, 1, "line 2"},
		"no file at all":  {"x", []string{"a", "--password-stdin"}, 1, "no --file"},
		"an unknown flag": {"x", []string{"a", "--fiel", file}, 2, "--fiel"},
	} {
		code, out, stderr := passwd(c.password, c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) || out != "" || strings.Contains(stderr, "planted") || strings.Contains(stderr, ".lock") {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, stderr)
		}
	}
	if text, err := os.ReadFile(bad); err != nil || string(text) != plain {
		t.Errorf("a refused file was changed: %s", text)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 || left[1].Name() != "bad.lock" {
		t.Errorf("files are left over: %v", left)
	}
}

// TestPasswdLetsIn changes a password while the gateway runs.
func TestPasswdLetsIn(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	if code, _, stderr := passwd("another", homeReader, "--config", filepath.Join(r.folder, "rwsgate.yaml"), "--password-stdin"); code != 0 {
		t.Fatal(stderr)
	}
	if _, err := p.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := p.get(t, p.url); a.status != 401 {
		t.Errorf("the old password: %d", a.status)
	}
}
