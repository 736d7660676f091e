package db

import (
	"context"
	"fmt"
)

// SilentQuery asks for members whom nobody has heard of.
type SilentQuery struct {
	// Since is from when on a word or a visit counts.
	Since Time
	// AskedBefore leaves out who was asked after it: they still have time to answer.
	AskedBefore Time
	After       int64 // a membership id, for going on
	Limit       int
}

// Silent lists living memberships in groups of ours whose people have neither written there nor
// visited, and hold no role. Of people elsewhere only what they write is known.
func (s *Store) Silent(ctx context.Context, q SilentQuery) ([]*Membership, error) {
	var list []*Membership
	err := s.read.NewSelect().Model(&list).Join("JOIN actors grp ON grp.id = membership.group_id AND grp.local AND grp.deleted_at = 0").
		Where("membership.id > ? AND membership.left_at = 0 AND membership.status IN ('newcomer', 'member')", q.After).
		Where("membership.joined_at < ?", q.Since).
		Where("NOT EXISTS (SELECT 1 FROM member_choices mc WHERE mc.group_id = membership.group_id AND mc.actor_id = membership.actor_id AND mc.asked_at > ?)", q.AskedBefore).
		Where("NOT EXISTS (SELECT 1 FROM member_stays ms WHERE ms.group_id = membership.group_id AND ms.actor_id = membership.actor_id AND ms.at >= ?)", q.Since).
		Where("NOT EXISTS (SELECT 1 FROM posts p WHERE p.author_id = membership.actor_id AND p.group_id = membership.group_id AND p.created_at >= ?)", q.Since).
		Where("NOT EXISTS (SELECT 1 FROM accounts acc WHERE acc.actor_id = membership.actor_id AND acc.seen_at >= ?)", q.Since).
		Where("NOT EXISTS (SELECT 1 FROM role_grants r WHERE r.actor_id = membership.actor_id AND r.group_id = membership.group_id)").
		Order("membership.id").Limit(int64(q.Limit)).Scan(ctx)
	return list, wrap(err)
}

// Returned lists sleeping memberships in groups of ours whose people have written there or visited
// since they were asked. Who sleeps because they stopped following comes back by following.
func (s *Store) Returned(ctx context.Context, after int64, limit int) ([]*Membership, error) {
	var list []*Membership
	err := s.read.NewSelect().Model(&list).Join("JOIN actors grp ON grp.id = membership.group_id AND grp.local AND grp.deleted_at = 0").
		Join("JOIN member_choices mc ON mc.group_id = membership.group_id AND mc.actor_id = membership.actor_id AND mc.asked_at > 0").
		Where("membership.id > ? AND membership.left_at = 0 AND membership.status = 'dormant'", after).
		Where("EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = membership.actor_id AND f.followee_id = membership.group_id AND f.state = 'accepted')").
		Where(`(EXISTS (SELECT 1 FROM posts p WHERE p.author_id = membership.actor_id AND p.group_id = membership.group_id AND p.created_at > mc.asked_at)
			OR EXISTS (SELECT 1 FROM accounts acc WHERE acc.actor_id = membership.actor_id AND acc.seen_at > mc.asked_at))`).
		Order("membership.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// StayMember notes that a member said they stay, and wakes the membership where it slept.
func (s *Store) StayMember(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, `INSERT INTO member_stays (group_id, actor_id, at) VALUES (?, ?, ?)
		ON CONFLICT (group_id, actor_id) DO UPDATE SET at = EXCLUDED.at`, groupID, actorID, s.Now())
	if err != nil {
		return fmt.Errorf("note that member %d stays: %w", actorID, err)
	}
	return s.WakeMembership(ctx, groupID, actorID)
}

// StayedSince says whether a member said since a moment that they stay.
func (s *Store) StayedSince(ctx context.Context, groupID, actorID int64, since Time) (bool, error) {
	var n int
	err := s.read.NewRaw("SELECT count(*) FROM member_stays WHERE group_id = ? AND actor_id = ? AND at >= ?", groupID, actorID, since).Scan(ctx, &n)
	return n > 0, wrap(err)
}
