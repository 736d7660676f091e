// Command copse is all of Copse in one binary: the server, the commands of its admin and the
// demonstration.
//
// This room wires the others together and reads the configuration; it holds no rule and no page.
// Start with serve.go, which names every part of a running server once, in reading order; core.go
// has what commands share with it. Commands are in files named after their noun, the demonstration
// in demo*.go, the configuration in config*.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker for releases.
var version = "devel"

// How a command ends.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(execute()) }

// execute runs the command line. The first signal ends it in good order, a second one at once.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer keepMemory(ctx)()
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// run is execute with everything handed in.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	begun := false
	root := rootCommand()
	trackBegin(root, &begun)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case !begun, errors.As(err, &usage):
		fmt.Fprintf(errs, "copse: %v\n\"copse help\" lists the commands; every command explains itself with --help.\n", err)
		return exitUsage
	}
	fmt.Fprintln(errs, "copse:", words(err))
	return exitFailed
}

// usageError is a command line that cannot mean anything.
type usageError struct{ error }

// trackBegin notes when a command begins, so that errors before that are errors of usage.
func trackBegin(cmd *cobra.Command, begun *bool) {
	for _, c := range cmd.Commands() {
		trackBegin(c, begun)
	}
	if do := cmd.RunE; do != nil {
		cmd.RunE = func(c *cobra.Command, args []string) error {
			*begun = true
			return do(c, args)
		}
	}
}

func rootCommand() *cobra.Command {
	root := family("copse", "A server for communities of practice",
		serveCommand(), demoCommand(), setupCommand(), doctorCommand(), healthcheckCommand(), configCommand(),
		migrateCommand(), userCommand(), groupCommand(), trustCommand(), moveCommand(), postCommand(), queueCommand(), hostCommand(), auditCommand(), versionCommand())
	root.Long = "Copse is a server for communities of practice in the fediverse.\n\n" +
		"Commands read the same configuration as the server and open its database themselves, so they work\n" +
		"whether or not it runs; a running server notices within a second.\n\n" +
		"Exit codes: 0 done, 1 failed (the reason is on standard error), 2 not understood."
	root.SilenceUsage, root.SilenceErrors = true, true
	addConfigFlags(root)
	return root
}

// family is a command that only holds others.
func family(use, short string, members ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ArbitraryArgs, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			problem := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				problem += "; did you mean " + strings.Join(near, " or ") + "?"
			}
			return usageError{errors.New(problem)}
		},
	}
	cmd.AddCommand(members...)
	return cmd
}

func versionCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "version", Short: "Print the version"},
		func(*cobra.Command, []string) (table, error) {
			v := versionShown{Version: fullVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			return table{json: v, text: fmt.Sprintf("copse %s (%s, %s)\n", v.Version, v.Go, v.Platform)}, nil
		})
}

type versionShown struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// fullVersion adds the commit to a build that is no release.
func fullVersion() string {
	info, ok := debug.ReadBuildInfo()
	if version != "devel" || !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + "-" + s.Value[:12]
		}
	}
	return version
}
