package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestPutFollow_countsInboxesOnce(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g := group(t, s, "water")
	for _, handle := range []string{"bo", "cy"} {
		f := person(t, s, handle, "peer.test")
		for range 2 { // a second Follow renews the first
			err := s.PutFollow(ctx, &db.Follow{FollowerID: f.ID, FolloweeID: g.ID, State: db.FollowAccepted}, f)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	boxes, err := s.FollowerInboxes(ctx, g.ID, "", 10)
	if err != nil || len(boxes) != 1 || boxes[0].Host != "peer.test" {
		t.Fatalf("inboxes %v, %v; want one at peer.test", boxes, err)
	}
	g, _ = s.ActorByID(ctx, g.ID)
	if g.FollowersCount != 2 {
		t.Errorf("followers %d, want 2", g.FollowersCount)
	}
	for _, handle := range []string{"bo", "cy", "cy"} {
		f, err := s.ActorByHandle(ctx, handle, "peer.test")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteFollow(ctx, f.ID, g.ID); err != nil {
			t.Fatal(err)
		}
	}
	if boxes, _ = s.FollowerInboxes(ctx, g.ID, "", 10); len(boxes) != 0 {
		t.Errorf("inboxes %v after everybody left, want none", boxes)
	}
}

func TestInTx_rollsBackAndForgetsHooks(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	var ran []string
	boom := errors.New("boom")
	err := s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		tx.AfterCommit(func() { ran = append(ran, "outer") })
		inner := tx.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			tx.AfterCommit(func() { ran = append(ran, "inner") })
			if err := tx.SetSetting(ctx, "inner", "x"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(inner, boom) {
			t.Errorf("inner error %v, want boom", inner)
		}
		return tx.SetSetting(ctx, "outer", "x")
	})
	if err != nil {
		t.Fatal(err)
	}
	all, _ := s.Settings(ctx)
	if len(all) != 1 || all["outer"] != "x" {
		t.Errorf("settings %v, want only outer", all)
	}
	if len(ran) != 1 || ran[0] != "outer" {
		t.Errorf("hooks %v, want only outer", ran)
	}
}

func TestMoveFollowerInbox(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	water, soil := group(t, s, "water"), group(t, s, "soil")
	bo, cy := person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	for _, f := range []db.Follow{
		{FollowerID: bo.ID, FolloweeID: water.ID, State: db.FollowAccepted},
		{FollowerID: cy.ID, FolloweeID: water.ID, State: db.FollowAccepted},
		{FollowerID: bo.ID, FolloweeID: soil.ID, State: db.FollowPending},
	} {
		follower := map[int64]*db.Actor{bo.ID: bo, cy.ID: cy}[f.FollowerID]
		if err := s.PutFollow(ctx, &f, follower); err != nil {
			t.Fatal(err)
		}
	}
	old := *bo
	bo.SharedInbox = "https://peer.test/new"
	if err := s.SaveActor(ctx, bo); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveFollowerInbox(ctx, bo, &old); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		who  *db.Actor
		want int
	}{{bo, 1}, {cy, 0}} {
		if err := s.DeleteFollow(ctx, step.who.ID, water.ID); err != nil {
			t.Fatal(err)
		}
		boxes, err := s.FollowerInboxes(ctx, water.ID, "", 10)
		if err != nil || len(boxes) != step.want {
			t.Errorf("after %s left: inboxes %v, %v; want %d", step.who.Handle, boxes, err, step.want)
		}
	}
	if boxes, _ := s.FollowerInboxes(ctx, soil.ID, "", 10); len(boxes) != 0 {
		t.Errorf("a pending follow got inboxes %v", boxes)
	}
}
