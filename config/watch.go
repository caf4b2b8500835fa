package config

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pollEvery = 5 * time.Second // how often files are looked at unless the Watcher says otherwise
	tryEvery  = time.Minute     // the longest until what could not be put into force is tried again
	tellMost  = 8               // different reasons that the log hears of until something changes
)

// Outcome is what an attempt to reload came to.
type Outcome struct {
	Config    *Config   // what is in force now: the new configuration, or the old one after an error
	Err       error     // why the new one is not in force: an *Error if the files are bad, else what Reloaded gave; nil if it is
	Unchanged bool      // no file has changed since the last attempt, whose Err this repeats; nothing was tried
	Changed   []string  // keys that differ from before, "(content)" after those whose file alone does
	Restart   []string  // sentences: what differs from the start and takes effect after a restart only
	At        time.Time // when it was tried
}

// Watcher holds the configuration in force and replaces it when a file that it was read from changes: the
// configuration file, files of secrets, certificates, roots, htpasswd files. Files are compared by content, so that
// Kubernetes' symlink swaps, renames by editors and network file systems are all noticed, and a mere touch is not.
// A bad configuration never replaces a good one. One that is good and could not be put into force is tried again, though
// no file changes: what hindered it may be over.
type Watcher struct {
	Every  time.Duration // between looks at the files; 0 means 5 s
	Logger *slog.Logger  // nil means none
	// Reloaded puts a good configuration into force, and hears of a bad one by Err. It is called after each attempt, in
	// order, before Current gives the new one; after an error of it the old one stays. It must not call Reload. Nil means
	// nothing.
	Reloaded func(Outcome) error

	src     Sources
	started *Config // what listeners and store were made from
	current atomic.Pointer[Config]

	mu    sync.Mutex  // one attempt at a time
	seen  *fileReader // the files at the last attempt
	last  Outcome
	pause int             // looks at the files between two attempts, while none succeeds
	left  int             // of these, until the next
	told  map[string]bool // reasons that the log has heard of since something changed
}

// NewWatcher loads the configuration for the first time, as generation 1. Set the exported fields before Run.
func NewWatcher(src Sources) (*Watcher, error) {
	cfg, err := Load(src)
	if err != nil {
		return nil, err
	}
	cfg.generation = 1
	w := &Watcher{src: src, started: cfg, seen: cfg.files}
	w.current.Store(cfg)
	w.last = Outcome{Config: cfg, At: w.now()}
	return w, nil
}

// Current gives the configuration in force, without waiting.
func (w *Watcher) Current() *Config { return w.current.Load() }

// Last gives the outcome of the last attempt: the source of two gauges, whether it succeeded and when it was.
func (w *Watcher) Last() Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Run looks at the files until ctx ends.
func (w *Watcher) Run(ctx context.Context) {
	every := w.Every
	if every <= 0 {
		every = pollEvery
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			w.attempt(int(tryEvery/every), false)
		}
	}
}

// Reload looks at the files at once and puts a changed configuration in force, and one that could not be; SIGHUP and the
// admin API call it.
func (w *Watcher) Reload() Outcome { return w.attempt(0, true) }

// attempt looks at the files. What could not be put into force is tried again at the next look, then twice as many looks
// later each time, at most so many; at once if asked.
func (w *Watcher) attempt(most int, asked bool) Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.seen.changed():
		w.pause, w.told = 0, nil
	case !w.due(asked):
		same := w.last
		same.Unchanged, same.Changed = true, nil
		return same
	}
	cfg, problems := load(w.src)
	w.seen = cfg.files
	w.last = w.replace(cfg, problems)
	if w.hindered() {
		w.pause = max(1, min(2*w.pause, most))
		w.left = w.pause
	}
	w.report(w.last)
	return w.last
}

// hindered says whether the last configuration was good and could not be put into force.
func (w *Watcher) hindered() bool {
	var bad *Error
	return w.last.Err != nil && !errors.As(w.last.Err, &bad)
}

// due says whether one that was hindered is tried again now.
func (w *Watcher) due(asked bool) bool {
	if !w.hindered() {
		return false
	}
	w.left--
	return asked || w.left <= 0
}

func (w *Watcher) replace(cfg *Config, problems []Problem) Outcome {
	old, now := w.current.Load(), w.now()
	refused := func(err error) Outcome {
		return Outcome{Config: old, Err: err, Restart: w.last.Restart, At: now}
	}
	put := w.Reloaded
	if put == nil {
		put = func(Outcome) error { return nil }
	}
	if len(problems) == 0 {
		problems = cfg.emptied(old)
	}
	if len(problems) > 0 {
		o := refused(&Error{problems})
		_ = put(o) // its own error is known already
		return o
	}
	cfg.generation = old.generation + 1
	o := Outcome{Config: cfg, Changed: changes(old, cfg), Restart: restarts(w.started, cfg), At: now}
	if err := put(o); err != nil {
		return refused(err)
	}
	w.current.Store(cfg)
	return o
}

func (w *Watcher) report(o Outcome) {
	switch {
	case w.Logger == nil:
	case o.Err != nil:
		if w.told[o.Err.Error()] || len(w.told) >= tellMost {
			return
		}
		if w.told == nil {
			w.told = map[string]bool{}
		}
		w.told[o.Err.Error()] = true
		w.Logger.Error("the changed configuration cannot be used, the old one stays in force", "generation", o.Config.generation, "error", o.Err.Error())
	default:
		w.Logger.Info("a changed configuration is in force", "generation", o.Config.generation, "changed", o.Changed)
		for _, r := range o.Restart {
			w.Logger.Warn("a change waits for a restart", "change", r)
		}
	}
}

func (w *Watcher) now() time.Time {
	if w.src.Now == nil {
		return time.Now()
	}
	return w.src.Now()
}
