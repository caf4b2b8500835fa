package command

import (
	"flag"
	"os"
	"testing"

	"rwsgate/config"
)

var update = flag.Bool("update", false, "write the generated pages anew")

const configurationHead = `# Configuration

Every key of the configuration file, with its environment variable, its flag and its default. A flag wins over the
environment, the environment over the file, the file over the default. Unknown keys are errors with their line. Lists and
mappings live in the file only; relative paths are relative to the file. Every secret has a twin that ends in ` + "`_file`" + `.
SIGHUP, ` + "`POST /api/reload`" + ` or a changed file reads the configuration again; a bad one changes nothing.

This page is generated: ` + "`go test ./command -run ConfigurationPage -update`" + `.

`

func TestConfigurationPage(t *testing.T) {
	const page = "../docs/configuration.md"
	want := configurationHead + config.Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("docs/configuration.md is not what the keys say (error %v); see its last line", err)
	}
}
