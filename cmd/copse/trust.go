package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/trusted"
	"github.com/copse-social/copse/db"
)

func trustCommand() *cobra.Command {
	return family("trust", "Organisations that communities which are not open trust with what members read",
		trusted.Commands(func(cmd *cobra.Command, do trusted.Do) *cobra.Command {
			return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
				a, err := do(ctx, o.trusted(), args)
				return table{json: a.JSON, head: a.Head, rows: a.Rows, text: a.Text, none: a.None}, err
			}))
		})...)
}

func (o *office) trusted() *trusted.Desk {
	return &trusted.Desk{
		Store: o.store, Rules: o.trust, Host: o.iris.Host(), Group: o.anyGroup, Person: o.localPerson,
		Instance: func(ctx context.Context, host string) (*db.Actor, error) {
			return o.resolver.Handle(ctx, host+"@"+host)
		},
	}
}

// settleFollows hands what a community elsewhere says of its followers here to the rules, which are
// built later.
func (c *core) settleFollows(ctx context.Context, tx *db.Store, group *db.Actor, names []string) error {
	return c.trust.Settle(ctx, tx, group, names)
}
