package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Openness levels, domain.md 3g.
const (
	OpennessOpen         = "open"         // anyone reads
	OpennessRestricted   = "restricted"   // home page public, members read
	OpennessPrivate      = "private"      // listed with name and contact only
	OpennessConfidential = "confidential" // not listed
)

// Who may start a discussion.
const (
	PostAnyone     = "anyone"
	PostFollowers  = "followers"
	PostMembers    = "members"
	PostModerators = "moderators"
)

// What a non-member's posts wait for, until a first one has been let through.
const (
	HoldNone  = "none"  // nothing
	HoldLinks = "links" // posts with links
	HoldFirst = "first" // every post
)

// Group is what a community of practice has beyond its actor, of ours or of another server.
type Group struct {
	bun.BaseModel `bun:"table:groups,alias:g"`

	ActorID          int64  `bun:"actor_id,pk"`
	Openness         string `bun:"openness"`
	PostPolicy       string `bun:"post_policy"`
	HoldPolicy       string `bun:"hold_policy"`
	Tagline          string `bun:"tagline"`
	Languages        string `bun:"languages"` // language tags separated by spaces
	HidesCounts      bool   `bun:"hides_counts"`
	AnnouncesComment bool   `bun:"announces_comments"`
	SignedFetch      bool   `bun:"signed_fetch"`

	DiscussionsCount int64 `bun:"discussions_count"`
	MembersCount     int64 `bun:"members_count"`
	LastActivityAt   Time  `bun:"last_activity_at"`

	BackfilledAt Time   `bun:"backfilled_at"` // remote: history last read
	BackfillNote string `bun:"backfill_note"` // remote: what is being fetched, for the page
	ArchivedAt   Time   `bun:"archived_at"`
	ModeratorsAt Time   `bun:"moderators_at"` // remote: moderators last read

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// CreateGroup stores what a group has beyond its actor. ErrConflict: it is there already.
func (s *Store) CreateGroup(ctx context.Context, g *Group) error {
	if err := s.insert(ctx, g); err != nil {
		return fmt.Errorf("create group %d: %w", g.ActorID, err)
	}
	return nil
}

// EnsureGroup stores the row of a remote group unless it is there, and updates what its server
// says of openness.
func (s *Store) EnsureGroup(ctx context.Context, g *Group) error {
	_, err := s.write.NewInsert().Model(g).
		On("CONFLICT (actor_id) DO UPDATE").Set("openness = EXCLUDED.openness, post_policy = EXCLUDED.post_policy").Exec(ctx)
	return wrap(err)
}

// SaveGroup writes the settings of a group, not its counts.
func (s *Store) SaveGroup(ctx context.Context, g *Group) error {
	closed, err := s.closedGroup(ctx, g.ActorID)
	if err != nil {
		return err
	}
	_, err = s.write.NewUpdate().Model(g).WherePK().
		ExcludeColumn("discussions_count", "members_count", "last_activity_at").Exec(ctx)
	if err != nil || closed == (g.Openness != OpennessOpen) {
		return wrap(err)
	}
	return s.recountInboxes(ctx, g.ActorID)
}

func (s *Store) groups(list any) *bun.SelectQuery {
	return s.read.NewSelect().Model(list).Relation("Actor")
}

// GroupByID returns a group with its actor.
func (s *Store) GroupByID(ctx context.Context, id int64) (*Group, error) {
	g := new(Group)
	return g, one(ctx, s.groups(g).Where("g.actor_id = ?", id))
}

// GroupByHandle returns a living group with its actor by handle and host.
func (s *Store) GroupByHandle(ctx context.Context, handle, host string) (*Group, error) {
	g := new(Group)
	return g, one(ctx, s.groups(g).
		Where("actor.handle = ? AND actor.host = ? AND actor.deleted_at = 0", handle, host))
}

// GroupByURI returns a group with its actor by the actor's ActivityPub id.
func (s *Store) GroupByURI(ctx context.Context, uri string) (*Group, error) {
	g := new(Group)
	return g, one(ctx, s.groups(g).Where("actor.uri = ?", uri))
}

// LocalGroups lists our living groups by handle, at most limit from after on.
func (s *Store) LocalGroups(ctx context.Context, after string, limit int) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).Where("actor.local AND actor.deleted_at = 0 AND actor.handle > ?", after).
		Order("actor.handle").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// ListedGroups is LocalGroups as a reader may see them: one whose founders are still gathering only
