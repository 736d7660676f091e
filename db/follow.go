package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// States of a follow.
const (
	FollowPending  = "pending"
	FollowAccepted = "accepted"
	FollowRejected = "rejected"
)

// Follow is one actor observing another: a person or group following a group or person.
type Follow struct {
	bun.BaseModel `bun:"table:follows,alias:follow"`

	ID         int64  `bun:"id,pk"`
	URI        string `bun:"uri"` // id of the Follow activity that counts now
	FollowerID int64  `bun:"follower_id"`
	FolloweeID int64  `bun:"followee_id"`
	State      string `bun:"state"`
	Level      string `bun:"level"` // muted, mentions, threads, everything
	CreatedAt  Time   `bun:"created_at"`
	AcceptedAt Time   `bun:"accepted_at"`

	Follower *Actor `bun:"rel:belongs-to,join:follower_id=id"`
	Followee *Actor `bun:"rel:belongs-to,join:followee_id=id"`
}

// FollowBetween returns the follow of one actor by another.
func (s *Store) FollowBetween(ctx context.Context, followerID, followeeID int64) (*Follow, error) {
	f := new(Follow)
	return f, one(ctx, s.read.NewSelect().Model(f).Where("follower_id = ? AND followee_id = ?", followerID, followeeID))
}

// FollowByURI returns the follow that a Follow activity made.
func (s *Store) FollowByURI(ctx context.Context, uri string) (*Follow, error) {
	f := new(Follow)
	return f, one(ctx, s.read.NewSelect().Model(f).Where("uri = ?", uri))
}

// PutFollow stores a follow or renews the one that exists with f's uri and state, keeps the
// followee's count of followers and its list of inboxes true, and fills f.ID. Give the follower with
// its inboxes and host.
func (s *Store) PutFollow(ctx context.Context, f *Follow, follower *Actor) error {
	old, err := s.FollowBetween(ctx, f.FollowerID, f.FolloweeID)
	was := err == nil && old.State == FollowAccepted
	if f.State == FollowAccepted && f.AcceptedAt.IsZero() {
		f.AcceptedAt = s.Now()
	}
	if f.Level == "" {
		f.Level = "threads"
	}
	f.ID, f.CreatedAt = s.NewID(), s.Now()
	_, err = s.write.NewInsert().Model(f).On("CONFLICT (follower_id, followee_id) DO UPDATE").
		Set("uri = EXCLUDED.uri, state = EXCLUDED.state, accepted_at = EXCLUDED.accepted_at").
		Returning("id").Exec(ctx)
	if err != nil {
		return fmt.Errorf("store follow: %w", wrap(err))
	}
	return s.countFollower(ctx, f, follower, was, f.State == FollowAccepted)
}

// DeleteFollow removes a follow; no error where there was none.
func (s *Store) DeleteFollow(ctx context.Context, followerID, followeeID int64) error {
	f, err := s.FollowBetween(ctx, followerID, followeeID)
	if err != nil {
		return ignoreNotFound(err)
	}
	follower, err := s.ActorByID(ctx, followerID)
	if err != nil {
		return err
	}
	if _, err := s.exec(ctx, "DELETE FROM follows WHERE id = ?", f.ID); err != nil {
		return err
	}
	return s.countFollower(ctx, f, follower, f.State == FollowAccepted, false)
}

func (s *Store) countFollower(ctx context.Context, f *Follow, follower *Actor, was, is bool) error {
	if was == is {
		return nil
	}
	change := 1
	if was {
		change = -1
	}
	if _, err := s.exec(ctx, "UPDATE actors SET followers_count = followers_count + ? WHERE id = ?", change, f.FolloweeID); err != nil {
		return err
	}
	if _, err := s.exec(ctx, "UPDATE actors SET following_count = following_count + ? WHERE id = ?", change, f.FollowerID); err != nil {
		return err
	}
	if follower.Local {
		return nil
	}
	if is {
		if err := s.DropFollowEnd(ctx, f.FolloweeID, f.FollowerID); err != nil { // they are back
			return err
		}
	}
	return s.countInbox(ctx, f.FolloweeID, follower, change)
}

