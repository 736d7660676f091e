package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/underway"
	"github.com/copse-social/copse/db"
)

func moveCommand() *cobra.Command {
	return family("move", "Communities that move to another instance, or into another community",
		underway.Commands(func(cmd *cobra.Command, do underway.Do) *cobra.Command {
			return listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
				t := o.trusted()
				a, err := do(ctx, &underway.Desk{Store: o.store, Rules: o.moving, Group: t.Group, Person: t.Person, Instance: t.Instance}, args)
				return table{json: a.JSON, head: a.Head, rows: a.Rows, text: a.Text, none: a.None}, err
			}))
		})...)
}

// moved lists the communities that carry on elsewhere.
func (i *instance) moved(ctx context.Context) ([]*db.Moved, error) {
	return i.moving.Moved(ctx, i.store)
}
