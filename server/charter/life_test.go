package charter_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/charter"
)

func TestLive_facilitatorsSayWhereItStands(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina, theo := h.person("amina"), h.person("theo")
	g, c := h.found(amina, charter.RuleFacilitator, invited(theo))
	live := func(by *db.Actor, l db.GroupLife) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Live(ctx, tx, by, g, &l) }
	}
	mature := db.GroupLife{Stage: db.StageMaturing, Recognition: db.RecognitionRecognised, RecognisedBy: "Health agency"}
	h.refused("stage-by-charter", live(amina, mature)) // without a charter
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Adopt(ctx, tx, amina, c) })
	h.refused("not-facilitator", live(theo, mature))
	h.refused("choice-unknown", live(amina, db.GroupLife{Stage: "golden", Recognition: db.RecognitionInformal}))
	h.refused("choice-unknown", live(amina, db.GroupLife{Stage: db.StageMaturing, Recognition: "famous"}))
	h.refused("recogniser-missing", live(amina, db.GroupLife{Stage: db.StageMaturing, Recognition: db.RecognitionBudgeted}))
	h.refused("stage-by-charter", live(amina, db.GroupLife{Stage: db.StagePotential, Recognition: db.RecognitionInformal}))
	h.do(live(amina, mature))
	l, err := h.s.LifeOf(h.ctx, g.ActorID)
	h.ok(err)
	if l.Stage != db.StageMaturing || l.RecognisedBy != "Health agency" || l.RecognisedAt.IsZero() {
		t.Errorf("%+v", l)
	}
	doc, err := h.com.ActorDoc(h.ctx, h.s, g.Actor)
	h.ok(err)
	if doc.Stage != db.StageMaturing || doc.Recognition != db.RecognitionRecognised || doc.Charter != g.Actor.URI+"/charter" {
		t.Errorf("on the wire: %q, %q, %q", doc.Stage, doc.Recognition, doc.Charter)
	}
}

func TestArchive_namesWhoCarriesOn(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	amina := h.person("amina")
	g, c := h.found(amina, charter.RuleFacilitator)
	next := h.remote(db.ActorGroup, "next", "peer.test", "copse")
	archive := func(by, successor *db.Actor) func(ctx context.Context, tx *db.Store) error {
		return func(ctx context.Context, tx *db.Store) error { return h.r.Archive(ctx, tx, by, g, successor) }
	}
	h.refused("not-facilitator", archive(h.person("theo"), nil))
	h.refused("successor-no-group", archive(amina, amina))
	h.do(archive(amina, next))
	l, err := h.s.LifeOf(h.ctx, g.ActorID)
	h.ok(err)
	if l.Stage != db.StageTransformation || l.SuccessorURI != next.URI || g.ArchivedAt.IsZero() {
		t.Errorf("%+v, archived %v", l, g.ArchivedAt)
	}
	h.refused("group-archived", func(ctx context.Context, tx *db.Store) error {
		return h.r.Sign(ctx, tx, c, charter.Word{By: amina})
	})
	h.refused("group-archived", archive(amina, nil))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Reopen(ctx, tx, amina, g) })
	if !g.ArchivedAt.IsZero() {
		t.Error("it stays closed")
	}
}
