package gateway

import (
	"container/list"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// crowd bounds the connections of one listener, and the requests on them. Whoever comes in beyond the bound has the place
// of whoever has asked nothing for longest, often a client that keeps its connection for a next request; if there is
// none, of whoever has not read its answer for longest; where all wait for their answers, it is the newcomer that goes.
// HTTP/2 has many requests on one connection: beyond the bound each connection has one, so that nobody is kept out by those
// that have many.
type crowd struct {
	most int // 0: no bound
	log  *slog.Logger
	addr string

	mu     sync.Mutex
	in     map[net.Conn]*guest
	quiet  *list.List // of *guest: those that no request of is being answered, longest first
	taking *list.List // of *guest: those whose newest answer has begun, longest first
	ended  int
	told   time.Time // when the log last heard of it

	atWork atomic.Int64 // requests
}

// guest is a connection; it is in one of the lists, or in none while its answer is made.
type guest struct {
	conn   net.Conn
	list   *list.List
	place  *list.Element
	since  time.Time    // it is in taking
	atWork atomic.Int64 // its requests
}

const (
	crowdRhythm = time.Minute // between two records in the log
	crowdSlow   = time.Second // to read an answer; beyond it a newcomer may have the place
)

func newCrowd(most int, addr string, log *slog.Logger) *crowd {
	return &crowd{most: most, log: log, addr: addr, quiet: list.New(), taking: list.New(), in: map[net.Conn]*guest{}}
}

// move puts a guest at the end of a list, or in none.
func (w *crowd) move(g *guest, to *list.List) {
	if g.list != nil {
		g.list.Remove(g.place)
	}
	g.list = to
	if to != nil {
		g.place = to.PushBack(g)
	}
}

type guestKey struct{}

// context is the server's ConnContext, which comes before all states: it lets a connection in.
func (w *crowd) context(ctx context.Context, c net.Conn) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := &guest{conn: c}
	w.in[c] = g
	w.move(g, w.quiet)
	if w.most > 0 && len(w.in) > w.most {
		w.makeRoom(g, time.Now())
	}
	return context.WithValue(ctx, guestKey{}, g)
}

// note is the server's ConnState.
func (w *crowd) note(c net.Conn, state http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.in[c]
	if g == nil {
		return // it had to go, and its last states come after that
	}
	switch state {
	case http.StateNew:
	case http.StateIdle:
		w.move(g, w.quiet)
	case http.StateActive:
		w.move(g, nil)
	default:
		w.leave(g)
	}
}

func (w *crowd) leave(g *guest) {
	w.move(g, nil)
	delete(w.in, g.conn)
}

// makeRoom ends one connection.
func (w *crowd) makeRoom(newcomer *guest, now time.Time) {
	g := w.quiet.Front().Value.(*guest)
	if first := w.taking.Front(); g == newcomer && first != nil {
		if slow := first.Value.(*guest); now.Sub(slow.since) >= crowdSlow {
			g = slow
		}
	}
	w.leave(g)
	c := g.conn
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = secure.NetConn() // without TLS's farewell, for which a client that reads nothing would have everybody wait
	}
	_ = c.Close()
	w.tell(now)
}

// tell counts what had to go, and has the log hear of it now and then.
func (w *crowd) tell(now time.Time) {
	w.ended++
	if now.Sub(w.told) >= crowdRhythm {
		w.told = now
		w.log.Warn("connections or requests are ended to make room for others", "listen", w.addr, "open", len(w.in), "ended", w.ended,
			"cause", "limits.connections is reached", "mend", "look at who holds them, or raise the limit if they are honest clients and there is memory")
	}
}

// enter takes a request's place; it ends the request if there is none.
func (w *crowd) enter(ctx context.Context) (leave func()) {
	g, _ := ctx.Value(guestKey{}).(*guest)
	all, own := w.atWork.Add(1), g.atWork.Add(1)
	leave = func() {
		w.atWork.Add(-1)
		g.atWork.Add(-1)
	}
	if w.most > 0 && all > int64(w.most) && own > 1 {
		leave()
		w.mu.Lock()
		w.tell(time.Now())
		w.mu.Unlock()
		panic(http.ErrAbortHandler) // an answer would have to wait for a client that may read nothing
	}
	return leave
}

// takes notes that an answer begins to be written.
func (w *crowd) takes(ctx context.Context) {
	g, _ := ctx.Value(guestKey{}).(*guest)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.in[g.conn] == g && g.list != w.quiet {
		g.since = time.Now()
		w.move(g, w.taking)
	}
}

// counts gives how many connections are open, and how many connections and requests had to go since the start.
func (w *crowd) counts() (open, ended int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.in), w.ended
}
