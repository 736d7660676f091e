package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// HiddenFor is how long a facilitator hides a post by themselves (domain.md 3c).
const HiddenFor = 24 * time.Hour

// Hide takes a post of a group of ours out of sight for a day, so that a moderator can look at it in
// calm. Nobody looks: it comes back by itself. Remove within that time keeps it out.
func (r *Rules) Hide(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, reason string) error {
	g, err := r.permitModeration(ctx, tx, by, p, community.ActHide)
	if err != nil {
		return err
	}
	switch {
	case !ours(g):
		return community.Refuse(community.Forbidden, "not-ours")
	case p.State == db.PostRemoved:
		return nil
	case p.State != db.PostPublished:
		return community.Refuse(community.Conflict, "not-shown")
	}
	if err := tx.SetPostState(ctx, p, db.PostRemoved, reason, by.ID); err != nil {
		return err
	}
	if err := tx.PutBriefHide(ctx, &db.BriefHide{PostID: p.ID, ByID: by.ID, Until: db.At(tx.Now().Add(HiddenFor))}); err != nil {
		return fmt.Errorf("hide post %d: %w", p.ID, err)
	}
	m := measure{g, by, p, reason}
	if err := r.logAct(ctx, tx, m, "hide"); err != nil {
		return err
	}
	if err := community.Notify(ctx, tx, p.AuthorID, db.Notification{
		Kind: db.NotifyRemoved, ActorID: by.ID, GroupID: p.GroupID, PostID: p.ID, Note: reason,
	}); err != nil {
		return err
	}
	if p.Starts() {
		if err := r.com.Unboost(ctx, tx, g, p); err != nil {
			return err
		}
	}
	return r.publishModeration(ctx, tx, m, removal(p, reason))
}

// HideOver shows a post again whose day is over and about which nobody decided. It is in the name of
// who hid it, else of the group.
func (r *Rules) HideOver(ctx context.Context, tx *db.Store, h *db.BriefHide) error {
	if err := tx.DropBriefHide(ctx, h.PostID); err != nil {
		return fmt.Errorf("end hiding post %d: %w", h.PostID, err)
	}
	p, err := tx.PostByID(ctx, h.PostID)
	if errors.Is(err, db.ErrNotFound) || err == nil && p.State != db.PostRemoved {
		return nil // decided otherwise
	}
	if err != nil {
		return fmt.Errorf("load hidden post %d: %w", h.PostID, err)
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil || g == nil {
		return err
	}
	by := g.Actor
	if who, err := tx.ActorByID(ctx, h.ByID); err == nil && who.Local && who.Active() {
		by = who
	} else if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load who hid post %d: %w", p.ID, err)
	}
	return r.show(ctx, tx, measure{group: g, by: by, post: p})
}

// keepHidden leaves a post out for good that was hidden for a day: everybody has been told already.
func (r *Rules) keepHidden(ctx context.Context, tx *db.Store, m measure) error {
	_, err := tx.BriefHideOf(ctx, m.post.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("see how long post %d is hidden: %w", m.post.ID, err)
	}
	if err := tx.DropBriefHide(ctx, m.post.ID); err != nil {
		return fmt.Errorf("keep post %d out: %w", m.post.ID, err)
	}
	return r.removeFrom(ctx, tx, m)
}

// show puts a removed post back and says so.
func (r *Rules) show(ctx context.Context, tx *db.Store, m measure) error {
	if err := tx.SetPostState(ctx, m.post, db.PostPublished, "", m.by.ID); err != nil {
		return err
	}
	if err := r.logAct(ctx, tx, m, "restore"); err != nil {
		return err
	}
	undone := removal(m.post, "")
	undone.Actor = m.by.URI
	return r.publishModeration(ctx, tx, m, vocab.ActivityDoc{Type: "Undo", Object: &undone})
}
