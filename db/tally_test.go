package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// What is answered in one transaction is counted once, at its end, and not at all where it failed.
func TestCounts_ofOneTransaction(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ana, bo := group(t, s, "water"), person(t, s, "ana", ""), person(t, s, "bo", "")
	start := say(t, s, g, ana, nil)
	answer := func(tx *db.Store, who *db.Actor, to *db.Post) *db.Post { return say(t, tx, g, who, to) }
	taken := errors.New("taken back")
	err := s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		first := answer(tx, ana, start)
		answer(tx, bo, first)
		answer(tx, bo, first)
		if err := tx.SetPostState(ctx, answer(tx, bo, start), db.PostRemoved, "", ana.ID); err != nil {
			return err
		}
		err := tx.InTx(ctx, func(_ context.Context, tx *db.Store) error {
			answer(tx, ana, start)
			return taken
		})
		if !errors.Is(err, taken) {
			t.Errorf("inner transaction: %v", err)
		}
		return tx.InTx(ctx, func(_ context.Context, tx *db.Store) error {
			answer(tx, ana, start)
			return nil
		})
	})
	ok(t, err)
	back, err := s.PostByID(ctx, start.ID)
	if err != nil || back.RepliesCount != 4 {
		t.Errorf("%d answers, %v; want 4", back.RepliesCount, err)
	}
	for who, want := range map[*db.Actor]int64{ana: 3, bo: 2} {
		if a, err := s.ActorByID(ctx, who.ID); err != nil || a.PostsCount != want {
			t.Errorf("%s: %d posts, %v; want %d", who.Handle, a.PostsCount, err, want)
		}
	}
}
