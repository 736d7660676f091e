package community_test

import (
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func TestTakeDeleteActor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.group("water", community.NewGroup{}), h.person("ana")
	eve, bad := h.remote(db.ActorPerson, "eve", "peer.test", ""), h.remote(db.ActorPerson, "bad", "evil.test", "")
	h.follows(eve, g.Actor)
	h.follows(ana, eve)
	h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: eve.ID, Status: db.MemberFull}))
	top := h.post(g, ana, nil)
	h.post(g, eve, top)
	own := h.post(g, eve, nil)
	body := replace(`{"id":"https://peer.test/d","type":"Delete","actor":"E","object":"EVE"}`, "EVE", eve.URI)
	h.take(h.r.TakeDeleteActor, bad, body, "not-own")
	in := h.take(h.r.TakeDeleteActor, eve, body, "")
	gone, err := h.s.ActorByID(h.ctx, eve.ID)
	h.ok(err)
	g, err = h.s.GroupByID(h.ctx, g.ActorID)
	h.ok(err)
	top, err = h.s.PostByID(h.ctx, top.ID)
	h.ok(err)
	own, err = h.s.PostByID(h.ctx, own.ID)
	h.ok(err)
	if gone.Active() || own.State != db.PostDeleted || own.Content != "" || top.RepliesCount != 0 {
		t.Errorf("actor %+v, post %+v, answers %d", gone, own, top.RepliesCount)
	}
	if g.MembersCount != 0 || g.Actor.FollowersCount != 0 || g.DiscussionsCount != 1 || h.state(ana, eve) != "" {
		t.Errorf("members %d, followers %d, discussions %d, follow %q", g.MembersCount, g.Actor.FollowersCount, g.DiscussionsCount, h.state(ana, eve))
	}
	in.Vouched = false
	h.takeIn(h.r.TakeDeleteActor, in, "not-vouched")
	in.Gone = true // its server says so: enough without a signature
	h.takeIn(h.r.TakeDeleteActor, in, "")
	h.take(h.r.TakeDeleteActor, ana, replace(`{"type":"Delete","object":"ANA"}`, "ANA", ana.URI), "ours")
}

// TestT22_nobodyUpdatesAnother: an Update speaks for its sender, or a group's steward for the group.
func TestT22_nobodyUpdatesAnother(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ours := h.group("water", community.NewGroup{})
	g := h.remoteGroup("soil", "peer.test", "lemmy")
	ana, mod := h.remote(db.ActorPerson, "ana", "far.test", ""), h.remote(db.ActorPerson, "mod", "far.test", "")
	eve, admin := h.remote(db.ActorPerson, "eve", "evil.test", ""), h.remote(db.ActorPerson, "root", "peer.test", "lemmy")
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	update := func(who *db.Actor) string {
		return replace(`{"id":"https://x.test/u","type":"Update","object":{"id":"WHO","type":"Person"}}`, "WHO", who.URI)
	}
	h.take(h.r.TakeActorUpdate, ana, update(ana), "")
	h.take(h.r.TakeActorUpdate, eve, update(ana), "not-own")
	h.take(h.r.TakeActorUpdate, eve, update(g.Actor), "not-own")
	h.take(h.r.TakeActorUpdate, mod, update(g.Actor), "")
	h.take(h.r.TakeActorUpdate, admin, update(g.Actor), "")
	h.take(h.r.TakeActorUpdate, mod, update(ours.Actor), "not-own")
	h.take(h.r.TakeActorUpdate, eve, `{"type":"Update","object":"https://x.test/nobody"}`, "not-own")
}
