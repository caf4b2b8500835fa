package gateway_test

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rwsgate/gateway"
	"rwsgate/gateway/thin"
)

// TestGoldenThroughASidecar sends every golden request to a gateway and, over HTTPS and a sidecar, to its like: apart from
// the headers of a hop (Date, Connection) the answers are the same, first the gateway's, then the one that the sidecar
// kept. Where the fixture lets loopback in without a password, requests get one, since only loopback itself may do without.
func TestGoldenThroughASidecar(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.request")
	if err != nil || len(names) < 120 {
		t.Fatalf("%d golden requests, error %v", len(names), err)
	}
	kept, golden := 0, 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		settings, _ := gateway.ReadGolden(t, text)
		anonymous := settings["anonymous"] != "none"
		settings["trusted"], settings["anonymous"] = "127.0.0.0/8", "none"
		request := func() *http.Request {
			_, r := gateway.ReadGolden(t, text)
			if anonymous {
				r.SetBasicAuth("reader@example.onmicrosoft.com", "demo")
			}
			return r
		}
		near := httptest.NewRecorder()
		gateway.NewFixture(t, settings).ServeHTTP(near, request())
		want := dumped(near)
		if written, err := os.ReadFile(strings.TrimSuffix(name, ".request") + ".answer"); err == nil && bytes.Equal(written, want) {
			golden++
		}
		s := sidecarOf(t, gateway.NewFixture(t, settings))
		for range 2 {
			far := httptest.NewRecorder()
			s.ServeHTTP(far, request())
			if far.Header().Get("X-Rwsgate-Answer") == "" || strings.HasPrefix(far.Header().Get("X-Rwsgate-Answer"), "hit") {
				kept++
			}
			got := bytes.Replace(dumped(far), []byte("X-Rwsgate-Answer: hit"), []byte("X-Rwsgate-Answer: miss"), 1)
			if !bytes.Equal(got, want) {
				t.Errorf("%s\nthrough the sidecar: %s\nwithout it:          %s", filepath.Base(name), got, want)
			}
		}
	}
	if kept < 50 || golden < len(names)*3/4 {
		t.Errorf("%d kept answers, %d of %d answers are golden ones", kept, golden, len(names))
	}
}

func dumped(w *httptest.ResponseRecorder) []byte {
	return gateway.Dump(w.Result().Header, w.Code, w.Body.Bytes())
}

// sidecarOf starts a central gateway over HTTPS and gives a sidecar in front of it.
func sidecarOf(t *testing.T, central http.Handler) *thin.Sidecar {
	t.Helper()
	server := httptest.NewUnstartedServer(central)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Config.DisableGeneralOptionsHandler = true
	server.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	way := thin.NewTransport(roots)
	t.Cleanup(func() {
		way.CloseIdleConnections()
		server.Close()
	})
	s := thin.New(thin.Options{Central: at, Transport: way, Log: slog.New(slog.DiscardHandler)})
	s.Apply(thin.Settings{MaxURL: 16 << 10, TrustedProxies: []netip.Prefix{}})
	return s
}
