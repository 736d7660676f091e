package charter_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
)

// opens makes another community of ours.
func (h *home) opens(by *db.Actor, handle, openness string) *db.Group {
	h.t.Helper()
	var g *db.Group
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		g, err = h.com.CreateGroup(ctx, tx, community.NewGroup{Handle: handle, Name: handle, Facilitator: by, Openness: openness})
		return err
	})
	return g
}

func (h *home) claim(by *db.Actor, g *db.Group, uri, relation string) func(ctx context.Context, tx *db.Store) error {
	return func(ctx context.Context, tx *db.Store) error {
		return h.r.Claim(ctx, tx, by, g, &db.Kinship{OtherURI: uri, Relation: relation})
	}
}

func TestClaim_whoMaySayWhatOfWhom(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	g, other := h.opens(amina, "coldchain", db.OpennessOpen), h.opens(theo, "supply", db.OpennessOpen)
	quiet := h.opens(theo, "quiet", db.OpennessPrivate)
	h.refused("not-facilitator", h.claim(theo, g, other.Actor.URI, db.KinSisterOf))
	h.refused("choice-unknown", h.claim(amina, g, other.Actor.URI, "cousin-of"))
	for what, uri := range map[string]string{"itself": g.Actor.URI, "nobody": "https://rco.test/none", "a person": theo.URI, "a private one": quiet.Actor.URI} {
		t.Log(what)
		h.refused("kin-no-group", h.claim(amina, g, uri, db.KinSisterOf))
	}
	h.refused("kin-closed", h.claim(theo, quiet, other.Actor.URI, db.KinSisterOf))
}

func TestClaim_tellsTheOtherOnceAndStandsOnTheWire(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	g, other := h.opens(amina, "coldchain", db.OpennessOpen), h.opens(theo, "supply", db.OpennessOpen)
	h.do(h.claim(amina, g, other.Actor.URI, db.KinChapterOf))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.NoticeKin(ctx, tx, g.Actor) })
	account, err := h.s.AccountOf(h.ctx, theo.ID)
	h.ok(err)
	list, err := h.s.Inbox(h.ctx, db.InboxQuery{AccountID: account.ID, Limit: 10})
	h.ok(err)
	if len(list) != 1 || list[0].Note != "kin" || list[0].ActorID != g.ActorID {
		t.Errorf("theo is told %+v", list)
	}
	doc, err := h.com.ActorDoc(h.ctx, h.s, g.Actor)
	h.ok(err)
	if len(doc.ChapterOf) != 1 || doc.ChapterOf[0] != other.Actor.URI {
		t.Errorf("on the wire %v", doc.ChapterOf)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Unclaim(ctx, tx, amina, g, other.Actor.URI) })
	if left, err := h.s.KinSaidBy(h.ctx, g.ActorID); err != nil || len(left) != 0 {
		t.Errorf("after taking it back %v, %v", left, err)
	}
}

func TestSign_secondFacilitator(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo, esi := h.person("amina"), h.person("theo"), h.person("esi")
	second := invited(theo)
	second.Facilitates = true
	g, c := h.found(amina, charter.RuleAll, second, invited(esi))
	roles := func(who *db.Actor) int {
		list, err := h.s.RolesOf(h.ctx, g.ActorID, who.ID)
		h.ok(err)
		return len(list)
	}
	if roles(theo) != 0 {
		t.Error("theo looks after it without having signed")
	}
	h.sign(c, theo)
	h.sign(c, esi)
	if roles(theo) != 1 || roles(esi) != 0 {
		t.Errorf("after signing theo has %d roles and esi %d", roles(theo), roles(esi))
	}
	if f, err := h.s.FollowBetween(h.ctx, theo.ID, g.ActorID); err != nil || f.State != db.FollowAccepted {
		t.Errorf("theo follows: %v, %v", f, err)
	}
}

func TestWeights_standInTheCharter(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := fields("")
	f.Weights = map[string]int{"meetings": 2, "publishing": 5}
	var practice string
	for _, c := range h.r.Clauses("en", f) {
		if c.Code == "practice" {
			practice = c.Text
		}
	}
	want := "Which fridges last.\n\n**Where we put our time**\n\n- Publishing what we know: 5 of 5\n- Meetings: 2 of 5"
	if practice != want {
		t.Errorf("got\n%s\nwant\n%s", practice, want)
	}
}
