package graphsim

import (
	"crypto/tls"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The faults of the download host.
const (
	FaultDownloadExpired   FaultName = "download-410-expired"
	FaultDownloadNotFound  FaultName = "download-404-expired"
	FaultDownloadForbidden FaultName = "download-403-expired"
	FaultDownloadError     FaultName = "download-503-html"
	FaultDownloadThrottled FaultName = "download-429"
	FaultDownloadCut       FaultName = "download-cut"
	FaultDownloadCutClean  FaultName = "download-cut-clean"
	FaultDownloadHTML      FaultName = "download-200-html"
	FaultDownloadEmpty     FaultName = "download-200-empty"
	FaultNoContent         FaultName = "download-204"
	FaultSlowBody          FaultName = "download-slow"
	FaultDownloadReset     FaultName = "download-reset"
	FaultHugeBody          FaultName = "download-huge"
)

// hugeBody is the size of the report that FaultHugeBody gives, in bytes.
const hugeBody = 16 << 20

func downloadFaults() []faultSpec {
	f := func(name FaultName, description string, serve func(*exchange)) faultSpec {
		return faultSpec{FaultInfo: FaultInfo{name, StageDownload, description}, serve: serve}
	}
	text := func(name FaultName, status int, message, description string) faultSpec {
		return f(name, strconv.Itoa(status)+": "+description, func(x *exchange) { http.Error(x.w, message, status) })
	}
	return []faultSpec{
		text(FaultDownloadExpired, http.StatusGone, "The download has expired.", "the link has expired, the report must be asked again"),
		text(FaultDownloadNotFound, http.StatusNotFound, "The download does not exist.", "the link has expired and is forgotten"),
		text(FaultDownloadForbidden, http.StatusForbidden, "The token has expired.", "the link has expired, said as a refusal"),
		f(FaultDownloadError, "503 with an HTML page", func(x *exchange) { htmlPage(x, http.StatusServiceUnavailable) }),
		f(FaultDownloadThrottled, "429 with a Retry-After of 2 s, or Wait", func(x *exchange) {
			x.w.Header().Set("Retry-After", seconds(x.fault.wait(defaultWait)))
			http.Error(x.w, "Too many requests.", http.StatusTooManyRequests)
		}),
		f(FaultDownloadCut, "the connection ends in the middle of the body, short of its Content-Length", func(x *exchange) { x.writeHalf(true) }),
		f(FaultDownloadCutClean, "the body ends in the middle of a row, as if it were whole", func(x *exchange) { x.writeHalf(false) }),
		f(FaultDownloadHTML, "200 with an HTML page", func(x *exchange) { htmlPage(x, http.StatusOK) }),
		f(FaultDownloadEmpty, "200 without a body", func(x *exchange) {
			x.w.Header().Set("Content-Type", "application/octet-stream")
			x.w.WriteHeader(http.StatusOK)
		}),
		f(FaultNoContent, "204", func(x *exchange) { x.w.WriteHeader(http.StatusNoContent) }),
		f(FaultSlowBody, "half of the body, the other half after Wait (default 30 s)", (*exchange).writeSlowly),
		f(FaultDownloadReset, "the connection is reset", reset),
		f(FaultHugeBody, "16 MiB of rows", (*exchange).writeHuge),
	}
}

// writeHalf sends the report up to the middle of a cell near its middle, and then breaks or ends the answer.
func (x *exchange) writeHalf(broken bool) {
	page, format := x.tenant.sheet(x.window)
	body := format.bytes(page)
	half := body[:len(body)/2]
	if i := strings.LastIndexByte(string(half), '-'); i > 0 {
		half = half[:i] // a date is cut, so that the last row cannot pass for a whole one
	}
	if broken {
		x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.writeReport(format, half)
	if broken {
		_ = http.NewResponseController(x.w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func (x *exchange) writeSlowly() {
	page, format := x.tenant.sheet(x.window)
	body := format.bytes(page)
	x.writeReport(format, body[:len(body)/2])
	_ = http.NewResponseController(x.w).Flush()
	if pause(x) {
		_, _ = x.w.Write(body[len(body)/2:])
	}
}

// writeHuge sends the report and then its last row again and again.
func (x *exchange) writeHuge() {
	page, format := x.tenant.sheet(x.window)
	x.writeReport(format, format.bytes(page))
	row := append(appendLine(nil, page.rows[len(page.rows)-1]), '\r', '\n')
	block := []byte(strings.Repeat(string(row), 1<<16/len(row)))
	for sent := 0; sent < hugeBody; sent += len(block) {
		if _, err := x.w.Write(block); err != nil {
			return
		}
	}
}

// htmlPage answers with the kind of page that gateways and sign-in portals send.
func htmlPage(x *exchange, status int) {
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.WriteHeader(status)
	_, _ = x.w.Write([]byte("<!DOCTYPE html>\r\n<html><head><title>" + http.StatusText(status) + "</title></head>" +
		"<body><h2>Our services aren't available right now</h2></body></html>\r\n"))
}

// pause waits as long as the fault says, by the machine's clock, and says whether the client still listens.
func pause(x *exchange) bool {
	timer := time.NewTimer(x.fault.wait(30 * time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
		return false
	}
}

// reset ends the connection with a TCP reset, whatever HTTP version it speaks.
func reset(x *exchange) {
	c, _ := x.r.Context().Value(connectionKey{}).(net.Conn)
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
		_ = t.Close()
	}
	panic(http.ErrAbortHandler)
}

// seconds writes a Retry-After in whole seconds, rounded up.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
