package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

const (
	// serviceAccount has no password, no rights but those given to it, and Windows makes it with the service.
	serviceAccount = `NT SERVICE\` + serviceName
	// forgetFailures is when failures no longer count, in seconds.
	forgetFailures = 24 * 60 * 60
	// stateWait is how long start and stop wait: longer than limits.drain.
	stateWait = 60 * time.Second
)

func managerCommands() []*cobra.Command {
	c := &cobra.Command{
		Use:   "service",
		Short: "Install, start, stop and uninstall the Windows service",
		Long: `Manages the Windows service "` + serviceName + `", which runs "rwsgate serve". Needs an elevated prompt.
Its log is the event log: Application, source ` + serviceName + `. Stopping it drains accepted requests first.`,
	}
	c.AddCommand(newServiceInstall(), newServiceRun(),
		managed("uninstall", "Remove the service and its event source; stop it first", uninstallService),
		managed("start", "Start the service and wait until it answers requests", startService),
		managed("stop", "Stop the service and wait until accepted requests are answered", stopService))
	return []*cobra.Command{group(c)}
}

func newServiceInstall() *cobra.Command {
	var file, account string
	c := &cobra.Command{
		Use:   "install --config FILE",
		Short: "Install the service: it starts with Windows and again after a failure",
		Long: `Installs this program, where it lies now, as a service that starts with Windows and again after a failure.
The account of the service needs to read the configuration and to write the store's folder.`,
		Example: `  rwsgate service install --config C:\ProgramData\rwsgate\rwsgate.yaml`,
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return installService(file, account, c.ErrOrStderr()) },
	}
	c.Flags().StringVar(&file, "config", "", "the configuration file (required)")
	c.Flags().StringVar(&account, "account", serviceAccount, "the account to run as; one that has no password")
	return c
}

// managed is a command that acts on the installed service.
func managed(use, short string, act func(context.Context, *mgr.Service) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: noArguments, RunE: func(c *cobra.Command, _ []string) error {
		return withManager(func(m *mgr.Mgr) error {
			s, err := m.OpenService(serviceName)
			if err != nil {
				return fmt.Errorf("the service %s: %w", serviceName, err)
			}
			defer s.Close()
			return act(c.Context(), s)
		})
	}}
}

func withManager(act func(*mgr.Mgr) error) error {
	m, err := mgr.Connect()
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return errors.New("access to the service manager is denied: use an elevated prompt (run as administrator)")
	}
	if err != nil {
		return fmt.Errorf("the service manager: %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	return act(m)
}

func installService(file, account string, warnings io.Writer) error {
	if file == "" {
		return usageError{errors.New("service install needs --config FILE")}
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return withManager(func(m *mgr.Mgr) error {
		s, err := m.CreateService(serviceName, program, mgr.Config{
			DisplayName:      serviceName,
			Description:      "Answers the retired Office 365 Reporting web service from Microsoft Graph",
			StartType:        mgr.StartAutomatic,
			ServiceStartName: account,
		}, "service", "run", "--config", file)
		if err != nil {
			return fmt.Errorf("the service was not installed: %w", err)
		}
		defer s.Close()
		if err := finishService(s); err != nil {
			fmt.Fprintf(warnings, "rwsgate: warning: the service is installed, but %v\n", err)
		}
		return nil
	})
}

// finishService has the service start again after failures, a gateway that ended by an error included, and its events shown.
func finishService(s *mgr.Service) error {
	again := func(after time.Duration) mgr.RecoveryAction {
		return mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: after}
	}
	var problems []error
	err := s.SetRecoveryActions([]mgr.RecoveryAction{again(5 * time.Second), again(30 * time.Second), again(time.Minute)}, forgetFailures)
	if err == nil {
		err = s.SetRecoveryActionsOnNonCrashFailures(true)
	}
	if err != nil {
		problems = append(problems, fmt.Errorf("does not start again after a failure: %w", err))
	}
	_ = eventlog.Remove(serviceName) // what an earlier installation left
	if err := eventlog.InstallAsEventCreate(serviceName, eventlog.Error|eventlog.Warning|eventlog.Info); err != nil {
		problems = append(problems, fmt.Errorf("its events have no source: %w", err))
	}
	return errors.Join(problems...)
}

func uninstallService(_ context.Context, s *mgr.Service) error {
	status, err := s.Query()
	if err != nil {
		return err
	}
	if status.State != svc.Stopped {
		return errors.New("the service runs: rwsgate service stop")
	}
	if err := s.Delete(); err != nil {
		return err
	}
	if err := eventlog.Remove(serviceName); err != nil && !errors.Is(err, windows.ERROR_FILE_NOT_FOUND) {
		return fmt.Errorf("the event source: %w", err)
	}
	return nil
}

func startService(ctx context.Context, s *mgr.Service) error {
	if err := s.Start(); err != nil {
		return err
	}
	return reached(ctx, s, svc.Running)
}

func stopService(ctx context.Context, s *mgr.Service) error {
	if _, err := s.Control(svc.Stop); err != nil {
		return err
	}
	return reached(ctx, s, svc.Stopped)
}

// reached waits until the service is in a state. A service that stops instead of running has said why in the event log.
func reached(ctx context.Context, s *mgr.Service, want svc.State) error {
	ctx, cancel := context.WithTimeout(ctx, stateWait)
	defer cancel()
	for {
		status, err := s.Query()
		if err != nil {
			return err
		}
		switch status.State {
		case want:
			return nil
		case svc.Stopped:
			return fmt.Errorf("the service ended with code %d: see the event log, Application, source %s", status.ServiceSpecificExitCode, serviceName)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service is in state %d: %w", status.State, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
