package community_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
)

func (h *home) permit(g *db.Group, who *db.Actor, act community.Act) string {
	h.T.Helper()
	return comtest.Code(h.r.Permit(h.Ctx, h.Store, g, who, act))
}

// circle is a group with one person of each standing.
type circle struct {
	group  *db.Group
	people map[string]*db.Actor
}

func newCircle(h *home, n community.NewGroup) circle {
	h.T.Helper()
	c := circle{people: map[string]*db.Actor{"nobody": nil}}
	fay := h.Person("fay")
	n.Facilitator = fay
	c.group = h.Group("water", n)
	c.people[db.RoleFacilitator] = fay
	for _, name := range []string{"stranger", "follower", "newcomer", "member", "moderator"} {
		c.people[name] = h.Person("a_" + name)
	}
	c.people["admin"] = h.Account("theo", true).Actor
	if n.Openness == "" || n.Openness == db.OpennessOpen {
		h.follows(c.people["follower"], c.group.Actor)
	} else { // there following is belonging; one who asked stands for the follower
		h.OK(h.Store.PutFollow(h.Ctx, &db.Follow{FollowerID: c.people["follower"].ID, FolloweeID: c.group.ActorID, State: db.FollowPending}, c.people["follower"]))
	}
	for name, status := range map[string]string{"newcomer": db.MemberNewcomer, "member": db.MemberFull} {
		h.OK(h.Store.PutMembership(h.Ctx, &db.Membership{GroupID: c.group.ActorID, ActorID: c.people[name].ID, Status: status, JoinedAt: h.Store.Now()}))
	}
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: c.group.ActorID, ActorID: c.people["moderator"].ID, Role: db.RoleModerator}))
	return c
}

// ladder is the order in which standings grow; admins stand beside it.
func ladder() []string {
	return []string{"nobody", "stranger", "follower", "newcomer", "member", "moderator", "facilitator"}
}

// TestPermit_table holds the table: from which step of the ladder on an act is allowed, whether an
// admin may do it, and what those below are told.
func TestPermit_table(t *testing.T) {
	t.Parallel()
	rows := []struct {
		act         community.Act
		openFrom    string
		closedFrom  string
		admin       bool
		adminClosed bool
		code        string
	}{
		{community.ActRead, "nobody", "newcomer", true, false, "members-only"},
		{community.ActFollow, "stranger", "stranger", true, true, "signed-out"},
		{community.ActJoin, "stranger", "stranger", true, true, "signed-out"},
		{community.ActReply, "stranger", "newcomer", true, false, "members-only-reply"},
		{community.ActLike, "stranger", "newcomer", true, false, "members-only-reply"},
		{community.ActPin, "moderator", "moderator", false, false, "not-moderator"},
		{community.ActLock, "moderator", "moderator", true, true, "not-moderator"},
		{community.ActRemove, "moderator", "moderator", true, true, "not-moderator"},
		{community.ActBan, "moderator", "moderator", true, true, "not-moderator"},
		{community.ActSeeReports, "moderator", "moderator", true, true, "not-moderator"},
		{community.ActAdmit, "moderator", "moderator", false, false, "not-core"},
		{community.ActGrant, "facilitator", "facilitator", true, true, "not-facilitator"},
		{community.ActEditGroup, "facilitator", "facilitator", true, true, "not-facilitator"},
	}
	for _, openness := range []string{db.OpennessOpen, db.OpennessRestricted, db.OpennessPrivate, db.OpennessConfidential} {
		h := newHome(t)
		c := newCircle(h, community.NewGroup{Openness: openness})
		for _, row := range rows {
			from, admin := row.openFrom, row.admin
			if openness != db.OpennessOpen {
				from, admin = row.closedFrom, row.adminClosed
			}
			h.climb(c, row.act, from, row.code)
			want := row.code
			if admin {
				want = ""
			}
			if got := h.permit(c.group, c.people["admin"], row.act); got != want {
				t.Errorf("%s in a %s group as admin: %q, want %q", row.act, openness, got, want)
			}
		}
	}
}

// climb checks one act on all steps: refused with code below from, allowed from there on.
func (h *home) climb(c circle, act community.Act, from, code string) {
	h.T.Helper()
	allowed := false
	for _, step := range ladder() {
		allowed = allowed || step == from
		want := code
		switch {
		case allowed:
			want = ""
		case step == "nobody":
			want = "signed-out"
		}
		if got := h.permit(c.group, c.people[step], act); got != want {
			h.T.Errorf("%s in a %s group as %s: %q, want %q", act, c.group.Openness, step, got, want)
		}
	}
}

