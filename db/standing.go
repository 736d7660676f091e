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
	Admin        bool   `bun:"admin"` // runs this instance
}

// Belongs says that the person is a member now.
func (st Standing) Belongs() bool {
	m := Membership{Status: st.MemberStatus, LeftAt: st.LeftAt}
	return m.Belongs()
}

// StandingOf reads what ties a person to a group.
func (s *Store) StandingOf(ctx context.Context, groupID, actorID int64) (Standing, error) {
	var st Standing
	err := s.read.NewRaw(`SELECT
		coalesce((SELECT state FROM follows WHERE follower_id = ?1 AND followee_id = ?0), '') AS follow_state,
		coalesce(m.status, '') AS member_status, coalesce(m.joined_at, 0) AS joined_at, coalesce(m.left_at, 0) AS left_at,
		EXISTS (SELECT 1 FROM bans WHERE group_id = ?0 AND actor_id = ?1 AND (until = 0 OR until > ?2)) AS banned,
		EXISTS (SELECT 1 FROM role_grants WHERE group_id = ?0 AND actor_id = ?1 AND role = 'facilitator') AS facilitator,
		EXISTS (SELECT 1 FROM role_grants WHERE group_id = ?0 AND actor_id = ?1 AND role = 'moderator') AS moderator,
		EXISTS (SELECT 1 FROM accounts WHERE actor_id = ?1 AND role = 'admin' AND disabled_at = 0) AS admin
		FROM (SELECT 1 AS x) one LEFT JOIN memberships m ON m.group_id = ?0 AND m.actor_id = ?1`,
		groupID, actorID, s.Now()).Scan(ctx, &st)
	return st, wrap(err)
}
