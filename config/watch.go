package config

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// pollEvery is how often files are looked at unless the Watcher says otherwise.
const pollEvery = 5 * time.Second

// Outcome is what an attempt to reload came to.
type Outcome struct {
	Config    *Config   // what is in force now: the new configuration, or the old one after an error
	Err       error     // why the new one is not in force: an *Error if the files are bad, else what Reloaded gave; nil if it is
	Unchanged bool      // no file has changed since the last attempt, whose Err this repeats
	Changed   []string  // keys that differ from before, "(content)" after those whose file alone does
	Restart   []string  // sentences: what differs from the start and takes effect after a restart only
	At        time.Time // when it was tried
}

// Watcher holds the configuration in force and replaces it when a file that it was read from changes: the
// configuration file, files of secrets, certificates, roots, htpasswd files. Files are compared by content, so that
// Kubernetes' symlink swaps, renames by editors and network file systems are all noticed, and a mere touch is not.
// A bad configuration never replaces a good one.
type Watcher struct {
	Every  time.Duration // between looks at the files; 0 means 5 s
	Logger *slog.Logger  // nil means none
	// Reloaded puts a good configuration into force, and hears of a bad one by Err. It is called after each attempt that
	// found a change, in order, before Current gives the new one; after an error of it the old one stays. It must not call
	// Reload. Nil means nothing.
	Reloaded func(Outcome) error

	src     Sources
	started *Config // what listeners and store were made from
	current atomic.Pointer[Config]

	mu   sync.Mutex  // one attempt at a time
	seen *fileReader // the files at the last attempt
	last Outcome
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
			w.Reload()
		}
	}
}

// Reload looks at the files at once and puts a changed configuration in force; SIGHUP and the admin API call it.
func (w *Watcher) Reload() Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.seen.changed() {
		same := w.last
		same.Unchanged, same.Changed = true, nil
		return same
	}
	cfg, problems := load(w.src)
	w.seen = cfg.files
	w.last = w.replace(cfg, problems)
	w.report(w.last)
	return w.last
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
