package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func groupCommand() *cobra.Command {
	return family("group", "Communities that live here", groupCreateCommand(), groupListCommand())
}

// groupShownAs is a group as it is printed.
type groupShownAs struct {
	Handle      string     `json:"handle"`
	Acct        string     `json:"acct"`
	Name        string     `json:"name"`
	Tagline     string     `json:"tagline"`
	Openness    string     `json:"openness"`
	Posting     string     `json:"posting"`
	Hold        string     `json:"hold"`
	Followers   int64      `json:"followers"`
	Members     int64      `json:"members"`
	Discussions int64      `json:"discussions"`
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	LastActive  *time.Time `json:"last_active_at"`
}

func groupShown(g *db.Group) groupShownAs {
	return groupShownAs{
		Handle: g.Actor.Handle, Acct: g.Actor.Acct(), Name: g.Actor.Name, Tagline: g.Tagline,
		Openness: g.Openness, Posting: g.PostPolicy, Hold: g.HoldPolicy,
		Followers: g.Actor.FollowersCount, Members: g.MembersCount, Discussions: g.DiscussionsCount,
		ID: g.Actor.URI, URL: g.Actor.URL, LastActive: stamp(g.LastActivityAt),
	}
}

func groupCreateCommand() *cobra.Command {
	n, facilitator := community.NewGroup{}, ""
	cmd := &cobra.Command{
		Use: "create HANDLE --name N --facilitator NAME", Short: "Open a community; prints the address of its page",
		Example: "  copse group create coldchain --name 'Vaccine Cold Chain' --facilitator amina --posting members --hold first",
		Args:    cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.StringVar(&n.Name, "name", "", "name to show")
	f.StringVar(&facilitator, "facilitator", "", "handle of the person here who looks after it; becomes its first member")
	f.StringVar(&n.Openness, "openness", db.OpennessOpen, "open, restricted, private or confidential")
	f.StringVar(&n.PostPolicy, "posting", db.PostAnyone, "who starts discussions: anyone, followers, members or moderators")
	f.StringVar(&n.HoldPolicy, "hold", db.HoldLinks, "which first posts of non-members wait for a moderator: none, links (those with links) or first (all)")
	f.StringVar(&n.Tagline, "tagline", "", "what it is, in one line")
	f.StringVar(&n.Summary, "summary", "", "what it is for, in Markdown")
	f.StringVar(&n.Languages, "languages", "", "language tags, the main one first, such as 'en fr'")
	return need(listing(cmd, inOffice(func(ctx context.Context, o *office, args []string) (table, error) {
		a, err := o.localPerson(ctx, facilitator)
		if err != nil {
			return table{}, err
		}
		n.Handle, n.Facilitator = args[0], a.Actor
		g, err := o.createGroup(ctx, n)
		if err != nil {
			return table{}, err
		}
		return table{json: groupShown(g), text: g.Actor.URL + "\n"}, nil
	})), "name", "facilitator")
}

func (c *core) createGroup(ctx context.Context, n community.NewGroup) (*db.Group, error) {
	var err error
	if n.Actor, err = c.community.PrepareActor(c.store, db.ActorGroup); err != nil {
		return nil, err
	}
	var g *db.Group
	err = c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if g, err = c.community.CreateGroup(ctx, tx, n); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "create-group", Object: g.Actor.Handle})
	})
	return g, err
}

func groupListCommand() *cobra.Command {
	return listing(&cobra.Command{Use: "list", Short: "List the communities that live here"},
		inOffice(func(ctx context.Context, o *office, _ []string) (table, error) {
			list := []groupShownAs{}
			t := table{head: []string{"HANDLE", "NAME", "OPENNESS", "FOLLOWERS", "MEMBERS", "DISCUSSIONS", "LAST ACTIVE"}, none: "No community lives here yet: copse group create."}
			for after := ""; ; {
				page, err := o.store.LocalGroups(ctx, after, pageSize)
				if err != nil {
					return table{}, err
				}
				for _, g := range page {
					s := groupShown(g)
					list, after = append(list, s), s.Handle
					t.rows = append(t.rows, []string{
						s.Handle, s.Name, s.Openness, strconv.FormatInt(s.Followers, 10), strconv.FormatInt(s.Members, 10),
						strconv.FormatInt(s.Discussions, 10), moment(g.LastActivityAt),
					})
				}
				if len(page) < pageSize {
					t.json = list
					return t, nil
				}
			}
		}))
}
