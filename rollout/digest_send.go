package rollout

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Post is when and where the digest goes. It goes nowhere without File and Webhook.
type Post struct {
	Day      time.Weekday
	At       time.Duration // since midnight, by the clock of Location
	Location *time.Location
	File     string // {date} in it becomes the local date on which the digest was due
	Webhook  string // never logged
	Card     bool   // the webhook gets an adaptive card in place of text
	Client   *http.Client
}

// TurnStore has one of all processes do what is due; *store.Store is one.
type TurnStore interface {
	TakeTurn(ctx context.Context, name, holder string, due, now, until time.Time) (bool, error)
	EndTurn(ctx context.Context, name string, due time.Time) error
}

// CourierOptions are what a Courier is made of. Turns, Post and Overview are required.
type CourierOptions struct {
	Turns    TurnStore
	Post     func() (Post, error) // as it is configured now
	Overview func(context.Context) (Overview, error)
	Now      func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: slog.Default
	Told     func(ok bool)    // called after each attempt to deliver; nil: nobody is
}

// Courier sends the digest once a week, whichever of all processes is first. One that cannot be delivered is tried
// again, less and less often, up to a day; then that week's is given up.
type Courier struct {
	o      CourierOptions
	holder string
	done   time.Time // the newest turn that is over, as far as this process knows
	turn   time.Time // the turn that failures are counted of
	failed int
	after  time.Time // not to be tried before
}

const (
	digestTurn    = "digest"
	digestLook    = 30 * time.Second // between looks at the clock
	digestLate    = 24 * time.Hour   // after this, a digest is given up
	digestLimit   = time.Minute      // for one delivery
	digestHeld    = 90 * time.Second // at least so long the turn is one process's: a delivery, and the note of it
	digestNote    = 10 * time.Second // for the note
	digestRetry   = time.Minute      // after the first failure; doubled from then on
	digestRetries = time.Hour        // the longest wait
)

// NewCourier makes a Courier.
func NewCourier(o CourierOptions) *Courier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Told == nil {
		o.Told = func(bool) {}
	}
	return &Courier{o: o, holder: rand.Text()}
}

// Run sends digests when they are due until ctx ends.
func (c *Courier) Run(ctx context.Context) {
	tick := time.NewTicker(digestLook)
	defer tick.Stop()
	for {
		c.Tick(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Tick sends the digest if it is due. It is not safe for concurrent use.
func (c *Courier) Tick(ctx context.Context) {
	now := c.o.Now()
	p, err := c.o.Post()
	if err != nil {
		c.warn(ctx, now, "the digest's configuration cannot be used", err, "see rwsgate check")
		return
	}
	due := p.due(now)
	if p.File == "" && p.Webhook == "" || now.Sub(due) > digestLate || !due.After(c.done) || now.Before(c.after) {
		return
	}
	if !due.Equal(c.turn) {
		c.turn, c.failed = due, 0
	}
	wait := min(digestRetry<<min(c.failed, 10), digestRetries)
	mine, err := c.o.Turns.TakeTurn(ctx, digestTurn, c.holder, due, now, now.Add(max(wait, digestHeld)))
	switch {
	case err != nil:
		c.failed++
		c.warn(ctx, now, "the store does not say whether the digest was sent", err, "it is tried again")
	case !mine: // another process has it, or it is done
		c.after = now.Add(digestRetry)
	default:
		c.send(ctx, p, due, now)
	}
}

func (c *Courier) send(ctx context.Context, p Post, due, now time.Time) {
	o, err := c.post(ctx, p, due)
	c.o.Told(err == nil)
	if err != nil {
		c.failed++
		c.warn(ctx, now, "the weekly digest was not delivered", err, mendOfDelivery(err))
		return
	}
	c.done = due
	c.o.Logger.InfoContext(ctx, "the weekly digest was delivered", "due", due, "clients", len(o.Clients))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), digestNote) // also when the process ends just now
	defer cancel()
	if err := c.o.Turns.EndTurn(ctx, digestTurn, due); err != nil {
		c.o.Logger.WarnContext(ctx, "the store does not know that the digest was delivered", "cause", err, "mend", "nothing, but it may be delivered twice")
	}
}

// post writes the digest and delivers it.
func (c *Courier) post(ctx context.Context, p Post, due time.Time) (Overview, error) {
	ctx, cancel := context.WithTimeout(ctx, digestLimit)
	defer cancel()
	o, err := c.o.Overview(ctx)
	if err == nil {
		err = p.deliver(ctx, Digest(o), due)
	}
	return o, err
}

// warn logs a failure and when it is tried again.
func (c *Courier) warn(ctx context.Context, now time.Time, what string, err error, mend string) {
	c.after = now.Add(min(digestRetry<<min(max(0, c.failed-1), 10), digestRetries))
	if ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		c.o.Logger.WarnContext(ctx, what, "cause", err.Error(), "mend", mend, "next_try", c.after)
	}
}

