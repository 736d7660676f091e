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
	h.T.Helper()
	return h.Take(h.r.TakeMove, from, replace(`{"id":"ID","type":"Move","actor":"FROM","object":"FROM","target":"TO"}`,
		"ID", id, "FROM", from.URI, "TO", to.URI), want)
}

// knownAs makes an actor name another as itself.
func (h *home) knownAs(a, b *db.Actor) {
	h.T.Helper()
	a.AlsoKnownAs = "https://x.test/other\n" + b.URI
	h.OK(h.Store.SaveActor(h.Ctx, a))
}

func TestTakeMove_carriesFollowers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, bo := h.Person("ana"), h.Person("bo")
	from, to := h.RemoteGroup("soil", "old.test", "lemmy"), h.RemoteGroup("soil", "new.test", "lemmy")
	h.knownAs(to.Actor, from.Actor)
	h.follows(ana, from.Actor)
	h.follows(bo, from.Actor)
	h.move(from.Actor, to.Actor, "https://old.test/m", "")
	for _, who := range []*db.Actor{ana, bo} {
		if h.state(who, from.Actor) != "" || h.state(who, to.Actor) != db.FollowPending {
			t.Errorf("%s: old follow %q, new follow %q", who.Handle, h.state(who, from.Actor), h.state(who, to.Actor))
		}
	}
	if len(h.Outbox("Follow")) != 2 || len(h.Outbox("Undo")) != 2 {
		t.Errorf("%d Follows, %d Undos", len(h.Outbox("Follow")), len(h.Outbox("Undo")))
	}
	moved, err := h.Store.ActorByID(h.Ctx, from.ActorID)
	if err != nil || moved.MovedTo != to.Actor.URI {
		t.Errorf("moved to %q, %v", moved.MovedTo, err)
	}
}

func TestT24_moveNeedsALinkBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	old, to, g := h.Remote(db.ActorPerson, "eve", "old.test", ""), h.Remote(db.ActorPerson, "victim", "new.test", ""), h.RemoteGroup("soil", "new.test", "")
	h.follows(ana, old)
	h.move(old, to, "https://old.test/m", "no-link-back")
	h.knownAs(g.Actor, old)
	h.move(old, g.Actor, "https://old.test/m", "target-of-another-type")
	h.knownAs(to, old)
	bad := h.Remote(db.ActorPerson, "bad", "evil.test", "")
	in := h.move(old, to, "", "no-id")
	in.Actor, in.Activity.ID = bad, "https://evil.test/m"
	h.TakeIn(h.r.TakeMove, in, "not-own")
	in.Actor, in.Vouched = old, false
	h.TakeIn(h.r.TakeMove, in, "not-own")
	nowhere := &db.Actor{URI: "https://x.test/nobody"}
	h.move(old, nowhere, "https://old.test/m", "unknown-target")
	to.SuspendedAt = h.Store.Now()
	h.OK(h.Store.SaveActor(h.Ctx, to))
	h.move(old, to, "https://old.test/m", "target-gone")
	if h.state(ana, old) != db.FollowAccepted || len(h.Outbox()) != 0 {
		t.Errorf("follow %q, sent %v", h.state(ana, old), h.Outbox())
	}
}

func TestT24_moveNotInCirclesNorOften(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	a, b, c := h.Remote(db.ActorPerson, "a", "a.test", ""), h.Remote(db.ActorPerson, "b", "b.test", ""), h.Remote(db.ActorPerson, "c", "c.test", "")
	h.knownAs(a, b)
	h.knownAs(b, a)
	h.knownAs(c, a)
	h.follows(ana, a)
	h.move(a, b, "https://a.test/1", "")
	h.move(b, a, "https://b.test/1", "target-moved")
	h.move(a, c, "https://a.test/2", "moved-lately")
	a.MovedTo = "" // a refresh may say so
	h.OK(h.Store.SaveActor(h.Ctx, a))
	h.move(b, a, "https://b.test/2", "moved-lately")
	h.Pass(31 * 24 * time.Hour)
	h.move(a, c, "https://a.test/3", "")
}

func TestT24_moveNotToBlockedOrClosed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana := h.Person("ana")
	old, blocked, closed := h.Remote(db.ActorPerson, "eve", "old.test", ""), h.Remote(db.ActorPerson, "eve", "bad.test", ""), h.Remote(db.ActorPerson, "eve", "shut.test", "")
	h.OK(h.Store.SetHostPolicy(h.Ctx, "bad.test", db.HostBlocked, "spam"))
	h.knownAs(blocked, old)
	h.follows(ana, old)
	h.move(old, blocked, "https://old.test/1", "blocked-host")
	closed.Locked = true
	h.knownAs(closed, old)
	h.move(old, closed, "https://old.test/2", "")
	if h.state(ana, old) != db.FollowAccepted || h.state(ana, closed) != "" || len(h.Outbox()) != 0 {
		t.Errorf("follows %q and %q, sent %v", h.state(ana, old), h.state(ana, closed), h.Outbox())
	}
}

// TestT49_banMovesAlong: a banned person is banned under the new name too.
func TestT49_banMovesAlong(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.Group("water", community.NewGroup{})
	old, to := h.Remote(db.ActorPerson, "eve", "old.test", ""), h.Remote(db.ActorPerson, "eve", "new.test", "")
	h.OK(h.Store.PutBan(h.Ctx, &db.Ban{GroupID: g.ActorID, ActorID: old.ID, Reason: "spam"}))
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
	ana, bo := h.Person("ana"), h.Person("bo")
	old, to := h.Remote(db.ActorPerson, "kim", "old.test", ""), h.Remote(db.ActorPerson, "kim", "new.test", "")
	h.knownAs(to, old)
	h.follows(ana, old)
	h.follows(bo, old)
	h.OK(h.Store.PutActorBlock(h.Ctx, &db.ActorBlock{ActorID: to.ID, TargetID: ana.ID}))
	h.move(old, to, "https://old.test/m", "")
	if h.state(ana, old) != db.FollowAccepted || h.state(bo, old) != "" || h.state(bo, to) != db.FollowPending {
		t.Errorf("ana follows the old %q; bo the old %q, the new %q", h.state(ana, old), h.state(bo, old), h.state(bo, to))
	}
}
