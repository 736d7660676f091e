package trusted

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
)

// shown is one organisation of one community as it is printed.
type shown struct {
	Group string `json:"group"`
	Host  string `json:"host"`
	State string `json:"state"`
}

func list(wrap func(*cobra.Command, Do) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: "list [GROUP]", Short: "List the organisations of a community; without one, who elsewhere asks to trust us", Args: cobra.MaximumNArgs(1)}
	return wrap(cmd, func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		rows, err := d.rows(ctx, args)
		if err != nil {
			return Answer{}, err
		}
		found := []shown{}
		a := Answer{Head: []string{"COMMUNITY", "HOST", "STATE"}, None: "No organisation is on the list."}
		for _, row := range rows {
			g, err := d.Store.GroupByID(ctx, row.GroupID)
			if err != nil {
				return Answer{}, fmt.Errorf("load community %d: %w", row.GroupID, err)
			}
			found = append(found, shown{Group: g.Actor.Acct(), Host: row.Host, State: row.State})
			a.Rows = append(a.Rows, []string{g.Actor.Acct(), row.Host, row.State})
		}
		a.JSON = found
		return a, nil
	})
}

func (d *Desk) rows(ctx context.Context, args []string) ([]*db.Trust, error) {
	if len(args) == 0 {
		return d.Store.TrustsIn(ctx, d.Host, 0, page)
	}
	g, err := d.Group(ctx, args[0])
	if err != nil {
		return nil, err
	}
	return d.Store.Trusts(ctx, g.ActorID, "", page)
}

// act is something a facilitator does with a community of ours, in one transaction.
type act func(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error

// onGroup is a command that does something with a community; look may ask the network before.
func onGroup(wrap func(*cobra.Command, Do) *cobra.Command, cmd *cobra.Command, look func(ctx context.Context, d *Desk, word string) (act, error)) *cobra.Command {
	who := ""
	return wrap(named(cmd, &who), func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		by, err := d.Person(ctx, who)
		if err != nil {
			return Answer{}, err
		}
		g, err := d.Group(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		do, err := look(ctx, d, args[1])
		if err != nil {
			return Answer{}, err
		}
		err = d.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return do(ctx, tx, by.Actor, g) })
		return Answer{JSON: map[string]string{"group": g.Actor.Acct()}, Text: "Done.\n"}, err
	})
}

func add(wrap func(*cobra.Command, Do) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add GROUP HOST --as NAME", Short: "Trust an organisation, and ask its server to agree",
		Example: "  copse trust add coldchain beta.example --as amina", Args: cobra.ExactArgs(2),
	}
	return onGroup(wrap, cmd, func(ctx context.Context, d *Desk, host string) (act, error) {
		instance, err := d.Instance(ctx, host)
		if err != nil {
			return nil, fmt.Errorf("find the server of %s: %w", host, err)
		}
		return func(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
			return d.Rules.Trust(ctx, tx, by, g, instance)
		}, nil
	})
}

func end(wrap func(*cobra.Command, Do) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: "end GROUP HOST --as NAME", Short: "Trust an organisation no more: access of its people ends at once; copies there may remain",
		Args: cobra.ExactArgs(2),
	}
	return onGroup(wrap, cmd, func(_ context.Context, d *Desk, host string) (act, error) {
		return func(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
			return d.Rules.EndTrust(ctx, tx, by, g, host)
		}, nil
	})
}

func copies(wrap func(*cobra.Command, Do) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: "copies GROUP yes|no|default --as NAME", Short: "Say whether members on Mastodon and the like get the community's own words; by default a restricted one's do",
		Args: oneOf("yes", "no", "default"),
	}
	return onGroup(wrap, cmd, func(_ context.Context, d *Desk, word string) (act, error) {
		if word == "default" {
			word = ""
		}
		return func(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
			return d.Rules.SetCopies(ctx, tx, by, g, word)
		}, nil
	})
}

func answer(wrap func(*cobra.Command, Do) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: "answer GROUP@HOST yes|no", Short: "Answer a community elsewhere that asks to trust this server",
		Args: oneOf("yes", "no"),
	}
	return wrap(cmd, func(ctx context.Context, d *Desk, args []string) (Answer, error) {
		g, err := d.Group(ctx, args[0])
		if err != nil {
			return Answer{}, err
		}
		err = d.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return d.Rules.Answer(ctx, tx, g, args[1]) })
		return Answer{JSON: map[string]string{"group": g.Actor.Acct(), "answer": args[1]}, Text: "Done.\n"}, err
	})
}
