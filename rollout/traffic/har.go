package traffic

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxEntry is how much of a HAR one entry may take, in bytes.
const maxEntry = 16 << 20

// harEntry is what is read of an entry (HAR 1.2); cookies and posted data are not.
type harEntry struct {
	Started string `json:"startedDateTime"`
	Client  string `json:"clientIPAddress"`
	Request struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Headers []harHeader `json:"headers"`
	} `json:"request"`
	Response struct {
		Status  int         `json:"status"`
		Headers []harHeader `json:"headers"`
		Content struct {
			MimeType string  `json:"mimeType"`
			Text     *string `json:"text"`
			Encoding string  `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

type harHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// readHAR gives Next of a HAR. Entries are decoded one by one.
func readHAR(from io.Reader) func() (Request, error) {
	m := &meter{from: from}
	d := json.NewDecoder(m)
	number := 0
	var ended error
	return func() (Request, error) {
		if ended == nil && number == 0 {
			m.left = maxEntry
			ended = descend(d, m, "log", "entries")
		}
		for ended == nil {
			m.left = maxEntry
			if !d.More() {
				ended = closed(d)
				break
			}
			var e harEntry
			if err := d.Decode(&e); err != nil {
				ended = fmt.Errorf("entry %d of the HAR: %w", number+1, damage(err))
				break
			}
			number++
			if e.Request.URL == "" {
				continue
			}
			return e.request(number), nil
		}
		return Request{}, ended
	}
}

// closed says how the entries end: a HAR that was cut off ends without a bracket.
func closed(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the HAR: %w", damage(err))
	}
	return io.EOF
}

// damage keeps the text of a decoder's error free of what was decoded.
func damage(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, errEntry):
		return errEntry
	case errors.As(err, &kind):
		return fmt.Errorf("%s is of the wrong type", kind.Field)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is cut off")
	}
	return errors.New("it is no valid JSON")
}

var errEntry = fmt.Errorf("it is longer than %d MiB", maxEntry>>20)

// meter bounds how much is read for one value.
type meter struct {
	from io.Reader
	left int
}

// Read reads as long as there is room.
func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errEntry
	}
	n, err := m.from.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// descend goes into the array that stands under names in nested objects.
func descend(d *json.Decoder, m *meter, names ...string) error {
	for _, name := range names {
		if t, err := d.Token(); err != nil || t != json.Delim('{') {
			return fmt.Errorf("it is JSON, but no HAR: no %s", name)
		}
		for {
			m.left = maxEntry
			t, err := d.Token()
			if err != nil || t == json.Delim('}') {
				return fmt.Errorf("it is JSON, but no HAR: no %s", name)
			}
			if t == name {
				break
			}
			var other json.RawMessage
			if err := d.Decode(&other); err != nil {
				return fmt.Errorf("the HAR: %w", damage(err))
			}
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("it is JSON, but no HAR: entries are no list")
	}
	return nil
}

func (e *harEntry) request(number int) Request {
	q := Request{Line: number, Method: e.Request.Method, URL: e.Request.URL, Address: e.Client}
	if !isMethod(q.Method) {
		q.Method = http.MethodGet
	}
	q.At, _ = time.Parse(time.RFC3339Nano, e.Started) // zero if it is none
	for _, h := range e.Request.Headers {
		q.keep(h.Name, h.Value)
	}
	if e.Response.Status > 0 {
		q.Answer = e.answer(IsService(q.URL))
	}
	return q
}

func (e *harEntry) answer(withBody bool) *Answer {
	a := &Answer{Status: e.Response.Status, ContentType: e.Response.Content.MimeType}
	for _, h := range e.Response.Headers {
		switch strings.ToLower(h.Name) {
		case "content-type":
			a.ContentType = h.Value
		case "dataserviceversion":
			a.Version = h.Value
		}
	}
	if text := e.Response.Content.Text; text != nil && withBody {
		a.Body, a.HasBody = []byte(*text), true
		if e.Response.Content.Encoding == "base64" {
			body, err := base64.StdEncoding.DecodeString(*text)
			a.Body, a.HasBody = body, err == nil
		}
	}
	return a
}

// IsService says whether a URL or path looks like one of the legacy service.
func IsService(url string) bool {
	path, _, _ := strings.Cut(url, "?")
	return strings.Contains(strings.ToLower(path), "/reporting.svc")
}
