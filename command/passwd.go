package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rwsgate/config"
)

const (
	passwordCost = 10 // of bcrypt: some 60 ms for a check
	passwordMax  = 72 // bytes; bcrypt does not look at more
)

func newPasswd() *cobra.Command {
	var file string
	var fromStdin bool
	c := &cobra.Command{
		Use:   "passwd USER [--file F]",
		Short: "Add or change a user's bcrypt entry in an htpasswd file",
		Long: `Adds a user to an htpasswd file, or changes the password of one that is there. Names are kept in lower case. Other lines,
comments and the file's mode stay as they are; a running gateway notices the change by itself. Several at once change the
file one after the other, by a lock file beside it (.lock, which stays).

The password is asked for twice without being shown, or read from standard input with --password-stdin (a line break at
its end does not count). Without --file it is auth.htpasswd_file of the configuration.

Do not give the old Office 365 administrator passwords to rwsgate: choose new ones for its clients.`,
		Example: "  rwsgate passwd reader@contoso.onmicrosoft.com --file users\n  rwsgate passwd reader@contoso.onmicrosoft.com --config rwsgate.yaml",
		Args:    oneUser,
	}
	config.AddFlags(c.Flags())
	c.Flags().StringVar(&file, "file", "", "htpasswd file; default: auth.htpasswd_file of the configuration")
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	c.RunE = func(c *cobra.Command, args []string) error {
		user, err := userName(args[0])
		if err != nil {
			return err
		}
		if file == "" {
			if file, err = configuredUsers(sourcesOf(c)); err != nil {
				return err
			}
		}
		password, err := newPassword(c.InOrStdin(), c.ErrOrStderr(), fromStdin)
		if err != nil {
			return err
		}
		done, err := setPassword(c.Context(), file, user, password)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s %s in %s\n", done, user, file)
		return err
	}
	return c
}

// oneUser wants exactly one argument.
func oneUser(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{errors.New("rwsgate passwd needs one USER (see rwsgate passwd --help)")}
	}
	return nil
}

// userName gives a user's name as the file keeps it.
func userName(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch {
	case name == "":
		return "", usageError{errors.New("the name is empty")}
	case strings.ContainsRune(name, ':'):
		return "", usageError{errors.New("a name with a colon cannot sign in by Basic authentication")}
	case name[0] == '#':
		return "", usageError{errors.New("a name that begins with # would be a comment")}
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", usageError{errors.New("the name has characters that no line of the file can hold")}
	}
	return name, nil
}

// configuredUsers gives auth.htpasswd_file.
func configuredUsers(sources config.Sources) (string, error) {
	c, err := config.Load(sources)
	if err != nil {
		return "", fmt.Errorf("no --file, and the configuration does not name one: %w", err)
	}
	if c.Auth.HtpasswdFile == "" {
		return "", usageError{errors.New("no --file, and the configuration has no auth.htpasswd_file")}
	}
	return string(c.Auth.HtpasswdFile), nil
}

// newPassword reads the password and refuses one that bcrypt would not check whole.
func newPassword(stdin io.Reader, prompt io.Writer, fromStdin bool) ([]byte, error) {
	read := readPassword
	if !fromStdin {
		read = askPassword
	}
	password, err := read(stdin, prompt)
	switch {
	case err != nil:
		return nil, err
	case len(password) == 0:
		return nil, errors.New("the password is empty")
	case len(password) > passwordMax:
		return nil, fmt.Errorf("the password has %d bytes; bcrypt looks at the first %d only", len(password), passwordMax)
	case !utf8.Valid(password):
		return nil, errors.New("the password is not in UTF-8")
	case bytes.ContainsFunc(password, unicode.IsControl):
		return nil, errors.New("the password has a line break or another control character in it, which no client can send")
	}
	return password, nil
}

// readPassword takes all of the input but one line break at its end.
func readPassword(stdin io.Reader, _ io.Writer) ([]byte, error) {
	all, err := io.ReadAll(io.LimitReader(stdin, 4<<10))
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(all, []byte("\n")), []byte("\r")), nil
}

// askPassword asks twice on a terminal.
func askPassword(stdin io.Reader, prompt io.Writer) ([]byte, error) {
	in, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return nil, errors.New("standard input is no terminal: use --password-stdin")
	}
	ask := func(text string) ([]byte, error) {
		fmt.Fprint(prompt, text)
		defer fmt.Fprintln(prompt)
		return term.ReadPassword(int(in.Fd()))
	}
	first, err := ask("New password: ")
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	again, err := ask("Once more: ")
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	if !bytes.Equal(first, again) {
		return nil, errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}
