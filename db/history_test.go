package db_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestGroupsWithoutHistory(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ours := person(t, s, "ana", "here.test")
	ours.Local = true
	if err := s.SaveActor(ctx, ours); err != nil {
		t.Fatal(err)
	}
	far, other := person(t, s, "water", "peer.test"), person(t, s, "soil", "peer.test")
	for _, a := range []*db.Actor{far, other} {
		if err := s.CreateGroup(ctx, &db.Group{ActorID: a.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutFollow(ctx, &db.Follow{FollowerID: ours.ID, FolloweeID: far.ID, State: db.FollowPending}, ours); err != nil {
		t.Fatal(err)
	}
	list, err := s.GroupsWithoutHistory(ctx, 10)
	if err != nil || len(list) != 1 || list[0].Actor.Handle != "water" {
		t.Fatalf("lists %v, %v; want water, which somebody here asked to follow", list, err)
	}
	if err := s.SetGroupHistory(ctx, far.ID, s.Now(), ""); err != nil {
		t.Fatal(err)
	}
	if list, err = s.GroupsWithoutHistory(ctx, 10); err != nil || len(list) != 0 {
		t.Errorf("lists %v, %v after it was read", list, err)
	}
}
