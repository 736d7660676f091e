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
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "mastodon")
	for i, id := range []string{"https://peer.test/f1", "https://peer.test/f2"} { // sent again under a new id
		h.Take(h.r.TakeFollow, ana, followOf(id, ana, g.Actor), "")
		s := h.Outbox("Accept")[i]
		inner := s.Doc["object"].(map[string]any)
		if inner["id"] != id || inner["type"] != "Follow" || inner["actor"] != ana.URI || inner["object"] != g.Actor.URI {
			t.Errorf("accepted %v", inner)
		}
		if s.Doc["actor"] != g.Actor.URI || !slices.Equal(s.Inboxes(), []string{ana.Inbox}) {
			t.Errorf("by %v to %v", s.Doc["actor"], s.Inboxes())
		}
	}
	if !slices.Equal(h.Lines(fay), []string{db.NotifyFollow}) {
		t.Errorf("stewards told %v, want once", h.Lines(fay))
	}
	boxes, err := h.Store.FollowerInboxes(h.Ctx, g.ActorID, "", 10)
	if err != nil || len(boxes) != 1 || boxes[0].Family != db.FamilyMicroblog {
		t.Errorf("inboxes %v, %v", boxes, err)
	}
}

func TestTakeFollow_refusalsAreAnswered(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, ana := h.Group("water", community.NewGroup{}), h.Person("ana")
	ban, bad := h.Remote(db.ActorPerson, "ban", "peer.test", ""), h.Remote(db.ActorPerson, "bad", "peer.test", "")
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: ban.ID}))
	h.OK(h.Store.PutActorBlock(h.Ctx, &db.ActorBlock{ActorID: ana.ID, TargetID: bad.ID}))
	h.Take(h.r.TakeFollow, ban, followOf("https://peer.test/1", ban, g.Actor), "banned")
	h.Take(h.r.TakeFollow, bad, followOf("https://peer.test/2", bad, ana), "blocked")
	if n := len(h.Outbox("Reject")); n != 2 || len(h.Outbox("Accept")) != 0 {
		t.Errorf("%d Rejects went out, want 2", n)
	}
	h.Take(h.r.TakeFollow, ban, followOf("https://peer.test/3", ban, bad), "not-ours")
	h.OK(h.Store.TombstoneActor(h.Ctx, ana.ID))
	h.Take(h.r.TakeFollow, ban, followOf("https://peer.test/4", ban, ana), "actor-gone")
}

func TestTakeUndoFollow_inAnyOrder(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	ana, eve := h.Remote(db.ActorPerson, "ana", "peer.test", ""), h.Remote(db.ActorPerson, "eve", "evil.test", "")
	h.Take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, g.Actor), "")
	h.Take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, followOf("https://peer.test/1", ana, g.Actor)), "not-follower")
	h.Take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, `"https://peer.test/1"`), "not-follower")
	h.Take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u", ana, `"https://peer.test/1"`), "")
	if h.state(ana, g.Actor) != "" {
		t.Error("follow stays after its Undo")
	}
	// An Undo that overtakes its Follow.
	h.Take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u2", ana, followOf("https://peer.test/2", ana, g.Actor)), "not-following")
	h.Take(h.r.TakeFollow, ana, followOf("https://peer.test/2", ana, g.Actor), "undone-before")
	if h.state(ana, g.Actor) != "" {
		t.Error("a follow that was undone before holds")
	}
	h.Take(h.r.TakeFollow, ana, followOf("https://peer.test/3", ana, g.Actor), "")
	// Some servers undo with another id inside.
	h.Take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u3", ana, followOf("https://peer.test/other", ana, g.Actor)), "")
	if h.state(ana, g.Actor) != "" {
		t.Error("follow stays after an Undo with another id")
	}
}

func TestTakeUndoFollow_endsMembershipInAClosedGroup(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{Openness: db.OpennessPrivate})
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "")
	h.follows(ana, g.Actor)
	h.OK(h.Store.PutMembership(h.Ctx, &db.Membership{GroupID: g.ActorID, ActorID: ana.ID, Status: db.MemberFull}))
	h.Take(h.r.TakeUndoFollow, ana, undoOf("https://peer.test/u", ana, followOf("x", ana, g.Actor)), "")
	if h.status(ana, g) != db.MemberAlumni {
		t.Errorf("membership %q", h.status(ana, g))
	}
}

// TestT52_followBombIsOneLine: however many follow at once, the stewards get one notice.
func TestT52_followBombIsOneLine(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.Person("fay")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	for i := range 30 {
		who := h.Remote(db.ActorPerson, fmt.Sprintf("p%d", i), "bomb.test", "")
		h.Take(h.r.TakeFollow, who, followOf(who.URI+"/f", who, g.Actor), "")
		h.Do(func(ctx context.Context, tx *db.Store) error {
			return h.r.Join(ctx, tx, who, g, community.Entry{URI: who.URI + "/j"})
		})
	}
	if got := h.Lines(fay); len(got) != 2 {
		t.Errorf("%d notices, want one of follows and one of members", len(got))
	}
}

// TestTakeFollow_whoCantBeFollowed: the server's own actor has no followers.
func TestTakeFollow_whoCantBeFollowed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Remote(db.ActorPerson, "ana", "peer.test", "")
	var instance *db.Actor
	h.Do(func(ctx context.Context, tx *db.Store) (err error) {
		instance, err = h.r.EnsureInstance(ctx, tx)
		return err
	})
	in := h.Take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, instance), "not-followable")
	if h.state(ana, instance) != "" || len(h.Outbox("Reject")) != 1 {
		t.Errorf("follow %q, %d Rejects", h.state(ana, instance), len(h.Outbox("Reject")))
	}
	in.Via = instance
	h.TakeIn(h.r.TakeFollow, in, "not-vouched")
	h.TakeIn(h.r.TakeUndoFollow, in, "not-vouched")
}

// TestTakeUndoFollow_buriesOnlyItsOwn: nobody undoes in advance what another will send.
func TestTakeUndoFollow_buriesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	ana, eve := h.Remote(db.ActorPerson, "ana", "peer.test", ""), h.Remote(db.ActorPerson, "eve", "evil.test", "")
	h.Take(h.r.TakeUndoFollow, eve, undoOf("https://evil.test/u", eve, `"https://peer.test/1"`), "not-following")
	h.Take(h.r.TakeFollow, ana, followOf("https://peer.test/1", ana, g.Actor), "")
	if h.state(ana, g.Actor) != db.FollowAccepted {
		t.Error("a stranger undid a follow before it was sent")
	}
}
