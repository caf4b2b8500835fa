package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a webhook over HTTPS that answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	bodies []string
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil || q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/json" || q.URL.Path != "/hook/planted-secret" {
			t.Errorf("%s %s %v %v", q.Method, q.URL, q.Header, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bodies = append(r.bodies, string(body))
		http.Redirect(w, q, "/elsewhere", r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies
}

// couriers are two processes with one store.
type couriers struct {
	all  [2]*Courier
	now  time.Time
	post Post
	log  bytes.Buffer
	told map[bool]int // attempts by whether they delivered
}

func newCouriers(t *testing.T, post Post) *couriers {
	c := &couriers{post: post, told: map[bool]int{}, now: day("2026-03-01").UTC()} // a Sunday
	path := "sqlite:" + t.TempDir() + "/s.db"
	for i := range c.all {
		c.all[i] = NewCourier(CourierOptions{
			Turns: openStore(t, path), Post: func() (Post, error) { return c.post, nil }, Now: func() time.Time { return c.now },
			Logger:   slog.New(slog.NewJSONHandler(&c.log, nil)),
			Told:     func(ok bool) { c.told[ok]++ },
			Overview: func(context.Context) (Overview, error) { return NewOverview(&Plan{}, State{}, nil, nil, c.now), nil },
		})
	}
	return c
}

// pass lets time go by, both looking at the clock every half minute.
func (c *couriers) pass(t *testing.T, d time.Duration) {
	for end := c.now.Add(d); c.now.Before(end); c.now = c.now.Add(digestLook) {
		for _, one := range c.all {
			one.Tick(t.Context())
		}
	}
}

func TestTheDigestIsSentOnceAWeek(t *testing.T) {
	r := receive(t)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	c := newCouriers(t, Post{Day: time.Monday, At: 8*time.Hour + 30*time.Minute, Location: berlin, Webhook: r.URL + "/hook/planted-secret",
		File: filepath.Join(folder, "digest-{date}.md"), Client: r.Client()})
	c.pass(t, 31*time.Hour) // to Monday, 07:00 UTC
	if n := len(r.got()); n != 0 {
		t.Fatalf("%d before the time", n)
	}
	c.pass(t, 31*time.Minute)
	c.pass(t, 13*24*time.Hour)
	if n := len(r.got()); n != 2 {
		t.Fatalf("%d in two weeks", n)
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(r.got()[0]), &body); err != nil || len(body) != 1 || !strings.HasPrefix(body["text"], "# Legacy reports: who still calls, week of 2026-03-02") {
		t.Errorf("%v %v", body, err)
	}
	for _, date := range []string{"2026-03-02", "2026-03-09"} {
		text, err := os.ReadFile(filepath.Join(folder, "digest-"+date+".md"))
		if err != nil || !strings.HasPrefix(string(text), "# Legacy reports") {
			t.Errorf("%s: %v", text, err)
		}
	}
	c.pass(t, 20*24*time.Hour) // over the change of the clocks on March 29
	if n := len(r.got()); n != 5 {
		t.Errorf("%d in five weeks", n)
	}
	if strings.Contains(c.log.String(), "planted-secret") || strings.Contains(c.log.String(), "WARN") {
		t.Error(c.log.String())
	}
}

// TestADigestThatFails is tried again, less and less often, and given up after a day; the log says why and what mends
// it, and not where to.
func TestADigestThatFails(t *testing.T) {
	r := receive(t)
	c := newCouriers(t, Post{Day: time.Sunday, Webhook: r.URL + "/hook/planted-secret", Client: r.Client()})
	r.answer(http.StatusForbidden)
	c.pass(t, 5*time.Hour)
	tries := len(r.got())
	if tries < 5 || tries > 24 {
		t.Errorf("%d tries in five hours", tries)
	}
	r.answer(http.StatusAccepted)
	c.pass(t, 3*time.Hour)
	if n := len(r.got()); n != tries+1 {
		t.Errorf("%d tries after it was mended", n-tries)
	}
	if c.told[true] != 1 || c.told[false] != tries {
		t.Errorf("%v was told of %d tries", c.told, tries+1)
	}
	log := c.log.String()
	for _, want := range []string{"answered 403", "make a new webhook", "next_try", "was delivered"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	r.answer(http.StatusMovedPermanently)
	c.now = day("2026-03-08").UTC()
	before := len(r.got())
	c.pass(t, 30*time.Hour)
	given := len(r.got())
	c.pass(t, 4*24*time.Hour)
	if n := len(r.got()); given == before || n != given {
		t.Errorf("%d tries on the first day, %d later", given-before, n-given)
	}
	r.Close()
	c.now = day("2026-03-15").UTC()
	c.pass(t, time.Minute)
	c.post.Client = &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, errAway }}}
	c.pass(t, time.Hour)
	if strings.Contains(c.log.String(), "planted-secret") || !strings.Contains(c.log.String(), "can be reached from here") {
		t.Error(c.log.String())
	}
}

