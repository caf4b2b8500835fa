package command

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rwsgate/config"
)

const cliHead = `# Commands

Exit codes: 0, 1 for a failure or a finding, 2 for a wrong call, 3 from
` + "`rollout evidence`" + ` while its criteria are not met. Commands that touch a running rwsgate speak to its admin listener
first, to the store if none answers. ` + "`(keys)`" + ` stands for the flags of all configuration keys, in
[configuration.md](configuration.md); ` + "`--config FILE`" + ` is the usual one. On
Windows there is ` + "`rwsgate service`" + ` besides: [standalone.md](standalone.md).

This page is generated: ` + "`go test ./command -run CommandsPage -update`" + `.
`

// TestCommandsPage holds docs/cli.md to the commands.
func TestCommandsPage(t *testing.T) {
	const page = "../docs/cli.md"
	var b strings.Builder
	b.WriteString(cliHead)
	describeCommand(&b, newRoot())
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != b.String() {
		t.Errorf("docs/cli.md is not what the commands say (error %v); see its head", err)
	}
}

func describeCommand(b *strings.Builder, c *cobra.Command) {
	if !c.HasSubCommands() {
		fmt.Fprintf(b, "\n## %s\n\n%s\n", c.CommandPath(), fenceIndented(strings.TrimSpace(cmp.Or(c.Long, c.Short+"."))))
		fmt.Fprintf(b, "\n```\n%s\n```\n", strings.Replace(c.UseLine(), "[flags]", flagsOf(c), 1))
		describeFlags(b, c)
		if c.Example != "" {
			fmt.Fprintf(b, "\nExamples:\n\n```\n%s\n```\n", strings.ReplaceAll(strings.Trim(c.Example, "\n"), "\n  ", "\n")[2:])
		}
	}
	for _, child := range c.Commands() {
		if !child.Hidden && child.Name() != "help" && child.Name() != "completion" && child.Name() != "service" {
			describeCommand(b, child)
		}
	}
}

// fenceIndented puts runs of indented lines, which are tables of the terminal, into fences.
func fenceIndented(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != inside {
			b.WriteString(map[bool]string{true: "```text\n", false: "```\n"}[indented])
			inside = indented
		}
		b.WriteString(strings.TrimPrefix(line, "  ") + "\n")
	}
	if inside {
		b.WriteString("```\n")
	}
	return strings.TrimSpace(b.String())
}

// keyFlags are the flags of the configuration's keys.
func keyFlags() *pflag.FlagSet {
	keys := pflag.NewFlagSet("keys", pflag.ContinueOnError)
	config.AddFlags(keys)
	return keys
}

func flagsOf(c *cobra.Command) string {
	keys, own, takesKeys := keyFlags(), false, false
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if keys.Lookup(f.Name) != nil {
			takesKeys = true
		} else if f.Name != "help" {
			own = true
		}
	})
	var parts []string
	if own {
		parts = append(parts, "[flags]")
	}
	if takesKeys {
		parts = append(parts, "[(keys)]")
	}
	return strings.Join(parts, " ")
}

func describeFlags(b *strings.Builder, c *cobra.Command) {
	keys, begun := keyFlags(), false
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if keys.Lookup(f.Name) != nil || f.Name == "help" || f.Hidden {
			return
		}
		if !begun {
			b.WriteString("\n| flag | default | |\n|---|---|---|\n")
			begun = true
		}
		kind, usage := pflag.UnquoteUsage(f)
		name := strings.TrimSpace("--" + f.Name + " " + kind)
		value := f.DefValue
		if value == "false" || value == "[]" {
			value = ""
		}
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, value, strings.ReplaceAll(usage, "|", "\\|"))
	})
}
