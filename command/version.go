package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rwsgate/translate/graph"
)

// version and commit are set by the linker in releases.
var (
	version = "dev"
	commit  = ""
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of rwsgate, Go, the Graph SDK and the time zone data",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			v := versions()
			_, err := fmt.Fprintf(c.OutOrStdout(), "rwsgate %s\ncommit  %s\ngo      %s\nsdk     %s\ntzdata  %s\n",
				v["rwsgate"], v["commit"], v["go"], v["sdk"], v["tzdata"])
			return err
		},
	}
}

// versions names what this binary was made of.
func versions() map[string]string {
	v := map[string]string{"rwsgate": version, "commit": commit, "go": runtime.Version(), "sdk": "unknown", "tzdata": "unknown"}
	if zones, err := newZones(nil); err == nil {
		v["tzdata"] = zones.DataVersion()
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, m := range info.Deps {
		if m.Path == graph.SDKModule {
			v["sdk"] = m.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && v["commit"] == "" {
			v["commit"] = s.Value
		}
	}
	if v["commit"] == "" {
		v["commit"] = "unknown"
	}
	return v
}
