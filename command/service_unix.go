//go:build unix

package command

import (
	"context"
	"net"
	"os"

	"github.com/spf13/cobra"
)

// notifyManager sends a state to systemd, as sd_notify(3) does: one datagram to the socket that it named, if it named one.
func notifyManager(ctx context.Context, state string) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unixgram", name)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte(state))
	return err
}

// managerCommands are the commands about a service manager of this system: systemd has its own.
func managerCommands() []*cobra.Command { return nil }