func (s *Store) countInbox(ctx context.Context, followeeID int64, follower *Actor, change int) error {
	closed, err := s.closedGroup(ctx, followeeID)
	if err != nil {
		return err
	}
	inbox := follower.DeliveryInbox()
	if closed {
		inbox = follower.Inbox
	}
	if change > 0 {
		_, err := s.exec(ctx, `INSERT INTO follower_inboxes (followee_id, inbox, host, followers) VALUES (?, ?, ?, 1)
			ON CONFLICT (followee_id, inbox) DO UPDATE SET followers = follower_inboxes.followers + 1`,
			followeeID, inbox, follower.Host)
		return err
	}
	if _, err := s.exec(ctx, "UPDATE follower_inboxes SET followers = followers - 1 WHERE followee_id = ? AND inbox = ?",
		followeeID, inbox); err != nil {
		return err
	}
	_, err = s.exec(ctx, "DELETE FROM follower_inboxes WHERE followee_id = ? AND followers <= 0", followeeID)
	return err
}

// closedGroup says that an actor is a group that not everybody reads. What it says goes to inboxes
// of its members alone: behind a shared one others may be reached too (security.md T46).
func (s *Store) closedGroup(ctx context.Context, id int64) (bool, error) {
	var closed bool
	err := s.read.NewRaw("SELECT EXISTS (SELECT 1 FROM groups WHERE actor_id = ? AND openness <> 'open')", id).Scan(ctx, &closed)
	return closed, wrap(err)
}

// recountInboxes finds anew where the followers of a group are reached.
func (s *Store) recountInboxes(ctx context.Context, groupID int64) error {
	closed, err := s.closedGroup(ctx, groupID)
	if err != nil {
		return err
	}
	inbox := "CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END"
	if closed {
		inbox = "a.inbox"
	}
	if _, err := s.exec(ctx, "DELETE FROM follower_inboxes WHERE followee_id = ?", groupID); err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO follower_inboxes (followee_id, inbox, host, followers)
		SELECT f.followee_id, `+inbox+`, max(a.host), count(*) FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted' AND NOT a.local GROUP BY f.followee_id, `+inbox, groupID)
	return err
}

