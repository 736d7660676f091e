package db

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// States of the trust between a group and an organisation.
const (
	TrustInvited   = "invited"   // the group asked; the organisation has not answered
	TrustConfirmed = "confirmed" // both agree
	TrustRefused   = "refused"   // by the organisation
	TrustEnded     = "ended"     // by either
)

// Trust is one organisation, by the host of its server, in the list of a group. Of a group
// elsewhere there is a row for our own host.
type Trust struct {
	bun.BaseModel `bun:"table:trusts,alias:trust"`

	GroupID    int64  `bun:"group_id,pk"`
	Host       string `bun:"host,pk"`
	State      string `bun:"state"`
	URI        string `bun:"uri"` // id of the Invite
	ByID       int64  `bun:"by_id"`
	CreatedAt  Time   `bun:"created_at"`
	AnsweredAt Time   `bun:"answered_at"`
	EndedAt    Time   `bun:"ended_at"`
}

// Holds says that the organisation is on the list: invited or confirmed.
func (t *Trust) Holds() bool { return t.State == TrustInvited || t.State == TrustConfirmed }

// PutTrust stores an organisation in the list of a group, or renews its row.
func (s *Store) PutTrust(ctx context.Context, t *Trust) error {
	if t.CreatedAt.IsZero() {
		t.CreatedAt = s.Now()
	}
	_, err := s.write.NewInsert().Model(t).On("CONFLICT (group_id, host) DO UPDATE").
		Set("state = EXCLUDED.state, uri = EXCLUDED.uri, by_id = EXCLUDED.by_id").
		Set("answered_at = EXCLUDED.answered_at, ended_at = EXCLUDED.ended_at").Exec(ctx)
	return wrap(err)
}

// TrustOf returns the row of an organisation in the list of a group.
func (s *Store) TrustOf(ctx context.Context, groupID int64, host string) (*Trust, error) {
	t := new(Trust)
	return t, one(ctx, s.read.NewSelect().Model(t).Where("group_id = ? AND host = ?", groupID, host))
}

// TrustByInvite returns the row that an Invite made.
func (s *Store) TrustByInvite(ctx context.Context, uri string) (*Trust, error) {
	t := new(Trust)
	return t, one(ctx, s.read.NewSelect().Model(t).Where("uri = ?", uri))
}

