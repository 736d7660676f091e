package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fetch"
)

// purgeSays is after how many steps a purge says on standard error how far it is.
const purgeSays = 200

// purgeShown is what goes with a host, or went.
type purgeShown struct {
	Host     string `json:"host"`
	State    string `json:"state"` // asked, done
	People   int64  `json:"people"`
	Groups   int64  `json:"groups"`
	Posts    int64  `json:"posts"`
	Marks    int64  `json:"marks"`
	Follows  int64  `json:"follows"`
	Followed int64  `json:"followed"`
	Members  int64  `json:"members"`
}

func hostPurgeCommand() *cobra.Command {
	var yes bool
	var reason string
	cmd := &cobra.Command{
		Use: "purge HOST", Short: "Show what a host has sent; with --yes block it and remove all of that for ever", Args: cobra.ExactArgs(1),
		Long: "Shows how much of a host is kept here. With --yes the host is blocked, its people are suspended, and\n" +
			"what they wrote, follow and marked is removed for ever. Stopped on the way it goes on with the same\n" +
			"command, or by itself where a server runs.",
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "remove it; this cannot be undone")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for admins of this instance")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		host, err := fetch.Host(args[0])
		if err != nil {
			return table{}, usageError{fmt.Errorf("%q is no host name", args[0])}
		}
		if host == o.iris.Host() {
			return table{}, fmt.Errorf("%s is this instance itself", host)
		}
		holds, err := o.store.HoldingsOf(ctx, host)
		if err != nil {
			return table{}, err
		}
		shown := purgeShown{
			Host: host, State: "asked", People: holds.People, Groups: holds.Groups, Posts: holds.Posts, Marks: holds.Marks,
			Follows: holds.Follows, Followed: holds.Followed, Members: holds.Members,
		}
		if !yes {
			return table{json: shown, text: fmt.Sprintf("%d people, %d communities, %d posts, %d helpful marks and shares, %d followers there, "+
				"%d follows from here and %d members of communities here would go for ever. To remove them, add --yes.\n",
				shown.People, shown.Groups, shown.Posts, shown.Marks, shown.Follows, shown.Followed, shown.Members)}, nil
		}
		p, err := o.purgeHost(ctx, host, reason)
		if err != nil {
			return table{}, err
		}
		shown.State, shown.People, shown.Groups, shown.Posts, shown.Marks = "done", p.People, p.Groups, p.Posts, p.Marks
		return table{json: shown, text: fmt.Sprintf("Done. %d people, %d communities, %d posts and %d marks were removed; %s is blocked.\n", p.People, p.Groups, p.Posts, p.Marks, host)}, nil
	}))
}

// purgeHost begins to remove what a host sent, or goes on with it, and takes all steps.
func (o *office) purgeHost(ctx context.Context, host, reason string) (*db.HostPurge, error) {
	p, err := o.store.HostPurgeOf(ctx, host)
	if errors.Is(err, db.ErrNotFound) || err == nil && !p.Going() {
		err = o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			if err := o.sanction.PurgeHost(ctx, tx, host, reason); err != nil {
				return err
			}
			return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "purge-host", Reason: strings.TrimSuffix(host+": "+reason, ": ")})
		})
		p = &db.HostPurge{Host: host}
	}
	for n := 1; err == nil && p.Going(); n++ {
		err = o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) (err error) {
			p, err = o.sanction.StepPurge(ctx, tx, host)
			return err
		})
		if err == nil && n%purgeSays == 0 {
			fmt.Fprintf(o.cmd.ErrOrStderr(), "%d people and %d posts so far\n", p.People, p.Posts) //nolint:errcheck // only progress
		}
	}
	if err != nil {
		return nil, fmt.Errorf("purge %s: %w", host, err)
	}
	return p, nil
}
