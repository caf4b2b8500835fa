//go:build unix

package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// cluster is a PostgreSQL of the tests' own, started when the first test wants it: RWSGATE_POSTGRES names one to use
// instead; without either the tests skip, or fail where RWSGATE_REQUIRE_POSTGRES is set.
var cluster postgresCluster

type postgresCluster struct {
	once    sync.Once
	base    string // URL without a schema
	err     error
	dir     string
	server  *exec.Cmd
	schemas int
	mu      sync.Mutex
}

// schema gives the URL of an empty schema.
func (c *postgresCluster) schema(t testing.TB) string {
	t.Helper()
	c.once.Do(c.start)
	if c.err != nil && os.Getenv("RWSGATE_REQUIRE_POSTGRES") == "" {
		t.Skipf("no PostgreSQL (apt-get install postgresql, or set RWSGATE_POSTGRES): %v", c.err)
	} else if c.err != nil {
		t.Fatalf("PostgreSQL is required here: %v", c.err)
	}
	c.mu.Lock()
	c.schemas++
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), c.schemas)
	c.mu.Unlock()
	db, err := sql.Open("pgx", c.base)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(c.base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func (c *postgresCluster) start() {
	if c.base = os.Getenv("RWSGATE_POSTGRES"); c.base != "" {
		return
	}
	initdb, err := serverProgram("initdb")
	if err != nil {
		c.err = err
		return
	}
	postgres, err := serverProgram("postgres")
	if err != nil {
		c.err = err
		return
	}
	if c.dir, c.err = os.MkdirTemp("", "rwsgate-pg"); c.err != nil {
		return
	}
	data := filepath.Join(c.dir, "data")
	for _, step := range [][]string{
		{initdb, "-D", data, "-U", "rwsgate", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"},
		{postgres, "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"},
	} {
		cmd, err := c.command(step...)
		if err != nil {
			c.err = err
			return
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if step[0] == postgres {
			c.server, c.err = cmd, cmd.Start()
		} else if err := cmd.Run(); err != nil {
			c.err = fmt.Errorf("%w: %s", err, out.String())
			return
		}
	}
	c.base = "postgres://rwsgate@/postgres?host=" + url.QueryEscape(c.dir)
	c.err = errors.Join(c.err, c.await())
}

// await waits until the server answers.
func (c *postgresCluster) await() error {
	db, err := sql.Open("pgx", c.base)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// command runs as an ordinary user: PostgreSQL refuses root.
func (c *postgresCluster) command(args ...string) (*exec.Cmd, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = c.dir
	if os.Getuid() != 0 {
		return cmd, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return cmd, os.Chown(c.dir, uid, gid)
}

func (c *postgresCluster) stop() {
	if c.server != nil && c.server.Process != nil {
		_ = c.server.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = c.server.Wait()
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

func serverProgram(name string) (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1], nil
	}
	return exec.LookPath(name)
}
