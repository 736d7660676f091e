package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/exchange"
)

func postCommand() *cobra.Command {
	return family("post", "Discussions", postCreateCommand())
}

// postShown is a new post as it is printed.
type postShown struct {
	ID     string `json:"id"` // ActivityPub
	URL    string `json:"url"`
	Title  string `json:"title"`
	Group  string `json:"group"`
	Author string `json:"author"`
	State  string `json:"state"`
}

func postCreateCommand() *cobra.Command {
	var group, author, lang string
	d := exchange.Draft{Door: "command"}
	cmd := &cobra.Command{
		Use:     "create --group HANDLE --author NAME --title T",
		Short:   "Start a discussion; the text in Markdown is read from standard input. Prints its web address",
		Example: "  echo 'Two units stopped at noon.' | copse post create --group coldchain --author amina --title 'Fridge fails at 43 °C'",
	}
	cmd.Flags().StringVar(&group, "group", "", "handle of a community here, or name@host of one elsewhere")
	cmd.Flags().StringVar(&author, "author", "", "handle of a person here")
	cmd.Flags().StringVar(&d.Title, "title", "", "title")
	cmd.Flags().StringVar(&lang, "lang", "", "language tag of the text; without it the community's first")
	return need(listing(cmd, inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
		text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
		if err != nil {
			return table{}, fmt.Errorf("read the text: %w", err)
		}
		a, err := o.localPerson(ctx, author)
		if err != nil {
			return table{}, err
		}
		d.Author, d.Source, d.Lang = a.Actor, string(text), lang
		if d.Group, err = o.anyGroup(ctx, group); err != nil {
			return table{}, err
		}
		p, err := o.start(ctx, &d)
		if err != nil {
			return table{}, err
		}
		s := postShown{
			ID: p.URI, URL: o.iris.DiscussionPage(p.ID), Title: p.Title, Group: d.Group.Actor.Acct(),
			Author: a.Actor.Acct(), State: p.State,
		}
		return table{json: s, text: s.URL + "\n"}, nil
	})), "group", "author", "title")
}

// start resolves who is named, which may ask other hosts, and then starts the discussion.
func (c *core) start(ctx context.Context, d *exchange.Draft) (*db.Post, error) {
	d.Mentions = c.mentioned(ctx, d.Source)
	var p *db.Post
	err := c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) (err error) {
		if p, err = c.exchange.Start(ctx, tx, d); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "create-post", Object: d.Author.Handle, Reason: p.URI})
	})
	return p, err
}

// mentioned finds the people named in a text; who cannot be found stays plain text.
func (c *core) mentioned(ctx context.Context, source string) map[string]*db.Actor {
	out := map[string]*db.Actor{}
	for _, handle := range content.Mentions(source) {
		if a, err := c.resolver.Handle(ctx, handle); err == nil {
			out[handle] = a
		}
	}
	return out
}

// anyGroup finds a group here, or one elsewhere that is known here or can be asked for.
func (c *core) anyGroup(ctx context.Context, handle string) (*db.Group, error) {
	g, notHere := c.localGroup(ctx, handle)
	if notHere == nil {
		return g, nil
	}
	a, err := c.resolver.Handle(ctx, handle)
	if err != nil {
		return nil, notHere
	}
	g, err = c.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("%s is no community", handle)
	}
	return g, nil
}
