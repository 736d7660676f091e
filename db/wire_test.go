package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestFollowersAt_onlyOneHost(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g := group(t, s, "water")
	for _, who := range []*db.Actor{person(t, s, "ann", "a.test"), person(t, s, "bob", "b.test"), person(t, s, "abe", "a.test")} {
		if err := s.PutFollow(ctx, &db.Follow{URI: who.URI + "#f", FollowerID: who.ID, FolloweeID: g.ID, State: db.FollowAccepted}, who); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.FollowersAt(ctx, g.ID, "a.test", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://a.test/ap/abe", "https://a.test/ap/ann"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for host, want := range map[string]bool{"a.test": true, "c.test": false} {
		if is, err := s.FollowedFrom(ctx, g.ID, host); err != nil || is != want {
			t.Errorf("followed from %s: %v, %v", host, is, err)
		}
	}
}

func TestFirstAnnounces_firstOfEachPost(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	a, b := say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	for i, p := range []*db.Post{a, b, a, a} {
		row := &db.Activity{URI: string(rune('a' + i)), ActorID: g.ID, Type: "Announce", PostID: p.ID, Public: true, Local: true, Body: []byte("{}")}
		if err := s.CreateActivity(ctx, row); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.FirstAnnounces(ctx, g.ID, []int64{a.ID, b.ID}, 2)
	if err != nil {
		t.Fatal(err)
	}
	names := map[int64]string{}
	for id, list := range got {
		for _, x := range list {
			names[id] += x.URI
		}
	}
	if diff := cmp.Diff(map[int64]string{a.ID: "ac", b.ID: "b"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestStartersIn_andLocalPosts(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	first := say(t, s, g, ann, nil)
	say(t, s, g, ann, first)
	second := say(t, s, g, ann, nil)
	list, err := s.StartersIn(ctx, g.ID, 0, 10)
	if err != nil || len(list) != 2 || list[0].ID != second.ID {
		t.Fatalf("newest first: %v, %v", list, err)
	}
	if list, err = s.StartersIn(ctx, g.ID, second.ID, 10); err != nil || len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("before the second: %v, %v", list, err)
	}
	if _, _, err := s.LocalPosts(ctx); err != nil {
		t.Error(err)
	}
}

func TestChanges_movesWithCommits(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	before := s.Changes()
	undone := errors.New("undone")
	if err := s.InTx(ctx, func(context.Context, *db.Store) error { return undone }); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if s.Changes() != before {
		t.Error("a transaction that was undone counts")
	}
	if err := s.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return tx.SetSetting(ctx, "name", "x") }); err != nil {
		t.Fatal(err)
	}
	if s.Changes() == before {
		t.Error("a commit does not count")
	}
}
