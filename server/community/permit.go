package community

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

// Act is something a person does in a group.
type Act string

// The acts that exist now, of domain.md 3c.
const (
	ActRead       Act = "read"
	ActFollow     Act = "follow"
	ActJoin       Act = "join"
	ActReply      Act = "reply"
	ActStart      Act = "start"
	ActLike       Act = "like"
	ActPin        Act = "pin"
	ActLock       Act = "lock"
	ActRemove     Act = "remove"
	ActBan        Act = "ban"
	ActAdmit      Act = "admit" // let a follower in, make a follower a member
	ActGrant      Act = "grant"
	ActEditGroup  Act = "edit-group"
	ActSeeReports Act = "see-reports"
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
	return nil
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

// isAdmin says that a person runs this instance.
func isAdmin(ctx context.Context, s *db.Store, who *db.Actor) (bool, error) {
	account, err := s.AccountOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return account.IsAdmin() && account.DisabledAt.IsZero(), nil
}

// need is the least standing for an act.
type need int

const (
	needNothing     need = iota // signed out is enough
	needPerson                  // anybody who has an actor
	needFollower                // or a member
	needMember                  // newcomers included
	needModerator               // or a facilitator
	needFacilitator             // alone
	needPolicy                  // the group's policy on who starts a discussion
)

// line is one row of the table: what an act needs in an open group and in one that is not, whether
// an admin of the group's instance may do it as well, and the code of a refusal.
type line struct {
	open, closed need
	admins       bool
	code         string
	// writes: not in an archived group, not for the banned.
	writes bool
}

// permitTable is who may do what (domain.md 3c). Follow and Join of a closed group only ask.
func permitTable(act Act) (line, bool) {
	l, ok := map[Act]line{
		ActRead:       {open: needNothing, closed: needMember, code: "members-only"},
		ActFollow:     {open: needPerson, closed: needPerson, code: "signed-out", writes: true},
		ActJoin:       {open: needPerson, closed: needPerson, code: "signed-out", writes: true},
		ActReply:      {open: needPerson, closed: needMember, code: "members-only-reply", writes: true},
		ActLike:       {open: needPerson, closed: needMember, code: "members-only-reply", writes: true},
		ActStart:      {open: needPolicy, closed: needPolicy, writes: true},
		ActPin:        {open: needModerator, closed: needModerator, code: "not-moderator", writes: true},
		ActLock:       {open: needModerator, closed: needModerator, admins: true, code: "not-moderator"},
		ActRemove:     {open: needModerator, closed: needModerator, admins: true, code: "not-moderator"},
		ActBan:        {open: needModerator, closed: needModerator, admins: true, code: "not-moderator"},
		ActSeeReports: {open: needModerator, closed: needModerator, admins: true, code: "not-moderator"},
		ActAdmit:      {open: needModerator, closed: needModerator, code: "not-moderator"},
		ActGrant:      {open: needFacilitator, closed: needFacilitator, admins: true, code: "not-facilitator"},
		ActEditGroup:  {open: needFacilitator, closed: needFacilitator, admins: true, code: "not-facilitator"},
	}[act]
	return l, ok
}

// Permit answers nil, or the Refusal that says why who may not do act in g. It is asked for every
// door alike; a nil who is signed out.
func (r *Rules) Permit(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, act Act) error {
	l, ok := permitTable(act)
	if !ok {
		return fmt.Errorf("permit %q: no such act", act)
	}
	if !g.Actor.DeletedAt.IsZero() {
		return Refuse(Gone, "group-gone")
	}
	if who != nil && !who.Active() {
		return Refuse(Forbidden, "suspended")
	}
	st, err := r.Standing(ctx, tx, g, who)
	if err != nil {
		return err
	}
	return decide(g, st, who != nil, l)
}

// decide is Permit on facts alone.
func decide(g *db.Group, st Standing, known bool, l line) error {
	closed := g.Openness != db.OpennessOpen
	least, code := l.open, l.code
	if closed {
		least = l.closed
	}
	if least == needPolicy {
		least, code = policy(g, closed)
	}
	switch {
	case !known && least > needNothing:
		return Refuse(Forbidden, "signed-out")
	case st.Banned != nil && (l.writes || least > needNothing):
		return Refuse(Forbidden, "banned")
	case l.writes && !g.ArchivedAt.IsZero():
		return Refuse(Forbidden, "group-archived")
	case !g.Actor.SuspendedAt.IsZero() && l.writes:
		return Refuse(Forbidden, "group-suspended")
	case l.admins && st.Admin, reaches(st, least):
		return nil
	}
	return Refuse(Forbidden, code)
}

// policy is what starting a discussion needs. A closed group takes members at the least.
func policy(g *db.Group, closed bool) (need, string) {
	switch {
	case g.PostPolicy == db.PostModerators:
		return needModerator, "moderators-only-start"
	case g.PostPolicy == db.PostMembers, closed:
		return needMember, "members-only-start"
	case g.PostPolicy == db.PostFollowers:
		return needFollower, "followers-only-start"
	}
	return needPerson, "signed-out"
}

// reaches compares a standing with what is needed.
func reaches(st Standing, least need) bool {
	steward := st.Role == db.RoleModerator || st.Role == db.RoleFacilitator
	switch least {
	case needNothing, needPerson:
		return true
	case needFollower:
		return st.Follows || st.Belongs
	case needMember:
		return st.Belongs
	case needModerator:
		return steward
	case needFacilitator:
		return st.Role == db.RoleFacilitator
	}
	return false
}

// Hold says whether a first post of who waits for a moderator of g, by the group's policy. Members
// and people who have a published post there never wait.
func (r *Rules) Hold(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, hasLinks bool) (bool, error) {
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
