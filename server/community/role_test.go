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
	h.T.Helper()
	list, err := h.Store.RolesOf(h.Ctx, g.ActorID, who.ID)
	h.OK(err)
	return list
}

func TestGrantRole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "lemmy")
	grant := func(by, who *db.Actor, role string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, by, g, community.RoleOf{Who: who, Role: role})
		}
	}
	h.Refused("not-facilitator", grant(bo, bo, db.RoleModerator))
	h.Refused("choice-unknown", grant(fay, bo, "emperor"))
	h.Refused("not-a-person", grant(fay, g.Actor, db.RoleModerator))
	h.Do(grant(fay, ana, db.RoleModerator))
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) || h.status(ana, g) != db.MemberFull {
		t.Errorf("roles %v, membership %q", h.roles(g, ana), h.status(ana, g))
	}
	add := h.One("Add")
	if add.Doc["object"] != ana.URI || add.Doc["target"] != g.Actor.URI+"/moderators" || add.Doc["actor"] != fay.URI {
		t.Errorf("added %v", add.Doc)
	}
	if !bytes.Contains(h.Outbox("Announce")[0].Body, add.Body) {
		t.Error("the group does not pass it on")
	}
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: bo.ID}))
	h.Refused("banned", grant(fay, bo, db.RoleModerator))
}

func TestWithdrawRole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	withdraw := func(by, who *db.Actor, role string) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.WithdrawRole(ctx, tx, by, g, community.RoleOf{Who: who, Role: role})
		}
	}
	for _, role := range []string{db.RoleFacilitator, db.RoleModerator} {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: bo, Role: role})
		})
	}
	h.Refused("role-gone", withdraw(fay, fay, db.RoleModerator))
	h.Do(withdraw(fay, bo, db.RoleFacilitator))
	if _, err := h.Store.LastActivity(h.Ctx, fay.ID, "Remove", g.Actor.ModeratorsURI); err == nil {
		t.Error("who keeps a role leaves the collection of moderators")
	}
	h.Refused("last-facilitator", withdraw(fay, fay, db.RoleFacilitator))
	h.Refused("not-facilitator", withdraw(bo, fay, db.RoleFacilitator))
	h.Do(withdraw(bo, bo, db.RoleModerator)) // one's own
	act, err := h.Store.LastActivity(h.Ctx, bo.ID, "Remove", g.Actor.ModeratorsURI)
	h.OK(err)
	last := h.Outbox("Announce")
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
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	fac, ana := h.Remote(db.ActorPerson, "fac", "peer.test", "copse"), h.Remote(db.ActorPerson, "ana", "peer.test", "copse")
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: fac.ID, Role: db.RoleFacilitator}))
	body := func(kind string, who *db.Actor) string {
		return replace(`{"id":"https://peer.test/KIND","type":"KIND","actor":"F","object":"WHO","target":"GROUP/moderators"}`,
			"KIND", kind, "WHO", who.URI, "GROUP", g.Actor.URI)
	}
	h.Take(h.r.TakeAddRemove, ana, body("Add", ana), "not-facilitator")
	in := h.Take(h.r.TakeAddRemove, fac, body("Add", ana), "")
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) || !bytes.Contains(h.Outbox("Announce")[0].Body, in.Body) {
		t.Errorf("roles %v", h.roles(g, ana))
	}
	h.Take(h.r.TakeAddRemove, ana, body("Remove", fac), "not-facilitator")
	h.Take(h.r.TakeAddRemove, fac, body("Remove", ana), "")
	if len(h.roles(g, ana)) != 0 {
		t.Errorf("roles %v after Remove", h.roles(g, ana))
	}
	in.Via = ana
	h.TakeIn(h.r.TakeAddRemove, in, "not-vouched")
}

func TestTakeAddRemove_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	mod, eve := h.Remote(db.ActorPerson, "mod", "peer.test", "lemmy"), h.Remote(db.ActorPerson, "eve", "evil.test", "lemmy")
	body := func(kind string) string {
		return replace(`{"id":"https://peer.test/KIND","type":"KIND","actor":"M","object":"WHO","target":"GROUP/moderators","cc":["GROUP"]}`,
			"KIND", kind, "WHO", ana.URI, "GROUP", g.Actor.URI)
	}
	h.Take(h.r.TakeAddRemove, eve, body("Add"), "not-moderator")
	h.Take(h.r.TakeAddRemove, g.Actor, body("Add"), "")
	if !slices.Equal(h.roles(g, ana), []string{db.RoleModerator}) {
		t.Errorf("roles %v", h.roles(g, ana))
	}
	in := h.Take(h.r.TakeAddRemove, mod, body("Remove"), "not-moderator")
	in.Via = g.Actor
	h.TakeIn(h.r.TakeAddRemove, in, "")
	if len(h.roles(g, ana)) != 0 || len(h.Outbox()) != 0 {
		t.Errorf("roles %v, sent %v", h.roles(g, ana), h.Outbox())
	}
	for object, want := range map[string]string{
		`"object":"https://x.test/who","target":"GROUP/moderators"`: "unknown-object",
		`"object":"https://x.test/who","target":"GROUP/featured"`:   "unknown-target",
		`"object":"https://x.test/who"`:                             "unknown-target",
	} {
		h.Take(h.r.TakeAddRemove, g.Actor, replace(`{"id":"https://peer.test/x","type":"Add",`+object+`}`, "GROUP", g.Actor.URI), want)
	}
}
