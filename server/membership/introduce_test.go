package membership_test

import (
	"context"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

// starts are the discussions of a group, newest first: who began them, and under which title.
func (h *home) starts(g *db.Group) []*db.Post {
	h.t.Helper()
	list, err := h.s.StartersIn(h.ctx, g.ActorID, 0, 20)
	h.ok(err)
	return list
}

func TestIntroduce_ownPostOnceAndNotOnReturn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, ana := h.person("amina"), h.person("ana")
	g := h.group("water", db.OpennessOpen, amina)
	h.do(h.asks(ana, g))
	h.do(h.asks(ana, g))
	list := h.starts(g)
	if len(list) != 1 || list[0].AuthorID != ana.ID || list[0].Title != "Hello from the north." || list[0].Kind != db.KindIntroduction {
		t.Fatalf("the group has %d discussions: %+v", len(list), list)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g, "") })
	h.do(h.asks(ana, g))
	if list := h.starts(g); len(list) != 1 {
		t.Errorf("after her return there are %d", len(list))
	}
	p, err := h.s.IntroductionOf(h.ctx, g.ActorID, ana.ID)
	if err != nil || p.ID != list[0].ID {
		t.Errorf("her introduction is %v, %v", p, err)
	}
}

func TestIntroduce_afterAcceptanceOnly(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, ana := h.person("amina"), h.person("ana")
	g := h.group("water", db.OpennessRestricted, amina)
	h.do(h.asks(ana, g))
	if n := len(h.starts(g)); n != 0 {
		t.Errorf("%d discussions before anybody decided", n)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Accept(ctx, tx, amina, g, membership.Decision{Who: ana})
	})
	if list := h.starts(g); len(list) != 1 || list[0].AuthorID != ana.ID {
		t.Errorf("after it: %v", list)
	}
}

// Who asks for it, says nothing, or may start nothing in the group is not introduced.
func TestIntroduce_notAgainstTheWill(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	g := h.group("water", db.OpennessOpen, amina)
	wish := membership.Wish{Link: "I look after pumps in the north.", Introduction: "Hello from the north.", Commits: true, Door: "web"}
	quiet, silent := wish, wish
	quiet.Quiet, silent.Introduction = true, ""
	for handle, w := range map[string]membership.Wish{"ana": quiet, "bo": silent} {
		who := h.person(handle)
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, who, g, w) })
	}
	g.PostPolicy = db.PostModerators
	cem := h.person("cem")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, cem, g, wish) })
	if list := h.starts(g); len(list) != 0 {
		t.Errorf("posted: %v", list)
	}
}

func TestIntroduce_linksWait(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, ana := h.person("amina"), h.person("ana")
	g := h.group("water", db.OpennessOpen, amina)
	g.HoldPolicy = db.HoldLinks
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Ask(ctx, tx, ana, g, membership.Wish{
			Link: "I look after pumps in the north.", Introduction: "Hello.\nBuy at https://pills.example", Commits: true, Door: "web",
		})
	})
	p, err := h.s.IntroductionOf(h.ctx, g.ActorID, ana.ID)
	if err != nil || p.State != db.PostHeld {
		t.Errorf("it is %v, %v", p, err)
	}
}

// For somebody on a microblog the group speaks, and names them; another Copse speaks for its own.
func TestIntroduce_byTheDoor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	g := h.group("water", db.OpennessOpen, amina)
	hugo, carla := h.remote(db.ActorPerson, "hugo", "social.example", "mastodon"), h.remote(db.ActorPerson, "carla", "b.example", "copse")
	w := membership.Wish{Link: "I run the cold room.", Introduction: "I run the cold room.", Commits: true, Door: "client"}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, hugo, g, w) })
	w.Door = "peer"
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, carla, g, w) })
	list := h.starts(g)
	if len(list) != 1 || list[0].AuthorID != g.ActorID || list[0].Title != "introduced-title hugo @hugo@social.example" {
		t.Fatalf("posted: %+v", list)
	}
	for _, want := range []string{"@hugo@social.example", "<blockquote>", "I run the cold room."} {
		if !strings.Contains(list[0].Content, want) {
			t.Errorf("%q is not in %s", want, list[0].Content)
		}
	}
	sent := h.outbox("Create")
	if len(sent) != 2 || sent[0]["id"] != sent[1]["id"] || sent[0]["actor"] != g.Actor.URI || len(h.outbox("Announce")) != 0 {
		t.Errorf("sent %d: it goes to him and to the followers, and nobody boosts it", len(sent))
	}
}

// A person of ours is introduced in a group elsewhere once that group has said yes.
func TestTakeAdmitted(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ana, g := h.person("ana"), h.remoteGroup("water", "b.example")
	h.do(h.asks(ana, g))
	if n := len(h.outbox("Create")); n != 0 {
		t.Fatalf("%d posts before the answer", n)
	}
	m, err := h.s.MembershipOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	yes := `{"id":"https://b.example/yes","type":"Accept","actor":"` + g.Actor.URI + `","object":"` + m.URI + `"}`
	h.take(h.com.TakeAccept, g.Actor, yes, "")
	in := h.incoming(g.Actor, yes)
	for range 2 {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.TakeAdmitted(ctx, tx, in) })
	}
	sent := h.outbox("Create")
	if len(sent) != 1 || sent[0]["actor"] != ana.URI {
		t.Fatalf("sent: %v", sent)
	}
	if note, _ := sent[0]["object"].(map[string]any); note["copse:kind"] != db.KindIntroduction {
		t.Errorf("it is %v", note)
	}
}
