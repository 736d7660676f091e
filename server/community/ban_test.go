package community_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/community/comtest"
)

func (h *home) acts(g *db.Group) []string {
	h.T.Helper()
	list, err := h.Store.ModerationLog(h.Ctx, g.ActorID, 0, 50)
	h.OK(err)
	acts := []string{}
	for _, e := range list {
		acts = append(acts, e.Act)
	}
	return acts
}

func (h *home) banned(g *db.Group, who *db.Actor) bool {
	h.T.Helper()
	_, err := h.Store.BanOf(h.Ctx, g.ActorID, who.ID)
	return err == nil
}

func TestBan_endsMembershipAndTravels(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	eve := h.Remote(db.ActorPerson, "eve", "peer.test", "lemmy")
	h.follows(eve, g.Actor)
	h.OK(h.Store.PutMembership(h.Ctx, &db.Membership{GroupID: g.ActorID, ActorID: eve.ID, Status: db.MemberFull}))
	end := h.Now().Add(24 * time.Hour).Truncate(time.Second)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, fay, g, community.BanOf{Who: eve, Reason: "spam", Until: db.At(end)})
	})
	if !h.banned(g, eve) || h.status(eve, g) != db.MemberRemoved || h.state(eve, g.Actor) != db.FollowAccepted {
		t.Errorf("banned %v, membership %q, follow %q", h.banned(g, eve), h.status(eve, g), h.state(eve, g.Actor))
	}
	block := h.One("Block")
	if block.Doc["target"] != g.Actor.URI || block.Doc["object"] != eve.URI || block.Doc["summary"] != "spam" ||
		block.Doc["endTime"] != block.Doc["expires"] || block.Doc["actor"] != fay.URI || block.Doc["removeData"] != false {
		t.Errorf("block %v", block.Doc)
	}
	if s := h.Outbox("Announce")[0]; !bytes.Contains(s.Body, block.Body) || !slices.Contains(s.To.Families, db.FamilyForum) {
		t.Errorf("announced %s to %v", s.Body, s.To)
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, fay, g, eve) })
	if undo := h.One("Undo"); !bytes.Contains(undo.Body, block.Body) || h.banned(g, eve) {
		t.Errorf("undone %s, banned %v", undo.Body, h.banned(g, eve))
	}
	if !slices.Equal(h.acts(g), []string{"unban", "ban"}) {
		t.Errorf("log %v", h.acts(g))
	}
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, fay, g, eve) })
	h.One("Undo")
}

func TestBan_whoMayBanWhom(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	ban := func(by, who string) string {
		return comtest.Code(h.Store.InTx(h.Ctx, func(ctx context.Context, tx *db.Store) error {
			return h.r.Ban(ctx, tx, c.people[by], c.group, community.BanOf{Who: c.people[who]})
		}))
	}
	for _, row := range [][3]string{
		{"member", "stranger", "not-moderator"},
		{"moderator", "moderator", "ban-self"},
		{"moderator", "facilitator", "ban-steward"},
		{"moderator", "admin", "ban-steward"},
		{"moderator", "newcomer", ""},
		{"admin", "member", ""},
		{"facilitator", "moderator", ""},
	} {
		if got := ban(row[0], row[1]); got != row[2] {
			t.Errorf("%s bans %s: %q, want %q", row[0], row[1], got, row[2])
		}
	}
	if roles, _ := h.Store.RolesOf(h.Ctx, c.group.ActorID, c.people["moderator"].ID); len(roles) != 0 {
		t.Errorf("banned moderator keeps %v", roles)
	}
	if !slices.Contains(h.Lines(c.people["newcomer"]), db.NotifyRefused) {
		t.Error("the banned person is not told")
	}
}

// TestBan_closedGroupEndsReading: there the follow itself lets people read.
func TestBan_closedGroupEndsReading(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Openness: db.OpennessPrivate, Facilitator: fay})
	eve := h.Remote(db.ActorPerson, "eve", "peer.test", "copse")
	h.follows(eve, g.Actor)
	h.Do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, fay, g, community.BanOf{Who: eve})
	})
	if h.state(eve, g.Actor) != db.FollowRejected || len(h.Outbox("Reject")) != 1 {
		t.Errorf("follow %q, %d Rejects", h.state(eve, g.Actor), len(h.Outbox("Reject")))
	}
	if s := h.One("Block"); s.Public {
		t.Error("a ban in a private group can be fetched by anybody")
	}
}

func TestBan_elsewhereIsAsked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	ban := func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, ana, g, community.BanOf{Who: eve})
	}
	h.Refused("not-moderator", ban)
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: ana.ID, Role: db.RoleModerator}))
	h.Do(ban)
	if s := h.One("Block"); !slices.Equal(s.Inboxes(), []string{g.Actor.SharedInbox}) || h.banned(g, eve) {
		t.Errorf("asked at %v, banned here %v", s.Inboxes(), h.banned(g, eve))
	}
}

