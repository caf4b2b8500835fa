//go:build unix

package command

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestServeTellsSystemd plays systemd with Type=notify: the gateway says READY=1 once, and is ready by then.
func TestServeTellsSystemd(t *testing.T) {
	folder, err := os.MkdirTemp("", "notify") // t.TempDir's names may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "s")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", name)

	ctx, cancel := context.WithCancel(t.Context())
	log, ended := &lines{}, make(chan error, 1)
	serve := newRoot()
	serve.SetArgs([]string{"serve", "--demo", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"})
	serve.SetOut(io.Discard)
	serve.SetErr(log)
	go func() {
		ended <- serve.ExecuteContext(ctx)
		socket.Close() // a gateway that ended without a word ends the wait below
	}()

	said := make([]byte, 100)
	n, err := socket.Read(said)
	if err != nil || string(said[:n]) != "READY=1" {
		t.Fatalf("systemd heard %q, error %v; log:\n%s", said[:n], err, log)
	}
	admin := regexp.MustCompile(`admin=(\S+)`).FindStringSubmatch(log.String())
	if admin == nil {
		t.Fatalf("told before it was ready:\n%s", log)
	}
	if err := health(ctx, "http://"+admin[1], io.Discard); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestNobodyToTell starts without a service manager, and with a socket that is gone: neither stops a gateway.
func TestNobodyToTell(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notifyManager(t.Context(), "READY=1"); err != nil {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	if err := notifyManager(t.Context(), "READY=1"); err == nil {
		t.Error("a socket that is gone was told")
	}
}