// due gives the newest instant, not after now, at which the digest was due.
func (p *Post) due(now time.Time) time.Time {
	where := p.Location
	if where == nil {
		where = time.UTC
	}
	local := now.In(where)
	back := (int(local.Weekday()) - int(p.Day) + 7) % 7
	at := func(days int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()-days, int(p.At.Hours()), int(p.At.Minutes())%60, 0, 0, where)
	}
	if t := at(back); !t.After(now) {
		return t
	}
	return at(back + 7)
}

// deliver writes the file and posts to the webhook.
func (p *Post) deliver(ctx context.Context, digest string, due time.Time) error {
	if p.File != "" {
		if err := writeWhole(strings.ReplaceAll(p.File, "{date}", due.Format(time.DateOnly)), digest); err != nil {
			return &deliveryError{cause: err, mend: "make the folder of rollout.digest.file and let rwsgate write there"}
		}
	}
	if p.Webhook == "" {
		return nil
	}
	body, err := p.body(digest)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Webhook, bytes.NewReader(body))
	if err != nil {
		return &deliveryError{cause: errors.New("rollout.digest.webhook is no address"), mend: "write it as https://host/path"}
	}
	request.Header.Set("Content-Type", "application/json")
	client := *p.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if wire := (*url.Error)(nil); errors.As(err, &wire) {
		err = wire.Err // the rest of it is the address
	}
	if err != nil {
		return &deliveryError{cause: err, mend: "see that " + request.URL.Host + " can be reached from here, through upstream.proxy if there is one"}
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	if response.StatusCode/100 != 2 {
		return &deliveryError{cause: errors.New("the webhook at " + request.URL.Host + " answered " + strconv.Itoa(response.StatusCode)), mend: mendOfStatus(response.StatusCode)}
	}
	return nil
}

// writeWhole replaces a file in one step.
func writeWhole(name, text string) error {
	made, err := os.CreateTemp(filepath.Dir(name), ".digest-*")
	if err != nil {
		return err
	}
	_, err = made.WriteString(text)
	if closed := made.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(made.Name(), 0o640)
	}
	if err == nil {
		err = os.Rename(made.Name(), name)
	}
	if err != nil {
		_ = os.Remove(made.Name())
	}
	return err
}

// deliveryError is a digest that did not arrive. Its text holds nothing secret.
type deliveryError struct {
	cause error
	mend  string
}

// Error gives the cause.
func (e *deliveryError) Error() string { return e.cause.Error() }

// Unwrap gives the cause.
func (e *deliveryError) Unwrap() error { return e.cause }

func mendOfDelivery(err error) string {
	if d := (*deliveryError)(nil); errors.As(err, &d) {
		return d.mend
	}
	return "see that the store answers"
}

func mendOfStatus(status int) string {
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusUnauthorized, http.StatusForbidden:
		return "make a new webhook and put its address into rollout.digest.webhook_file"
	case http.StatusBadRequest:
		return "set rollout.digest.body to what the webhook takes: card for workflows of Teams, text for others"
	}
	return "nothing if it passes; it is tried again"
}

// maxPosted is the most Markdown that is posted, in bytes: Teams takes 28 KB, all in all.
const maxPosted = 20 << 10

// body gives what is posted.
func (p *Post) body(digest string) ([]byte, error) {
	if len(digest) > maxPosted {
		cut := strings.LastIndexByte(digest[:maxPosted], '\n')
		digest = digest[:cut+1] + fmt.Sprintf("\n%d more lines: rwsgate rollout digest\n", strings.Count(digest[cut+1:], "\n"))
	}
	if !p.Card {
		return json.Marshal(map[string]string{"text": digest})
	}
	return json.Marshal(map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive",
		"content": map[string]any{
			"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.2", "body": cardBlocks(digest),
			"msteams": map[string]string{"width": "Full"},
		},
	}}})
}

// cardBlocks makes a card's blocks of Markdown: cards know no headings.
func cardBlocks(digest string) []map[string]any {
	var blocks []map[string]any
	var lines []string
	flush := func() {
		if text := strings.TrimSpace(strings.Join(lines, "\n")); text != "" {
			blocks = append(blocks, map[string]any{"type": "TextBlock", "text": text, "wrap": true})
		}
		lines = nil
	}
	for line := range strings.Lines(digest) {
		line = strings.TrimSuffix(line, "\n")
		if title := strings.TrimLeft(line, "#"); title != line {
			flush()
			blocks = append(blocks, map[string]any{"type": "TextBlock", "text": strings.TrimSpace(title), "wrap": true, "weight": "Bolder", "size": "Large"})
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return blocks
}
