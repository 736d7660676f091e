package web

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
)

// facts are what is looked up for all posts of a page at once.
type facts struct {
	liked map[int64]bool
	files map[int64][]*db.Attachment
	roles map[int64]string
	// stewards look after the group; roles has what they are.
	stewards []*db.RoleGrant
	parents  map[int64]*db.Actor // authors of answered posts that are on other pages
	doers    map[int64]*db.Actor // who removed a post, by their actor ids
	locks    map[int64]*db.ModerationEntry
}

// gather looks up what the posts of a page need, for all of them at once.
func (d *Door) gather(ctx context.Context, t *talk, reader int64) error {
	posts := append([]*db.Post{t.starter}, t.page...)
	onPage := make(map[int64]bool, len(posts))
	ids := make([]int64, 0, len(posts))
	for _, p := range posts {
		ids = append(ids, p.ID)
		onPage[p.ID] = true
	}
	var parents, doers, locked []int64
	for _, p := range posts {
		if !p.Starts() && !onPage[p.ReplyToID] {
			parents = append(parents, p.ReplyToID)
		}
		if p.State == db.PostRemoved && p.StateBy != 0 {
			doers = append(doers, p.StateBy)
		}
		if !p.LockedAt.IsZero() {
			locked = append(locked, p.ID)
		}
	}
	var err error
	if t.facts.liked, err = d.store.LikedAmong(ctx, reader, ids); err != nil {
		return fmt.Errorf("load helpful marks: %w", err)
	}
	if t.facts.files, err = d.store.AttachmentsOf(ctx, ids); err != nil {
		return fmt.Errorf("load attachments: %w", err)
	}
	if t.facts.parents, err = d.store.AuthorsOf(ctx, parents); err != nil {
		return fmt.Errorf("load answered authors: %w", err)
	}
	if t.facts.doers, err = d.store.ActorsByID(ctx, doers); err != nil {
		return fmt.Errorf("load moderators: %w", err)
	}
	if t.group == nil {
		return nil
	}
	if t.facts.locks, err = d.store.LastActs(ctx, t.group.ActorID, "lock", locked); err != nil {
		return fmt.Errorf("load locks: %w", err)
	}
	if t.facts.stewards, err = d.store.Stewards(ctx, t.group.ActorID); err != nil {
		return fmt.Errorf("load facilitators: %w", err)
	}
	t.facts.roles = rolesOf(t.facts.stewards)
	return nil
}

// rolesOf says who looks after a group, by actor id.
func rolesOf(stewards []*db.RoleGrant) map[int64]string {
	roles := make(map[int64]string, len(stewards))
	for _, s := range stewards {
		if roles[s.ActorID] != db.RoleFacilitator {
			roles[s.ActorID] = s.Role
		}
	}
	return roles
}
