package exchange

import (
	"context"
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
	told := map[int64]bool{p.AuthorID: true}
	if !p.Starts() {
		parent, err := tx.PostByID(ctx, p.ReplyToID)
		if err != nil {
			return fmt.Errorf("load answered post: %w", err)
		}
		if !told[parent.AuthorID] && parent.Author.Local {
			told[parent.AuthorID] = true
			if err := community.Notify(ctx, tx, parent.AuthorID, about(db.NotifyReply, p)); err != nil {
				return err
			}
		}
	}
	named, err := tx.MentionsOf(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("load mentions: %w", err)
	}
	for _, a := range named {
		if told[a.ID] || !a.Local {
			continue
		}
		told[a.ID] = true
		if err := community.Notify(ctx, tx, a.ID, about(db.NotifyMention, p)); err != nil {
			return err
		}
	}
	if g == nil || !p.Starts() {
		return nil
	}
	return tx.NotifyFollowers(ctx, about(db.NotifyThread, p))
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
