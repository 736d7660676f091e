package community

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/rights"
)

// Act is something a person does in a group.
type Act = rights.Act

// The acts that the rules of talk ask about; those of belonging stand in rights.
const (
	ActRead       = rights.Read
	ActFollow     = rights.Follow
	ActJoin       = rights.Join
	ActReply      = rights.Reply
	ActStart      = rights.Start
	ActLike       = rights.Like
	ActPin        = rights.Pin
	ActLock       = rights.Lock
	ActRemove     = rights.Remove
	ActBan        = rights.Ban
	ActAdmit      = rights.Admit
	ActGrant      = rights.Grant
	ActEditGroup  = rights.EditGroup
	ActSeeReports = rights.SeeReports
	ActSlow       = rights.Slow
	ActHide       = rights.Hide
	ActMoveThread = rights.MoveThread
)

// Roles that Standing.Role knows beside facilitator and moderator, which the db names.
const (
	StandsNone     = "none"
	StandsFollower = "follower"
	StandsNewcomer = "newcomer"
	StandsMember   = "member"
	StandsAdmin    = "admin"
)

// NewcomerFor is how long somebody who joined by themselves is a newcomer (domain.md 3c).
const NewcomerFor = 30 * 24 * time.Hour

// Standing is where a person stands in a group. The zero Standing is a stranger's.
type Standing struct {
	// Role is the strongest of facilitator, moderator, admin (of the group's own instance),
	// member, newcomer, follower, none.
	Role   string
	Banned *db.Ban // nil, or the ban in force
	// Follows says that the follow is accepted; a pending one grants nothing (T25).
	Follows bool
	// Belongs says that the person is a member, whatever else.
	Belongs bool
	// Admin says that the person runs the group's own instance.
	Admin bool
	// Columns are where the person stands in the table of rights.
	Columns []rights.Standing
}

// Moderates says that the person looks after the group: as facilitator, as moderator, or as an
// admin of its instance.
func (st Standing) Moderates() bool {
	return st.Admin || st.Role == db.RoleModerator || st.Role == db.RoleFacilitator
}

// Standing reads where who stands in g; a nil who is signed out. Moderators of a group elsewhere
// stand here as its own server says.
func (r *Rules) Standing(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) (Standing, error) {
	st := Standing{Role: StandsNone}
	if who == nil {
		return st, nil
	}
	if err := standingOf(ctx, s, g, who, &st); err != nil {
		return st, fmt.Errorf("see where %s stands in %s: %w", who.URI, g.Actor.URI, err)
	}
	return st, nil
}

func standingOf(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor, st *Standing) error {
	ties, err := s.StandingOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return err
	}
	if ties.Banned {
		if st.Banned, err = s.BanOf(ctx, g.ActorID, who.ID); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	if st.Follows = ties.FollowState == db.FollowAccepted; st.Follows {
		st.Role = StandsFollower
	}
	if ties.Belongs() {
		st.Belongs, st.Role = true, StandsMember
		if ties.MemberStatus == db.MemberNewcomer && s.Now().Sub(ties.JoinedAt.Time) < NewcomerFor {
			st.Role = StandsNewcomer
		}
	}
	if g.Openness != db.OpennessOpen && st.Follows && !st.Belongs { // following is belonging there, domain.md 3g
		st.Belongs, st.Role = true, StandsMember
	}
	st.Admin = g.Actor.Local && who.Local && ties.Admin
	st.office(ties)
	st.columns(ties)
	return nil
}

// columns says where the person stands in the table of rights.
func (st *Standing) columns(ties db.Standing) {
	st.Columns = []rights.Standing{rights.Person}
	if st.Follows {
		st.Columns = append(st.Columns, rights.Follower)
	}
	switch {
	case st.Role == StandsNewcomer:
		st.Columns = append(st.Columns, rights.Newcomer)
	case st.Belongs:
		st.Columns = append(st.Columns, rights.Newcomer, rights.Member)
	}
	for _, role := range db.Roles() { // named alike on purpose
		if ties.Holds(role) {
			st.Columns = append(st.Columns, rights.Standing(role))
		}
	}
	if st.Admin {
		st.Columns = append(st.Columns, rights.Admin)
	}
}

