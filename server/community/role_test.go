package community_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func (h *home) roles(g *db.Group, who *db.Actor) []string {
	h.t.Helper()
	list, err := h.s.RolesOf(h.ctx, g.ActorID, who.ID)
	h.ok(err)
	return list
}

func TestGrantRole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.person("fay"), h.person("bo")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	ana := h.remote(db.ActorPerson, "ana", "peer.test", "lemmy")
	grant := func(by, who *db.Actor, role string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, by, g, community.RoleOf{Who: who, Role: role})
		}
	}
	h.refused("not-facilitator", grant(bo, bo, db.RoleModerator))
	h.refused("choice-unknown", grant(fay, bo, "emperor"))
	h.refused("not-a-person", grant(fay, g.Actor, db.RoleModerator))
	h.do(grant(fay, ana, db.RoleModerator))
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) || h.status(ana, g) != db.MemberFull {
		t.Errorf("roles %v, membership %q", h.roles(g, ana), h.status(ana, g))
	}
	add := h.one("Add")
	if add.doc["object"] != ana.URI || add.doc["target"] != g.Actor.URI+"/moderators" || add.doc["actor"] != fay.URI {
		t.Errorf("added %v", add.doc)
	}
	if !bytes.Contains(h.outbox("Announce")[0].Body, add.Body) {
		t.Error("the group does not pass it on")
	}
	h.ok(h.s.PutBan(h.ctx, &db.Ban{GroupID: g.ActorID, ActorID: bo.ID}))
	h.refused("banned", grant(fay, bo, db.RoleModerator))
}

func TestWithdrawRole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.person("fay"), h.person("bo")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	withdraw := func(by, who *db.Actor, role string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.WithdrawRole(ctx, tx, by, g, community.RoleOf{Who: who, Role: role})
		}
	}
	for _, role := range []string{db.RoleFacilitator, db.RoleModerator} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: bo, Role: role})
		})
	}
	h.refused("role-gone", withdraw(fay, fay, db.RoleModerator))
	h.do(withdraw(fay, bo, db.RoleFacilitator))
	if _, err := h.s.LastActivity(h.ctx, fay.ID, "Remove", g.Actor.ModeratorsURI); err == nil {
		t.Error("who keeps a role leaves the collection of moderators")
	}
	h.refused("last-facilitator", withdraw(fay, fay, db.RoleFacilitator))
	h.refused("not-facilitator", withdraw(bo, fay, db.RoleFacilitator))
	h.do(withdraw(bo, bo, db.RoleModerator)) // one's own
	act, err := h.s.LastActivity(h.ctx, bo.ID, "Remove", g.Actor.ModeratorsURI)
	h.ok(err)
	last := h.outbox("Announce")
	if !bytes.Contains(act.Body, []byte(bo.URI)) || !bytes.Contains(last[len(last)-1].Body, act.Body) {
		t.Errorf("removed with %s", act.Body)
	}
	if diff := cmp.Diff([]string{"withdraw", "withdraw", "grant", "grant"}, h.acts(g)); diff != "" {
		t.Error(diff)
	}
}

func TestTakeAddRemove_inOurGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	fac, ana := h.remote(db.ActorPerson, "fac", "peer.test", "copse"), h.remote(db.ActorPerson, "ana", "peer.test", "copse")
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: fac.ID, Role: db.RoleFacilitator}))
	body := func(kind string, who *db.Actor) string {
		return replace(`{"id":"https://peer.test/KIND","type":"KIND","actor":"F","object":"WHO","target":"GROUP/moderators"}`,
			"KIND", kind, "WHO", who.URI, "GROUP", g.Actor.URI)
	}
	h.take(h.r.TakeAddRemove, ana, body("Add", ana), "not-facilitator")
	in := h.take(h.r.TakeAddRemove, fac, body("Add", ana), "")
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) || !bytes.Contains(h.outbox("Announce")[0].Body, in.Body) {
		t.Errorf("roles %v", h.roles(g, ana))
	}
	h.take(h.r.TakeAddRemove, ana, body("Remove", fac), "not-facilitator")
	h.take(h.r.TakeAddRemove, fac, body("Remove", ana), "")
	if len(h.roles(g, ana)) != 0 {
		t.Errorf("roles %v after Remove", h.roles(g, ana))
	}
	in.Via = ana
	h.takeIn(h.r.TakeAddRemove, in, "not-vouched")
}

func TestTakeAddRemove_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("soil", "peer.test", "lemmy")
	mod, eve := h.remote(db.ActorPerson, "mod", "peer.test", "lemmy"), h.remote(db.ActorPerson, "eve", "evil.test", "lemmy")
	body := func(kind string) string {
		return replace(`{"id":"https://peer.test/KIND","type":"KIND","actor":"M","object":"WHO","target":"GROUP/moderators","cc":["GROUP"]}`,
			"KIND", kind, "WHO", ana.URI, "GROUP", g.Actor.URI)
	}
	h.take(h.r.TakeAddRemove, eve, body("Add"), "not-moderator")
	h.take(h.r.TakeAddRemove, g.Actor, body("Add"), "")
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) {
		t.Errorf("roles %v", h.roles(g, ana))
	}
	in := h.take(h.r.TakeAddRemove, mod, body("Remove"), "not-moderator")
	in.Via = g.Actor
	h.takeIn(h.r.TakeAddRemove, in, "")
	if len(h.roles(g, ana)) != 0 || len(h.outbox()) != 0 {
		t.Errorf("roles %v, sent %v", h.roles(g, ana), h.outbox())
	}
	for object, want := range map[string]string{
		`"object":"https://x.test/who","target":"GROUP/moderators"`: "unknown-object",
		`"object":"https://x.test/who","target":"GROUP/featured"`:   "unknown-target",
		`"object":"https://x.test/who"`:                             "unknown-target",
	} {
		h.take(h.r.TakeAddRemove, g.Actor, replace(`{"id":"https://peer.test/x","type":"Add",`+object+`}`, "GROUP", g.Actor.URI), want)
	}
}