func TestPermit_startByPolicy(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	for policy, want := range map[string][2]string{
		db.PostAnyone:     {"stranger", ""},
		db.PostFollowers:  {"follower", "followers-only-start"},
		db.PostMembers:    {"newcomer", "members-only-start"},
		db.PostModerators: {"moderator", "moderators-only-start"},
	} {
		c.group.PostPolicy = policy
		h.climb(c, community.ActStart, want[0], want[1])
	}
	c.group.Openness, c.group.PostPolicy = db.OpennessPrivate, db.PostAnyone
	if got := h.permit(c.group, c.people["stranger"], community.ActStart); got != "members-only-start" {
		t.Errorf("stranger starts in a private group: %q", got)
	}
}

func TestPermit_bannedWriteNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	who := c.people["moderator"]
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: c.group.ActorID, ActorID: who.ID, Until: db.At(h.Now().Add(time.Hour))}))
	for _, act := range []community.Act{community.ActFollow, community.ActJoin, community.ActReply, community.ActStart, community.ActLike, community.ActRemove} {
		if got := h.permit(c.group, who, act); got != "banned" {
			t.Errorf("banned person may %s: %q", act, got)
		}
	}
	if got := h.permit(c.group, who, community.ActRead); got != "" {
		t.Errorf("banned person reads an open group: %q", got)
	}
	h.Pass(2 * time.Hour)
	if got := h.permit(c.group, who, community.ActReply); got != "" {
		t.Errorf("after the ban: %q", got)
	}
}

func TestPermit_suspendedAndGone(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	who := c.people["facilitator"]
	who.SuspendedAt = h.Store.Now()
	for _, act := range []community.Act{community.ActReply, community.ActRemove, community.ActRead} {
		if got := h.permit(c.group, who, act); got != "suspended" {
			t.Errorf("suspended person may %s: %q", act, got)
		}
	}
	c.group.ArchivedAt = h.Store.Now()
	for act, want := range map[community.Act]string{community.ActReply: "group-archived", community.ActJoin: "group-archived", community.ActRead: ""} {
		if got := h.permit(c.group, c.people["member"], act); got != want {
			t.Errorf("%s in an archived group: %q, want %q", act, got, want)
		}
	}
	c.group.Actor.DeletedAt = h.Store.Now()
	if got := h.permit(c.group, c.people["member"], community.ActRead); got != "group-gone" {
		t.Errorf("read a deleted group: %q", got)
	}
	if err := h.r.Permit(h.Ctx, h.Store, c.group, who, "dance"); err == nil {
		t.Error("an unknown act is permitted")
	}
}

func TestStanding_newcomerFor30Days(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	for _, want := range []string{community.StandsNewcomer, community.StandsMember} {
		st, err := h.r.Standing(h.Ctx, h.Store, c.group, c.people["newcomer"])
		h.OK(err)
		if st.Role != want || !st.Belongs {
			t.Errorf("role %q, belongs %v; want %q", st.Role, st.Belongs, want)
		}
		h.Pass(community.NewcomerFor)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	known := h.Remote(db.ActorPerson, "kim", "peer.test", "mastodon")
	h.Post(c.group, known, nil)
	for _, row := range []struct {
		policy string
		who    *db.Actor
		links  bool
		want   bool
	}{
		{db.HoldNone, c.people["stranger"], true, false},
		{db.HoldLinks, c.people["stranger"], false, false},
		{db.HoldLinks, c.people["stranger"], true, true},
		{db.HoldFirst, c.people["stranger"], false, true},
		{db.HoldFirst, c.people["follower"], false, true},
		{db.HoldFirst, known, true, false},
		{db.HoldFirst, c.people["newcomer"], true, false},
		{db.HoldFirst, c.people["moderator"], true, false},
		{db.HoldFirst, c.people["admin"], true, false},
	} {
		c.group.HoldPolicy = row.policy
		got, err := h.r.Hold(h.Ctx, h.Store, c.group, row.who, row.links)
		if err != nil || got != row.want {
			t.Errorf("policy %s, %s, links %v: held %v, %v", row.policy, row.who.Handle, row.links, got, err)
		}
	}
}

// TestT51_strangersWaitForAModerator: a wave of new accounts reaches moderators, not readers.
func TestT51_strangersWaitForAModerator(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{HoldPolicy: db.HoldFirst})
	for _, name := range []string{"s1", "s2", "s3"} {
		who := h.Remote(db.ActorPerson, name, "spam.test", "mastodon")
		h.Do(func(ctx context.Context, tx *db.Store) error {
			held, err := h.r.Hold(ctx, tx, g, who, false)
			if err == nil && !held {
				t.Errorf("first post of %s is shown at once", name)
			}
			return err
		})
	}
}