// office adds the roles a person holds.
func (st *Standing) office(ties db.Standing) {
	if st.Admin {
		st.Role = StandsAdmin
	}
	switch {
	case ties.Facilitator:
		st.Role, st.Belongs = db.RoleFacilitator, true
	case ties.Moderator:
		st.Role, st.Belongs = db.RoleModerator, true
	}
}

// IsAdmin says that a person runs this instance.
func IsAdmin(ctx context.Context, s *db.Store, who *db.Actor) (bool, error) {
	account, err := s.AccountOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return account.IsAdmin() && account.DisabledAt.IsZero(), nil
}

// Permit answers nil, or the Refusal that says why who may not do act in g. It is asked for every
// door alike; a nil who is signed out.
func (r *Rules) Permit(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, act Act) error {
	row, settled, err := rowOf(g, who, act)
	if err != nil || settled {
		return err
	}
	st, err := r.Standing(ctx, tx, g, who)
	if err != nil {
		return err
	}
	return decide(g, st, who != nil, row)
}

// PermitAt is Permit for somebody of whom it was just read where they stand, for pages that need to
// know that anyway. What writes asks Permit, in its transaction.
func (r *Rules) PermitAt(st Standing, g *db.Group, who *db.Actor, act Act) error {
	row, settled, err := rowOf(g, who, act)
	if err != nil || settled {
		return err
	}
	return decide(g, st, who != nil, row)
}

// rowOf is the row of an act in the table of rights; settled says that it may be done wherever somebody
// stands.
func rowOf(g *db.Group, who *db.Actor, act Act) (row rights.Row, settled bool, err error) {
	row, ok := rights.Of(act)
	if !ok {
		return row, false, fmt.Errorf("permit %q: no such act", act)
	}
	if act == rights.Start {
		row = rights.StartBy(g.PostPolicy, g.Openness)
	}
	if !g.Actor.DeletedAt.IsZero() {
		return row, false, Refuse(Gone, "group-gone")
	}
	if who != nil && !who.Active() {
		return row, false, Refuse(Forbidden, "suspended")
	}
	return row, !row.Writes && row.In(g.Openness).Allow(rights.Stranger), nil
}

// decide is Permit on facts alone.
func decide(g *db.Group, st Standing, known bool, row rights.Row) error {
	cells := row.In(g.Openness)
	forAll := cells.Allow(rights.Stranger)
	switch {
	case !known && !forAll:
		return Refuse(Forbidden, "signed-out")
	case st.Banned != nil && (row.Writes || !forAll):
		return Refuse(Forbidden, "banned")
	case row.Writes && !g.ArchivedAt.IsZero():
		return Refuse(Forbidden, "group-archived")
	case !g.Actor.SuspendedAt.IsZero() && row.Writes:
		return Refuse(Forbidden, "group-suspended")
	case forAll, cells.Allow(st.Columns...):
		return nil
	}
	no := Refuse(Forbidden, row.Code)
	no.Rule = &Rule{Act: row.Act, Who: cells.Who()}
	return no
}

// Hold says whether a first post of who waits for a moderator of g, by the group's policy. Members
// and people who have a published post there never wait; who was silenced always does.
func (r *Rules) Hold(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, hasLinks bool) (bool, error) {
	if !who.SilencedAt.IsZero() {
		return true, nil // whatever the policy: admins decided so
	}
	if g.HoldPolicy == db.HoldNone || (g.HoldPolicy == db.HoldLinks && !hasLinks) {
		return false, nil
	}
	st, err := r.Standing(ctx, tx, g, who)
	if err != nil {
		return false, err
	}
	if st.Belongs || st.Moderates() {
		return false, nil
	}
	before, err := tx.PublishedBefore(ctx, g.ActorID, who.ID)
	if err != nil {
		return false, fmt.Errorf("see what %s wrote in %s before: %w", who.URI, g.Actor.URI, err)
	}
	return !before, nil
}