// TestADigestDeliveredAtTheEnd: a process that is told to end while its webhook answers notes all the same that the digest
// is delivered, so that the next one does not deliver it again.
func TestADigestDeliveredAtTheEnd(t *testing.T) {
	r := receive(t)
	c := newCouriers(t, Post{Day: time.Sunday, Webhook: r.URL + "/hook/planted-secret", Client: r.Client()})
	ctx, end := context.WithCancel(t.Context())
	way := r.Client().Transport
	c.post.Client = &http.Client{Transport: passing(func(q *http.Request) (*http.Response, error) {
		defer end()
		return way.RoundTrip(q)
	})}
	c.all[0].Tick(ctx)
	c.now = c.now.Add(time.Hour)
	c.all[1].Tick(t.Context())
	if n := len(r.got()); n != 1 {
		t.Errorf("%d deliveries:\n%s", n, c.log.String())
	}
}

// passing is a way to a webhook.
type passing func(*http.Request) (*http.Response, error)

func (p passing) RoundTrip(q *http.Request) (*http.Response, error) { return p(q) }

// TestALateStart: a process that starts long after the time does not send last week's digest.
func TestALateStart(t *testing.T) {
	r := receive(t)
	c := newCouriers(t, Post{Day: time.Friday, Webhook: r.URL + "/hook/planted-secret", Client: r.Client()})
	c.pass(t, 24*time.Hour)
	if n := len(r.got()); n != 0 {
		t.Errorf("%d on Sunday of Friday's", n)
	}
	c.post.Day, c.post.At = time.Sunday, 23*time.Hour // Monday, an hour late
	c.pass(t, time.Hour)
	if n := len(r.got()); n != 1 {
		t.Errorf("%d, one hour late", n)
	}
	c.post = Post{}
	c.pass(t, 8*24*time.Hour)
	if n := len(r.got()); n != 1 {
		t.Errorf("%d without a place to send it to", n)
	}
}

// TestAFileThatCannotBeWritten is told with its mend, and nothing is left beside it.
func TestAFileThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	c := newCouriers(t, Post{Day: time.Sunday, File: filepath.Join(folder, "missing", "digest.md")})
	c.pass(t, time.Minute)
	if !strings.Contains(c.log.String(), "make the folder of rollout.digest.file") {
		t.Error(c.log.String())
	}
	if err := os.Mkdir(filepath.Join(folder, "digest.md"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(filepath.Join(folder, "digest.md"), "x"); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
}

func TestBodies(t *testing.T) {
	long := strings.Repeat("- a line of a digest\n", 3000)
	text, err := (&Post{}).body(long)
	var body map[string]string
	if err = errors.Join(err, json.Unmarshal(text, &body)); err != nil || len(text) > 28<<10 || !strings.HasSuffix(body["text"], " more lines: rwsgate rollout digest\n") {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	card, err := (&Post{Card: true}).body("# Title\n\ntext\n- `a`\n\n## Owner\n\n- b\n")
	want := `{"attachments":[{"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","body":[` +
		`{"size":"Large","text":"Title","type":"TextBlock","weight":"Bolder","wrap":true},{"text":"text\n- ` + "`a`" + `","type":"TextBlock","wrap":true},` +
		`{"size":"Large","text":"Owner","type":"TextBlock","weight":"Bolder","wrap":true},{"text":"- b","type":"TextBlock","wrap":true}],` +
		`"msteams":{"width":"Full"},"type":"AdaptiveCard","version":"1.2"},"contentType":"application/vnd.microsoft.card.adaptive"}],"type":"message"}`
	if string(card) != want || err != nil {
		t.Errorf("%s %v", card, err)
	}
}
