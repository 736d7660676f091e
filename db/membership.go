package db

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Standings of a membership, domain.md 3d.
const (
	MemberPending  = "pending"
	MemberNewcomer = "newcomer"
	MemberFull     = "member"
	MemberDormant  = "dormant"
	MemberAlumni   = "alumni"
	MemberRemoved  = "removed"
)

// Roles a person may hold in a group, domain.md 3c.
const (
	RoleFacilitator = "facilitator"
	RoleModerator   = "moderator"
	RoleCore        = "core"    // core group
	RoleExpert      = "expert"  // subject expert, domain.md's SME
	RoleSteward     = "steward" // of a topic
	RoleSponsor     = "sponsor"
)

// Roles are all roles that can be given. The first two look after the group, and are what other
// software knows as moderators.
func Roles() []string {
	return []string{RoleFacilitator, RoleModerator, RoleCore, RoleExpert, RoleSteward, RoleSponsor}
}

// LooksAfter says that a role makes its holder a moderator for other software.
func LooksAfter(role string) bool { return role == RoleFacilitator || role == RoleModerator }

// Membership is one person belonging to one group; following is a state beside it.
type Membership struct {
	bun.BaseModel `bun:"table:memberships,alias:membership"`

	ID       int64  `bun:"id,pk"`
	URI      string `bun:"uri"` // id of the Join activity that counts now
	GroupID  int64  `bun:"group_id"`
	ActorID  int64  `bun:"actor_id"`
	Status   string `bun:"status"`
	Door     string `bun:"door"` // web, peer, client, command
	JoinedAt Time   `bun:"joined_at"`
	LeftAt   Time   `bun:"left_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// Belongs says that the membership counts now.
func (m *Membership) Belongs() bool {
	return m.LeftAt.IsZero() && (m.Status == MemberNewcomer || m.Status == MemberFull || m.Status == MemberDormant)
}

// personOf is the person behind an actor in SQL, see PersonBehind: memberships, roles and what was
// said about them belong to people, whichever account they come by.
const personOf = "coalesce((SELECT person_id FROM person_doors WHERE actor_id = ?0), ?0)"

// MembershipOf returns the membership of a person in a group, past ones included, by any account of
// theirs.
func (s *Store) MembershipOf(ctx context.Context, groupID, actorID int64) (*Membership, error) {
	m := new(Membership)
	return m, one(ctx, s.read.NewSelect().Model(m).Where("group_id = ?", groupID).Where("actor_id = "+personOf, actorID))
}

// MembershipByURI returns the membership in a group that a Join activity asked for.
func (s *Store) MembershipByURI(ctx context.Context, groupID int64, uri string) (*Membership, error) {
	m := new(Membership)
	return m, one(ctx, s.read.NewSelect().Model(m).Where("group_id = ? AND uri = ?", groupID, uri))
}

// MembershipsOf lists the memberships of a person, past ones included, oldest first.
func (s *Store) MembershipsOf(ctx context.Context, actorID int64) ([]*Membership, error) {
	var list []*Membership
	err := s.read.NewSelect().Model(&list).Where("actor_id = ?", actorID).Order("id").Limit(1000).Scan(ctx)
	return list, wrap(err)
}

// SleepMembership makes a living membership dormant; it goes on counting.
func (s *Store) SleepMembership(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, `UPDATE memberships SET status = 'dormant' WHERE actor_id = `+personOf+` AND group_id = ?1 AND left_at = 0
		AND status IN ('newcomer', 'member')`, actorID, groupID)
	return err
}

// WakeMembership makes a dormant membership a full one.
func (s *Store) WakeMembership(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, `UPDATE memberships SET status = 'member' WHERE actor_id = `+personOf+` AND group_id = ?1 AND left_at = 0
		AND status = 'dormant'`, actorID, groupID)
	return err
}

// ShareGroup says whether two people belong to a group both.
func (s *Store) ShareGroup(ctx context.Context, a, b int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM memberships x JOIN memberships y ON y.group_id = x.group_id
		WHERE x.actor_id = ? AND y.actor_id = ? AND x.left_at = 0 AND y.left_at = 0
		AND x.status IN ('newcomer', 'member', 'dormant') AND y.status IN ('newcomer', 'member', 'dormant')`, a, b).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// PutMembership stores a membership or renews the one that exists, and keeps the group's count. It is
