package community_test

import (
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

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
