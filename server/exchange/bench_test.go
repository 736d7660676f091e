package exchange_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
)

// BenchmarkTakeCreate is an answer from a microblog to a discussion here, from the rule's first
// look to the outbox of the group; signatures and network are not in it.
func BenchmarkTakeCreate(b *testing.B) {
	h := newHouse(b)
	amina := h.person("amina")
	g := h.group("water", amina)
	mo := h.stranger("mo", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Title", "words")
	b.ReportAllocs()
	for b.Loop() {
		in := incoming(b, mo, activity("Create", mo, note(mo, "<p>An answer of usual length, as people write them from a phone.</p>", p.URI, g.Actor)))
		if err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
			_, err := h.ex.TakeCreate(ctx, tx, in)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
