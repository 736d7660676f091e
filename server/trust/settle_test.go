package trust_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
)

// Who a community elsewhere names no more is out here too; who asked and waits stays; and a name
// that means nobody who follows is disclaimed (FEP-8fcf).
func TestSettle(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	far := h.remote(db.ActorGroup, "cold", "far.test", "copse")
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.EnsureGroup(ctx, &db.Group{ActorID: far.ID, Openness: db.OpennessPrivate, Actor: far})
	})
	bo, cy, di := h.person("bo"), h.person("cy"), h.person("di")
	for who, state := range map[*db.Actor]string{h.ana: db.FollowAccepted, bo: db.FollowAccepted, cy: db.FollowPending} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			return tx.PutFollow(ctx, &db.Follow{URI: who.URI + "#f", FollowerID: who.ID, FolloweeID: far.ID, State: state}, who)
		})
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Settle(ctx, tx, far, []string{h.ana.URI, cy.URI, di.URI, far.URI, "https://far.test/nobody"})
	})
	for who, want := range map[*db.Actor]string{h.ana: db.FollowAccepted, bo: db.FollowRejected, cy: db.FollowPending} {
		f, err := h.store.FollowBetween(context.Background(), who.ID, far.ID)
		if err != nil || f.State != want {
			t.Errorf("%s: %v, %v; want %s", who.Handle, f, err, want)
		}
	}
	undone := h.sent("Undo")
	if len(undone) != 1 || undone[0].doc["actor"] != di.URI {
		t.Errorf("disclaimed %v", undone)
	}
}
