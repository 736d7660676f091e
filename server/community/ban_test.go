package community_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

func (h *home) acts(g *db.Group) []string {
	h.t.Helper()
	list, err := h.s.ModerationLog(h.ctx, g.ActorID, 0, 50)
	h.ok(err)
	acts := []string{}
	for _, e := range list {
		acts = append(acts, e.Act)
	}
	return acts
}

func (h *home) banned(g *db.Group, who *db.Actor) bool {
	h.t.Helper()
	_, err := h.s.BanOf(h.ctx, g.ActorID, who.ID)
	return err == nil
}

func TestBan_endsMembershipAndTravels(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	eve := h.remote(db.ActorPerson, "eve", "peer.test", "lemmy")
	h.follows(eve, g.Actor)
	h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: eve.ID, Status: db.MemberFull}))
	end := h.now().Add(24 * time.Hour).Truncate(time.Second)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, fay, g, community.BanOf{Who: eve, Reason: "spam", Until: db.At(end)})
	})
	if !h.banned(g, eve) || h.status(eve, g) != db.MemberRemoved || h.state(eve, g.Actor) != db.FollowAccepted {
		t.Errorf("banned %v, membership %q, follow %q", h.banned(g, eve), h.status(eve, g), h.state(eve, g.Actor))
	}
	block := h.one("Block")
	if block.doc["target"] != g.Actor.URI || block.doc["object"] != eve.URI || block.doc["summary"] != "spam" ||
		block.doc["endTime"] != block.doc["expires"] || block.doc["actor"] != fay.URI || block.doc["removeData"] != false {
		t.Errorf("block %v", block.doc)
	}
	if s := h.outbox("Announce")[0]; !bytes.Contains(s.Body, block.Body) || !slices.Contains(s.to.Families, db.FamilyForum) {
		t.Errorf("announced %s to %v", s.Body, s.to)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, fay, g, eve) })
	if undo := h.one("Undo"); !bytes.Contains(undo.Body, block.Body) || h.banned(g, eve) {
		t.Errorf("undone %s, banned %v", undo.Body, h.banned(g, eve))
	}
	if !slices.Equal(h.acts(g), []string{"unban", "ban"}) {
		t.Errorf("log %v", h.acts(g))
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, fay, g, eve) })
	h.one("Undo")
}

func TestBan_whoMayBanWhom(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCircle(h, community.NewGroup{})
	ban := func(by, who string) string {
		return codeOf(h.s.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error {
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
	if roles, _ := h.s.RolesOf(h.ctx, c.group.ActorID, c.people["moderator"].ID); len(roles) != 0 {
		t.Errorf("banned moderator keeps %v", roles)
	}
	if !slices.Contains(h.lines(c.people["newcomer"]), db.NotifyRefused) {
		t.Error("the banned person is not told")
	}
}

// TestBan_closedGroupEndsReading: there the follow itself lets people read.
func TestBan_closedGroupEndsReading(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Openness: db.OpennessPrivate, Facilitator: fay})
	eve := h.remote(db.ActorPerson, "eve", "peer.test", "copse")
	h.follows(eve, g.Actor)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, fay, g, community.BanOf{Who: eve})
	})
	if h.state(eve, g.Actor) != db.FollowRejected || len(h.outbox("Reject")) != 1 {
		t.Errorf("follow %q, %d Rejects", h.state(eve, g.Actor), len(h.outbox("Reject")))
	}
	if s := h.one("Block"); s.Public {
		t.Error("a ban in a private group can be fetched by anybody")
	}
}

func TestBan_elsewhereIsAsked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("soil", "peer.test", "lemmy")
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	ban := func(ctx context.Context, tx *db.Store) error {
		return h.r.Ban(ctx, tx, ana, g, community.BanOf{Who: eve})
	}
	h.refused("not-moderator", ban)
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: ana.ID, Role: db.RoleModerator}))
	h.do(ban)
	if s := h.one("Block"); !slices.Equal(s.inboxes(), []string{g.Actor.SharedInbox}) || h.banned(g, eve) {
		t.Errorf("asked at %v, banned here %v", s.inboxes(), h.banned(g, eve))
	}
}