// recountClosed is recountInboxes for the groups that are not open among those an actor follows.
func (s *Store) recountClosed(ctx context.Context, followerID int64) error {
	var ids []int64
	err := s.read.NewRaw(`SELECT g.actor_id FROM follows f JOIN groups g ON g.actor_id = f.followee_id
		WHERE f.follower_id = ? AND f.state = 'accepted' AND g.openness <> 'open'`, followerID).Scan(ctx, &ids)
	if err != nil {
		return wrap(err)
	}
	for _, id := range ids {
		if err := s.recountInboxes(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// MoveFollowerInbox tells all whom an actor follows that it is reached elsewhere now, and sends on
// what waits. now holds the new inboxes, and old those that were counted before.
func (s *Store) MoveFollowerInbox(ctx context.Context, now, old *Actor) error {
	if now.DeliveryInbox() != old.DeliveryInbox() {
		if err := s.moveSharedInbox(ctx, now, old.DeliveryInbox()); err != nil {
			return err
		}
	}
	if now.Inbox == old.Inbox && now.DeliveryInbox() == old.DeliveryInbox() {
		return nil
	}
	if err := s.recountClosed(ctx, now.ID); err != nil {
		return err
	}
	shared := newPlace{host: old.Host, from: old.DeliveryInbox(), to: now.DeliveryInbox(), shared: old.SharedInbox != "" && now.SharedInbox != "", own: old.SharedInbox == ""}
	if err := s.readdress(ctx, shared); err != nil {
		return err
	}
	return s.readdress(ctx, newPlace{host: old.Host, from: old.Inbox, to: now.Inbox, own: true})
}

func (s *Store) moveSharedInbox(ctx context.Context, now *Actor, old string) error {
	if _, err := s.exec(ctx, `UPDATE follower_inboxes SET followers = followers - 1 WHERE inbox = ? AND followee_id IN
		(SELECT followee_id FROM follows WHERE follower_id = ? AND state = 'accepted')`, old, now.ID); err != nil {
		return err
	}
	if _, err := s.exec(ctx, `INSERT INTO follower_inboxes (followee_id, inbox, host, followers)
		SELECT followee_id, ?, ?, 1 FROM follows WHERE follower_id = ? AND state = 'accepted'
		ON CONFLICT (followee_id, inbox) DO UPDATE SET followers = follower_inboxes.followers + 1`,
		now.DeliveryInbox(), now.Host, now.ID); err != nil {
		return err
	}
	_, err := s.exec(ctx, "DELETE FROM follower_inboxes WHERE inbox = ? AND followers <= 0", old)
	return err
}

// FollowerInbox is one place where followers of an actor are reached.
type FollowerInbox struct {
	Inbox    string `bun:"inbox" json:"inbox"`
	Host     string `bun:"host" json:"host"`
	Family   string `bun:"family" json:"family,omitempty"`     // of the host's software, empty when unknown
	Software string `bun:"software" json:"software,omitempty"` // its name in NodeInfo, empty when unknown
}

// FollowerInboxes lists the distinct inboxes of an actor's followers after a cursor, with the
// family of each host. Its cost grows with inboxes, not with followers.
func (s *Store) FollowerInboxes(ctx context.Context, followeeID int64, after string, limit int) ([]FollowerInbox, error) {
	var list []FollowerInbox
	err := s.read.NewRaw(`SELECT fi.inbox, fi.host, coalesce(h.family, '') AS family, coalesce(h.software, '') AS software
		FROM follower_inboxes fi LEFT JOIN hosts h ON h.name = fi.host
		WHERE fi.followee_id = ? AND fi.inbox > ? ORDER BY fi.inbox LIMIT ?`, followeeID, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// Followers lists accepted follows of an actor with the followers, newest first, before a follow
// id (0 = from the newest).
func (s *Store) Followers(ctx context.Context, followeeID, before int64, limit int) ([]*Follow, error) {
	var list []*Follow
	q := s.read.NewSelect().Model(&list).Relation("Follower").
		Where("follow.followee_id = ? AND follow.state = ?", followeeID, FollowAccepted)
	if before > 0 {
		q = q.Where("follow.id < ?", before)
	}
	err := q.Order("follow.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// FollowingOf lists what an actor follows or asked to, newest first.
func (s *Store) FollowingOf(ctx context.Context, followerID, before int64, limit int) ([]*Follow, error) {
	var list []*Follow
	q := s.read.NewSelect().Model(&list).Relation("Followee").Where("follow.follower_id = ?", followerID)
	if before > 0 {
		q = q.Where("follow.id < ?", before)
	}
	err := q.Order("follow.id DESC").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// HasLocalFollower says whether one of ours follows an actor.
func (s *Store) HasLocalFollower(ctx context.Context, followeeID int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state <> 'rejected' AND a.local LIMIT 1) x`, followeeID).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// SetFollowLevel sets how much a follower wants to hear.
func (s *Store) SetFollowLevel(ctx context.Context, followerID, followeeID int64, level string) error {
	_, err := s.exec(ctx, "UPDATE follows SET level = ? WHERE follower_id = ? AND followee_id = ?", level, followerID, followeeID)
	return err
}

// FollowedFrom says whether anybody at a remote host follows an actor.
func (s *Store) FollowedFrom(ctx context.Context, followeeID int64, host string) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM follower_inboxes WHERE followee_id = ? AND host = ? LIMIT 1) x`,
		followeeID, host).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// FollowersAt lists the ActivityPub ids of an actor's accepted followers at one host in order,
// after one of them.
func (s *Store) FollowersAt(ctx context.Context, followeeID int64, host, after string, limit int) ([]string, error) {
	var list []string
	err := s.read.NewRaw(`SELECT a.uri FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted' AND a.host = ? AND a.uri > ? ORDER BY a.uri LIMIT ?`,
		followeeID, host, after, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// Reach counts who is told of what an actor does: accepted followers, and the hosts they are at,
// ours among them.
func (s *Store) Reach(ctx context.Context, followeeID int64) (people, hosts int64, err error) {
	err = s.read.NewRaw(`SELECT count(*), count(DISTINCT a.host) FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted'`, followeeID).Scan(ctx, &people, &hosts)
	return people, hosts, wrap(err)
}

// LocalFollowers counts the people of ours who follow an actor.
func (s *Store) LocalFollowers(ctx context.Context, followeeID int64) (int64, error) {
	var n int64
	err := s.read.NewRaw(`SELECT count(*) FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted' AND a.local`, followeeID).Scan(ctx, &n)
	return n, wrap(err)
}
