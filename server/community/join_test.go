package community_test

import (
	"context"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func (h *home) join(who *db.Actor, g *db.Group) {
	h.T.Helper()
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Join(ctx, tx, who, g, community.Entry{}) })
}

func TestJoin_oursAtOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.Person("fay"), h.Person("ana")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	h.join(ana, g)
	h.join(ana, g)
	again, err := h.Store.GroupByID(h.Ctx, g.ActorID)
	h.OK(err)
	if h.status(ana, g) != db.MemberNewcomer || h.state(ana, g.Actor) != db.FollowAccepted || again.MembersCount != 2 {
		t.Errorf("membership %q, follow %q, members %d", h.status(ana, g), h.state(ana, g.Actor), again.MembersCount)
	}
	if !slices.Contains(h.Lines(fay), db.NotifyMember) {
		t.Errorf("stewards told %v", h.Lines(fay))
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g) })
	if h.status(ana, g) != db.MemberAlumni || h.state(ana, g.Actor) != db.FollowAccepted {
		t.Errorf("after leaving: membership %q, follow %q", h.status(ana, g), h.state(ana, g.Actor))
	}
	h.join(ana, g)
	if h.status(ana, g) != db.MemberNewcomer {
		t.Errorf("after joining again: %q", h.status(ana, g))
	}
}

func TestJoin_closedGroupAsks(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	g := h.Group("water", community.NewGroup{Openness: db.OpennessPrivate})
	h.join(ana, g)
	if h.status(ana, g) != db.MemberPending || h.state(ana, g.Actor) != db.FollowPending {
		t.Errorf("membership %q, follow %q", h.status(ana, g), h.state(ana, g.Actor))
	}
	if got := h.permit(g, ana, community.ActRead); got != "members-only" {
		t.Errorf("who asked reads: %q", got)
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g) })
	if h.state(ana, g.Actor) != "" {
		t.Errorf("follow %q stays after leaving a closed group", h.state(ana, g.Actor))
	}
}

func TestJoin_elsewhereByItsSoftware(t *testing.T) {
	t.Parallel()
	for software, joins := range map[string]int{"copse": 1, "": 1, "lemmy": 0} {
		h := newHome(t)
		ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", software)
		h.join(ana, g)
		if len(h.Outbox("Join")) != joins || len(h.Outbox("Follow")) != 1 {
			t.Errorf("%q gets %d Joins and %d Follows", software, len(h.Outbox("Join")), len(h.Outbox("Follow")))
		}
	}
}

// TestT25_membershipNeedsTheGroupsWord: a Join is pending until the group itself accepts it.
func TestT25_membershipNeedsTheGroupsWord(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "copse")
	eve := h.RemoteGroup("eve", "evil.test", "copse")
	h.join(ana, g)
	s := h.One("Join")
	if s.Doc["object"] != g.Actor.URI || h.status(ana, g) != db.MemberPending {
		t.Fatalf("sent %v, membership %q", s.Doc, h.status(ana, g))
	}
	body := replace(`{"id":"https://x.test/a","type":"Accept","actor":"G","object":{"id":"ID","type":"Join","actor":"ANA","object":"SOIL"}}`,
		"ID", s.URI, "ANA", ana.URI, "SOIL", g.Actor.URI)
	h.Take(h.r.TakeAccept, eve.Actor, body, "not-asked")
	if h.status(ana, g) != db.MemberPending {
		t.Errorf("membership %q by the word of another group", h.status(ana, g))
	}
	h.Take(h.r.TakeAccept, g.Actor, body, "")
	if h.status(ana, g) != db.MemberNewcomer || h.state(ana, g.Actor) != db.FollowPending {
		t.Errorf("membership %q, follow %q; want only the membership accepted", h.status(ana, g), h.state(ana, g.Actor))
	}
	h.Take(h.r.TakeAccept, g.Actor, body, "answered-before")
	h.Take(h.r.TakeReject, g.Actor, replace(`{"id":"https://x.test/r","type":"Reject","actor":"G","object":"ID"}`, "ID", s.URI), "")
	if h.status(ana, g) != db.MemberRemoved {
		t.Errorf("membership %q after Reject", h.status(ana, g))
	}
	h.Take(h.r.TakeAccept, g.Actor, body, "not-asked") // who was sent away did not ask again
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g) })
	if s := h.One("Leave"); s.Doc["object"] != g.Actor.URI || !slices.Equal(s.Inboxes(), []string{g.Actor.Inbox}) {
		t.Errorf("left with %v to %v", s.Doc, s.Inboxes())
	}
}

func TestLeave_lastFacilitatorStays(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	leave := func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, fay, g) }
	h.Refused("last-facilitator", leave)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: bo, Role: db.RoleFacilitator})
	})
	h.Do(leave)
	if roles, _ := h.Store.RolesOf(h.Ctx, g.ActorID, fay.ID); len(roles) != 0 {
		t.Errorf("roles %v stay after leaving", roles)
	}
}

func TestAddMember(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Openness: db.OpennessPrivate, Facilitator: fay})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "copse")
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Join(ctx, tx, ana, g, community.Entry{URI: "https://peer.test/j"})
	})
	h.Refused("not-core", func(ctx context.Context, tx *db.Store) error { return h.r.AddMember(ctx, tx, bo, g, bo) })
	for _, who := range []*db.Actor{ana, bo} {
		h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.AddMember(ctx, tx, fay, g, who) })
		if h.status(who, g) != db.MemberFull {
			t.Errorf("%s is %q", who.Handle, h.status(who, g))
		}
	}
	if s := h.One("Accept"); s.Doc["object"].(map[string]any)["id"] != "https://peer.test/j" {
		t.Errorf("accepted %v", s.Doc["object"])
	}
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: bo.ID}))
	h.Refused("banned", func(ctx context.Context, tx *db.Store) error { return h.r.AddMember(ctx, tx, fay, g, bo) })
	soil := h.RemoteGroup("soil", "peer.test", "")
	h.Refused("not-ours", func(ctx context.Context, tx *db.Store) error { return h.r.AddMember(ctx, tx, fay, soil, bo) })
}
