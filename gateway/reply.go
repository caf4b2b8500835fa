package gateway

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
)

// reply is an answer before the headers that each request gets of its own.
type reply struct {
	status  int
	headers []cache.Header
	body    []byte
	foreign bool // not from the service itself: 401, a path outside (LEGACY 22 speaks of what reached it)
}

func (a *reply) set(name, value string) {
	if value != "" {
		a.headers = append(a.headers, cache.Header{Name: name, Values: []string{value}})
	}
}

// replyOf takes over what OData answered.
func replyOf(r odata.Response) reply {
	a := reply{status: r.Status, body: r.Body}
	a.set("Content-Type", r.ContentType)
	a.set(rws.HeaderDataServiceVersion, r.DataServiceVersion)
	a.set("Allow", r.Allow)
	if r.Err != nil {
		a.set(rws.HeaderError, rws.DataServiceException)
	}
	return a
}

// keep makes the form that the answer cache holds.
func (a *reply) keep(n noted) *cache.Answer {
	return &cache.Answer{Status: a.status, Headers: a.headers, Body: a.body, Note: n}
}

const compressFrom = 2 << 10 // bytes; below that gzip saves nothing worth the time

// compress replaces a large body by its gzip form when the client takes it (LEGACY D8).
func (a *reply) compress(acceptEncoding string) {
	if a.status != http.StatusOK || len(a.body) < compressFrom || !acceptsGzip(acceptEncoding) {
		return
	}
	var b bytes.Buffer
	// BestSpeed is a valid level, and a bytes.Buffer never fails.
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = z.Write(a.body)
	_ = z.Close()
	a.body = b.Bytes()
	a.set("Content-Encoding", "gzip")
}

// acceptsGzip says whether an Accept-Encoding header names gzip with a quality above 0.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		quality, found := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(quality, 64)
		return err == nil && q > 0
	}
	return false
}

// write sends a reply with the headers of this request: the retired service's own, the request id, and how it was
// answered. The length is always said (LEGACY D8).
func (g *Gateway) write(w http.ResponseWriter, r *http.Request, k *call, a reply) error {
	h := w.Header()
	rws.Stamp(h, k.id)
	for _, header := range a.headers {
		h[header.Name] = header.Values
	}
	if a.foreign {
		delete(h, rws.HeaderVersion)
		delete(h, rws.HeaderError)
	}
	for _, header := range k.decision.Headers {
		h[header.Name] = header.Values
	}
	if k.answered != "" {
		rws.Set(h, "X-Rwsgate-Answer", k.answered)
	}
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(a.body)
	return err
}
