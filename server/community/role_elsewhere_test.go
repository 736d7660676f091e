package community_test

import (
	"context"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
)

func roleAct(kind string, by *db.Actor, g *db.Group, target string, what community.RoleOf) string {
	return `{"id":"https://` + by.Host + `/` + kind + what.Role + `","type":"` + kind + `","actor":"` + by.URI + `","object":"` + what.Who.URI +
		`","target":"` + g.Actor.URI + target + `","audience":"` + g.Actor.URI + `","copse:roles":{"` + what.Who.URI + `":"` + what.Role + `"}}`
}

// A facilitator on another server gives and takes the roles of the table; who is none gives none.
func TestTakeRole_byFacilitatorElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	ana, bo := h.Remote(db.ActorPerson, "ana", "b.test", "copse"), h.Remote(db.ActorPerson, "bo", "c.test", "copse")
	expert := community.RoleOf{Who: bo, Role: db.RoleExpert}
	h.Take(h.r.TakeRole, ana, roleAct("Add", ana, g, "/roles", expert), "not-core")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: ana, Role: db.RoleFacilitator})
	})
	h.Take(h.r.TakeRole, ana, roleAct("Add", ana, g, "/roles", expert), "")
	if got := h.roles(g, bo); !slices.Equal(got, []string{db.RoleExpert}) || h.status(bo, g) != db.MemberFull {
		t.Errorf("bo holds %v and is %q", got, h.status(bo, g))
	}
	var told comtest.Sent
	for _, add := range h.Outbox("Add") {
		if add.Doc["actor"] == g.Actor.URI {
			told = add
		}
	}
	if told.Doc["actor"] != g.Actor.URI || told.Doc["object"] != bo.URI || len(h.Outbox("Announce")) > 1 {
		t.Errorf("bo's server is told %v", told.Doc)
	}
	h.Take(h.r.TakeRole, ana, roleAct("Remove", ana, g, "/roles", expert), "")
	if got := h.roles(g, bo); len(got) != 0 {
		t.Errorf("bo still holds %v", got)
	}
	h.Take(h.r.TakeRole, ana, roleAct("Add", ana, g, "/roles", community.RoleOf{Who: bo, Role: "emperor"}), "unknown-role")
	h.Take(h.r.TakeRole, ana, roleAct("Add", ana, g, "/roles", community.RoleOf{Who: bo, Role: db.RoleModerator}), "unknown-role")
	h.Take(h.r.TakeAddRemove, ana, roleAct("Add", ana, g, "/moderators", community.RoleOf{Who: bo, Role: db.RoleFacilitator}), "")
	if got := h.roles(g, bo); !slices.Equal(got, []string{db.RoleFacilitator}) {
		t.Errorf("bo holds %v after an Add that names facilitator", got)
	}
}

// Of a group elsewhere the group alone tells what one of ours holds; what ours do goes to it.
func TestTakeRole_ofGroupElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.RemoteGroup("water", "b.test", "copse"), h.Person("ana")
	liar := h.Remote(db.ActorPerson, "liar", "c.test", "copse")
	expert := community.RoleOf{Who: ana, Role: db.RoleExpert}
	h.Take(h.r.TakeRole, liar, roleAct("Add", liar, g, "/roles", expert), "not-moderator")
	h.Take(h.r.TakeRole, g.Actor, roleAct("Add", g.Actor, g, "/roles", expert), "")
	if got := h.roles(g, ana); !slices.Equal(got, []string{db.RoleExpert}) {
		t.Errorf("ana holds %v", got)
	}
	core := func(ctx context.Context, tx *db.Store) error {
		return h.r.GrantRole(ctx, tx, ana, g, community.RoleOf{Who: liar, Role: db.RoleCore})
	}
	h.Refused("not-facilitator", core)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: ana.ID, Role: db.RoleModerator})
	})
	h.Do(core)
	asked := h.One("Add")
	roles, _ := asked.Doc["copse:roles"].(map[string]any)
	if asked.Doc["actor"] != ana.URI || asked.Doc["target"] != g.Actor.URI+"/roles" || roles[liar.URI] != db.RoleCore {
		t.Errorf("its server is asked %v", asked.Doc)
	}
	if len(h.roles(g, liar)) != 0 {
		t.Error("it holds before its server said so")
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.WithdrawRole(ctx, tx, ana, g, expert) })
	if len(h.Outbox("Remove")) != 1 {
		t.Error("she could not lay down her own role")
	}
}
