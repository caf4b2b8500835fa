package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// nginx is a server of files, with the headers that the gateway sends.
type nginx struct {
	Address string
	process *exec.Cmd
}

const nginxConfiguration = `%[1]s
daemon off;
worker_processes auto;
pid %[2]s/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	open_file_cache max=100;
	keepalive_requests 1000000000;
	client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi; scgi_temp_path %[2]s/scgi;
	server {
		listen %[3]s;
		root %[2]s/files;
		default_type "application/atom+xml;type=feed;charset=utf-8";
		add_header Cache-Control "no-cache, no-store";
		add_header Pragma no-cache;
		add_header Expires -1;
		add_header X-Content-Type-Options nosniff;
		add_header X-RWS-Version 2013-V1;
		add_header DataServiceVersion "2.0;";
		add_header request-id $request_id;
		add_header X-Rwsgate-Answer "hit; method=working-hours; through=2026-11-20; age=1";
		location /closed/ { auth_basic reports; auth_basic_user_file %[2]s/htpasswd; }
	}
}
`

// startNginx starts nginx with files by name, each with a twin under /closed/ that asks for the reader's password. The
// password is kept in the clear: nginx would run a bcrypt check for every request, which says nothing about serving.
func startNginx(program, dir string, files map[string][]byte) (*nginx, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	user := "# no "
	if os.Getuid() == 0 {
		user = "user root; # " // the folder is closed to others
	}
	content := map[string][]byte{
		"nginx.conf": fmt.Appendf(nil, nginxConfiguration, user, dir, address),
		"htpasswd":   fmt.Appendf(nil, "%s:{PLAIN}%s\n", reader, password),
	}
	for name, body := range files {
		content[filepath.Join("files", name)], content[filepath.Join("files", "closed", name)] = body, body
	}
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, err
		}
	}
	n := &nginx{Address: address, process: exec.CommandContext(context.Background(), program, "-p", dir, "-e", "stderr", "-c", filepath.Join(dir, "nginx.conf"))}
	n.process.Stderr = os.Stderr
	if err := startChild(n.process, syscall.SIGTERM); err != nil { // by which the workers end too
		return nil, err
	}
	for range 100 {
		c, err := n.Dial()
		if err == nil {
			_ = c.Close()
			return n, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	n.Stop()
	return nil, fmt.Errorf("nginx does not listen on %s", address)
}

func freeAddress() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Dial opens a connection.
func (n *nginx) Dial() (net.Conn, error) {
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(context.Background(), "tcp", n.Address)
}

// Processes are the master and its workers.
func (n *nginx) Processes() []int {
	pids := []int{n.process.Process.Pid}
	entries, _ := os.ReadDir("/proc") // elsewhere than on Linux there are no figures of processes
	for _, e := range entries {
		var pid, parent int
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		rest := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
		var state string
		if _, err := fmt.Sscan(rest, &state, &parent); err == nil && parent == pids[0] {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Stop ends nginx.
func (n *nginx) Stop() {
	_ = n.process.Process.Signal(os.Interrupt)
	_ = n.process.Wait()
}
