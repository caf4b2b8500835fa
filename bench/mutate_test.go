package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// mutator makes what a listener may be sent: requests, broken requests, other protocols, noise.
type mutator struct {
	random *rand.Rand
	seeds  [][]byte
}

// seedsOf are the requests of the gateway's golden tests.
func seedsOf(t *testing.T) [][]byte {
	t.Helper()
	names, err := filepath.Glob("../gateway/testdata/golden/*.request")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d golden requests, error %v", len(names), err)
	}
	var seeds [][]byte
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var request strings.Builder
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				request.WriteString(strings.TrimRight(line, "\r\n") + "\r\n")
			}
		}
		seeds = append(seeds, []byte(strings.TrimRight(request.String(), "\r\n")+"\r\n\r\n"))
	}
	return seeds
}

// adminSeeds are requests of the admin listener; none asks Graph.
var adminSeeds = [][]byte{
	[]byte("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("GET /metrics HTTP/1.1\r\nHost: h\r\nAccept: application/openmetrics-text\r\n\r\n"),
	[]byte("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nAuthorization: Basic YTpi\r\n\r\n"),
	[]byte("GET /api/tenants HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("GET /api/usage?since=2026-11-01 HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("GET /api/rollout HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("GET /api/explain?url=https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily HTTP/1.1\r\nHost: h\r\n\r\n"),
	[]byte("POST /api/reload HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n"),
	[]byte("GET /debug/pprof/cmdline HTTP/1.1\r\nHost: h\r\n\r\n"),
}

// tokens are what mutation puts into a request.
var tokens = []string{
	"\r\n", "\r\n\r\n", "\n", "\r", "\x00", " ", "\t", ":", "%", "%00", "%2f", "%zz", "../", "//", "?", "&", "=", "'", "(", ")", "$filter=", "$format=json",
	"$orderby=", "$top=-1", "$top=99999999999999999999", "$skiptoken='x'", "datetime'9999-12-31T23:59:59.9999999'", "DelegatedOrg=", "not ", "((((((((",
	"1 div 0", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Content-Length: 5\r\n",
	"Content-Length: -1\r\n", "Content-Length: 99999999999\r\n", "Expect: 100-continue\r\n", "Connection: upgrade\r\nUpgrade: h2c\r\n", "Host: a\r\n", "X-timezone: \xff\r\n",
	"Authorization: Basic ====\r\n", "Authorization: Bearer a.b.c\r\n", "Accept-Encoding: gzip\r\n", "Range: bytes=0-1\r\n", "X-Forwarded-For: ::1\r\n", "Cookie: a=b\r\n",
	"Accept-Charset: utf-16\r\n", "If-None-Match: *\r\n", "X-HTTP-Method: DELETE\r\n", "\xf0\x9f\x92\xa9", "\xc3\x28", "0\r\n\r\n", "ffffffff\r\n",
}

// next makes one message.
func (m *mutator) next() []byte {
	switch m.random.IntN(12) {
	case 0:
		return m.noise(1 + m.random.IntN(3000))
	case 1:
		return m.record()
	case 2:
		return m.cut(m.mutated())
	case 3:
		return m.pipeline()
	case 4:
		return m.swollen()
	case 5:
		return m.chunked()
	case 6:
		return m.frames()
	case 7:
		return m.seed()
	}
	return m.mutated()
}

func (m *mutator) seed() []byte { return bytes.Clone(m.seeds[m.random.IntN(len(m.seeds))]) }

func (m *mutator) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.random.Uint32())
	}
	return b
}

// mutated is a request with one to eight faults.
func (m *mutator) mutated() []byte {
	b := m.seed()
	for range 1 + m.random.IntN(8) {
		b = m.edit(b)
	}
	return b
}

func (m *mutator) edit(b []byte) []byte {
	at := m.random.IntN(len(b) + 1)
	end := min(len(b), at+m.random.IntN(20))
	switch m.random.IntN(6) {
	case 0:
		if at < len(b) {
			b[at] ^= 1 << m.random.IntN(8)
		}
		return b
	case 1:
		return append(b[:at:at], b[end:]...)
	case 2:
		return append(b[:end:end], b[at:]...)
	case 3:
		return splice(b, at, m.noise(1+m.random.IntN(8)))
	case 4:
		other := m.seed()
		return append(b[:at:at], other[m.random.IntN(len(other)):]...)
	}
	return splice(b, at, []byte(tokens[m.random.IntN(len(tokens))]))
}

func splice(b []byte, at int, more []byte) []byte {
	return append(append(b[:at:at], more...), b[at:]...)
}

