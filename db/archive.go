package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// What a group takes along when it moves, page by page: every list is in the order of its ids, from
// an id on, and bounded. Private words to those who look after the group are not among it.

// ArchivePosts lists the posts of a group with their authors and the addresses of what they answer, what was
// removed or deleted included; after a switch those too that stand in its heir already.
func (s *Store) ArchivePosts(ctx context.Context, m *Move, after int64, limit int) ([]*Post, error) {
	groups := []int64{m.Group}
	if m.State == MoveSwitched {
		groups = append(groups, m.Heir)
	}
	var list []*Post
	err := s.posts(&list).Where("post.group_id IN (?) AND post.visibility <> 'direct' AND post.id > ?", bun.List(groups), after).
		Order("post.id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	return list, s.nameParents(ctx, list)
}

// nameParents fills the addresses of what posts answer.
func (s *Store) nameParents(ctx context.Context, posts []*Post) error {
	var ids []int64
	for _, p := range posts {
		if p.ReplyToID != 0 && p.ReplyToURI == "" {
			ids = append(ids, p.ReplyToID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var parents []Address
	if err := s.read.NewRaw("SELECT id, uri FROM posts WHERE id IN (?)", bun.List(ids)).Scan(ctx, &parents); err != nil {
		return wrap(err)
	}
	named := make(map[int64]string, len(parents))
	for _, a := range parents {
		named[a.ID] = a.URI
	}
	for _, p := range posts {
		p.ReplyToURI = cmp.Or(p.ReplyToURI, named[p.ReplyToID])
	}
	return nil
}

// ArchiveMembers lists memberships of a group with their people, past and pending ones included.
func (s *Store) ArchiveMembers(ctx context.Context, groupID, after int64, limit int) ([]*Membership, error) {
	var list []*Membership
	err := s.read.NewSelect().Model(&list).Relation("Actor").Where("membership.group_id = ? AND membership.id > ?", groupID, after).
		Order("membership.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArchiveRoles lists who holds which role in a group, with the people.
func (s *Store) ArchiveRoles(ctx context.Context, groupID, after int64, limit int) ([]*RoleGrant, error) {
	var list []*RoleGrant
	err := s.read.NewSelect().Model(&list).Relation("Actor").Where("rg.group_id = ? AND rg.id > ?", groupID, after).
		Order("rg.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArchiveBans lists the bans of a group that are in force, with the people.
func (s *Store) ArchiveBans(ctx context.Context, groupID, after int64, limit int) ([]*Ban, error) {
	var list []*Ban
	err := s.read.NewSelect().Model(&list).Relation("Actor").
		Where("ban.group_id = ? AND ban.actor_id > ? AND (ban.until = 0 OR ban.until > ?)", groupID, after, s.Now()).
		Order("ban.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArchiveFollowers lists accepted follows of a group with the followers.
func (s *Store) ArchiveFollowers(ctx context.Context, groupID, after int64, limit int) ([]*Follow, error) {
	var list []*Follow
	err := s.read.NewSelect().Model(&list).Relation("Follower").
		Where("follow.followee_id = ? AND follow.state = 'accepted' AND follow.id > ?", groupID, after).
		Order("follow.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArchiveLog lists what moderators did in a group, with them.
func (s *Store) ArchiveLog(ctx context.Context, groupID, after int64, limit int) ([]*ModerationEntry, error) {
	var list []*ModerationEntry
	err := s.read.NewSelect().Model(&list).Relation("Actor").Where("ml.group_id = ? AND ml.id > ?", groupID, after).
		Order("ml.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ArchiveCommitments lists what somebody committed to in a group, oldest first.
func (s *Store) ArchiveCommitments(ctx context.Context, groupID, actorID int64) ([]*Commitment, error) {
	var list []*Commitment
	err := s.read.NewSelect().Model(&list).Where("group_id = ? AND actor_id = ?", groupID, actorID).Order("id").Limit(100).Scan(ctx)
	return list, wrap(err)
}

// ArchiveLikes lists who found a post helpful, at most limit; hearsay is left out.
func (s *Store) ArchiveLikes(ctx context.Context, postID int64, limit int) ([]*Like, error) {
	var list []*Like
	err := s.read.NewSelect().Model(&list).Where("post_id = ? AND uri <> ''", postID).Order("actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// CountPrivate counts the private words of a group, which stay where they are.
func (s *Store) CountPrivate(ctx context.Context, groupID int64) (int64, error) {
	n, err := s.read.NewSelect().Model((*Post)(nil)).Where("group_id = ? AND visibility = 'direct'", groupID).Count(ctx)
	return n, wrap(err)
}

// CarryRevision stores an earlier text of a post as it was elsewhere, once.
func (s *Store) CarryRevision(ctx context.Context, r Revision) error {
	n, err := s.read.NewSelect().Model((*Revision)(nil)).Where("post_id = ? AND written_at = ?", r.PostID, r.WrittenAt).Count(ctx)
	if err != nil || n > 0 {
		return wrap(err)
	}
	r.ID = s.NewID()
	return s.insert(ctx, &r)
}

// CarryCommitment stores what somebody committed to elsewhere, with its time, once.
func (s *Store) CarryCommitment(ctx context.Context, c *Commitment) error {
	n, err := s.read.NewSelect().Model((*Commitment)(nil)).
		Where("group_id = ? AND actor_id = ? AND created_at = ?", c.GroupID, c.ActorID, c.CreatedAt).Count(ctx)
	if err != nil || n > 0 {
		return wrap(err)
	}
	c.ID = s.NewID()
	return s.insert(ctx, c)
}

// CarryEntry stores what a moderator did elsewhere, with its time, once, and says whether it is new.
func (s *Store) CarryEntry(ctx context.Context, e *ModerationEntry) (bool, error) {
	n, err := s.read.NewSelect().Model((*ModerationEntry)(nil)).
		Where("group_id = ? AND actor_id = ? AND act = ? AND created_at = ? AND target_id = ? AND post_id = ?",
			e.GroupID, e.ActorID, e.Act, e.CreatedAt, e.TargetID, e.PostID).Count(ctx)
	if err != nil || n > 0 {
		return false, wrap(err)
	}
	e.ID = s.NewID()
	return true, s.insert(ctx, e)
}

// CarryCharter stores a version as it was elsewhere, under its own address, and says whether it is
// new here.
func (s *Store) CarryCharter(ctx context.Context, c *Charter) (bool, error) {
	fresh, err := s.insertNew(ctx, c)
	if err != nil {
		return false, fmt.Errorf("carry charter %s: %w", c.URI, err)
	}
	return fresh, nil
}

// CarryBan stores a ban with its time.
func (s *Store) CarryBan(ctx context.Context, b *Ban) error {
	_, err := s.insertNew(ctx, b)
	return err
}

// CarryRole stores a role with the time since which it is held.
func (s *Store) CarryRole(ctx context.Context, r *RoleGrant) error {
	r.ID = s.NewID()
	_, err := s.insertNew(ctx, r)
	return err
}

// RebindPosts puts posts of one group into another, at most limit, and says how many. Addresses,
// threads and states stay as they are.
func (s *Store) RebindPosts(ctx context.Context, from, to int64, limit int) (int64, error) {
	n, err := s.exec(ctx, `UPDATE posts SET group_id = ? WHERE id IN
		(SELECT id FROM posts WHERE group_id = ? AND visibility <> 'direct' ORDER BY id LIMIT ?)`, to, from, limit)
	if err != nil {
		return 0, fmt.Errorf("put posts of group %d into %d: %w", from, to, err)
	}
	return n, nil
}

// RebindCharters puts the versions of one group's charter that another lacks into that one.
func (s *Store) RebindCharters(ctx context.Context, from, to int64) error {
	_, err := s.exec(ctx, `UPDATE charters SET group_id = ? WHERE group_id = ? AND version NOT IN
		(SELECT version FROM charters c WHERE c.group_id = ?)`, to, from, to)
	return err
}

// RebindLog puts what moderators did in one group into the log of another, at most limit, and says how
// much.
func (s *Store) RebindLog(ctx context.Context, from, to int64, limit int) (int64, error) {
	return s.exec(ctx, `UPDATE moderation_log SET group_id = ? WHERE id IN
		(SELECT id FROM moderation_log WHERE group_id = ? ORDER BY id LIMIT ?)`, to, from, limit)
}

// DropMembership takes a membership that came with an archive away again, with what was said at
// joining.
func (s *Store) DropMembership(ctx context.Context, groupID, actorID int64) error {
	old, err := s.MembershipOf(ctx, groupID, actorID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.Belongs() {
		old.Status = MemberAlumni
		if err := s.PutMembership(ctx, old); err != nil { // it counts no more
			return err
		}
	}
	for _, table := range []string{"memberships", "commitments", "member_choices", "role_grants"} {
		if _, err := s.exec(ctx, "DELETE FROM ? WHERE group_id = ? AND actor_id = ?", bun.Ident(table), groupID, actorID); err != nil {
			return err
		}
	}
	return nil
}

// RecountGroup counts the discussions of a group anew, and when it was last active.
func (s *Store) RecountGroup(ctx context.Context, groupID int64) error {
	_, err := s.exec(ctx, `UPDATE groups SET
		discussions_count = (SELECT count(*) FROM posts WHERE group_id = ?0 AND reply_to_id = 0 AND state = 'published' AND visibility <> 'direct'),
		last_activity_at = (SELECT coalesce(max(active_at), 0) FROM posts WHERE group_id = ?0 AND reply_to_id = 0) WHERE actor_id = ?0`, groupID)
	return err
}

// DropCopied removes posts that came into a group with its archive, at most limit, and says how many:
// the newest first, so that no answer outlives what it answers.
func (s *Store) DropCopied(ctx context.Context, groupID int64, limit int) (int, error) {
	var ids []int64
	err := s.read.NewRaw("SELECT id FROM posts WHERE group_id = ? ORDER BY id DESC LIMIT ?", groupID, limit).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return 0, wrap(err)
	}
	for _, id := range ids {
		if err := s.dropFromSearch(ctx, id); err != nil {
			return 0, err
		}
	}
	_, err = s.exec(ctx, "DELETE FROM posts WHERE id IN (?)", bun.List(ids))
	return len(ids), err
}

// DropGroup removes a group that was never shown to anybody, with all that hangs on it.
func (s *Store) DropGroup(ctx context.Context, groupID int64) error {
	for _, table := range []string{"charters", "memberships", "role_grants", "bans", "commitments", "member_choices", "group_lives", "invitations"} {
		if _, err := s.exec(ctx, "DELETE FROM ? WHERE group_id = ?", bun.Ident(table), groupID); err != nil {
			return err
		}
	}
	if _, err := s.exec(ctx, "DELETE FROM groups WHERE actor_id = ?", groupID); err != nil {
		return err
	}
	_, err := s.exec(ctx, "DELETE FROM actors WHERE id = ? AND local", groupID)
	return err
}

// ArchiveCounts counts what ArchivePosts and ArchiveMembers list in all.
func (s *Store) ArchiveCounts(ctx context.Context, groupID int64) (posts, members int64, err error) {
	err = s.read.NewRaw(`SELECT (SELECT count(*) FROM posts WHERE group_id = ?0 AND visibility <> 'direct'),
		(SELECT count(*) FROM memberships WHERE group_id = ?0)`, groupID).Scan(ctx, &posts, &members)
	return posts, members, wrap(err)
}