// stored with the person, by whichever account they come.
func (s *Store) PutMembership(ctx context.Context, m *Membership) error {
	var err error
	if m.ActorID, err = s.PersonBehind(ctx, m.ActorID); err != nil {
		return fmt.Errorf("store membership: %w", err)
	}
	old, err := s.MembershipOf(ctx, m.GroupID, m.ActorID)
	was := err == nil && old.Belongs()
	m.ID = s.NewID()
	_, err = s.write.NewInsert().Model(m).On("CONFLICT (group_id, actor_id) DO UPDATE").
		Set("uri = EXCLUDED.uri, status = EXCLUDED.status, joined_at = EXCLUDED.joined_at, left_at = EXCLUDED.left_at").
		Returning("id").Exec(ctx)
	if err != nil {
		return fmt.Errorf("store membership: %w", wrap(err))
	}
	if was == m.Belongs() {
		return nil
	}
	change := 1
	if was {
		change = -1
	}
	_, err = s.exec(ctx, "UPDATE groups SET members_count = members_count + ? WHERE actor_id = ?", change, m.GroupID)
	return err
}

// MemberOrganisations counts the living members of a group by their hosts, most first.
func (s *Store) MemberOrganisations(ctx context.Context, groupID int64, limit int) ([]HostCount, error) {
	var list []HostCount
	err := s.read.NewRaw(`SELECT a.host AS host, count(*) AS posts FROM memberships m JOIN actors a ON a.id = m.actor_id
		WHERE m.group_id = ? AND m.left_at = 0 AND m.status IN ('newcomer', 'member', 'dormant')
		GROUP BY a.host ORDER BY posts DESC, a.host LIMIT ?`, groupID, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// CountOrganisations counts for each of some groups the hosts that members come from.
func (s *Store) CountOrganisations(ctx context.Context, groupIDs []int64) (map[int64]int, error) {
	out := make(map[int64]int, len(groupIDs))
	if len(groupIDs) == 0 {
		return out, nil
	}
	var rows []struct {
		ID int64 `bun:"id"`
		N  int   `bun:"n"`
	}
	err := s.read.NewRaw(`SELECT m.group_id AS id, count(DISTINCT a.host) AS n FROM memberships m JOIN actors a ON a.id = m.actor_id
		WHERE m.group_id IN (?) AND m.left_at = 0 AND m.status IN ('newcomer', 'member', 'dormant') GROUP BY m.group_id`,
		bun.List(groupIDs)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.N
	}
	return out, wrap(err)
}

// MemberQuery asks for one page of the people of a group.
type MemberQuery struct {
	GroupID int64
	Words   string // in name, handle or organisation; "" = everybody
	Before  int64  // a membership id; 0 = from the newest
	Limit   int
	// Hide are the choices of members whom the reader must not see here.
	Hide []string
}

// membersLooked bounds how many members one page of a search among them looks at.
const membersLooked = 2000

// FindMembers lists living memberships with their people as lists show them, newest first. Among the
// ones with words it looks at a bounded number: next is then the id from which to go on (Before),
// also where nobody was found; 0 where there are no more.
func (s *Store) FindMembers(ctx context.Context, q MemberQuery) (list []*Membership, next int64, err error) {
	words := searchWords(q.Words)
	if len(words) > 0 {
		err := s.living(s.read.NewSelect().Model((*Membership)(nil)).Column("id"), q).
			Offset(membersLooked).Limit(1).Scan(ctx, &next)
		if err = ignoreNotFound(wrap(err)); err != nil {
			return nil, 0, err
		}
	}
	sel := s.living(s.read.NewSelect().Model(&list), q).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) })
	if next != 0 {
		sel = sel.Where("membership.id > ?", next)
		next++ // so that the one that was not looked at comes next
	}
	for _, w := range words {
		like := "%" + escapeLike(w) + "%"
		sel = sel.Where(`(actor.handle LIKE ?0 ESCAPE '\' OR lower(actor.name) LIKE ?0 ESCAPE '\' OR lower(actor.organisation) LIKE ?0 ESCAPE '\'
			OR actor.host LIKE ?0 ESCAPE '\')`, like)
	}
	if err := sel.Limit(int64(q.Limit) + 1).Scan(ctx); err != nil {
		return nil, 0, wrap(err)
	}
	if len(list) > q.Limit {
		list = list[:q.Limit]
		next = list[q.Limit-1].ID
	}
	return list, next, nil
}

// living limits a selection to the memberships of a group that count now, newest first.
func (s *Store) living(sel *bun.SelectQuery, q MemberQuery) *bun.SelectQuery {
	sel = sel.Where("membership.group_id = ? AND membership.left_at = 0 AND membership.status IN ('newcomer', 'member', 'dormant')", q.GroupID)
	if len(q.Hide) > 0 {
		sel = sel.Where(`NOT EXISTS (SELECT 1 FROM member_choices mc WHERE mc.group_id = membership.group_id
			AND mc.actor_id = membership.actor_id AND mc.shown IN (?))`, bun.List(q.Hide))
	}
	if q.Before > 0 {
		sel = sel.Where("membership.id < ?", q.Before)
	}
	return sel.Order("membership.id DESC")
}