// Trusts lists the organisations of a group by host after one, ended ones among them.
func (s *Store) Trusts(ctx context.Context, groupID int64, after string, limit int) ([]*Trust, error) {
	var list []*Trust
	err := s.read.NewSelect().Model(&list).Where("group_id = ? AND host > ?", groupID, after).Order("host").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// TrustsIn lists the rows of one host by group after one: for ours, which communities elsewhere
// trust us or ask to.
func (s *Store) TrustsIn(ctx context.Context, host string, after int64, limit int) ([]*Trust, error) {
	var list []*Trust
	err := s.read.NewSelect().Model(&list).Where("host = ? AND group_id > ?", host, after).Order("group_id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// HasTrusts says whether a group keeps a list of organisations at all.
func (s *Store) HasTrusts(ctx context.Context, groupID int64) (bool, error) {
	var has bool
	err := s.read.NewRaw("SELECT EXISTS (SELECT 1 FROM trusts WHERE group_id = ?)", groupID).Scan(ctx, &has)
	return has, wrap(err)
}

// KnownAt says whether a group has invited a host, or somebody there.
func (s *Store) KnownAt(ctx context.Context, groupID int64, host string) (bool, error) {
	var known bool
	err := s.read.NewRaw(`SELECT EXISTS (SELECT 1 FROM trusts WHERE group_id = ? AND host = ? AND state IN (?, ?))
		OR EXISTS (SELECT 1 FROM invitations i JOIN actors a ON a.id = i.actor_id
		WHERE i.group_id = ? AND a.host = ? AND i.state = ? AND i.ends_at > ?)`,
		groupID, host, TrustInvited, TrustConfirmed, groupID, host, InviteOpen, s.Now()).Scan(ctx, &known)
	return known, wrap(err)
}

// ClosedGroup says that an actor is a group that not everybody reads.
func (s *Store) ClosedGroup(ctx context.Context, id int64) (bool, error) {
	return s.closedGroup(ctx, id)
}

// EndLocalFollow ends the follow of an actor by one of ours, and the membership that goes with it.
func (s *Store) EndLocalFollow(ctx context.Context, f *Follow, who *Actor) error {
	f.State = FollowRejected
	if err := s.PutFollow(ctx, f, who); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE memberships SET status = 'removed', left_at = ? WHERE group_id = ? AND left_at = 0 AND actor_id = ?",
		s.Now(), f.FolloweeID, who.ID)
	return err
}

// FollowersFrom lists accepted follows of a group by people of one host, with the followers, after
// a follow id.
func (s *Store) FollowersFrom(ctx context.Context, groupID int64, host string, after int64, limit int) ([]*Follow, error) {
	var list []*Follow
	err := s.read.NewSelect().Model(&list).Relation("Follower").
		Where("follow.followee_id = ? AND follow.state <> 'rejected' AND follower.host = ? AND follow.id > ?", groupID, host, after).
		Order("follow.id").Limit(int64(limit)).Scan(ctx)
	return list, wrap(err)
}

// CopiesToClients says whether a group that is not open speaks to followers on microblogs in its
// own name: as was decided, else a restricted one does (domain.md 3g).
func (s *Store) CopiesToClients(ctx context.Context, g *Group) (bool, error) {
	var said []bool
	if g.Openness == OpennessOpen {
		return false, nil
	}
	err := s.read.NewRaw("SELECT copies FROM group_copies WHERE group_id = ?", g.ActorID).Scan(ctx, &said)
	if err == nil && len(said) > 0 {
		return said[0], nil
	}
	return g.Openness == OpennessRestricted, wrap(err)
}

// SaidCopies is what was decided about that: "yes", "no", or "" where its openness says.
func (s *Store) SaidCopies(ctx context.Context, groupID int64) (string, error) {
	var said []bool
	err := s.read.NewRaw("SELECT copies FROM group_copies WHERE group_id = ?", groupID).Scan(ctx, &said)
	switch {
	case err != nil || len(said) == 0:
		return "", wrap(err)
	case said[0]:
		return "yes", nil
	}
	return "no", nil
}

// SetCopiesToClients stores that decision.
func (s *Store) SetCopiesToClients(ctx context.Context, groupID int64, copies string) error {
	if copies == "" {
		_, err := s.exec(ctx, "DELETE FROM group_copies WHERE group_id = ?", groupID)
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO group_copies (group_id, copies) VALUES (?, ?)
		ON CONFLICT (group_id) DO UPDATE SET copies = EXCLUDED.copies`, groupID, copies == "yes")
	return err
}

// InstanceAt is the actor of the server itself at a host, nil where we have not met it.
func (s *Store) InstanceAt(ctx context.Context, host string) (*Actor, error) {
	var list []*Actor
	err := s.read.NewSelect().Model(&list).Where("host = ? AND type = ? AND deleted_at = 0", host, ActorApplication).Order("id").Limit(1).Scan(ctx)
	if err != nil || len(list) == 0 {
		return nil, wrap(err)
	}
	return list[0], nil
}

// EndLocalFollows ends the follows of an actor by people of ours, and their memberships in it.
func (s *Store) EndLocalFollows(ctx context.Context, groupID int64) error {
	var list []*Follow
	err := s.read.NewSelect().Model(&list).Relation("Follower").
		Where("follow.followee_id = ? AND follow.state <> 'rejected' AND follower.local", groupID).Scan(ctx)
	if err != nil {
		return wrap(err)
	}
	for _, f := range list {
		f.State = FollowRejected
		if err := s.PutFollow(ctx, f, f.Follower); err != nil {
			return err
		}
	}
	_, err = s.exec(ctx, `UPDATE memberships SET status = 'removed', left_at = ? WHERE group_id = ? AND left_at = 0
		AND actor_id IN (SELECT id FROM actors WHERE local)`, s.Now(), groupID)
	return err
}

// EraseCopies turns up to limit posts of others in a group into placeholders without text, out of
// all counts, and says how many it turned.
func (s *Store) EraseCopies(ctx context.Context, groupID int64, limit int) (int, error) {
	var list []*Post
	err := s.read.NewSelect().Model(&list).Column("id", "author_id", "state", "visibility", "group_id", "reply_to_id", "discussion_id").
		Where("group_id = ? AND NOT local AND state <> ?", groupID, PostDeleted).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil || len(list) == 0 {
		return 0, wrap(err)
	}
	of := make(map[int64][]*Post)
	var ids []int64
	for _, p := range list {
		of[p.AuthorID], ids = append(of[p.AuthorID], p), append(ids, p.ID)
	}
	for author, posts := range of {
		if err := s.uncount(ctx, author, posts); err != nil {
			return 0, err
		}
	}
	if _, err := s.exec(ctx, `UPDATE posts SET state = ?, state_reason = '', state_by = ?, state_at = ?, title = '', content = '',
		source = '', summary = '' WHERE id IN (?)`, PostDeleted, groupID, s.Now(), bun.List(ids)); err != nil {
		return 0, err
	}
	return len(list), s.eraseParts(ctx, ids)
}

// FollowerRow is an accepted follower of a group, and whether they belong to it by more than that.
type FollowerRow struct {
	Follow  *Follow
	Belongs bool
}

// FollowersAfter lists accepted followers of a group with their actors, after a follow id.
func (s *Store) FollowersAfter(ctx context.Context, groupID, after int64, limit int) ([]FollowerRow, error) {
	var list []*Follow
	err := s.read.NewSelect().Model(&list).Relation("Follower").
		Where("follow.followee_id = ? AND follow.state = 'accepted' AND follow.id > ?", groupID, after).
		Order("follow.id").Limit(int64(limit)).Scan(ctx)
	if err != nil || len(list) == 0 {
		return nil, wrap(err)
	}
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.FollowerID
	}
	var belong []int64
	err = s.read.NewRaw(`SELECT actor_id FROM memberships WHERE group_id = ?0 AND left_at = 0 AND actor_id IN (?1)
		AND status IN ('newcomer', 'member', 'dormant')
		UNION SELECT actor_id FROM role_grants WHERE group_id = ?0 AND actor_id IN (?1)`, groupID, bun.List(ids)).Scan(ctx, &belong)
	if err != nil {
		return nil, wrap(err)
	}
	rows := make([]FollowerRow, len(list))
	for i, f := range list {
		rows[i] = FollowerRow{Follow: f, Belongs: slices.Contains(belong, f.FollowerID)}
	}
	return rows, nil
}

// FollowersByHost counts the accepted followers of a group at each host.
func (s *Store) FollowersByHost(ctx context.Context, groupID int64) (map[string]int64, error) {
	var rows []struct {
		Host  string `bun:"host"`
		Count int64  `bun:"n"`
	}
	err := s.read.NewRaw(`SELECT a.host, COUNT(*) AS n FROM follows f JOIN actors a ON a.id = f.follower_id
		WHERE f.followee_id = ? AND f.state = 'accepted' GROUP BY a.host`, groupID).Scan(ctx, &rows)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Host] = r.Count
	}
	return out, wrap(err)
}
