package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// longTitle is where a title made of somebody's first line is cut (domain.md 3e).
const longTitle = 120

// Introduction is what a new member says of themselves on joining.
type Introduction struct {
	Group *db.Group
	Who   *db.Actor
	Text  string // plain
	// Title and Lead are what the group says before the words of somebody elsewhere, whose server
	// writes no post for them; people of ours speak for themselves.
	Title, Lead string
}

// Introduce posts the first words of a new member: as a post of their own where they are one of
// ours, else as one of the group, which names them (domain.md 4.2). Who may start no discussion
// there, or says too little for one, is not introduced: the answer is nil then.
func (r *Rules) Introduce(ctx context.Context, tx *db.Store, i Introduction) (*db.Post, error) {
	d := i.draft()
	err := r.com.Permit(ctx, tx, i.Group, i.Who, community.ActStart)
	if err == nil {
		err = d.check()
	}
	if _, no := errors.AsType[*community.Refusal](err); no {
		return nil, nil //nolint:nilnil // nobody is introduced
	}
	if err != nil {
		return nil, err
	}
	p, err := r.write(ctx, tx, d, db.KindIntroduction)
	if err != nil {
		return nil, fmt.Errorf("introduce %s: %w", i.Who.URI, err)
	}
	return p, r.afterWriting(ctx, tx, i.Group, p)
}

// draft is the post: of one's own, the first line is its title.
func (i Introduction) draft() *Draft {
	d := &Draft{Author: i.Who, Group: i.Group, Source: i.Text, Door: "web", first: true}
	if !i.Who.Local {
		d.Author, d.Title, d.Mentions = i.Group.Actor, i.Title, map[string]*db.Actor{i.Who.Acct(): i.Who}
		d.Source = i.Lead + "\n\n> " + strings.ReplaceAll(i.Text, "\n", "\n>\n> ")
		return d
	}
	first, rest, _ := strings.Cut(i.Text, "\n")
	if d.Title = first; utf8.RuneCountInString(first) <= longTitle {
		d.Source = rest
		return d
	}
	d.Title = content.Abstract(content.Markdown(first), longTitle)
	return d
}

// waits says whether the first words of a newcomer wait for a look: with links they do wherever
// strangers' links do, because to join is no licence to advertise (domain.md 3c).
func (d *Draft) waits(html string) bool {
	return d.first && d.Group.Actor.Local && d.Group.HoldPolicy != db.HoldNone && content.HasLinks(html)
}