// by those who belong to it or were asked to found it.
func (s *Store) ListedGroups(ctx context.Context, reader int64, after string, limit int) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).Where("actor.local AND actor.deleted_at = 0 AND actor.handle > ?", after).
		Where("("+listed+" OR g.actor_id IN (?) OR g.actor_id IN (SELECT group_id FROM founders WHERE actor_id = ? AND actor_id <> 0))", s.belongings(reader), reader).
		Order("actor.handle").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// GroupsOf lists the groups that an actor follows, asked for or belongs to, most recently active
// first, at most limit, with what a list shows of them.
func (s *Store) GroupsOf(ctx context.Context, actorID int64, limit int) ([]*Group, error) {
	var list []*Group
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where(`g.actor_id IN (SELECT followee_id FROM follows WHERE follower_id = ? AND state <> 'rejected'
			UNION SELECT group_id FROM memberships WHERE actor_id = ? AND left_at = 0)`, actorID, actorID).
		Where("actor.deleted_at = 0").
		Order("g.last_activity_at DESC", "g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// GroupsWithoutHistory lists groups elsewhere that somebody here follows, or has asked to, and whose
// history was never read.
func (s *Store) GroupsWithoutHistory(ctx context.Context, limit int) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).
		Where("g.backfilled_at = 0 AND NOT actor.local AND actor.deleted_at = 0").
		Where(`EXISTS (SELECT 1 FROM follows f JOIN actors a ON a.id = f.follower_id
			WHERE f.followee_id = g.actor_id AND f.state <> 'rejected' AND a.local)`).
		Order("g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// SetGroupHistory notes how far reading the history of a group is: when it was last read whole, and
// a word for what happens now.
func (s *Store) SetGroupHistory(ctx context.Context, id int64, at Time, note string) error {
	_, err := s.exec(ctx, "UPDATE groups SET backfilled_at = ?, backfill_note = ? WHERE actor_id = ?", at, note, id)
	return err
}

// GroupsBeyond lists groups of ours that are not confidential and that an actor neither follows nor
// belongs to, most recently active first, at most limit; actor 0 belongs nowhere.
func (s *Store) GroupsBeyond(ctx context.Context, actorID int64, limit int) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).
		Where("actor.local AND actor.deleted_at = 0 AND actor.suspended_at = 0 AND g.archived_at = 0 AND g.openness <> 'confidential'").
		Where(listed).
		Where(`g.actor_id NOT IN (SELECT followee_id FROM follows WHERE follower_id = ? AND state <> 'rejected'
			UNION SELECT group_id FROM memberships WHERE actor_id = ? AND left_at = 0)`, actorID, actorID).
		Order("g.last_activity_at DESC", "g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// GroupsElsewhere lists known groups of other servers that we deal with, most recently active
// first, after a row of the page before (zero values: from the first).
func (s *Store) GroupsElsewhere(ctx context.Context, before Time, beforeID int64, limit int) ([]*Group, error) {
	var list []*Group
	sel := s.groups(&list).
		Where("NOT actor.local AND actor.deleted_at = 0 AND actor.suspended_at = 0 AND g.openness <> 'confidential'").
		Where(listed).
		Where("actor.host NOT IN (SELECT name FROM hosts WHERE policy = 'blocked')")
	if beforeID != 0 {
		sel = sel.Where("(g.last_activity_at < ? OR (g.last_activity_at = ? AND g.actor_id > ?))", before, before, beforeID)
	}
	err := sel.Order("g.last_activity_at DESC", "g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// OpenGroupsOf lists the open groups that a person belongs to, by name: for others those where the
// person chose to be listed for everybody or holds a role (T45).
func (s *Store) OpenGroupsOf(ctx context.Context, actorID, readerID int64, limit int) ([]*Group, error) {
	var list []*Group
	err := s.groups(&list).Where("g.openness = 'open' AND actor.deleted_at = 0").
		Where(`g.actor_id IN (SELECT group_id FROM memberships WHERE actor_id = ?0 AND left_at = 0 AND status IN ('newcomer', 'member', 'dormant')
			AND (?0 = ?1 OR EXISTS (SELECT 1 FROM member_choices mc WHERE mc.group_id = memberships.group_id AND mc.actor_id = ?0 AND mc.shown = 'public'))
			UNION SELECT group_id FROM role_grants WHERE actor_id = ?0)`, actorID, readerID).
		Order("actor.name", "g.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// TouchGroup counts new discussions (which may be 0 or negative) and moves the last activity on.
func (s *Store) TouchGroup(ctx context.Context, id, discussions int64, at Time) error {
	_, err := s.exec(ctx, `UPDATE groups SET discussions_count = discussions_count + ?,
		last_activity_at = CASE WHEN last_activity_at < ? THEN ? ELSE last_activity_at END
		WHERE actor_id = ?`, discussions, at, at, id)
	return err
}