func (m *mutator) cut(b []byte) []byte { return b[:m.random.IntN(len(b)+1)] }

// pipeline is many requests at once, the last one broken.
func (m *mutator) pipeline() []byte {
	var b []byte
	for range 2 + m.random.IntN(20) {
		b = append(b, m.seed()...)
	}
	return append(b, m.mutated()...)
}

// swollen is a request with a large header, many headers, or a long target.
func (m *mutator) swollen() []byte {
	b := m.seed()
	size := 1 << (8 + m.random.IntN(10))
	var more string
	switch m.random.IntN(3) {
	case 0:
		more = "X-Large: " + strings.Repeat("x", size) + "\r\n"
	case 1:
		more = strings.Repeat("X-Many: y\r\n", size/10)
	default:
		line := bytes.IndexByte(b, '\n') + 1
		target := bytes.LastIndexByte(b[:line], ' ')
		return splice(b, target, []byte("?x="+strings.Repeat("y", size)))
	}
	return splice(b, bytes.IndexByte(b, '\n')+1, []byte(more))
}

// chunked is a request with a body that may be no legal one, or two lengths at once.
func (m *mutator) chunked() []byte {
	b := m.seed()
	head := []string{"Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Content-Length: 30\r\n", "Transfer-Encoding: xchunked\r\n"}
	body := []string{"5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\nx", "-1\r\n\r\n", "5;ext=\"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"}
	b = splice(b, bytes.IndexByte(b, '\n')+1, []byte(head[m.random.IntN(len(head))]))
	return append(b, body[m.random.IntN(len(body))]...)
}

// record is a TLS record, or the beginning of one.
func (m *mutator) record() []byte {
	body := m.noise(m.random.IntN(600))
	kind := []byte{20, 21, 22, 23, byte(m.random.Uint32())}[m.random.IntN(5)]
	length := len(body)
	if m.random.IntN(3) == 0 {
		length = m.random.IntN(1 << 16)
	}
	if kind == 22 && len(body) > 4 {
		body[0], body[1], body[2] = byte(m.random.IntN(25)), 0, byte(m.random.IntN(3))
	}
	return append([]byte{kind, 3, byte(m.random.IntN(5)), byte(length >> 8), byte(length)}, body...)
}

// frames are HTTP/2: the preface and frames in an order that may make no sense, some of them broken.
func (m *mutator) frames() []byte {
	var b bytes.Buffer
	b.WriteString(http2.ClientPreface)
	f := http2.NewFramer(&b, nil)
	f.AllowIllegalWrites = true
	if m.random.IntN(8) > 0 {
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingID(m.random.IntN(8)), Val: m.random.Uint32N(1 << 17)})
	}
	for range 1 + m.random.IntN(30) {
		m.frame(f)
	}
	out := b.Bytes()
	for range m.random.IntN(3) {
		out[m.random.IntN(len(out))] ^= 1 << m.random.IntN(8)
	}
	return out
}

// frame writes one frame; a buffer takes all.
func (m *mutator) frame(f *http2.Framer) {
	stream := uint32(m.random.IntN(12))
	switch m.random.IntN(9) {
	case 0:
		_ = f.WriteData(stream, m.random.IntN(2) == 0, m.noise(m.random.IntN(200)))
	case 1:
		_ = f.WriteRSTStream(stream, http2.ErrCode(m.random.IntN(16)))
	case 2:
		_ = f.WritePing(m.random.IntN(2) == 0, [8]byte(m.noise(8)))
	case 3:
		_ = f.WriteWindowUpdate(stream, m.random.Uint32()>>m.random.IntN(32))
	case 4:
		_ = f.WriteGoAway(stream, http2.ErrCode(m.random.IntN(16)), m.noise(m.random.IntN(20)))
	case 5:
		_ = f.WriteContinuation(stream, m.random.IntN(2) == 0, m.headers())
	case 6:
		_ = f.WriteRawFrame(http2.FrameType(m.random.IntN(20)), http2.Flags(m.random.IntN(256)), stream, m.noise(m.random.IntN(100)))
	default:
		_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream | 1, BlockFragment: m.headers(), EndStream: m.random.IntN(3) > 0, EndHeaders: m.random.IntN(8) > 0})
	}
}

func (m *mutator) headers() []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	fields := [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "reports.office365.com"}, {":path", daily + "?$top=3"}}
	for range m.random.IntN(4) {
		fields = append(fields, [2]string{string(m.noise(m.random.IntN(12))), string(m.noise(m.random.IntN(40)))})
	}
	for i, field := range fields {
		if i < 4 && m.random.IntN(20) == 0 {
			continue
		}
		_ = e.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	return b.Bytes()
}
