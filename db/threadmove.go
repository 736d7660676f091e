package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// ThreadMove is a discussion that went from one group to another.
type ThreadMove struct {
	bun.BaseModel `bun:"table:thread_moves,alias:tm"`

	ID           int64 `bun:"id,pk"`
	DiscussionID int64 `bun:"discussion_id"`
	FromID       int64 `bun:"from_id"`
	ToID         int64 `bun:"to_id"`
	ByID         int64 `bun:"by_id"`
	CreatedAt    Time  `bun:"created_at"`

	Discussion *Post  `bun:"rel:belongs-to,join:discussion_id=id"`
	To         *Actor `bun:"rel:belongs-to,join:to_id=id"`
}

// MoveDiscussion puts a whole discussion into another group: all posts but private words, which stay
// with the facilitators they were for. Addresses, states and places in the tree stay; its pin goes.
func (s *Store) MoveDiscussion(ctx context.Context, m *ThreadMove) error {
	m.ID, m.CreatedAt = s.NewID(), s.Now()
	if err := s.insert(ctx, m); err != nil {
		return fmt.Errorf("note move of %d: %w", m.DiscussionID, err)
	}
	for _, query := range []string{
		"UPDATE posts SET group_id = ?0, pinned_at = 0 WHERE discussion_id = ?1 AND group_id = ?2 AND visibility <> 'direct'",
		"UPDATE slow_modes SET group_id = ?0 WHERE place_id = ?1 AND group_id = ?2",
	} {
		if _, err := s.exec(ctx, query, m.ToID, m.DiscussionID, m.FromID); err != nil {
			return fmt.Errorf("move discussion %d to %d: %w", m.DiscussionID, m.ToID, err)
		}
	}
	for _, id := range []int64{m.FromID, m.ToID} {
		if err := s.RecountGroup(ctx, id); err != nil {
			return fmt.Errorf("recount group %d: %w", id, err)
		}
	}
	return nil
}

// MovedAway lists discussions that left a group and are not back, with where they are, newest first.
func (s *Store) MovedAway(ctx context.Context, groupID int64, limit int) ([]*ThreadMove, error) {
	var list []*ThreadMove
	err := s.read.NewSelect().Model(&list).Relation("Discussion").Relation("To").
		Where("tm.from_id = ? AND discussion.group_id = tm.to_id AND discussion.state = 'published'", groupID).
		Where("tm.id = (SELECT max(id) FROM thread_moves l WHERE l.discussion_id = tm.discussion_id AND l.from_id = tm.from_id)").
		Order("tm.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// PublicAnswers lists what everybody sees of a discussion below its start, the oldest first.
func (s *Store) PublicAnswers(ctx context.Context, discussionID int64, limit int) ([]*Post, error) {
	var list []*Post
	err := s.posts(&list).Where("post.discussion_id = ? AND post.reply_to_id <> 0 AND post.state = 'published' AND post.visibility <> 'direct'", discussionID).
		Order("post.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}
