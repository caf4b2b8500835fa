package graph_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// connectProxy is a proxy that knows CONNECT and nothing else. Every host leads to this machine.
type connectProxy struct {
	*httptest.Server
	user, password string // empty: lets everybody in

	mu       sync.Mutex
	connects map[string]int // by host:port
	refuse   int            // status to refuse everybody with
}

func startProxy(t *testing.T, user, password string) *connectProxy {
	t.Helper()
	p := &connectProxy{user: user, password: password, connects: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() { p.CloseClientConnections(); p.Close() })
	return p
}

// address gives the proxy's URL with a password.
func (p *connectProxy) address(password string) string {
	u, _ := url.Parse(p.URL)
	if p.user != "" {
		u.User = url.UserPassword(p.user, password)
	}
	return u.String()
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	p.mu.Lock()
	p.connects[r.Host]++
	refuse := p.refuse
	p.mu.Unlock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password))
	switch {
	case p.user != "" && r.Header.Get("Proxy-Authorization") != want:
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		http.Error(w, "who are you", http.StatusProxyAuthRequired)
		return
	case refuse != 0:
		http.Error(w, "no", refuse)
		return
	}
	_, port, _ := net.SplitHostPort(r.Host)
	far, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		http.Error(w, "no way", http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(far, buffered); _ = far.Close() }()
	_, _ = io.Copy(near, far)
}

func (p *connectProxy) seen() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]int{}
	for host, n := range p.connects {
		seen[host] = n
	}
	return seen
}

// hosts are the three that a fetch connects to.
func hosts(s *graphsim.Server) []string {
	var found []string
	for _, raw := range []string{s.AuthorityURL(), s.GraphURL(), s.DownloadURL()} {
		u, _ := url.Parse(raw)
		found = append(found, u.Host)
	}
	return found
}

func TestProxyForTokenReportAndDownload(t *testing.T) {
	for name, p := range map[string]*connectProxy{"open": startProxy(t, "", ""), "with a password": startProxy(t, "rws", "pa:ss@word")} {
		t.Run(name, func(t *testing.T) {
			s, _, o := simulator(t, graphsim.Options{})
			o.Proxy = p.address("pa:ss@word")
			c := client(t, o)
			for range 3 {
				if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
					t.Fatal(err)
				}
			}
			for _, host := range hosts(s) {
				if n := p.seen()[host]; n != 1 {
					t.Errorf("%d connections to %s; all: %v", n, host, p.seen())
				}
			}
		})
	}
}

