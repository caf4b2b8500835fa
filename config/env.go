package config

import (
	"regexp"
	"slices"
	"sort"
	"strings"
)

const envPrefix = "RWSGATE_"

// serviceLink matches the variables that Kubernetes makes for services whose names begin with rwsgate
// (kubernetes.io/docs, "Discovering services"). A variable …_PORT is one only with the value of one.
var (
	serviceLink = regexp.MustCompile(`^RWSGATE_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)
	servicePort = regexp.MustCompile(`^RWSGATE_([A-Z0-9_]+_)?PORT$`)
	serviceURL  = regexp.MustCompile(`^(tcp|udp|sctp)://`)
)

// testVariables are read by the project's own tests and checks, which also run the program.
var testVariables = []string{"RWSGATE_WCF_CASES", "RWSGATE_ODATA_CASES", "RWSGATE_LONG", "RWSGATE_POSTGRES", "RWSGATE_REQUIRE_POSTGRES", "RWSGATE_SHARED", "RWSGATE_FUZZTIME"}

type setting struct {
	key   Key
	value string
	where string
}

// fromEnv picks the settings out of an environment (NAME=value). Variables without a value count as not set, as
// container tools pass them on; the last of several with one name wins, as in the operating system.
func fromEnv(env []string) ([]setting, []Problem) {
	byName := map[string]Key{}
	var names []string
	for _, k := range Keys() {
		if k.Env != "" {
			byName[k.Env] = k
			names = append(names, k.Env)
		}
	}
	found, problems := map[string]setting{}, []Problem(nil)
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" || slices.Contains(testVariables, name) {
			continue
		}
		if k, ok := byName[name]; ok {
			found[name] = setting{k, value, name}
			continue
		}
		if !isServiceLink(name, value) {
			problems = append(problems, Problem{Where: name, Text: "unknown variable: " + suggestVariable(name, names)})
		}
	}
	settings := make([]setting, 0, len(found))
	for _, s := range found {
		settings = append(settings, s)
	}
	sort.Slice(settings, func(i, j int) bool { return settings[i].where < settings[j].where })
	sort.Slice(problems, func(i, j int) bool { return problems[i].Where < problems[j].Where })
	return settings, problems
}

func isServiceLink(name, value string) bool {
	return serviceLink.MatchString(name) || servicePort.MatchString(name) && serviceURL.MatchString(value)
}

// suggestVariable says what an unknown variable may have meant, or that it names what only the file can set.
func suggestVariable(name string, names []string) string {
	path := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, envPrefix), "__", "."))
	for _, k := range Keys() {
		base := strings.FieldsFunc(k.Path, func(r rune) bool { return r == '[' })[0]
		if k.Env == "" && (path == base || strings.HasPrefix(path, base+".")) {
			return base + " can only be set in the file"
		}
	}
	best, _ := nearest(name, names)
	return "the nearest is " + best
}
