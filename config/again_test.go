package config

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatWasHinderedIsTriedAgain pins that a good configuration which could not be put into force is tried again without a
// change of a file, ever more slowly, and comes into force by itself; that the log hears of each reason once; and that a
// configuration which is bad by itself is not tried again.
func TestWhatWasHinderedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log bytes.Buffer
		var tried []time.Duration
		content, hindrance, began := fmt.Sprintf(watched, "info"), error(nil), time.Now()
		w, err := NewWatcher(Sources{File: "rwsgate.yml", ReadFile: func(name string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if name == "rwsgate.yml" {
				return []byte(content), nil
			}
			return []byte("x"), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		w.Logger = slog.New(slog.NewTextHandler(&log, nil))
		w.Reloaded = func(o Outcome) error {
			mu.Lock()
			defer mu.Unlock()
			tried = append(tried, time.Since(began))
			return hindrance
		}
		go w.Run(t.Context())
		for _, step := range []struct {
			name, content string
			hindrance     error
			wait          time.Duration
			tried, told   int
			level         string
		}{
			{"no descriptors", fmt.Sprintf(watched, "warn"), errors.New("too many open files"), 10 * time.Minute, 13, 1, "info"},
			{"another reason", "", errors.New("no such host"), 10 * time.Minute, 10, 1, "info"},
			{"the first again", "", errors.New("too many open files"), 10 * time.Minute, 10, 0, "info"},
			{"over", "", nil, time.Minute, 1, 1, "warn"},
			{"and that is that", "", nil, time.Hour, 0, 0, "warn"},
			{"bad by itself", fmt.Sprintf(watched, "["), nil, time.Hour, 1, 1, "warn"},
			{"hindered anew", fmt.Sprintf(watched, "debug"), errors.New("too many open files"), 30 * time.Second, 3, 1, "warn"},
			{"good", fmt.Sprintf(watched, "error"), nil, 5 * time.Second, 1, 1, "error"},
		} {
			mu.Lock()
			if step.content != "" {
				content = step.content
			}
			hindrance, began, tried = step.hindrance, time.Now(), nil
			log.Reset()
			mu.Unlock()
			time.Sleep(step.wait)
			synctest.Wait()
			if told := strings.Count(log.String(), "\n"); len(tried) != step.tried || told != step.told || w.Current().Log.Level != step.level {
				t.Errorf("%s: tried after %v, level %s, told:\n%s", step.name, tried, w.Current().Log.Level, log.String())
			}
		}
	})
}

// TestReloadTriesWhatWasHindered pins that who asks for a reload does not wait for the rhythm.
func TestReloadTriesWhatWasHindered(t *testing.T) {
	d, src := watchedDirectory(t)
	w, err := NewWatcher(src)
	if err != nil {
		t.Fatal(err)
	}
	hindrance := errors.New("too many open files")
	w.Reloaded = func(Outcome) error { return hindrance }
	d.write("users", "b:$2y$05$x\n")
	for range 3 {
		if o := w.Reload(); !errors.Is(o.Err, hindrance) || o.Unchanged {
			t.Errorf("got %+v", o)
		}
	}
	hindrance = nil
	if o := w.Reload(); o.Err != nil || o.Unchanged || w.Current().Generation() != 2 {
		t.Errorf("got %+v", o)
	}
	if o := w.Reload(); o.Err != nil || !o.Unchanged {
		t.Errorf("got %+v", o)
	}
}
