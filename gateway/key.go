package gateway

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"rwsgate/odata"
)

// rareHeader is the longest header value that may take part in a cache key.
const rareHeader = 300

// answerKey names everything that an answer depends on. It is false for what is rare or odd, which is answered without
// the cache: other methods, entity tags, odd charsets, a named API version, very long headers. The key is appended to b.
func answerKey(b []byte, r *http.Request, k *call, version int64, now time.Time) ([]byte, bool) {
	h := r.Header
	charset := h.Get("Accept-Charset")
	dsv := h.Get("Dataserviceversion")
	switch {
	case r.Method != http.MethodGet, k.front.Versioned,
		h.Get("If-Match") != "", h.Get("If-None-Match") != "",
		charset != "" && !strings.EqualFold(charset, "utf-8"),
		len(k.front.Accept) > rareHeader, len(dsv) > rareHeader, len(k.front.MaxDataServiceVersion) > rareHeader:
		return nil, false
	}
	for _, part := range [...]string{
		k.tenant.ID, k.zone.Name(), k.front.Accept, dsv, k.front.MaxDataServiceVersion,
		k.scheme(), k.host(), k.root, k.front.Path, k.front.RawQuery,
	} {
		b = append(append(b, part...), 0)
	}
	b = strconv.AppendInt(b, int64(k.delay), 36)
	b = strconv.AppendInt(append(b, 0), k.settings.generation, 36)
	b = strconv.AppendInt(append(b, 0), version, 36)
	b = strconv.AppendInt(append(b, 0), int64(k.zone.Today(now)), 36)
	if acceptsGzip(h.Get("Accept-Encoding")) {
		b = append(b, 'z')
	}
	return b, true
}

// odataRequest is the request as OData sees it: behind the service root, with what the front left of it.
func odataRequest(r *http.Request, k *call) odata.Request {
	h, origin := r.Header, k.scheme()+"://"+k.host()
	return odata.Request{
		Method:                r.Method,
		ServiceRoot:           origin + k.root,
		Base:                  origin + basePath,
		Path:                  k.front.Path,
		RawQuery:              k.front.RawQuery,
		Accept:                k.front.Accept,
		AcceptCharset:         h.Get("Accept-Charset"),
		AcceptLanguage:        h.Get("Accept-Language"),
		DataServiceVersion:    h.Get("Dataserviceversion"),
		MaxDataServiceVersion: k.front.MaxDataServiceVersion,
		IfMatch:               h.Get("If-Match"),
		IfNoneMatch:           h.Get("If-None-Match"),
	}
}
