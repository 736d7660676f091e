package membership_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
)

// tends does what the chore does.
func (h *home) tends() {
	h.t.Helper()
	list, err := h.s.TendedBefore(h.ctx, db.At(h.s.Now().Add(-membership.TellCore)), 0, 100)
	h.ok(err)
	for _, one := range list {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Tend(ctx, tx, one) })
	}
}

func (h *home) step(g *db.Group) int {
	h.t.Helper()
	e, err := h.s.EscalationOf(h.ctx, g.ActorID)
	h.ok(err)
	return e.Step
}

func (h *home) grants(g *db.Group, who *db.Actor, role string) {
	h.t.Helper()
	h.ok(h.s.GrantRole(h.ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role}))
}

func TestTend_goesOutStepByStep(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana, bo, cem := h.person("fay"), h.person("ana"), h.person("bo"), h.person("cem")
	g := h.group("water", db.OpennessOpen, fay)
	for _, who := range []*db.Actor{ana, bo, cem} {
		h.do(h.asks(who, g))
	}
	h.grants(g, ana, db.RoleCore)
	h.grants(g, bo, db.RoleSponsor)
	day := 24 * time.Hour
	for _, c := range []struct {
		pass time.Duration
		step int
		told []*db.Actor
	}{{29 * day, db.StepNone, nil}, {2 * day, db.StepCore, []*db.Actor{ana}}, {15 * day, db.StepSponsor, []*db.Actor{bo}}, {15 * day, db.StepOpen, []*db.Actor{fay, ana, bo, cem}}} {
		before := map[int64]int{}
		for _, who := range []*db.Actor{fay, ana, bo, cem} {
			before[who.ID] = len(h.notes(who))
		}
		h.pass(c.pass)
		h.tends()
		h.tends() // an hour later nobody is told anew
		if h.step(g) != c.step {
			t.Errorf("step %d, want %d", h.step(g), c.step)
		}
		for _, who := range []*db.Actor{fay, ana, bo, cem} {
			want := 0
			if slices.Contains(c.told, who) {
				want = 1
			}
			if got := len(h.notes(who)) - before[who.ID]; got != want {
				t.Errorf("at step %d %s was told %d times, want %d", c.step, who.Handle, got, want)
			}
		}
	}
	consent := func(by, who *db.Actor) rule {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Consent(ctx, tx, by, g, who) }
	}
	h.refused("offer-gone", consent(ana, cem))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Offer(ctx, tx, cem, g) })
	h.refused("consent-self", consent(cem, cem))
	h.do(consent(ana, cem)) // the whole core group
	if roles, err := h.s.RolesOf(h.ctx, g.ActorID, cem.ID); err != nil || !slices.Contains(roles, db.RoleFacilitator) || h.step(g) != db.StepNone {
		t.Errorf("roles %q at step %d, %v", roles, h.step(g), err)
	}
	h.refused("facilitated", func(ctx context.Context, tx *db.Store) error { return h.r.Offer(ctx, tx, bo, g) })
}

func TestTend_restsOnceAFacilitatorActs(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay := h.person("fay")
	g := h.group("water", db.OpennessOpen, fay)
	h.pass(membership.TellCore + time.Hour)
	h.tends()
	if got := h.notes(fay); h.step(g) != db.StepCore || len(got) != 1 {
		t.Errorf("step %d, told %q: without a core group the facilitators are told", h.step(g), got)
	}
	ida := h.remote(db.ActorPerson, "ida", "peer.test", "copse")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.com.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: ida, Role: db.RoleCore})
	})
	h.tends()
	if h.step(g) != db.StepNone {
		t.Errorf("step %d after a decision of the facilitator", h.step(g))
	}
}