func TestClientsOfAPoolShareConnections(t *testing.T) {
	s, _, o := simulator(t, graphsim.Options{})
	p := startProxy(t, "", "")
	o.Proxy = p.address("")
	for range 5 {
		if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
			t.Fatal(err)
		}
	}
	for _, host := range hosts(s) {
		if n := p.seen()[host]; n != 1 {
			t.Errorf("%d connections to %s; all: %v", n, host, p.seen())
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	_, _, o := simulator(t, graphsim.Options{})
	p := startProxy(t, "rws", "right")
	o.Proxy = p.address("wrong-proxy-password")
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	f := fault(t, err)
	if f.Fault != translate.FaultUnreachable || f.Stage != translate.StageProxy || f.Status != http.StatusProxyAuthRequired || !strings.Contains(f.Mend, "upstream.proxy") {
		t.Errorf("%+v", f)
	}
	if text := fmt.Sprintf("%+v %#v", f, f); strings.Contains(text, "wrong-proxy") {
		t.Error(text)
	}
	for status, mend := range map[int]string{http.StatusForbidden: "allow", http.StatusBadGateway: "log"} {
		p := startProxy(t, "", "")
		p.refuse = status
		o.Proxy = p.address("")
		_, err := client(t, o).Fetch(t.Context(), translate.D7)
		if f := fault(t, err); f.Stage != translate.StageProxy || f.Status != status || !strings.Contains(f.Mend, mend) {
			t.Errorf("%+v", f)
		}
	}
}

func TestProxyIsGone(t *testing.T) {
	_, _, o := simulator(t, graphsim.Options{})
	for _, proxy := range []string{"http://127.0.0.1:1", "http://user:hidden-word@no-such-proxy.invalid:8080"} {
		o.Proxy = proxy
		_, err := client(t, o).Fetch(t.Context(), translate.D7)
		f := fault(t, err)
		if f.Fault != translate.FaultUnreachable || f.Stage != translate.StageProxy || strings.Contains(fmt.Sprintf("%+v", f), "hidden-word") {
			t.Errorf("%+v", f)
		}
	}
}

// The environment's rules never send this machine's own names through a proxy, so the authority gets another. The
// certificate is not for that name: only the way there is looked at.
func TestProxyOfTheEnvironment(t *testing.T) {
	s, _, o := simulator(t, graphsim.Options{})
	p := startProxy(t, "rws", "word")
	t.Setenv("HTTPS_PROXY", p.address("word"))
	t.Setenv("NO_PROXY", "")
	for _, n := range []string{"https_proxy", "no_proxy", "HTTP_PROXY", "http_proxy"} {
		t.Setenv(n, "")
	}
	authority, _ := url.Parse(s.AuthorityURL())
	far := "authority.test:" + authority.Port()
	o.Cloud.Authority = "https://" + far + "/"
	var mu sync.Mutex
	var asked []string
	o.Pool.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		asked = append(asked, address)
		mu.Unlock()
		return toThisMachine(ctx, network, address)
	}
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Stage != translate.StageTLS || p.seen()[far] == 0 {
		t.Errorf("%+v, %v", f, p.seen())
	}
	t.Setenv("NO_PROXY", ".test")
	before := p.seen()[far]
	mu.Lock()
	asked = nil
	mu.Unlock()
	_, err = client(t, o).Fetch(t.Context(), translate.D7)
	mu.Lock()
	first := strings.Join(asked, " ")
	mu.Unlock()
	if f := fault(t, err); f.Stage != translate.StageTLS || p.seen()[far] != before || !strings.HasPrefix(first, far) {
		t.Errorf("%+v, %v, %v", f, p.seen(), first)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("HTTPS_PROXY", "://user:hidden-word@")
	_, err = client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Stage != translate.StageProxy || strings.Contains(fmt.Sprintf("%+v", f), "hidden-word") {
		t.Errorf("%+v", f)
	}
}

// toThisMachine connects to a port here, whatever the host.
func toThisMachine(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, _ := net.SplitHostPort(address)
	return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}

// Every kind of broken network has its stage.
func TestStagesOfTheNetwork(t *testing.T) {
	s, _, good := simulator(t, graphsim.Options{})
	mute := httptest.NewServer(http.NotFoundHandler()) // speaks no TLS
	defer mute.Close()
	authority, _ := url.Parse(s.AuthorityURL())
	cases := map[string]struct {
		change func(*graph.Options)
		stage  translate.Stage
		mend   string
	}{
		"no such name":   {func(o *graph.Options) { o.Cloud.Authority = "https://login.invalid/" }, translate.StageDNS, "DNS"},
		"nobody listens": {func(o *graph.Options) { o.Cloud.Authority = "https://127.0.0.1:1/" }, translate.StageTCP, "port"},
		"no TLS":         {func(o *graph.Options) { o.Cloud.Authority = "https://" + strings.TrimPrefix(mute.URL, "http://") + "/" }, translate.StageTLS, "TLS"},
		"untrusted":      {func(o *graph.Options) { o.Cloud.CA = nil }, translate.StageTLS, "ca_file"},
		"another's certificate": {func(o *graph.Options) {
			o.Cloud.Authority = "https://login.test:" + authority.Port() + "/"
			o.Pool = &graph.Pool{Dial: toThisMachine}
		}, translate.StageTLS, "address"},
		"graph not there": {func(o *graph.Options) { o.Cloud.Graph = "https://graph.invalid/v1.0" }, translate.StageDNS, "DNS"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := good
			c.change(&o)
			_, err := client(t, o).Fetch(t.Context(), translate.D7)
			f := fault(t, err)
			if f.Fault != translate.FaultUnreachable || f.Stage != c.stage || !strings.Contains(f.Mend, c.mend) || f.Host == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

// One authority for the upstream, another for the cloud: both count, and the system's stay.
func TestEitherCAIsTrusted(t *testing.T) {
	s, _, o := simulator(t, graphsim.Options{})
	o.Cloud.CA, o.CA = nil, s.CAPEM()
	if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
		t.Error(err)
	}
	o.CA = []byte("no certificate")
	_, err := graph.New(o)
	if f := fault(t, err); f.Fault != translate.FaultConfig || !strings.Contains(f.Mend, "ca_file") {
		t.Errorf("%+v", f)
	}
}
