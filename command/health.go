package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const healthTimeout = 3 * time.Second

func newHealth() *cobra.Command {
	var admin string
	c := &cobra.Command{
		Use:   "health",
		Short: "Exit 0 if a running rwsgate is ready: for HEALTHCHECK and exec probes",
		Long: `Asks /readyz of the admin listener. Exits 0 if it is ready, 1 if not. Ready means that the configuration, the store
and the listeners are up; Microsoft Graph is never asked.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return health(c.Context(), cmp.Or(admin, adminOfEnvironment(os.Getenv)), c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&admin, "admin", "", "base URL of the admin listener (default: RWSGATE_ADMIN__LISTEN, else http://127.0.0.1:9090)")
	return c
}

// adminOfEnvironment gives the admin listener that the environment names: a probe in a container has it, and no
// configuration file.
func adminOfEnvironment(getenv func(string) string) string {
	return "http://" + reachable(cmp.Or(getenv("RWSGATE_ADMIN__LISTEN"), "127.0.0.1:9090"))
}

func health(ctx context.Context, admin string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	url := strings.TrimSuffix(admin, "/") + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usageError{fmt.Errorf("--admin: %w", err)}
	}
	client := &http.Client{Transport: &http.Transport{}} // no proxy: the listener is near
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", url, response.StatusCode, strings.TrimSpace(string(text)))
	}
	_, err = fmt.Fprint(out, string(text))
	return err
}
