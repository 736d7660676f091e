package community_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// replace fills placeholders in JSON; what is left as G or A is nobody's address.
func replace(body string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(body) }

func followOf(id string, who, whom *db.Actor) string {
	return fmt.Sprintf(`{"id":"%s","type":"Follow","actor":"%s","object":"%s"}`, id, who.URI, whom.URI)
}

func undoOf(id string, who *db.Actor, object string) string {
	return fmt.Sprintf(`{"id":"%s","type":"Undo","actor":"%s","object":%s}`, id, who.URI, object)
}

func TestTakeFollow_isAcceptedWithTheFollowInside(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	ana := h.remote(db.ActorPerson, "ana", "peer.test", "mastodon")
	for i, id := range []string{"https://peer.test/f1", "https://peer.test/f2"} { // sent again under a new id
		h.take(h.r.TakeFollow, ana, followOf(id, ana, g.Actor), "")
		s := h.outbox("Accept")[i]
		inner := s.doc["object"].(map[string]any)
		if inner["id"] != id || inner["type"] != "Follow" || inner["actor"] != ana.URI || inner["object"] != g.Actor.URI {
			t.Errorf("accepted %v", inner)
		}
		if s.doc["actor"] != g.Actor.URI || !slices.Equal(s.inboxes(), []string{ana.Inbox}) {
			t.Errorf("by %v to %v", s.doc["actor"], s.inboxes())
		}
	}
	if !slices.Equal(h.lines(fay), []string{db.NotifyFollow}) {
		t.Errorf("stewards told %v, want once", h.lines(fay))
	}
	boxes, err := h.s.FollowerInboxes(h.ctx, g.ActorID, "", 10)
	if err != nil || len(boxes) != 1 || boxes[0].Family != db.FamilyMicroblog {
		t.Errorf("inboxes %v, %v", boxes, err)
	}
}

func TestTakeFollow_refusalsAreAnswered(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.group("water", community.NewGroup{}), h.person("ana")
	ban, bad := h.remote(db.ActorPerson, "ban", "peer.test", ""), h.remote(db.ActorPerson, "bad", "peer.test", "")
	h.ok(h.s.PutBan(h.ctx, &db.Ban{GroupID: g.ActorID, ActorID: ban.ID}))
	h.ok(h.s.PutActorBlock(h.ctx, &db.ActorBlock{ActorID: ana.ID, TargetID: bad.ID}))
	h.take(h.r.TakeFollow, ban, followOf("https://peer.test/1", ban, g.Actor), "banned")
	h.take(h.r.TakeFollow, bad, followOf("https://peer.test/2", bad, ana), "blocked")
	if n := len(h.outbox("Reject")); n != 2 || len(h.outbox("Accept")) != 0 {
		t.Errorf("%d Rejects went out, want 2", n)
	}
	h.take(h.r.TakeFollow, ban, followOf("https://peer.test/3", ban, bad), "not-ours")
	h.ok(h.s.TombstoneActor(h.ctx, ana.ID))
	h.take(h.r.TakeFollow, ban, followOf("https://peer.test/4", ban, ana), "actor-gone")
}

func TestTakeUndoFollow_inAnyOrder(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	ana, eve := h.remote(db.ActorPerson, "ana", "peer.test", ""), h.remote(db.ActorPerson, "eve", "evil.test", "")
	h.take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, g.Actor), "")
	h.take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, followOf("https://peer.test/1", ana, g.Actor)), "not-follower")
	h.take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, `"https://peer.test/1"`), "not-follower")
	h.take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u", ana, `"https://peer.test/1"`), "")
	if h.state(ana, g.Actor) != "" {
		t.Error("follow stays after its Undo")
	}
	// An Undo that overtakes its Follow.
	h.take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u2", ana, followOf("https://peer.test/2", ana, g.Actor)), "not-following")
	h.take(h.r.TakeFollow, ana, followOf("https://peer.test/2", ana, g.Actor), "undone-before")
	if h.state(ana, g.Actor) != "" {
		t.Error("a follow that was undone before holds")
	}
	h.take(h.r.TakeFollow, ana, followOf("https://peer.test/3", ana, g.Actor), "")
	// Some servers undo with another id inside.
	h.take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u3", ana, followOf("https://peer.test/other", ana, g.Actor)), "")
	if h.state(ana, g.Actor) != "" {
		t.Error("follow stays after an Undo with another id")
	}
}

func TestTakeUndoFollow_endsMembershipInAClosedGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{Openness: db.OpennessPrivate})
	ana := h.remote(db.ActorPerson, "ana", "peer.test", "")
	h.follows(ana, g.Actor)
	h.ok(h.s.PutMembership(h.ctx, &db.Membership{GroupID: g.ActorID, ActorID: ana.ID, Status: db.MemberFull}))
	h.take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u", ana, followOf("x", ana, g.Actor)), "")
	if h.status(ana, g) != db.MemberAlumni {
		t.Errorf("membership %q", h.status(ana, g))
	}
}

// TestT52_followBombIsOneLine: however many follow at once, the stewards get one notice.
func TestT52_followBombIsOneLine(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", community.NewGroup{Facilitator: fay})
	for i := range 30 {
		who := h.remote(db.ActorPerson, fmt.Sprintf("p%d", i), "bomb.test", "")
		h.take(h.r.TakeFollow, who, followOf(who.URI+"/f", who, g.Actor), "")
		h.do(func(ctx context.Context, tx *db.Store) error {
			return h.r.Join(ctx, tx, who, g, community.Entry{URI: who.URI + "/j"})
		})
	}
	if got := h.lines(fay); len(got) != 2 {
		t.Errorf("%d notices, want one of follows and one of members", len(got))
	}
}

// TestTakeFollow_whoCantBeFollowed: the server's own actor has no followers.
func TestTakeFollow_whoCantBeFollowed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.remote(db.ActorPerson, "ana", "peer.test", "")
	var instance *db.Actor
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		instance, err = h.r.EnsureInstance(ctx, tx)
		return err
	})
	in := h.take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, instance), "not-followable")
	if h.state(ana, instance) != "" || len(h.outbox("Reject")) != 1 {
		t.Errorf("follow %q, %d Rejects", h.state(ana, instance), len(h.outbox("Reject")))
	}
	in.Via = instance
	h.takeIn(h.r.TakeFollow, in, "not-vouched")
	h.takeIn(h.r.TakeUndoFollow, in, "not-vouched")
}

// TestTakeUndoFollow_buriesOnlyItsOwn: nobody undoes in advance what another will send.
func TestTakeUndoFollow_buriesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	ana, eve := h.remote(db.ActorPerson, "ana", "peer.test", ""), h.remote(db.ActorPerson, "eve", "evil.test", "")
	h.take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, `"https://peer.test/1"`), "not-following")
	h.take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, g.Actor), "")
	if h.state(ana, g.Actor) != db.FollowAccepted {
		t.Error("a stranger undid a follow before it was sent")
	}
}
