package community_test

import (
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

func (h *home) move(from, to *db.Actor, id, want string) *federation.Incoming {
	h.t.Helper()
	return h.take(h.r.TakeMove, from, replace(`{"id":"ID","type":"Move","actor":"FROM","object":"FROM","target":"TO"}`,
		"ID", id, "FROM", from.URI, "TO", to.URI), want)
}

// knownAs makes an actor name another as itself.
func (h *home) knownAs(a, b *db.Actor) {
	h.t.Helper()
	a.AlsoKnownAs = "https://x.test/other\n" + b.URI
	h.ok(h.s.SaveActor(h.ctx, a))
}

func TestTakeMove_carriesFollowers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, bo := h.person("ana"), h.person("bo")
	from, to := h.remoteGroup("soil", "old.test", "lemmy"), h.remoteGroup("soil", "new.test", "lemmy")
	h.knownAs(to.Actor, from.Actor)
	h.follows(ana, from.Actor)
	h.follows(bo, from.Actor)
	h.move(from.Actor, to.Actor, "https://old.test/m", "")
	for _, who := range []*db.Actor{ana, bo} {
		if h.state(who, from.Actor) != "" || h.state(who, to.Actor) != db.FollowPending {
			t.Errorf("%s: old follow %q, new follow %q", who.Handle, h.state(who, from.Actor), h.state(who, to.Actor))
		}
	}
	if len(h.outbox("Follow")) != 2 || len(h.outbox("Undo")) != 2 {
		t.Errorf("%d Follows, %d Undos", len(h.outbox("Follow")), len(h.outbox("Undo")))
	}
	moved, err := h.s.ActorByID(h.ctx, from.ActorID)
	if err != nil || moved.MovedTo != to.Actor.URI {
		t.Errorf("moved to %q, %v", moved.MovedTo, err)
	}
}

func TestT24_moveNeedsALinkBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.person("ana")
	old, to, g := h.remote(db.ActorPerson, "eve", "old.test", ""), h.remote(db.ActorPerson, "victim", "new.test", ""), h.remoteGroup("soil", "new.test", "")
	h.follows(ana, old)
	h.move(old, to, "https://old.test/m", "no-link-back")
	h.knownAs(g.Actor, old)
	h.move(old, g.Actor, "https://old.test/m", "target-of-another-type")
	h.knownAs(to, old)
	bad := h.remote(db.ActorPerson, "bad", "evil.test", "")
	in := h.move(old, to, "", "no-id")
	in.Actor, in.Activity.ID = bad, "https://evil.test/m"
	h.takeIn(h.r.TakeMove, in, "not-own")
	in.Actor, in.Vouched = old, false
	h.takeIn(h.r.TakeMove, in, "not-own")
	nowhere := &db.Actor{URI: "https://x.test/nobody"}
	h.move(old, nowhere, "https://old.test/m", "unknown-target")
	to.SuspendedAt = h.s.Now()
	h.ok(h.s.SaveActor(h.ctx, to))
	h.move(old, to, "https://old.test/m", "target-gone")
	if h.state(ana, old) != db.FollowAccepted || len(h.outbox()) != 0 {
		t.Errorf("follow %q, sent %v", h.state(ana, old), h.outbox())
	}
}

func TestT24_moveNotInCirclesNorOften(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.person("ana")
	a, b, c := h.remote(db.ActorPerson, "a", "a.test", ""), h.remote(db.ActorPerson, "b", "b.test", ""), h.remote(db.ActorPerson, "c", "c.test", "")
	h.knownAs(a, b)
	h.knownAs(b, a)
	h.knownAs(c, a)
	h.follows(ana, a)
	h.move(a, b, "https://a.test/1", "")
	h.move(b, a, "https://b.test/1", "target-moved")
	h.move(a, c, "https://a.test/2", "moved-lately")
	a.MovedTo = "" // a refresh may say so
	h.ok(h.s.SaveActor(h.ctx, a))
	h.move(b, a, "https://b.test/2", "moved-lately")
	h.pass(31 * 24 * time.Hour)
	h.move(a, c, "https://a.test/3", "")
}

func TestT24_moveNotToBlockedOrClosed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.person("ana")
	old, blocked, closed := h.remote(db.ActorPerson, "eve", "old.test", ""), h.remote(db.ActorPerson, "eve", "bad.test", ""), h.remote(db.ActorPerson, "eve", "shut.test", "")
	h.ok(h.s.SetHostPolicy(h.ctx, "bad.test", db.HostBlocked, "spam"))
	h.knownAs(blocked, old)
	h.follows(ana, old)
	h.move(old, blocked, "https://old.test/1", "blocked-host")
	closed.Locked = true
	h.knownAs(closed, old)
	h.move(old, closed, "https://old.test/2", "")
	if h.state(ana, old) != db.FollowAccepted || h.state(ana, closed) != "" || len(h.outbox()) != 0 {
		t.Errorf("follows %q and %q, sent %v", h.state(ana, old), h.state(ana, closed), h.outbox())
	}
}

// TestT49_banMovesAlong: a banned person is banned under the new name too.
func TestT49_banMovesAlong(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group("water", community.NewGroup{})
	old, to := h.remote(db.ActorPerson, "eve", "old.test", ""), h.remote(db.ActorPerson, "eve", "new.test", "")
	h.ok(h.s.PutBan(h.ctx, &db.Ban{GroupID: g.ActorID, ActorID: old.ID, Reason: "spam"}))
	h.knownAs(to, old)
	h.move(old, to, "https://old.test/m", "")
	if !slices.Equal([]bool{true, true}, []bool{h.banned(g, old), h.banned(g, to)}) {
		t.Errorf("banned: old %v, new %v", h.banned(g, old), h.banned(g, to))
	}
}

// TestTakeMove_whoMayNotFollowStays: a follower who is blocked at the new place keeps the old one.
func TestTakeMove_whoMayNotFollowStays(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, bo := h.person("ana"), h.person("bo")
	old, to := h.remote(db.ActorPerson, "kim", "old.test", ""), h.remote(db.ActorPerson, "kim", "new.test", "")
	h.knownAs(to, old)
	h.follows(ana, old)
	h.follows(bo, old)
	h.ok(h.s.PutActorBlock(h.ctx, &db.ActorBlock{ActorID: to.ID, TargetID: ana.ID}))
	h.move(old, to, "https://old.test/m", "")
	if h.state(ana, old) != db.FollowAccepted || h.state(bo, old) != "" || h.state(bo, to) != db.FollowPending {
		t.Errorf("ana follows the old %q; bo the old %q, the new %q", h.state(ana, old), h.state(bo, old), h.state(bo, to))
	}
}
