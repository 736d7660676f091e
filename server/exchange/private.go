package exchange

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

// How many private messages one person may send to those who look after a group in a day. Who is
// banned may appeal, and no more than that.
const (
	maxPrivate = 20
	maxAppeals = 3
)

// confidesMuch refuses with "messages-many" whoever has written enough to a group's facilitators.
func confidesMuch(ctx context.Context, tx *db.Store, g *db.Group, by *db.Actor) error {
	ties, err := tx.StandingOf(ctx, g.ActorID, by.ID)
	if err != nil {
		return fmt.Errorf("see where %s stands: %w", by.URI, err)
	}
	if ties.Facilitator || ties.Moderator {
		return nil
	}
	most := maxPrivate
	if ties.Banned {
		most = maxAppeals
	}
	n, err := tx.PrivateSince(ctx, g.ActorID, by.ID, db.At(tx.Now().AddDate(0, 0, -1)))
	if err != nil {
		return fmt.Errorf("count messages of %s: %w", by.URI, err)
	}
	if n >= most {
		return community.Refuse(community.Limit, "messages-many")
	}
	return nil
}

// writeToFacilitators is a private message to those who look after a group; it is never published.
func (r *Rules) writeToFacilitators(ctx context.Context, tx *db.Store, d *Draft) (*db.Post, error) {
	if err := r.com.Permit(ctx, tx, d.Group, d.Author, community.ActRead); err != nil {
		return nil, err
	}
	if err := confidesMuch(ctx, tx, d.Group, d.Author); err != nil {
		return nil, err
	}
	to, err := r.confidants(ctx, tx, d.Group)
	if err != nil {
		return nil, err
	}
	p, err := r.writeTo(ctx, tx, d, to)
	if err != nil {
		return nil, fmt.Errorf("write to facilitators: %w", err)
	}
	return p, r.notifyDirect(ctx, tx, d.Group, p)
}

// answerPrivately answers a private message, to those who read it and to nobody else. Only they
// can; to others it is not there.
func (r *Rules) answerPrivately(ctx context.Context, tx *db.Store, d *Draft) (*db.Post, error) {
	to, err := tx.MentionsOf(ctx, d.Parent.ID)
	if err != nil {
		return nil, fmt.Errorf("load who reads message %d: %w", d.Parent.ID, err)
	}
	to = append(to, d.Parent.Author)
	mine := slices.ContainsFunc(to, func(a *db.Actor) bool { return a.ID == d.Author.ID })
	if d.Group != nil {
		stewards, err := r.confidants(ctx, tx, d.Group)
		if err != nil {
			return nil, err
		}
		mine = mine || slices.ContainsFunc(stewards, func(a *db.Actor) bool { return a.ID == d.Author.ID })
		to = append(to, stewards...)
	}
	if !mine || d.Parent.State != db.PostPublished {
		return nil, community.Refuse(community.Gone, "discussion-gone")
	}
	if blocked, err := tx.Blocked(ctx, d.Author.ID, d.Parent.AuthorID); err != nil || blocked {
		return nil, errorOr(err, community.Refuse(community.Forbidden, "blocked"))
	}
	p, err := r.writeTo(ctx, tx, d, to)
	if err != nil {
		return nil, fmt.Errorf("answer message %d: %w", d.Parent.ID, err)
	}
	told := map[int64]bool{d.Author.ID: true}
	for _, a := range to {
		if told[a.ID] || !a.Local {
			continue
		}
		told[a.ID] = true
		if err := community.Notify(ctx, tx, a.ID, about(db.NotifyDirect, p)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func errorOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// writeTo stores a private message with whom it is for, and sends it to those elsewhere.
func (r *Rules) writeTo(ctx context.Context, tx *db.Store, d *Draft, to []*db.Actor) (*db.Post, error) {
	d.ToFacilitators, d.WithFollowers, d.confidants = true, false, nil
	to, err := willing(ctx, tx, d.Author, to)
	if err != nil {
		return nil, err
	}
	for _, a := range to {
		if a.ID != d.Author.ID && !slices.Contains(d.confidants, a.ID) {
			d.confidants = append(d.confidants, a.ID)
		}
	}
	p, err := r.write(ctx, tx, d, db.KindComment)
	if err != nil {
		return nil, err
	}
	to = slices.DeleteFunc(slices.Clone(to), func(a *db.Actor) bool { return a.ID == d.Author.ID })
	_, err = r.publishAbout(ctx, tx, act{kind: "Create", group: d.Group}, p, []db.Audience{federation.ToActors(to...)})
	return p, err
}

// willing leaves those out of some receivers who block the author, or whom the author blocks.
func willing(ctx context.Context, tx *db.Store, author *db.Actor, to []*db.Actor) ([]*db.Actor, error) {
	var list []*db.Actor
	for _, a := range to {
		blocked, err := tx.Blocked(ctx, author.ID, a.ID)
		if err != nil {
			return nil, fmt.Errorf("look whether %s blocks %s: %w", a.URI, author.URI, err)
		}
		if !blocked {
			list = append(list, a)
		}
	}
	return list, nil
}

// confidants are who reads a private message to a group: its stewards, or the server of one
// elsewhere, which knows who they are.
func (r *Rules) confidants(ctx context.Context, s *db.Store, g *db.Group) ([]*db.Actor, error) {
	if !g.Actor.Local {
		return []*db.Actor{g.Actor}, nil
	}
	stewards, err := s.Stewards(ctx, g.ActorID)
	if err != nil {
		return nil, fmt.Errorf("load facilitators: %w", err)
	}
	var list []*db.Actor
	for _, st := range stewards {
		list = append(list, st.Actor)
	}
	return list, nil
}
