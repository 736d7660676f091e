package community_test

import (
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
)

// home is one instance without doors, with the rules of this room at hand.
type home struct {
	*comtest.Home
	r *community.Rules
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := comtest.New(t)
	return &home{Home: h, r: h.Com}
}

// follows stores an accepted follow, as after TakeFollow.
func (h *home) follows(who *db.Actor, whom *db.Actor) {
	h.T.Helper()
	h.OK(h.Store.PutFollow(h.Ctx, &db.Follow{URI: who.URI + "#follow", FollowerID: who.ID, FolloweeID: whom.ID, State: db.FollowAccepted}, who))
}

// state is the state of a follow, "" where there is none.
func (h *home) state(who, whom *db.Actor) string {
	h.T.Helper()
	f, err := h.Store.FollowBetween(h.Ctx, who.ID, whom.ID)
	if err != nil {
		return ""
	}
	return f.State
}

// status is the status of a membership, "" where there is none.
func (h *home) status(who *db.Actor, g *db.Group) string {
	h.T.Helper()
	m, err := h.Store.MembershipOf(h.Ctx, g.ActorID, who.ID)
	if err != nil {
		return ""
	}
	return m.Status
}
