package exchange

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Reply adds an answer to a discussion and tells the group's followers.
func (r *Rules) Reply(ctx context.Context, tx *db.Store, d *Draft) (*db.Post, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	d.Title = ""
	g, err := r.groupOf(ctx, tx, d.Parent)
	if err != nil {
		return nil, err
	}
	d.Group = g
	if d.Parent.Visibility == db.VisibilityDirect {
		return r.answerPrivately(ctx, tx, d)
	}
	if d.ToFacilitators && g != nil {
		return r.writeToFacilitators(ctx, tx, d)
	}
	if err := r.permitReply(ctx, tx, g, d.Author, d.Parent); err != nil {
		return nil, err
	}
	p, err := r.write(ctx, tx, d, db.KindComment)
	if err != nil {
		return nil, fmt.Errorf("reply to post %d: %w", d.Parent.ID, err)
	}
	return p, r.afterWriting(ctx, tx, g, p)
}

// permitReply is asked for answers from every door.
func (r *Rules) permitReply(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, parent *db.Post) error {
	if parent.State == db.PostDeleted || parent.State == db.PostRemoved || parent.State == db.PostRefused {
		return community.Refuse(community.Gone, "discussion-gone")
	}
	if g != nil {
		if err := r.com.Permit(ctx, tx, g, who, community.ActReply); err != nil {
			return err
		}
	}
	locked, err := tx.LockedAbove(ctx, parent)
	if err != nil {
		return fmt.Errorf("see whether post %d is locked: %w", parent.ID, err)
	}
	if locked {
		return community.Refuse(community.Forbidden, "discussion-locked")
	}
	blocked, err := tx.Blocked(ctx, who.ID, parent.AuthorID)
	if err != nil {
		return fmt.Errorf("see whether people block each other: %w", err)
	}
	if blocked {
		return community.Refuse(community.Forbidden, "blocked")
	}
	return r.permitPace(ctx, tx, g, who, parent.DiscussionID)
}

// groupOf returns the group a post was made in, nil for a post outside of groups.
func (r *Rules) groupOf(ctx context.Context, s *db.Store, p *db.Post) (*db.Group, error) {
	if p.GroupID == 0 {
		return nil, nil //nolint:nilnil // no group is an answer, not a fault
	}
	g, err := s.GroupByID(ctx, p.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	return g, nil
}
