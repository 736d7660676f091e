package chores

import (
	"context"
	"log/slog"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/trust"
)

// What was begun elsewhere is taken up, and done once.
func TestSweeper_goesOnUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	ctx := context.Background()
	for _, name := range []string{"kim", "lee"} {
		y.ok(y.o.Store.UpsertRemoteActor(ctx, &db.Actor{URI: "https://bad.test/" + name, Type: db.ActorPerson, Handle: name, Host: "bad.test", Inbox: "https://bad.test/i"}))
	}
	pub := &federation.Publisher{}
	rules := sanction.New(sanction.Options{Pub: pub, Community: y.com, Trust: trust.New(trust.Options{Pub: pub, Community: y.com})})
	s := &Sweeper{Store: y.o.Store, Rules: rules, Log: slog.New(slog.DiscardHandler)}
	if worked, err := s.Step(ctx); worked || err != nil {
		t.Fatalf("with nothing to do: %v, %v", worked, err)
	}
	y.ok(y.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return rules.PurgeHost(ctx, tx, "bad.test", "pills") }))
	for n := 0; ; n++ {
		worked, err := s.Step(ctx)
		y.ok(err)
		if !worked {
			break
		}
		if n > 20 {
			t.Fatal("it never ends")
		}
	}
	if p, err := y.o.Store.HostPurgeOf(ctx, "bad.test"); err != nil || p.Going() || p.People != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}
