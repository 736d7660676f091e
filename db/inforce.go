package db

import (
	"context"

	"github.com/uptrace/bun"
)

// InForce is one measure that holds in a group now and ends by itself, or when somebody ends it: a
// SlowMode, a BriefHide or a Ban.
type InForce struct {
	Kind    string `bun:"kind"`
	GroupID int64  `bun:"group_id"`
	PostID  int64  `bun:"post_id"`  // 0: it is about the whole group, or somebody
	ActorID int64  `bun:"actor_id"` // of whom it is, for a Ban
	ByID    int64  `bun:"by_id"`
	Until   Time   `bun:"until"` // zero: no end
	Seconds int64  `bun:"seconds"`
	Reason  string `bun:"reason"`
}

// Kinds of measures.
const (
	InForceSlow = "slow"
	InForceHide = "hide"
	InForceBan  = "ban"
)

// MeasuresIn lists what is in force in some groups: what ends soonest first, what has no end last.
func (s *Store) MeasuresIn(ctx context.Context, groupIDs []int64, limit int) ([]*InForce, error) {
	if len(groupIDs) == 0 {
		return nil, nil
	}
	var list []*InForce
	err := s.read.NewRaw(`SELECT * FROM (
		SELECT 'slow' AS kind, group_id, CASE WHEN place_id = group_id THEN 0 ELSE place_id END AS post_id, 0 AS actor_id, by_id, until, seconds, '' AS reason
			FROM slow_modes WHERE group_id IN (?0) AND until > ?1
		UNION ALL SELECT 'hide', p.group_id, p.id, 0, h.by_id, h.until, 0, p.state_reason
			FROM brief_hides h JOIN posts p ON p.id = h.post_id WHERE p.group_id IN (?0) AND p.state = 'removed' AND h.until > ?1
		UNION ALL SELECT 'ban', group_id, 0, actor_id, banned_by, until, 0, reason
			FROM bans WHERE group_id IN (?0) AND (until = 0 OR until > ?1)) now
		ORDER BY CASE WHEN until = 0 THEN 1 ELSE 0 END, until, group_id, post_id, actor_id LIMIT ?2`,
		bun.List(groupIDs), s.Now(), limit).Scan(ctx, &list)
	return list, wrap(err)
}
