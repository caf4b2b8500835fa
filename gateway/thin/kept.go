package thin

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"rwsgate/cache"
	"rwsgate/gateway"
)

const (
	fresh      = 3 * time.Second      // how long an answer is given again without asking
	keptFor    = 365 * 24 * time.Hour // while the central gateway is away
	maxSenders = 1000
)

// digest is a keyed hash of a credential, or of all that an answer depends on.
type digest [sha256.Size]byte

func (s *Sidecar) digest(parts ...string) (d digest) {
	m := hmac.New(sha256.New, s.secret[:])
	for _, part := range parts {
		m.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	m.Sum(d[:0])
	return d
}

// kept are the last answers. Those of a credential count only as long as it is not refused.
type kept struct {
	answers *cache.Answers

	mu      sync.Mutex
	epoch   uint64
	senders map[digest]*sender
}

// sender is what is known of a credential, the zero digest standing for none.
type sender struct {
	epoch   uint64         // of its kept answers; older ones are barred
	rollout []cache.Header // of the last answer that it got
}

func newKept(answers int, bytes int64) *kept {
	return &kept{
		answers: cache.NewAnswers(cache.AnswersOptions{MaxAnswers: answers, MaxBytes: bytes, TTL: keptFor}),
		senders: map[digest]*sender{},
	}
}

// of gives what is known of a credential. When there are too many, all are forgotten, and with them their answers.
func (k *kept) of(who digest) *sender {
	known := k.senders[who]
	if known == nil {
		k.epoch++
		if len(k.senders) >= maxSenders {
			clear(k.senders)
		}
		known = &sender{epoch: k.epoch}
		k.senders[who] = known
	}
	return known
}

// epochOf is the epoch of a credential's answers.
func (k *kept) epochOf(who digest) uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.of(who).epoch
}

// bar makes the kept answers of a credential unusable for good.
func (k *kept) bar(who digest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.epoch++
	k.of(who).epoch = k.epoch
}

func (k *kept) sawRollout(who digest, headers []cache.Header) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of(who).rollout = headers
}

func (k *kept) rolloutOf(who digest) []cache.Header {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.of(who).rollout
}

// dependsOn are the request headers that an answer depends on, or the phase of its client.
var dependsOn = [...]string{
	"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Dataserviceversion", "If-Match", "If-None-Match",
	"Maxdataserviceversion", "User-Agent", "X-Rws-Version", "X-Timezone",
}

// key names everything that the answer to a call depends on: a client has its own by credential, agent and address.
func (s *Sidecar) key(c *call) string {
	parts := make([]string, 0, 8+len(dependsOn))
	parts = append(parts, string(c.sender[:]), strconv.FormatUint(s.kept.epochOf(c.sender), 36), c.origin.Scheme, c.origin.Host,
		c.origin.Address.String(), c.URL.EscapedPath(), c.URL.RawQuery)
	for _, name := range dependsOn {
		values := c.Header[name]
		parts = append(parts, strconv.Itoa(len(values))+":"+strings.Join(values, "\x00"))
	}
	d := s.digest(parts...)
	return string(d[:])
}

// keeping is what belongs to a kept answer beside its bytes.
type keeping struct {
	at       time.Time
	answered string // X-Rwsgate-Answer, empty if it is no report's
	kind     gateway.Kind
}

// found is a kept answer.
type found struct {
	*cache.Answer
	keeping
}

// find gives the kept answer to a call, nil if there is none. Only what was asked for with a credential is kept.
func (s *Sidecar) find(c *call) *found {
	if !c.keepable() {
		return nil
	}
	a, ok := s.kept.answers.Get(s.key(c))
	if !ok {
		return nil
	}
	k, _ := a.Note.(keeping)
	return &found{a, k}
}

func (c *call) keepable() bool {
	return c.Method == "GET" && c.root != "" && c.sender != digest{}
}

// keep holds on to a good answer. The key is that of before the request: what was refused meanwhile stays refused.
func (s *Sidecar) keep(key string, a *answer) {
	s.kept.answers.Put(key, &cache.Answer{
		Status: a.status, Headers: a.headers, Body: a.body,
		Note: keeping{at: s.Now(), answered: a.answered, kind: a.kind},
	})
}

// again gives a kept answer once more, with a request id of its own.
func (s *Sidecar) again(f *found) *answer {
	age := s.Now().Sub(f.at)
	a := &answer{from: fromKept, id: uuid.NewString(), status: f.Status, headers: f.Headers, body: f.Body, kind: f.kind}
	word := "hit"
	if age >= fresh {
		a.from, word = fromStale, "stale"
	}
	a.answered = continued(f.answered, word, age)
	return a
}

// continued is the value of X-Rwsgate-Answer some time later: how it was answered now, and its age by then.
func continued(answered, word string, later time.Duration) string {
	_, rest, ok := strings.Cut(answered, ";")
	if !ok {
		return ""
	}
	parts := strings.Split(rest, ";")
	for i, part := range parts {
		seconds, isAge := strings.CutPrefix(strings.TrimSpace(part), "age=")
		if n, err := strconv.ParseInt(seconds, 10, 64); isAge && err == nil {
			parts[i] = " age=" + strconv.FormatInt(n+int64(max(0, later).Seconds()), 10)
		}
	}
	return word + ";" + strings.Join(parts, ";")
}