func TestTakeBlock_ofAPerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	eve := h.Remote(db.ActorPerson, "eve", "peer.test", "mastodon")
	h.follows(eve, ana)
	h.follows(ana, eve)
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"E","object":"ANA"}`, "ANA", ana.URI)
	h.Take(h.r.TakeBlock, eve, block, "")
	blocked, err := h.Store.Blocked(h.Ctx, ana.ID, eve.ID)
	if err != nil || !blocked || h.state(eve, ana) != "" || h.state(ana, eve) != "" {
		t.Errorf("blocked %v, %v; follows %q and %q", blocked, err, h.state(eve, ana), h.state(ana, eve))
	}
	h.Take(h.r.TakeUndoBlock, eve, undoOf("https://peer.test/u", eve, block), "")
	if blocked, _ = h.Store.Blocked(h.Ctx, ana.ID, eve.ID); blocked {
		t.Error("block stays after its Undo")
	}
	h.Take(h.r.TakeBlock, eve, replace(`{"id":"https://peer.test/c","type":"Block","object":"E"}`, `"E"`, `"`+eve.URI+`"`), "not-ours")
}

func TestTakeBlock_inOurGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{Facilitator: h.Person("fay")})
	mod, eve := h.Remote(db.ActorPerson, "mod", "peer.test", "lemmy"), h.Remote(db.ActorPerson, "eve", "evil.test", "")
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"M","object":"EVE","target":"GROUP","summary":"spam"}`,
		"EVE", eve.URI, "GROUP", g.Actor.URI)
	h.Take(h.r.TakeBlock, mod, block, "not-moderator")
	if h.banned(g, eve) {
		t.Fatal("banned by somebody")
	}
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	in := h.Take(h.r.TakeBlock, mod, block, "")
	if !h.banned(g, eve) || !bytes.Contains(h.Outbox("Announce")[0].Body, in.Body) {
		t.Error("a moderator's ban from elsewhere does not hold or is not passed on")
	}
	in.Vouched = false
	h.TakeIn(h.r.TakeBlock, in, "not-vouched")
	undo := undoOf("https://peer.test/u", mod, block)
	h.Take(h.r.TakeUndoBlock, eve, undo, "banned")
	h.Take(h.r.TakeUndoBlock, mod, undo, "")
	if h.banned(g, eve) {
		t.Error("ban stays after its Undo")
	}
}

// TestTakeBlock_elsewhere: we remember what a group elsewhere says of ours, and only what it says.
func TestTakeBlock_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	mod := h.Remote(db.ActorPerson, "mod", "peer.test", "lemmy")
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"M","object":"ANA","target":"GROUP"}`, "ANA", ana.URI, "GROUP", g.Actor.URI)
	in := h.Take(h.r.TakeBlock, mod, block, "not-moderator")
	in.Via = g.Actor
	h.TakeIn(h.r.TakeBlock, in, "")
	if got := h.permit(g, ana, community.ActReply); got != "banned" {
		t.Errorf("the banned person may reply: %q", got)
	}
	undo := h.Take(h.r.TakeUndoBlock, mod, undoOf("https://peer.test/u", mod, block), "not-moderator")
	undo.Via = g.Actor
	h.TakeIn(h.r.TakeUndoBlock, undo, "")
	if h.banned(g, ana) {
		t.Error("ban stays")
	}
	for body, want := range map[string]string{
		`{"id":"https://peer.test/1","type":"Block","object":"https://x.test/who","target":"T"}`: "unknown-object",
		`{"id":"https://peer.test/2","type":"Block","object":"ANA","target":"https://x.test/g"}`: "unknown-target",
		`{"id":"https://peer.test/3","type":"Block","object":"ANA","target":"ANA"}`:              "not-a-group",
	} {
		h.Take(h.r.TakeBlock, mod, replace(body, "ANA", ana.URI), want)
	}
}

func TestLiftBan_elsewhereIsAsked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.Person("ana"), h.RemoteGroup("soil", "peer.test", "lemmy")
	eve := h.Remote(db.ActorPerson, "eve", "evil.test", "")
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: ana.ID, Role: db.RoleModerator}))
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: eve.ID, URI: "https://peer.test/unseen"}))
	h.Do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, ana, g, eve) })
	undo := h.One("Undo")
	block := undo.Doc["object"].(map[string]any)
	if block["id"] != "https://peer.test/unseen" || block["object"] != eve.URI || block["target"] != g.Actor.URI {
		t.Errorf("undone %v", block)
	}
	if !h.banned(g, eve) || !slices.Equal(undo.Inboxes(), []string{g.Actor.SharedInbox}) {
		t.Errorf("banned %v before the group lifted it; asked at %v", h.banned(g, eve), undo.Inboxes())
	}
}

// TestTakeBlock_ends: both spellings of the end of a ban count.
func TestTakeBlock_ends(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	mod := h.Remote(db.ActorPerson, "mod", "peer.test", "lemmy")
	h.OK(h.Store.GrantRole(h.Ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	for _, end := range []string{"endTime", "expires"} {
		eve := h.Remote(db.ActorPerson, "eve_"+end, "evil.test", "")
		h.Take(h.r.TakeBlock, mod, replace(`{"id":"https://peer.test/END","type":"Block","object":"EVE","target":"GROUP","END":"2026-03-02T00:00:00Z"}`,
			"END", end, "EVE", eve.URI, "GROUP", g.Actor.URI), "")
		if !h.banned(g, eve) {
			t.Errorf("%s: not banned", end)
		}
		h.Pass(24 * time.Hour)
		if h.banned(g, eve) {
			t.Errorf("%s: banned after the end", end)
		}
		h.Pass(-24 * time.Hour)
	}
}
