package community_test

import (
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestTakeDeleteActor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.Group("water", community.NewGroup{}), h.Person("ana")
	eve, bad := h.Remote(db.ActorPerson, "eve", "peer.test", ""), h.Remote(db.ActorPerson, "bad", "evil.test", "")
	h.follows(eve, g.Actor)
	h.follows(ana, eve)
	h.OK(h.Store.PutMembership(h.Ctx, &db.Membership{GroupID: g.ActorID, ActorID: eve.ID, Status: db.MemberFull}))
	top := h.Post(g, ana, nil)
	h.Post(g, eve, top)
	own := h.Post(g, eve, nil)
	body := replace(`{"id":"https://peer.test/d","type":"Delete","actor":"E","object":"EVE"}`, "EVE", eve.URI)
	h.Take(h.r.TakeDeleteActor, bad, body, "not-own")
	in := h.Take(h.r.TakeDeleteActor, eve, body, "")
	gone, err := h.Store.ActorByID(h.Ctx, eve.ID)
	h.OK(err)
	g, err = h.Store.GroupByID(h.Ctx, g.ActorID)
	h.OK(err)
	top, err = h.Store.PostByID(h.Ctx, top.ID)
	h.OK(err)
	own, err = h.Store.PostByID(h.Ctx, own.ID)
	h.OK(err)
	if gone.Active() || own.State != db.PostDeleted || own.Content != "" || top.RepliesCount != 0 {
		t.Errorf("actor %+v, post %+v, answers %d", gone, own, top.RepliesCount)
	}
	if g.MembersCount != 0 || g.Actor.FollowersCount != 0 || g.DiscussionsCount != 1 || h.state(ana, eve) != "" {
		t.Errorf("members %d, followers %d, discussions %d, follow %q", g.MembersCount, g.Actor.FollowersCount, g.DiscussionsCount, h.state(ana, eve))
	}
	in.Vouched = false
	h.TakeIn(h.r.TakeDeleteActor, in, "not-vouched")
	in.Gone = true // its server says so: enough without a signature
	h.TakeIn(h.r.TakeDeleteActor, in, "")
	h.Take(h.r.TakeDeleteActor, ana, replace(`{"type":"Delete","object":"ANA"}`, "ANA", ana.URI), "ours")
}

// TestT22_nobodyUpdatesAnother: an Update speaks for its sender, or a group's steward for the group.
func TestT22_nobodyUpdatesAnother(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ours := h.Group("water", community.NewGroup{})
	g := h.RemoteGroup("soil", "peer.test", "lemmy")
	ana, mod := h.Remote(db.ActorPerson, "ana", "far.test", ""), h.Remote(db.ActorPerson, "mod", "far.test", "")
	eve, admin := h.Remote(db.ActorPerson, "eve", "evil.test", ""), h.Remote(db.ActorPerson, "root", "peer.test", "lemmy")
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	update := func(who *db.Actor) string {
		return replace(`{"id":"https://x.test/u","type":"Update","object":{"id":"WHO","type":"Person"}}`, "WHO", who.URI)
	}
	h.Take(h.r.TakeActorUpdate, ana, update(ana), "")
	h.Take(h.r.TakeActorUpdate, eve, update(ana), "not-own")
	h.Take(h.r.TakeActorUpdate, eve, update(g.Actor), "not-own")
	h.Take(h.r.TakeActorUpdate, mod, update(g.Actor), "")
	h.Take(h.r.TakeActorUpdate, admin, update(g.Actor), "")
	h.Take(h.r.TakeActorUpdate, mod, update(ours.Actor), "not-own")
	h.Take(h.r.TakeActorUpdate, eve, `{"type":"Update","object":"https://x.test/nobody"}`, "not-own")
}
