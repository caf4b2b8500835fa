package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/gateway/admin"
)

// operatorTimeout is longer than whatever the admin API does for a command.
const operatorTimeout = 30 * time.Second

// operatorClient asks the admin API of a running gateway.
type operatorClient struct {
	base     string
	user     string
	password string
	http     *http.Client
}

// addOperatorFlags adds the flags that lead to the admin API.
func addOperatorFlags(c *cobra.Command) {
	c.Flags().String("admin", "", "base URL of the admin listener (default: admin.listen of the configuration)")
	c.Flags().String("admin-user", "", "name of admin.htpasswd_file; from this machine none is needed")
	c.Flags().String("admin-password-file", "", "file with the password of --admin-user")
}

// operatorOf makes the client that a command's flags and configuration ask for.
func operatorOf(c *cobra.Command, cfg *config.Config) (*operatorClient, error) {
	flag := func(name string) string { return c.Flags().Lookup(name).Value.String() }
	o := &operatorClient{base: flag("admin"), http: &http.Client{
		Timeout:   operatorTimeout,
		Transport: &http.Transport{}, // no proxy: the listener is near
	}}
	if o.base == "" {
		o.base = "http://" + reachable(string(cfg.Admin.Listen))
	}
	if u, err := url.Parse(o.base); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageError{errors.New("--admin is no URL: write it as http://127.0.0.1:9090")}
	}
	o.base = strings.TrimSuffix(o.base, "/")
	if err := o.introduce(flag("admin-user"), flag("admin-password-file")); err != nil {
		return nil, usageError{err}
	}
	return o, nil
}

// introduce takes name and password of an operator: both or none.
func (o *operatorClient) introduce(user, file string) error {
	switch {
	case user == "" && file == "":
		return nil
	case file == "":
		return errors.New("--admin-user needs --admin-password-file: a file with the password")
	case user == "":
		return errors.New("--admin-password-file needs --admin-user: whose password it is")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--admin-password-file: %w", err)
	}
	if o.user, o.password = user, strings.TrimRight(string(text), "\r\n"); o.password == "" {
		return fmt.Errorf("--admin-password-file: there is no password in %s", file)
	}
	return nil
}

// reachable gives an address to connect to for one to listen on.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}

// errNobody says that no gateway answers.
var errNobody = errors.New("no gateway answers")

// call sends a request to the admin API and reads its JSON into the value, if there is one. The error is errNobody
// if nothing listens there.
func (o *operatorClient) call(ctx context.Context, method, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, o.base+path, nil)
	if err != nil {
		return usageError{fmt.Errorf("--admin: %w", err)}
	}
	if o.user != "" {
		request.SetBasicAuth(o.user, o.password)
	}
	response, err := o.http.Do(request)
	if wire := (*net.OpError)(nil); errors.As(err, &wire) && wire.Op == "dial" {
		return fmt.Errorf("%w at %s", errNobody, request.URL.Redacted())
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return o.refused(request, response)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// refused tells what the admin API said in place of an answer.
func (o *operatorClient) refused(request *http.Request, response *http.Response) error {
	var said struct {
		Error string `json:"error"`
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if json.Unmarshal(text, &said) != nil || said.Error == "" {
		said.Error = http.StatusText(response.StatusCode)
	}
	err := fmt.Errorf("%s answers %d: %s", request.URL.Redacted(), response.StatusCode, said.Error)
	if response.StatusCode == http.StatusNotFound && !admin.IsNotHere(said.Error) {
		return fmt.Errorf("%w (is that the admin listener of a gateway that is no sidecar?)", err)
	}
	unknown, forbidden := response.StatusCode == http.StatusUnauthorized, response.StatusCode == http.StatusForbidden
	switch given := o.user != "" || request.URL.User != nil; {
	case !given && (unknown || forbidden):
		return fmt.Errorf("%w (none were given: see --admin-user and --admin-password-file)", err)
	case given && unknown && response.Header.Get("Retry-After") == "": // else they were not looked at
		return fmt.Errorf("%w (those that were given were refused: look at --admin-user and --admin-password-file)", err)
	}
	return err
}
