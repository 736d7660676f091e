package membership_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

func TestAsk_commitsToTheCharterInForce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", db.OpennessOpen, fay)
	h.adopts(g, 1)
	for _, c := range []struct {
		want string
		wish membership.Wish
	}{
		{"link-short", membership.Wish{Link: "   \n  ", Commits: true}},
		{"commit-missing", membership.Wish{Link: "I look after pumps in the north."}},
		{"charter-changed", membership.Wish{Link: "I look after pumps in the north.", Commits: true, Version: 7}},
	} {
		h.refused(c.want, func(ctx context.Context, tx *db.Store) error { return h.r.Ask(ctx, tx, ana, g, c.wish) })
	}
	h.do(h.asks(ana, g))
	c, err := h.s.CommitmentOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	if h.status(ana, g) != db.MemberNewcomer || c.CharterVersion != 1 || c.Link == "" || c.CreatedAt.IsZero() || c.Door != "web" {
		t.Errorf("%q with %+v", h.status(ana, g), c)
	}
}

func TestAsk_closedWaitsAndComesBackWithoutLoss(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("inner", db.OpennessRestricted, fay)
	h.do(h.asks(ana, g))
	if h.status(ana, g) != db.MemberPending {
		t.Fatalf("is %q", h.status(ana, g))
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Accept(ctx, tx, fay, g, membership.Decision{Who: ana, Text: "Welcome."})
	})
	before, err := h.s.MembershipOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	if !before.Belongs() {
		t.Errorf("is %q after being accepted", before.Status)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g, "no time") })
	if h.status(ana, g) != db.MemberAlumni {
		t.Errorf("is %q after leaving", h.status(ana, g))
	}
	if c, err := h.s.MemberChoiceOf(h.ctx, g.ActorID, ana.ID); err != nil || c.LeftWhy != "no time" {
		t.Errorf("left because %+v, %v", c, err)
	}
	if _, err := h.s.CommitmentOf(h.ctx, g.ActorID, ana.ID); err != nil {
		t.Errorf("the introduction is lost: %v", err)
	}
}

func TestAsk_returnsAsWhatOneWas(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", db.OpennessOpen, fay)
	h.do(h.asks(ana, g))
	joined, err := h.s.MembershipOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	h.pass(100 * 24 * time.Hour)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Leave(ctx, tx, ana, g, "") })
	h.do(h.asks(ana, g))
	again, err := h.s.MembershipOf(h.ctx, g.ActorID, ana.ID)
	h.ok(err)
	if again.Status != db.MemberFull || !again.JoinedAt.Equal(joined.JoinedAt.Time) {
		t.Errorf("comes back as %q since %v, was there since %v", again.Status, again.JoinedAt, joined.JoinedAt)
	}
}

func TestAsk_confidentialOnlyByInvitation(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("quiet", db.OpennessConfidential, fay)
	h.refused("group-gone", h.asks(ana, g))
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Invite(ctx, tx, fay, g, membership.Decision{Who: ana})
	})
	h.do(h.asks(ana, g))
	if h.status(ana, g) != db.MemberNewcomer {
		t.Errorf("the invited is %q", h.status(ana, g))
	}
}

func TestRenew_takesTheNewerCharter(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay"), h.person("ana")
	g := h.group("water", db.OpennessOpen, fay)
	one := h.adopts(g, 1)
	h.do(h.asks(ana, g))
	_, err := h.s.MoveCharter(h.ctx, func() *db.Charter { one.State = db.CharterSuperseded; return one }(), db.CharterAdopted)
	h.ok(err)
	h.adopts(g, 2)
	if c, err := h.s.CommitmentOf(h.ctx, g.ActorID, ana.ID); err != nil || c.CharterVersion != 1 {
		t.Errorf("the record shows %+v, %v", c, err)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Renew(ctx, tx, ana, g) })
	if c, err := h.s.CommitmentOf(h.ctx, g.ActorID, ana.ID); err != nil || c.CharterVersion != 2 || c.Introduction == "" {
		t.Errorf("after renewing %+v, %v", c, err)
	}
	bo := h.person("bo")
	h.refused("members-only", func(ctx context.Context, tx *db.Store) error { return h.r.Renew(ctx, tx, bo, g) })
}