func TestTakeBlock_ofAPerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.person("ana")
	eve := h.remote(db.ActorPerson, "eve", "peer.test", "mastodon")
	h.follows(eve, ana)
	h.follows(ana, eve)
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"E","object":"ANA"}`, "ANA", ana.URI)
	h.take(h.r.TakeBlock, eve, block, "")
	blocked, err := h.s.Blocked(h.ctx, ana.ID, eve.ID)
	if err != nil || !blocked || h.state(eve, ana) != "" || h.state(ana, eve) != "" {
		t.Errorf("blocked %v, %v; follows %q and %q", blocked, err, h.state(eve, ana), h.state(ana, eve))
	}
	h.take(h.r.TakeUndoBlock, eve, undoOf("https://peer.test/u", eve, block), "")
	if blocked, _ = h.s.Blocked(h.ctx, ana.ID, eve.ID); blocked {
		t.Error("block stays after its Undo")
	}
	h.take(h.r.TakeBlock, eve, replace(`{"id":"https://peer.test/c","type":"Block","object":"E"}`, `"E"`, `"`+eve.URI+`"`), "not-ours")
}

func TestTakeBlock_inOurGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{Facilitator: h.person("fay")})
	mod, eve := h.remote(db.ActorPerson, "mod", "peer.test", "lemmy"), h.remote(db.ActorPerson, "eve", "evil.test", "")
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"M","object":"EVE","target":"GROUP","summary":"spam"}`,
		"EVE", eve.URI, "GROUP", g.Actor.URI)
	h.take(h.r.TakeBlock, mod, block, "not-moderator")
	if h.banned(g, eve) {
		t.Fatal("banned by somebody")
	}
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	in := h.take(h.r.TakeBlock, mod, block, "")
	if !h.banned(g, eve) || !bytes.Contains(h.outbox("Announce")[0].Body, in.Body) {
		t.Error("a moderator's ban from elsewhere does not hold or is not passed on")
	}
	in.Vouched = false
	h.takeIn(h.r.TakeBlock, in, "not-vouched")
	undo := undoOf("https://peer.test/u", mod, block)
	h.take(h.r.TakeUndoBlock, eve, undo, "banned")
	h.take(h.r.TakeUndoBlock, mod, undo, "")
	if h.banned(g, eve) {
		t.Error("ban stays after its Undo")
	}
}

// TestTakeBlock_elsewhere: we remember what a group elsewhere says of ours, and only what it says.
func TestTakeBlock_elsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("soil", "peer.test", "lemmy")
	mod := h.remote(db.ActorPerson, "mod", "peer.test", "lemmy")
	block := replace(`{"id":"https://peer.test/b","type":"Block","actor":"M","object":"ANA","target":"GROUP"}`, "ANA", ana.URI, "GROUP", g.Actor.URI)
	in := h.take(h.r.TakeBlock, mod, block, "not-moderator")
	in.Via = g.Actor
	h.takeIn(h.r.TakeBlock, in, "")
	if got := h.permit(g, ana, community.ActReply); got != "banned" {
		t.Errorf("the banned person may reply: %q", got)
	}
	undo := h.take(h.r.TakeUndoBlock, mod, undoOf("https://peer.test/u", mod, block), "not-moderator")
	undo.Via = g.Actor
	h.takeIn(h.r.TakeUndoBlock, undo, "")
	if h.banned(g, ana) {
		t.Error("ban stays")
	}
	for body, want := range map[string]string{
		`{"id":"https://peer.test/1","type":"Block","object":"https://x.test/who","target":"T"}`: "unknown-object",
		`{"id":"https://peer.test/2","type":"Block","object":"ANA","target":"https://x.test/g"}`: "unknown-target",
		`{"id":"https://peer.test/3","type":"Block","object":"ANA","target":"ANA"}`:              "not-a-group",
	} {
		h.take(h.r.TakeBlock, mod, replace(body, "ANA", ana.URI), want)
	}
}

func TestLiftBan_elsewhereIsAsked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("soil", "peer.test", "lemmy")
	eve := h.remote(db.ActorPerson, "eve", "evil.test", "")
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: ana.ID, Role: db.RoleModerator}))
	h.ok(h.s.PutBan(h.ctx, &db.Ban{GroupID: g.ActorID, ActorID: eve.ID, URI: "https://peer.test/unseen"}))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.LiftBan(ctx, tx, ana, g, eve) })
	undo := h.one("Undo")
	block := undo.doc["object"].(map[string]any)
	if block["id"] != "https://peer.test/unseen" || block["object"] != eve.URI || block["target"] != g.Actor.URI {
		t.Errorf("undone %v", block)
	}
	if !h.banned(g, eve) || !slices.Equal(undo.inboxes(), []string{g.Actor.SharedInbox}) {
		t.Errorf("banned %v before the group lifted it; asked at %v", h.banned(g, eve), undo.inboxes())
	}
}

// TestTakeBlock_ends: both spellings of the end of a ban count.
func TestTakeBlock_ends(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	mod := h.remote(db.ActorPerson, "mod", "peer.test", "lemmy")
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: mod.ID, Role: db.RoleModerator}))
	for _, end := range []string{"endTime", "expires"} {
		eve := h.remote(db.ActorPerson, "eve_"+end, "evil.test", "")
		h.take(h.r.TakeBlock, mod, replace(`{"id":"https://peer.test/END","type":"Block","object":"EVE","target":"GROUP","END":"2026-03-02T00:00:00Z"}`,
			"END", end, "EVE", eve.URI, "GROUP", g.Actor.URI), "")
		if !h.banned(g, eve) {
			t.Errorf("%s: not banned", end)
		}
		h.pass(24 * time.Hour)
		if h.banned(g, eve) {
			t.Errorf("%s: banned after the end", end)
		}
		h.pass(-24 * time.Hour)
	}
}
