// Package command is the command line of rwsgate, one file a subcommand, and the wiring of the parts.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"

	"github.com/spf13/cobra"
)

// exitError ends the program with a code of its own after everything worth saying was said.
type exitError int

// Error gives the code.
func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Main runs the command line and gives the exit code: 0, 1 for a failure, 2 for a wrong call.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), ending...)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(stderr, "rwsgate: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// usageError is a wrong call of the command line.
type usageError struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "rwsgate",
		Short: "Answers the retired Office 365 Reporting web service from Microsoft Graph",
		Long: `rwsgate stands where reports.office365.com stood. Scripts and integrations that still ask the retired Office 365
Reporting web service for CsP2PAVTimeDaily, CsP2PAVTimeWeekly or CsP2PAVTimeMonthly get their answers from Microsoft
Graph's Skype for Business peer-to-peer activity report, without a changed line.

Try it without an account, a file or a network:

  rwsgate serve --demo

Every key of the configuration file is also a flag and an environment variable: limits.page_size is --limits-page-size
and RWSGATE_LIMITS__PAGE_SIZE; a flag wins over the environment, that over the file.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w (see %s --help)", err, c.CommandPath())}
	})
	root.AddCommand(newServe(), newCheck(), newHealth(), newVersion(), newCert())
	root.AddCommand(newImport(), newExport(), newBackup(), newPasswd(), newRehearse())
	root.AddCommand(newRollout(), newUsage())
	root.AddCommand(managerCommands()...)
	root.CompletionOptions.HiddenDefaultCmd = true
	return strictHelp(group(root))
}

// strictHelp has the help command refuse words that lead to no command; cobra's own shows the help of whatever it knew
// before them.
func strictHelp(root *cobra.Command) *cobra.Command {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		c.Args = func(_ *cobra.Command, args []string) error {
			found, left, err := root.Find(args)
			if err != nil {
				return usageError{err}
			}
			if len(left) > 0 {
				return unknownCommand(found, left[0])
			}
			return nil
		}
	}
	return root
}

// group finishes a command that only leads to others: alone it shows its help, and a word that is none of them is a wrong
// call.
func group(c *cobra.Command) *cobra.Command {
	c.DisableFlagsInUseLine = true
	c.SuggestionsMinimumDistance = 2
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return unknownCommand(c, args[0])
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// unknownCommand refuses a word that no command below c has.
func unknownCommand(c *cobra.Command, word string) error {
	meant := ""
	if near := c.SuggestionsFor(word); len(near) > 0 {
		meant = fmt.Sprintf("; was %q meant?", near[0])
	}
	return usageError{fmt.Errorf("unknown command %q for %s%s (see %s --help)", word, c.CommandPath(), meant, c.CommandPath())}
}

// noArguments refuses arguments of a command that takes none.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument %q (see %s --help)", c.CommandPath(), args[0], c.CommandPath())}
	}
	return nil
}
