package config

import (
	"fmt"
	"strings"
	"testing"
)

func load1(t *testing.T, content string) string {
	t.Helper()
	_, err := Load(Sources{File: "rwsgate.yml", ReadFile: func(string) ([]byte, error) { return []byte(content), nil }})
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

// TestHostileFiles reads files made to exhaust the reader; each must end in one clear sentence.
func TestHostileFiles(t *testing.T) {
	var merges, lists strings.Builder
	merges.WriteString("a0: &a0 { listen: x }\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&merges, "a%d: &a%d { <<: [%s] }\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 40)+fmt.Sprintf("*a%d", i-1))
	}
	merges.WriteString("log: *a8\n")
	lists.WriteString("tenants:\n  - principals: &p [" + strings.Repeat("x, ", 300) + "x]\n")
	lists.WriteString(strings.Repeat("  - principals: *p\n", 1000))
	for _, c := range []struct{ name, content, want string }{
		{"merges", merges.String(), "the configuration file unfolds into too many values: use fewer aliases (*)"},
		{"lists", lists.String(), "the configuration file unfolds into too many values: use fewer aliases (*)"},
		{"brackets", strings.Repeat("[", 1<<20), "rwsgate.yml:1: the configuration file is nested too deeply"},
		{"dashes", strings.Repeat("- ", 1<<20), "rwsgate.yml:1: the configuration file is nested too deeply"},
		{"question marks", strings.Repeat("? ", 1<<20), "rwsgate.yml:1: the configuration file is nested too deeply"},
		{"size", strings.Repeat("# x\n", 1<<20) + "#", "rwsgate.yml: the configuration file is larger than 4 MiB"},
		{"merging itself", "log: &l { <<: *l, level: info }\n", "rwsgate.yml:1: log: merges (<<) too many levels deep, or something that is no mapping"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := load1(t, c.content); !strings.Contains(got, c.want) {
				t.Errorf("got %.2000s", got)
			}
		})
	}
}
