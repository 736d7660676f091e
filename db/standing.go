package db

import "context"

// Standing is what ties a person to a group, read in one look: a rule asks for it at every act.
type Standing struct {
	FollowState  string `bun:"follow_state"` // "" = no follow
	MemberStatus string `bun:"member_status"`
	JoinedAt     Time   `bun:"joined_at"`
	LeftAt       Time   `bun:"left_at"`
	Banned       bool   `bun:"banned"`
	Facilitator  bool   `bun:"facilitator"`
	Moderator    bool   `bun:"moderator"`
	Others       int    `bun:"others"` // further roles, see Holds
	Admin        bool   `bun:"admin"`  // runs this instance
}

// Holds says that the person holds a role in the group.
func (st Standing) Holds(role string) bool {
	switch role {
	case RoleFacilitator:
		return st.Facilitator
	case RoleModerator:
		return st.Moderator
	case RoleCore:
		return st.Others&1 != 0
	case RoleExpert:
		return st.Others&2 != 0
	case RoleSteward:
		return st.Others&4 != 0
	case RoleSponsor:
		return st.Others&8 != 0
	}
	return false
}

// Belongs says that the person is a member now.
func (st Standing) Belongs() bool {
	m := Membership{Status: st.MemberStatus, LeftAt: st.LeftAt}
	return m.Belongs()
}

// StandingOf reads what ties a person to a group. Who comes by a further door of a person stands
// where that person stands, and is barred where any account of theirs is.
func (s *Store) StandingOf(ctx context.Context, groupID, actorID int64) (Standing, error) {
	var st Standing
	err := s.read.NewRaw(`SELECT
		coalesce((SELECT state FROM follows WHERE follower_id = ?1 AND followee_id = ?0), '') AS follow_state,
		coalesce(m.status, '') AS member_status, coalesce(m.joined_at, 0) AS joined_at, coalesce(m.left_at, 0) AS left_at,
		EXISTS (SELECT 1 FROM bans WHERE group_id = ?0 AND (actor_id = one.person OR actor_id IN (SELECT actor_id FROM person_doors
			WHERE person_id = one.person)) AND (until = 0 OR until > ?2)) AS banned,
		EXISTS (SELECT 1 FROM role_grants WHERE group_id = ?0 AND actor_id = one.person AND role = 'facilitator') AS facilitator,
		EXISTS (SELECT 1 FROM role_grants WHERE group_id = ?0 AND actor_id = one.person AND role = 'moderator') AS moderator,
		coalesce((SELECT sum(CASE role WHEN 'core' THEN 1 WHEN 'expert' THEN 2 WHEN 'steward' THEN 4 WHEN 'sponsor' THEN 8 ELSE 0 END)
			FROM role_grants WHERE group_id = ?0 AND actor_id = one.person), 0) AS others,
		EXISTS (SELECT 1 FROM accounts WHERE actor_id = ?1 AND role = 'admin' AND disabled_at = 0) AS admin
		FROM (SELECT coalesce((SELECT person_id FROM person_doors WHERE actor_id = ?1), ?1) AS person) one
		LEFT JOIN memberships m ON m.group_id = ?0 AND m.actor_id = one.person`,
		groupID, actorID, s.Now()).Scan(ctx, &st)
	return st, wrap(err)
}
