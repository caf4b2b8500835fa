package graphsim

import (
	"net"
	"net/http"
	"sync"
	"time"

	"rwsgate/translate"
)

// ticket is the right to download one report once.
type ticket struct {
	tenant  *Tenant
	window  translate.Window
	expires time.Time
	used    bool
}

// maxTickets bounds what is remembered of links given out; the oldest are forgotten, and then unknown.
const maxTickets = 4096

type tickets struct {
	mu    sync.Mutex
	byID  map[string]*ticket
	order []string
}

func (k *tickets) issue(t *Tenant, w translate.Window, expires time.Time, id string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		k.byID = map[string]*ticket{}
	}
	if len(k.order) >= maxTickets {
		delete(k.byID, k.order[0])
		k.order = k.order[1:]
	}
	k.byID[id] = &ticket{tenant: t, window: w, expires: expires}
	k.order = append(k.order, id)
	return id
}

// redeem uses a ticket up. It gives the ticket of any id that is known, and whether it was still good.
func (k *tickets) redeem(id string, now time.Time) (t *ticket, good bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t = k.byID[id]
	if t == nil {
		return nil, false
	}
	good = !t.used && now.Before(t.expires)
	t.used = true
	return t, good
}

// peek gives the tenant of a ticket without using it up.
func (k *tickets) peek(id string) *Tenant {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.byID[id]; t != nil {
		return t.tenant
	}
	return nil
}

// downloadHandler serves the download host.
func (s *Server) downloadHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /data/v1.0/download", s.serveDownload)
	mux.HandleFunc("GET /loop", s.loop)
	return mux
}

// serveDownload answers GET /data/v1.0/download?token=….
func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("token")
	t := s.tickets.peek(id)
	if t == nil {
		http.Error(w, "The download does not exist.", http.StatusNotFound)
		return
	}
	leak := r.Header.Get("Authorization") != ""
	host, _, _ := net.SplitHostPort(r.Host)
	t.count(func(c *Calls) {
		c.Downloads++
		if leak {
			c.Leaked++
		}
		if host == ForeignHost {
			c.Foreign++
		}
	})
	if leak {
		http.Error(w, "The link is its own authorization; an Authorization header is refused.", http.StatusBadRequest)
		return
	}
	got, good := s.tickets.redeem(id, s.options.Now())
	if got == nil || !good {
		http.Error(w, "The download has expired.", http.StatusGone)
		return
	}
	x := &exchange{Server: s, tenant: t, w: w, r: r, window: got.window}
	x.serveBody()
}

// serveBody writes the report, or what an armed download fault makes of it.
func (x *exchange) serveBody() {
	f, spec := x.tenant.fault(StageDownload)
	if f != nil && spec.serve != nil {
		x.fault = f
		spec.serve(x)
		return
	}
	page, format := x.tenant.sheet(x.window)
	if f != nil {
		spec.spoil(&page)
	}
	x.writeReport(format, format.bytes(page))
}

func (x *exchange) writeReport(format Format, body []byte) {
	kind := format.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	x.w.Header().Set("Content-Type", kind)
	_, _ = x.w.Write(body)
}

// loop answers GET /loop?token=… with a redirect to itself, for ever.
func (s *Server) loop(w http.ResponseWriter, r *http.Request) {
	if t := s.tickets.peek(r.URL.Query().Get("token")); t != nil {
		t.count(func(c *Calls) { c.Downloads++ })
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Location", s.DownloadURL()+r.URL.RequestURI())
	w.WriteHeader(http.StatusFound)
}

// plainHandler serves the report over plain HTTP to whoever lets himself be redirected there: the count tells.
func (s *Server) plainHandler() http.Handler {
	next := s.downloadHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t := s.tickets.peek(r.URL.Query().Get("token")); t != nil {
			t.count(func(c *Calls) { c.Plain++ })
		}
		next.ServeHTTP(w, r)
	})
}
