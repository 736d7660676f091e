package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/sanction"
)

type sanctioned = func(context.Context, *db.Store, *db.Actor) error

func silencing(r *sanction.Rules) sanctioned  { return r.Silence }
func suspending(r *sanction.Rules) sanctioned { return r.Suspend }
func lifting(r *sanction.Rules) sanctioned    { return r.Lift }
func purging(r *sanction.Rules) sanctioned    { return r.Purge }

// userSanctionCommand decides about somebody anywhere, by handle.
func userSanctionCommand(verb, short string, of func(*sanction.Rules) sanctioned) *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: verb + " HANDLE", Short: short, Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the log of admins")
	return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		a, err := o.anybody(ctx, args[0])
		if err != nil {
			return table{}, err
		}
		err = o.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			if err := of(o.sanction)(ctx, tx, a); err != nil {
				return err
			}
			return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: verb, Object: a.Acct(), Reason: reason})
		})
		if err != nil {
			return table{}, fmt.Errorf("%s %s: %w", verb, a.Acct(), err)
		}
		shown := map[string]string{"handle": a.Acct(), "id": a.URI, "act": verb}
		return table{json: shown, text: "Done.\n"}, nil
	}))
}

// anybody finds a person known here, of ours by handle alone.
func (c *core) anybody(ctx context.Context, handle string) (*db.Actor, error) {
	name, host, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(handle), "@"), "@")
	if host == "" {
		host = c.iris.Host()
	}
	a, err := c.store.ActorByHandle(ctx, name, host)
	if errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("nobody called %s@%s is known here", name, host)
	}
	return a, err
}
