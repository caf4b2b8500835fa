// Package traffic reads what others recorded of legacy clients: HAR files, logs of proxies and web servers, lists of
// URLs. It recognises them by content, reads them as a stream, and never keeps what proves who somebody is.
package traffic

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// Kind is a form of recording.
type Kind string

// The kinds.
const (
	HAR      Kind = "HAR"
	W3C      Kind = "W3C extended log"       // IIS, Exchange, TMG, Blue Coat
	Combined Kind = "common or combined log" // Apache, nginx
	Squid    Kind = "Squid's native log"
	List     Kind = "list of URLs"
)

// Request is a recorded request.
type Request struct {
	Line    int         // of the file, or the number of the entry in a HAR, from 1
	At      time.Time   // zero: not recorded
	Method  string      // never empty
	URL     string      // whole, or a path with its query; in a list also what follows the service root
	Header  http.Header // only what changes an answer, and User-Agent; never a credential
	User    string      // who authenticated; empty: not recorded
	Address string      // of the client; empty: not recorded
	Answer  *Answer     // nil: not recorded
}

// Answer is what was answered, as far as it was recorded.
type Answer struct {
	Status      int    // 0: not recorded
	ContentType string // empty: not recorded
	Version     string // DataServiceVersion
	Body        []byte
	HasBody     bool // Body is the whole body
}

// Reader reads the requests of a recording one by one. It holds no more than one of them.
type Reader struct {
	kind       Kind
	next       func() (Request, error)
	lines      *lineReader // nil for a HAR
	unreadable int
	first      int
}

// Kind says what the recording was recognised as.
func (r *Reader) Kind() Kind { return r.kind }

// Unreadable gives the number of lines that are none of this kind of recording, and the first of them.
func (r *Reader) Unreadable() (count, first int) { return r.unreadable, r.first }

// Next gives the next request; io.EOF after the last. Any other error ends the recording too: it was cut off, or is
// damaged.
func (r *Reader) Next() (Request, error) { return r.next() }

// errLine is a line that is none of its kind of recording; errNone one that holds no request.
var (
	errLine = errors.New("unreadable line")
	errNone = errors.New("no request")
)

// byLine makes Next of a function that reads one line.
func (r *Reader) byLine(read func(line string) (Request, error)) func() (Request, error) {
	return func() (Request, error) {
		for {
			line, err := r.lines.next()
			if errors.Is(err, errLine) {
				r.refuse()
				continue
			}
			if err != nil {
				return Request{}, err
			}
			q, err := read(line)
			switch {
			case errors.Is(err, errNone):
			case err != nil:
				r.refuse()
			default:
				q.Line = r.lines.number
				return q, nil
			}
		}
	}
}

func (r *Reader) refuse() {
	if r.unreadable++; r.unreadable == 1 {
		r.first = r.lines.number
	}
}

// ErrUnknown is the error of Open for what is no recording of a known kind.
var ErrUnknown = errors.New("this is no HAR, no log in a form that is known, and no list of URLs")

// Open recognises a recording, compressed by gzip or not, in UTF-8 or UTF-16, and gives its reader.
func Open(from io.Reader) (*Reader, error) {
	text, err := plain(from)
	if err != nil {
		return nil, err
	}
	kind, err := recognise(text)
	if err != nil {
		return nil, err
	}
	r := &Reader{kind: kind}
	if kind == HAR {
		r.next = readHAR(text)
		return r, nil
	}
	r.lines = &lineReader{from: text}
	switch kind {
	case W3C:
		r.next = r.byLine(new(w3c).read)
	case Combined:
		r.next = r.byLine(readCombined)
	case Squid:
		r.next = r.byLine(readSquid)
	case List:
		r.next = r.byLine(readListed)
	}
	return r, nil
}
