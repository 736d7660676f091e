package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func about(kind string, p *db.Post) db.Notification {
	return db.Notification{Kind: kind, ActorID: p.AuthorID, GroupID: p.GroupID, PostID: p.ID}
}

// notifyNew tells of a post that has just become visible: who is answered, who is named, and for
// a discussion who watches the group. Nobody is told twice.
func (r *Rules) notifyNew(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	named, err := tx.MentionsOf(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("load mentions: %w", err)
	}
	return r.notifyNamed(ctx, tx, g, p, named)
}

// notifyNamed is notifyNew where it is known who is named.
func (r *Rules) notifyNamed(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, named []*db.Actor) error {
	told := map[int64]bool{p.AuthorID: true}
	if !p.Starts() {
		parent := p.Parent
		if parent == nil || parent.Author == nil {
			var err error
			if parent, err = tx.PostByID(ctx, p.ReplyToID); err != nil {
				return fmt.Errorf("load answered post: %w", err)
			}
		}
		if !told[parent.AuthorID] && parent.Author.Local {
			told[parent.AuthorID] = true
			if err := community.Notify(ctx, tx, parent.AuthorID, about(db.NotifyReply, p)); err != nil {
				return err
			}
		}
	}
	for _, a := range named {
		if told[a.ID] || !a.Local {
			continue
		}
		told[a.ID] = true
		if !forAll(g) {
			reads, err := tx.ReadableAmong(ctx, a.ID, []int64{p.ID})
			if err != nil {
				return fmt.Errorf("see whether %s reads post %d: %w", a.URI, p.ID, err)
			}
			if !reads[p.ID] {
				continue // naming somebody lets nobody in
			}
		}
		if heeds, err := r.heeds(ctx, tx, p, mention{whom: a, among: len(named)}); err != nil || !heeds {
			if err != nil {
				return err
			}
			continue
		}
		if err := community.Notify(ctx, tx, a.ID, about(db.NotifyMention, p)); err != nil {
			return err
		}
	}
	if g == nil || !p.Starts() {
		return nil
	}
	return tx.NotifyFollowers(ctx, about(db.NotifyThread, p))
}

// What strangers may do to the inboxes of others: name so many people in one post, and leave so many
// lines in a day, from one host and in all (T51). Whoever names more is read where it stands.
const (
	maxNamed         = 5
	maxLinesOfHost   = 5
	maxLinesStranger = 30
)

// mention is a person named in a post, among so many.
type mention struct {
	whom  *db.Actor
	among int
}

// heeds says whether somebody who is named hears of it: people of ours, those they follow and those
// who belong to the same group are always heard, strangers within bounds.
func (r *Rules) heeds(ctx context.Context, tx *db.Store, p *db.Post, m mention) (bool, error) {
	author, err := tx.ActorByID(ctx, p.AuthorID)
	if err != nil {
		return false, fmt.Errorf("load author of post %d: %w", p.ID, err)
	}
	if author.Local || author.Type == db.ActorGroup {
		return true, nil
	}
	ties := [][2]int64{{m.whom.ID, author.ID}}
	if p.GroupID != 0 {
		ties = append(ties, [2]int64{author.ID, p.GroupID})
	}
	for _, tie := range ties {
		f, err := tx.FollowBetween(ctx, tie[0], tie[1])
		if err == nil && f.State == db.FollowAccepted {
			return true, nil
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return false, fmt.Errorf("see whom %s follows: %w", m.whom.URI, err)
		}
	}
	if m.among > maxNamed {
		return false, nil
	}
	host, all, err := tx.MentionsSince(ctx, m.whom.ID, author.Host, db.At(tx.Now().AddDate(0, 0, -1)))
	return host < maxLinesOfHost && all < maxLinesStranger, err
}

// notifyHeld tells the facilitators of ours that a post waits for them.
func (r *Rules) notifyHeld(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	return r.notifyStewards(ctx, tx, g, about(db.NotifyHeld, p))
}

// notifyDirect tells the facilitators of ours of a private message.
func (r *Rules) notifyDirect(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	return r.notifyStewards(ctx, tx, g, about(db.NotifyDirect, p))
}

func (r *Rules) notifyStewards(ctx context.Context, tx *db.Store, g *db.Group, n db.Notification) error {
	if g == nil {
		return nil
	}
	stewards, err := tx.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load facilitators: %w", err)
	}
	told := make(map[int64]bool)
	for _, s := range stewards {
		if told[s.ActorID] || !s.Actor.Local {
			continue
		}
		told[s.ActorID] = true
		if err := community.Notify(ctx, tx, s.ActorID, n); err != nil {
			return err
		}
	}
	return nil
}
