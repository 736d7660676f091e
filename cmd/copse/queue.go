package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/outgoing"
	"github.com/copse-social/copse/federation/fetch"
)

func queueCommand() *cobra.Command {
	cmd := family("queue", "What waits to be sent, why, and what to do about it",
		queueStatusCommand(), queueShowCommand(), queueDeadCommand(), queueExportCommand(),
		queueActCommand(outgoing.Retry, "Try a host at once: what waits for it, and what was given up"),
		queueDropCommand(),
		queueActCommand(outgoing.Pause, "Send nothing to a host until resume; what is meant for it waits"),
		queueActCommand(outgoing.Resume, "Go on sending to a host"))
	cmd.Long = "Shows what waits to be sent to other servers and steers it. What cannot be delivered is tried for 30 days\n" +
		"with growing gaps; what a server refused or did not take in time is kept as a dead letter until somebody\n" +
		"retries or drops it. A running server takes up what is changed here within a second or two.\n\n" +
		"Exit codes: 0 done (also when something waits), 1 failed (the reason is on standard error), 2 not understood."
	return cmd
}

func (o *office) outgoing() *outgoing.Desk {
	return &outgoing.Desk{Store: o.store, Base: o.iris.Base()}
}

// sheet is an answer of the room below as it is printed.
func sheet(json any, l outgoing.Listing) table {
	return table{json: json, head: l.Head, rows: l.Rows, text: l.Text, none: l.None}
}

func queueStatusCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "status", Short: "Show what waits, by class and host, with the last answer of each host"},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			s, err := o.outgoing().Status(ctx)
			if err != nil {
				return table{}, err
			}
			return sheet(s, s.Listing()), nil
		}))
}

func queueShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show POST", Args: cobra.ExactArgs(1),
		Short:   "Show which hosts have a post, and which wait and why; POST is its number, web address or ActivityPub id",
		Example: "  copse queue show https://wash.example/d/124929394671026177",
	}
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		p, err := o.outgoing().Show(ctx, args[0])
		if err != nil {
			return table{}, err
		}
		return sheet(p, p.Listing()), nil
	}))
}

func queueDeadCommand() *cobra.Command {
	var after int64
	var limit int
	cmd := &cobra.Command{Use: "dead [HOST]", Args: cobra.MaximumNArgs(1), Short: "List what was given up: by host, or for one host each delivery"}
	cmd.Flags().Int64Var(&after, "after", 0, "go on after the delivery with this id")
	cmd.Flags().IntVar(&limit, "limit", pageSize, "how many deliveries to list")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		if len(args) == 0 {
			list, err := o.outgoing().DeadHosts(ctx)
			return sheet(list, outgoing.DeadHostsListing(list)), err
		}
		host, err := hostArg(args[0])
		if err != nil {
			return table{}, err
		}
		if limit < 1 || limit > 10_000 {
			return table{}, usageError{fmt.Errorf("--limit %d is not between 1 and 10000", limit)}
		}
		list, err := o.outgoing().Letters(ctx, host, after, limit)
		return sheet(list, outgoing.LettersListing(list, limit)), err
	}))
}

func queueExportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export [HOST]", Args: cobra.MaximumNArgs(1),
		Short: "Write what was given up as JSON lines; private words are left out",
	}
	cmd.Flags().Bool("json", true, "JSON lines are all it writes")
	do := inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		host := ""
		if len(args) == 1 {
			var err error
			if host, err = hostArg(args[0]); err != nil {
				return table{}, err
			}
		}
		return table{}, o.outgoing().Export(ctx, cmd.OutOrStdout(), host)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		_, err := do(cmd, args)
		return err
	}
	return cmd
}

func queueActCommand(act, short string) *cobra.Command {
	cmd := &cobra.Command{Use: act + " HOST", Args: cobra.ExactArgs(1), Short: short}
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		host, err := hostArg(args[0])
		if err != nil {
			return table{}, err
		}
		c, err := o.outgoing().Weigh(ctx, act, host)
		if err != nil {
			return table{}, err
		}
		if err := o.outgoing().Do(ctx, c); err != nil {
			return table{}, err
		}
		return sheet(c, c.Listing()), nil
	}))
}

func queueDropCommand() *cobra.Command {
	var yes, dead bool
	cmd := &cobra.Command{
		Use: outgoing.Drop + " HOST", Args: cobra.ExactArgs(1),
		Short: "Throw away what waits for a host; without --yes it only says what that would be",
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it")
	cmd.Flags().BoolVar(&dead, "dead", false, "throw away what was given up as well")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		host, err := hostArg(args[0])
		if err != nil {
			return table{}, err
		}
		c, err := o.outgoing().Weigh(ctx, outgoing.Drop, host)
		if err != nil {
			return table{}, err
		}
		if !dead {
			c.Dead = 0
		}
		if yes {
			err = o.outgoing().Do(ctx, c)
		}
		return sheet(c, c.Listing()), err
	}))
}

// hostArg reads the name of a host from a command line.
func hostArg(arg string) (string, error) {
	host, err := fetch.Host(arg)
	if err != nil {
		return "", usageError{fmt.Errorf("%q is no host name", arg)}
	}
	return host, nil
}
