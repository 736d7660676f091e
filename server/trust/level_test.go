package trust_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
)

// A community that closes keeps its members, and asks those to go who only followed, or whose
// servers it may not send to any more; what the preview says is what happens.
func TestChangeLevel(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessOpen)
	mia, fan := h.person("mia"), h.person("fan")
	far, farid := h.remote(db.ActorPerson, "far", "far.test", "copse"), h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	for _, who := range []*db.Actor{mia, fan, far, farid} {
		h.follows(who, g)
	}
	for _, who := range []*db.Actor{mia, far, farid} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			return tx.PutMembership(ctx, &db.Membership{GroupID: g.ActorID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: tx.Now()})
		})
	}
	for _, c := range []struct {
		to          string
		stay, leave int
		why         string
	}{
		{db.OpennessRestricted, 3, 1, "level-closed"},
		{db.OpennessPrivate, 2, 1, "host-no-promise"},
		{db.OpennessConfidential, 1, 1, "host-not-trusted"},
		{db.OpennessOpen, 1, 0, ""},
	} {
		would, err := h.r.WouldChange(context.Background(), h.store, h.ana, g, c.to)
		if err != nil {
			t.Fatal(err)
		}
		if would.Go != c.leave || c.leave > 0 && would.Going[0].Code != c.why {
			t.Errorf("to %s: %d go %v, want %d %s", c.to, would.Go, would.Going, c.leave, c.why)
		}
		before := len(h.sent("Reject"))
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.ChangeLevel(ctx, tx, h.ana, g, c.to) })
		rows, err := h.store.FollowersAfter(context.Background(), g.ActorID, 0, 100)
		if err != nil || len(rows) != would.Stay {
			t.Errorf("to %s: %d follow, %v; the preview said %d", c.to, len(rows), err, would.Stay)
		}
		if c.why != "level-closed" && len(h.sent("Reject")) != before+c.leave {
			t.Errorf("to %s: %d were rejected, want %d", c.to, len(h.sent("Reject"))-before, c.leave)
		}
	}
}

func TestWouldChange_isForFacilitators(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, eve := h.group(db.OpennessOpen), h.person("eve")
	_, err := h.r.WouldChange(context.Background(), h.store, eve, g, db.OpennessPrivate)
	if got := refusal(err); got != "not-facilitator" {
		t.Errorf("shown to a stranger: %v", err)
	}
}
