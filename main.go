// Rwsgate answers the retired Office 365 Reporting web service from Microsoft Graph. See README.md.
package main

import (
	"os"

	"rwsgate/command"
)

func main() { os.Exit(command.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
