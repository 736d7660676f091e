package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/copse-social/copse/db/migrations"
)

// ForgetTies removes what tied an actor that is gone to others: follows both ways, memberships,
// roles and blocks. Counts of those who stay are kept true, in a handful of statements however
// many they are.
func (s *Store) ForgetTies(ctx context.Context, actor *Actor) error {
	id := actor.ID
	type statement struct {
		query string
		args  []any
	}
	list := []statement{
		{`UPDATE actors SET followers_count = followers_count - 1 WHERE id IN
			(SELECT followee_id FROM follows WHERE follower_id = ? AND state = 'accepted')`, []any{id}},
		{`UPDATE actors SET following_count = following_count - 1 WHERE id IN
			(SELECT follower_id FROM follows WHERE followee_id = ? AND state = 'accepted')`, []any{id}},
		{`UPDATE follower_inboxes SET followers = followers - 1 WHERE inbox = ? AND followee_id IN
			(SELECT followee_id FROM follows WHERE follower_id = ? AND state = 'accepted' AND followee_id NOT IN
			(SELECT actor_id FROM groups WHERE openness <> 'open'))`, []any{actor.DeliveryInbox(), id}},
		{`UPDATE follower_inboxes SET followers = followers - 1 WHERE inbox = ? AND followee_id IN
			(SELECT followee_id FROM follows JOIN groups ON actor_id = followee_id
			WHERE follower_id = ? AND state = 'accepted' AND openness <> 'open')`, []any{actor.Inbox, id}},
		{`DELETE FROM follower_inboxes WHERE followee_id = ? OR (inbox IN (?, ?) AND followers <= 0)`, []any{id, actor.DeliveryInbox(), actor.Inbox}},
		{`DELETE FROM follows WHERE follower_id = ? OR followee_id = ?`, []any{id, id}},
		{`UPDATE groups SET members_count = members_count - 1 WHERE actor_id IN (SELECT group_id FROM memberships
			WHERE actor_id = ? AND left_at = 0 AND status IN ('newcomer', 'member', 'dormant'))`, []any{id}},
		{`DELETE FROM memberships WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM commitments WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM join_words WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM invitations WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM member_choices WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM profiles WHERE actor_id = ?`, []any{id}},
		{`DELETE FROM endorsements WHERE actor_id = ? OR by_id = ?`, []any{id, id}},
		{`DELETE FROM person_doors WHERE actor_id = ? OR person_id = ?`, []any{id, id}},
		{`DELETE FROM volunteers WHERE actor_id = ? OR by_id = ?`, []any{id, id}},
		{`DELETE FROM role_grants WHERE actor_id = ? OR group_id = ?`, []any{id, id}},
		{`DELETE FROM actor_blocks WHERE actor_id = ? OR target_id = ?`, []any{id, id}},
		{`UPDATE actors SET followers_count = 0, following_count = 0 WHERE id = ?`, []any{id}},
	}
	for _, st := range list {
		if _, err := s.exec(ctx, st.query, st.args...); err != nil {
			return fmt.Errorf("forget ties of actor %d: %w", id, err)
		}
	}
	return nil
}

// EraseAuthored turns up to limit posts of an author into placeholders without text and says how
// many it turned; 0 means that none is left. Counts of groups, discussions and the author are
// kept true.
func (s *Store) EraseAuthored(ctx context.Context, authorID int64, limit int) (int, error) {
	var list []*Post
	err := s.read.NewSelect().Model(&list).Column("id", "state", "visibility", "group_id", "reply_to_id", "discussion_id").
		Where("author_id = ? AND state <> ?", authorID, PostDeleted).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil || len(list) == 0 {
		return 0, wrap(err)
	}
	if err := s.uncount(ctx, authorID, list); err != nil {
		return 0, err
	}
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	if _, err := s.exec(ctx, `UPDATE posts SET state = ?, state_reason = '', state_by = ?, state_at = ?, title = '', content = '',
		source = '', summary = '' WHERE id IN (?)`, PostDeleted, authorID, s.Now(), bun.List(ids)); err != nil {
		return 0, fmt.Errorf("erase posts of actor %d: %w", authorID, err)
	}
	return len(list), s.eraseParts(ctx, ids)
}

// uncount takes published posts that are about to go out of all counts.
func (s *Store) uncount(ctx context.Context, authorID int64, list []*Post) error {
	groups, answers, posts := map[int64]int{}, map[int64]int{}, 0
	for _, p := range list {
		switch {
		case p.State != PostPublished || p.Visibility == VisibilityDirect:
			continue
		case p.Starts():
			groups[p.GroupID]++
		default:
			answers[p.DiscussionID]++
			if p.ReplyToID != p.DiscussionID {
				answers[p.ReplyToID]++
			}
		}
		posts++
	}
	if _, err := s.exec(ctx, "UPDATE actors SET posts_count = posts_count - ? WHERE id = ?", posts, authorID); err != nil {
		return err
	}
	for id, n := range groups {
		if _, err := s.exec(ctx, "UPDATE groups SET discussions_count = discussions_count - ? WHERE actor_id = ?", n, id); err != nil {
			return err
		}
	}
	for id, n := range answers {
		if _, err := s.exec(ctx, "UPDATE posts SET replies_count = replies_count - ? WHERE id = ?", n, id); err != nil {
			return err
		}
	}
	return nil
}

// eraseParts deletes the rows that go with posts.
func (s *Store) eraseParts(ctx context.Context, ids []int64) error {
	for _, table := range []string{"post_revisions", "attachments", "post_tags", "post_mentions"} {
		if _, err := s.exec(ctx, "DELETE FROM ? WHERE post_id IN (?)", bun.Ident(table), bun.List(ids)); err != nil {
			return err
		}
	}
	key := "post_id"
	if s.root.engine == migrations.SQLite {
		key = "rowid"
	}
	_, err := s.exec(ctx, "DELETE FROM post_search WHERE ? IN (?)", bun.Ident(key), bun.List(ids))
	return err
}
