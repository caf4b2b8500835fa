package cache

import (
	"time"
	"unsafe"
)

// Defaults of the answer cache (CONFIG `cache`).
const (
	DefaultMaxAnswers = 10_000
	DefaultMaxBytes   = 64 << 20
	DefaultTTL        = time.Hour
)

// answerOverhead is about what an answer costs beside its key, headers and body.
const answerOverhead = 320

// Header is one preset header of an answer. Values can be put into an http.Header as it is, without a copy.
type Header struct {
	Name   string
	Values []string
}

// Answer is a rendered answer, shared by all that get it: nobody may change it or what it points to.
type Answer struct {
	Status  int
	Headers []Header
	Body    []byte
	Note    any // what the gateway wants to know again on a hit; not counted in the bytes
}

// AnswersOptions bound an answer cache. Zero values mean the defaults; a negative MaxAnswers keeps nothing.
type AnswersOptions struct {
	MaxAnswers int
	MaxBytes   int64
	TTL        time.Duration // how long an answer is kept, whatever its key
}

// Answers keeps rendered answers, bounded in number and bytes. It is safe for concurrent use.
type Answers struct{ kept *bounded[*Answer] }

// NewAnswers makes an empty answer cache.
func NewAnswers(o AnswersOptions) *Answers {
	if o.MaxAnswers == 0 {
		o.MaxAnswers = DefaultMaxAnswers
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.TTL <= 0 {
		o.TTL = DefaultTTL
	}
	return &Answers{newBounded[*Answer](o.MaxAnswers, o.MaxBytes, o.TTL)}
}

// Get gives the answer kept under key. It allocates nothing.
func (a *Answers) Get(key string) (*Answer, bool) { return a.kept.get(key) }

// GetBytes is Get for a key that was built in a reused buffer: the key is neither kept nor copied.
func (a *Answers) GetBytes(key []byte) (*Answer, bool) {
	return a.kept.get(unsafe.String(unsafe.SliceData(key), len(key)))
}

// Put keeps an answer; the key must name everything the answer depends on. It says whether the answer was kept: one of
// more than an eighth of the bytes is not.
func (a *Answers) Put(key string, answer *Answer) bool {
	return a.kept.put(key, answer, answer.size()+int64(len(key)))
}

// Stats gives the counters.
func (a *Answers) Stats() Stats { return a.kept.stats() }

func (a *Answer) size() int64 {
	n := answerOverhead + cap(a.Body)
	for _, h := range a.Headers {
		n += len(h.Name) + 64
		for _, v := range h.Values {
			n += len(v) + 16
		}
	}
	return int64(n)
}