// BelongAmong says which of some people belong to a group as members.
func (s *Store) BelongAmong(ctx context.Context, groupID int64, actorIDs []int64) (map[int64]bool, error) {
	out := make(map[int64]bool, len(actorIDs))
	if len(actorIDs) == 0 {
		return out, nil
	}
	var ids []int64
	err := s.read.NewRaw(`SELECT actor_id FROM memberships WHERE group_id = ? AND left_at = 0
		AND status IN ('newcomer', 'member', 'dormant') AND actor_id IN (?)`, groupID, bun.List(actorIDs)).Scan(ctx, &ids)
	for _, id := range ids {
		out[id] = true
	}
	return out, wrap(err)
}

// Request is somebody who waits to be let into a group.
type Request struct {
	ActorID int64 `bun:"actor_id"`
	Since   Time  `bun:"since"`
	Member  bool  `bun:"member"` // asks for membership; else to follow
}

// Requests lists who waits to be let into a group, longest first.
func (s *Store) Requests(ctx context.Context, groupID int64, limit int) ([]*Request, error) {
	var list []*Request
	err := s.read.NewRaw(`SELECT actor_id, min(since) AS since, max(member) = 1 AS member FROM (
			SELECT m.actor_id, 1 AS member, coalesce((SELECT f.created_at FROM follows f WHERE f.follower_id = m.actor_id AND f.followee_id = m.group_id), 0) AS since
				FROM memberships m WHERE m.group_id = ?0 AND m.status = 'pending' AND m.left_at = 0
			UNION ALL SELECT f.follower_id AS actor_id, 0 AS member, f.created_at AS since FROM follows f WHERE f.followee_id = ?0 AND f.state = 'pending') x
		GROUP BY actor_id ORDER BY since, actor_id LIMIT ?1`, groupID, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// GroupsWithoutStewards lists the living groups of ours that nobody looks after, so that admins do.
func (s *Store) GroupsWithoutStewards(ctx context.Context, limit int) ([]int64, error) {
	var list []int64
	err := s.read.NewRaw(`SELECT g.actor_id FROM groups g JOIN actors a ON a.id = g.actor_id WHERE a.local AND a.deleted_at = 0
		AND NOT EXISTS (SELECT 1 FROM role_grants r WHERE r.group_id = g.actor_id AND r.role IN ('facilitator', 'moderator')) ORDER BY g.actor_id LIMIT ?`, limit).Scan(ctx, &list)
	return list, wrap(err)
}

// RoleGrant is one role that one person holds in one group.
type RoleGrant struct {
	bun.BaseModel `bun:"table:role_grants,alias:rg"`

	ID        int64  `bun:"id,pk"`
	GroupID   int64  `bun:"group_id"`
	ActorID   int64  `bun:"actor_id"`
	Role      string `bun:"role"`
	GrantedBy int64  `bun:"granted_by"`
	Since     Time   `bun:"since"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// GrantRole gives a role; no error where it is held already.
func (s *Store) GrantRole(ctx context.Context, r *RoleGrant) error {
	r.ID, r.Since = s.NewID(), s.Now()
	var err error
	if r.ActorID, err = s.PersonBehind(ctx, r.ActorID); err != nil {
		return err
	}
	_, err = s.insertNew(ctx, r)
	return err
}

// WithdrawRole takes a role away.
func (s *Store) WithdrawRole(ctx context.Context, groupID, actorID int64, role string) error {
	_, err := s.exec(ctx, "DELETE FROM role_grants WHERE actor_id = "+personOf+" AND group_id = ?1 AND role = ?2", actorID, groupID, role)
	return err
}

// RolesOf returns the roles a person holds in a group.
func (s *Store) RolesOf(ctx context.Context, groupID, actorID int64) ([]string, error) {
	var list []string
	err := s.read.NewRaw("SELECT role FROM role_grants WHERE actor_id = "+personOf+" AND group_id = ?1 ORDER BY role", actorID, groupID).Scan(ctx, &list)
	return list, wrap(err)
}

// Stewards lists who holds facilitator or moderator in a group, with the people, oldest first.
// ActivityStreams readers know them as the moderators collection.
func (s *Store) Stewards(ctx context.Context, groupID int64) ([]*RoleGrant, error) {
	var list []*RoleGrant
	err := s.read.NewSelect().Model(&list).
		Relation("Actor", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column(facts()...) }).
		Where("rg.group_id = ? AND rg.role IN ('facilitator', 'moderator')", groupID).
		Order("rg.since", "rg.id").Limit(200).Scan(ctx)
	return list, wrap(err)
}

// GroupsModeratedBy lists the groups in which a person is facilitator or moderator.
func (s *Store) GroupsModeratedBy(ctx context.Context, actorID int64) ([]int64, error) {
	var list []int64
	err := s.read.NewRaw(`SELECT DISTINCT group_id FROM role_grants WHERE actor_id = ?
		AND role IN ('facilitator', 'moderator') ORDER BY group_id`, actorID).Scan(ctx, &list)
	return list, wrap(err)
}

// Ban keeps a person from writing in a group, for a time or for good.
type Ban struct {
	bun.BaseModel `bun:"table:bans,alias:ban"`

	GroupID   int64  `bun:"group_id,pk"`
	ActorID   int64  `bun:"actor_id,pk"`
	URI       string `bun:"uri"`
	Reason    string `bun:"reason"`
	BannedBy  int64  `bun:"banned_by"`
	Until     Time   `bun:"until"` // zero: no end
	CreatedAt Time   `bun:"created_at"`

	Actor *Actor `bun:"rel:belongs-to,join:actor_id=id"`
}

// PutBan stores or replaces a ban.
func (s *Store) PutBan(ctx context.Context, b *Ban) error {
	b.CreatedAt = s.Now()
	_, err := s.write.NewInsert().Model(b).On("CONFLICT (group_id, actor_id) DO UPDATE").
		Set("uri = EXCLUDED.uri, reason = EXCLUDED.reason, banned_by = EXCLUDED.banned_by, until = EXCLUDED.until").Exec(ctx)
	return wrap(err)
}

// BanOf returns the ban in force for a person in a group.
func (s *Store) BanOf(ctx context.Context, groupID, actorID int64) (*Ban, error) {
	b := new(Ban)
	return b, one(ctx, s.read.NewSelect().Model(b).
		Where("group_id = ? AND actor_id = ? AND (until = 0 OR until > ?)", groupID, actorID, s.Now()))
}

// BansOf lists the bans in force for a person, in all groups.
func (s *Store) BansOf(ctx context.Context, actorID int64) ([]*Ban, error) {
	var list []*Ban
	err := s.read.NewSelect().Model(&list).Where("actor_id = ? AND (until = 0 OR until > ?)", actorID, s.Now()).
		Order("group_id").Limit(1000).Scan(ctx)
	return list, wrap(err)
}

// BansIn lists the bans in force in a group with the people, newest first.
func (s *Store) BansIn(ctx context.Context, groupID int64, limit int) ([]*Ban, error) {
	var list []*Ban
	err := s.read.NewSelect().Model(&list).Relation("Actor").
		Where("ban.group_id = ? AND (ban.until = 0 OR ban.until > ?)", groupID, s.Now()).
		Order("ban.created_at DESC", "ban.actor_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// LiftBan ends a ban.
func (s *Store) LiftBan(ctx context.Context, groupID, actorID int64) error {
	_, err := s.exec(ctx, "DELETE FROM bans WHERE group_id = ? AND actor_id = ?", groupID, actorID)
	return err
}

// ActorBlock is one actor refusing to deal with another (ActivityPub Block without a group).
type ActorBlock struct {
	bun.BaseModel `bun:"table:actor_blocks,alias:ab"`

	ActorID   int64  `bun:"actor_id,pk"`
	TargetID  int64  `bun:"target_id,pk"`
	URI       string `bun:"uri"`
	CreatedAt Time   `bun:"created_at"`
}

// PutActorBlock stores a block; no error where it is there already.
func (s *Store) PutActorBlock(ctx context.Context, b *ActorBlock) error {
	b.CreatedAt = s.Now()
	_, err := s.insertNew(ctx, b)
	return err
}

// DeleteActorBlock lifts a block.
func (s *Store) DeleteActorBlock(ctx context.Context, actorID, targetID int64) error {
	_, err := s.exec(ctx, "DELETE FROM actor_blocks WHERE actor_id = ? AND target_id = ?", actorID, targetID)
	return err
}

// Blocked says whether either of two actors blocks the other.
func (s *Store) Blocked(ctx context.Context, a, b int64) (bool, error) {
	var n int
	err := s.read.NewRaw(`SELECT count(*) FROM actor_blocks
		WHERE (actor_id = ? AND target_id = ?) OR (actor_id = ? AND target_id = ?)`, a, b, b, a).Scan(ctx, &n)
	return n > 0, wrap(err)
}
