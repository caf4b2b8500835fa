package admin

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rwsgate/rollout"
)

// TestACallerThatHangsUpIsNoError pins that the log keeps its errors for faults of ours.
func TestACallerThatHangsUpIsNoError(t *testing.T) {
	var said bytes.Buffer
	h := Handler(Options{
		Log:   slog.New(slog.NewTextHandler(&said, nil)),
		Usage: func(ctx context.Context, _ time.Time) ([]rollout.Client, error) { return nil, ctx.Err() },
	})
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/usage", nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestTimeout || said.Len() > 0 {
		t.Errorf("status %d, the log says %q", w.Code, &said)
	}
}
