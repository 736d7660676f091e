package exchange_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
)

// over shows again what was hidden long enough.
func (h *house) over() int {
	h.t.Helper()
	list, err := h.store.HidesOver(context.Background(), 10)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, one := range list {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.HideOver(ctx, tx, one) })
	}
	return len(list)
}

func TestHide_comesBackAfterADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, binh := h.person("amina"), h.person("binh")
	g := h.group("water", amina)
	far := h.stranger("mara", "copse.far.test", db.ActorPerson)
	h.followed(g, far, db.FamilyForum, "copse")
	p := h.start(g, binh, "Chlorine", "How much?")
	hide := func(by *db.Actor) error {
		return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Hide(ctx, tx, by, h.post(p.ID), "personal") })
	}
	if got := refusedAs(hide(binh)); got != "not-moderator" {
		t.Errorf("anybody hides: %q", got)
	}
	h.outbox()
	if err := hide(amina); err != nil {
		t.Fatal(err)
	}
	if h.post(p.ID).State != db.PostRemoved || !reaches(h.outbox(), "Announce", db.FamilyForum) {
		t.Error("it is not hidden everywhere")
	}
	if n := h.over(); n != 0 {
		t.Errorf("%d are back at once", n)
	}
	h.pass(exchange.HiddenFor)
	if n := h.over(); n != 1 || h.post(p.ID).State != db.PostPublished || !reaches(h.outbox(), "Announce", db.FamilyForum) {
		t.Error("it is not back everywhere")
	}
	if n := h.over(); n != 0 {
		t.Error("it comes back twice")
	}
}

func TestHide_decidedWithinTheDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		decide func(h *house, by *db.Actor, p *db.Post) error
		state  string
	}{
		{"removed", func(h *house, by *db.Actor, p *db.Post) error {
			return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, by, p, "an attack") })
		}, db.PostRemoved},
		{"restored", func(h *house, by *db.Actor, p *db.Post) error {
			return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Restore(ctx, tx, by, p) })
		}, db.PostPublished},
		{"deleted", func(h *house, _ *db.Actor, p *db.Post) error {
			return h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, p.Author, p) })
		}, db.PostDeleted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			amina, binh := h.person("amina"), h.person("binh")
			p := h.start(h.group("water", amina), binh, "Chlorine", "How much?")
			h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Hide(ctx, tx, amina, p, "") })
			if err := tt.decide(h, amina, h.post(p.ID)); err != nil {
				t.Fatal(err)
			}
			h.pass(exchange.HiddenFor + time.Minute)
			h.over()
			if got := h.post(p.ID).State; got != tt.state {
				t.Errorf("the post is %s in the end, want %s", got, tt.state)
			}
		})
	}
}
