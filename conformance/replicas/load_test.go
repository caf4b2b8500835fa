package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestLoadNoticesFaults puts each fault into the fifth answer of a server: the load fails, unless a retry is allowed and
// mends it.
func TestLoadNoticesFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  func(w http.ResponseWriter)
		again  bool
		failed string // part of the error; empty: none
	}{
		{"none", func(w http.ResponseWriter) { answer(w, "rows") }, false, ""},
		{"status", func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, false, "status 503"},
		{"another answer", func(w http.ResponseWriter) { answer(w, "other rows") }, false, "another answer"},
		{"another answer, retried", func(w http.ResponseWriter) { answer(w, "other rows") }, true, "another answer"},
		{"somebody else", func(w http.ResponseWriter) { _, _ = w.Write([]byte("rows")) }, false, "without X-Rwsgate-Answer"},
		{"reset", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, false, "EOF"},
		{"reset, retried", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, true, ""},
		{"cut off", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			answer(w, "rows")
			panic(http.ErrAbortHandler)
		}, false, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, enough := context.WithCancel(t.Context())
			var asked atomic.Int64
			s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				switch n := asked.Add(1); {
				case n == 5:
					c.fault(w)
				case n > 20:
					enough()
					fallthrough
				default:
					answer(w, "rows")
				}
			}))
			defer s.Close()
			args := []string{"load", "-url", s.URL, "-ca", authority(t, s), "-pace", "1ms", "-wait", "1ms"}
			if c.again {
				args = append(args, "-again")
			}
			var out strings.Builder
			err := run(ctx, args, &out)
			if (err == nil) != (c.failed == "") || err != nil && !strings.Contains(err.Error(), c.failed) {
				t.Errorf("%v\n%s", err, out.String())
			}
			if !strings.Contains(out.String(), "certificates=1") || c.again && c.failed == "" && !strings.Contains(out.String(), "again=1 ") {
				t.Errorf("counts: %s", out.String())
			}
		})
	}
}

// answer answers as rwsgate does.
func answer(w http.ResponseWriter, body string) {
	w.Header().Set("X-Rwsgate-Answer", "hit")
	_, _ = w.Write([]byte(body))
}

func authority(t *testing.T, s *httptest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestLoadIsRefused has nobody listen: a refused connection is tried once more, and then it has failed.
func TestLoadIsRefused(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	ca := authority(t, s)
	s.Close()
	var out strings.Builder
	err := run(t.Context(), []string{"load", "-url", "https://127.0.0.1:1", "-ca", ca, "-workers", "1", "-wait", "1ms", "-for", "1ms"}, &out)
	if err == nil || !strings.Contains(err.Error(), "refused") || !strings.Contains(out.String(), "failed=1 refused=1") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestStandIn has what a gateway needs written, and counts told.
func TestStandIn(t *testing.T) {
	folder := t.TempDir()
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var out strings.Builder
	go func() { ended <- run(ctx, []string{"standin", folder}, &out) }()
	var address []byte
	for range 500 {
		if address, _ = os.ReadFile(filepath.Join(folder, "counts")); len(address) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	response, err := http.Get(string(address))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var counts struct{ Reports *int }
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil || counts.Reports == nil || *counts.Reports != 0 {
		t.Errorf("counts %+v, error %v", counts, err)
	}
	for _, name := range []string{"tenants.yaml", "secret", "graph-ca.pem"} {
		if text, err := os.ReadFile(filepath.Join(folder, name)); err != nil || len(text) == 0 {
			t.Errorf("%s: %q, error %v", name, text, err)
		}
	}
	end()
	if err := <-ended; err != nil || !strings.Contains(out.String(), "Reports:0") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestWrongCalls(t *testing.T) {
	for _, args := range [][]string{nil, {"standin"}, {"load"}, {"other", "x"}, {"load", "-url", "http://a/"}, {"load", "-url", "https://a/", "-ca", "none"}} {
		if err := run(t.Context(), args, new(strings.Builder)); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
