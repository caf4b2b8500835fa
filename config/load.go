package config

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Sources is where a configuration comes from. The zero Sources gives the defaults alone.
type Sources struct {
	File  string         // used when neither --config nor RWSGATE_CONFIG names one; empty: none
	Env   []string       // as of os.Environ
	Flags *pflag.FlagSet // with the flags of AddFlags; nil: none

	ReadFile func(name string) ([]byte, error)         // nil means os.ReadFile
	Now      func() time.Time                          // for the times of reloads; nil means time.Now
	Zone     func(name string) (*time.Location, error) // what X-timezone accepts, aliases aside; nil means the embedded zones
	Adjust   func(*Config)                             // what the program adds before validation, as the demo does; may ask Given; nil means nothing
	NoTenant bool                                      // for commands that only need the store or the admin address
}

// Load reads, merges and validates a configuration: flags over environment over file over defaults. Every error is an
// *Error with all that was found, and holds no secret.
func Load(src Sources) (*Config, error) {
	cfg, problems := load(src)
	if len(problems) > 0 {
		return nil, &Error{problems}
	}
	return cfg, nil
}

func load(src Sources) (*Config, []Problem) {
	cfg, problems := merge(src)
	problems = append(problems, readTwins(cfg)...)
	if src.Adjust != nil {
		src.Adjust(cfg)
	}
	cfg.complete()
	return cfg, cfg.settle(sorted(withoutEchoes(problems, cfg.check(src))))
}

// merge puts the layers over each other.
func merge(src Sources) (*Config, []Problem) {
	cfg := Default()
	cfg.origins = origins{}
	cfg.files = newFileReader(src.ReadFile)
	env, problems := fromEnv(src.Env)
	flags := fromFlags(src.Flags)
	cfg.Run.File = fileName(src.File, env, flags)
	if cfg.Run.File != "" {
		problems = append(problems, mergeFile(cfg, cfg.Run.File)...)
	}
	problems = append(problems, apply(cfg, env, layerEnv)...)
	problems = append(problems, apply(cfg, flags, layerFlag)...)
	return cfg, problems
}

func fileName(name string, layers ...[]setting) string {
	for _, l := range layers {
		for _, s := range l {
			if s.key.Run && s.key.Path == "config" {
				name = s.value
			}
		}
	}
	return name
}

func mergeFile(cfg *Config, name string) []Problem {
	data, err := cfg.files.read(name)
	if err != nil {
		return []Problem{{Where: name, Text: "the configuration file " + fileTrouble(err)}}
	}
	dir := filepath.Dir(name)
	cfg.Store.Path = resolve(dir, cfg.Store.Path) // the default store too lies beside the file, wherever a command starts
	d := &decoder{file: name, dir: dir, origins: cfg.origins}
	root, line, err := parseYAML(data)
	if err != nil {
		d.problem(line, "", "the configuration file "+err.Error())
		return d.problems
	}
	if root != nil {
		d.root(root, cfg)
	}
	return d.problems
}

// withoutEchoes adds what validation found, but not what only follows from an error already found in the same key or
// around it.
func withoutEchoes(problems, found []Problem) []Problem {
	first := problems
	for _, p := range found {
		if !echoes(p, first) {
			problems = append(problems, p)
		}
	}
	return problems
}

func echoes(p Problem, of []Problem) bool {
	for _, o := range of {
		if o.Key == "" && o.Where != "" && !strings.HasPrefix(o.Where, envPrefix) {
			return true // the file could not be read at all
		}
		if o.Key != "" && p.Key != "" && (within(o.Key, p.Key) || within(p.Key, o.Key)) {
			return true
		}
	}
	return false
}

func within(outer, inner string) bool {
	rest, ok := strings.CutPrefix(inner, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[' || rest == "_file")
}

// sorted brings problems into the order of the file; those of other sources follow as they were found.
func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		switch {
		case a.line == b.line:
			return 0
		case a.line == 0:
			return 1
		case b.line == 0:
			return -1
		}
		return a.line - b.line
	})
	return problems
}
