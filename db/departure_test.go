package db_test

import (
	"context"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestForgetTies_keepsCountsOfThoseWhoStay(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, eve, bo := group(t, s, "water"), person(t, s, "eve", "peer.test"), person(t, s, "bo", "peer.test")
	for _, f := range []*db.Actor{eve, bo} {
		if err := s.PutFollow(ctx, &db.Follow{FollowerID: f.ID, FolloweeID: g.ID, State: db.FollowAccepted}, f); err != nil {
			t.Fatal(err)
		}
		if err := s.PutMembership(ctx, &db.Membership{GroupID: g.ID, ActorID: f.ID, Status: db.MemberFull}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.GrantRole(ctx, &db.RoleGrant{GroupID: g.ID, ActorID: eve.ID, Role: db.RoleModerator}); err != nil {
		t.Fatal(err)
	}
	if err := s.ForgetTies(ctx, eve); err != nil {
		t.Fatal(err)
	}
	row, err := s.GroupByID(ctx, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := s.FollowerInboxes(ctx, g.ID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if row.MembersCount != 1 || row.Actor.FollowersCount != 1 || len(boxes) != 1 {
		t.Errorf("members %d, followers %d, inboxes %v; want one each", row.MembersCount, row.Actor.FollowersCount, boxes)
	}
	if roles, _ := s.RolesOf(ctx, g.ID, eve.ID); len(roles) != 0 {
		t.Errorf("roles %v stay with who is gone", roles)
	}
	if err := s.ForgetTies(ctx, bo); err != nil {
		t.Fatal(err)
	}
	if boxes, _ = s.FollowerInboxes(ctx, g.ID, "", 10); len(boxes) != 0 {
		t.Errorf("inboxes %v after everybody is gone, want none", boxes)
	}
}

func TestEraseAuthored_leavesPlaceholdersAndTrueCounts(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann, eve := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "eve", "peer.test")
	top, own := say(t, s, g, ann, nil), say(t, s, g, eve, nil)
	first := say(t, s, g, eve, top)
	below := say(t, s, g, ann, first)
	say(t, s, g, eve, below)
	if err := s.IndexPost(ctx, own.ID, "Filters", "sand"); err != nil {
		t.Fatal(err)
	}
	total := 0
	for {
		n, err := s.EraseAuthored(ctx, eve.ID, 2)
		if err != nil {
			t.Fatal(err)
		}
		if total += n; n == 0 {
			break
		}
	}
	row, _ := s.GroupByID(ctx, g.ID)
	top, _ = s.PostByID(ctx, top.ID)
	below, _ = s.PostByID(ctx, below.ID)
	own, _ = s.PostByID(ctx, own.ID)
	eve, _ = s.ActorByID(ctx, eve.ID)
	if total != 3 || row.DiscussionsCount != 1 || top.RepliesCount != 1 || below.RepliesCount != 0 || eve.PostsCount != 0 {
		t.Errorf("erased %d, discussions %d, answers %d and %d, posts %d; want 3, 1, 1, 0, 0",
			total, row.DiscussionsCount, top.RepliesCount, below.RepliesCount, eve.PostsCount)
	}
	if own.State != db.PostDeleted || own.Content != "" {
		t.Errorf("state %q with content %q, want an empty placeholder", own.State, own.Content)
	}
	if hits, err := s.SearchPosts(ctx, db.SearchQuery{Words: "sand", Limit: 5}); err != nil || len(hits.Posts) != 0 {
		t.Errorf("search finds %d erased posts, %v", len(hits.Posts), err)
	}
}

func TestToldSince_onlyTheSameThingToTheSamePerson(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, eve := group(t, s, "water"), person(t, s, "eve", "peer.test")
	p := &db.Post{URI: "https://copse.test/ap/objects/1", GroupID: g.ID, AuthorID: g.ID, Kind: db.KindNote, State: db.PostPublished, StateReason: "banned", Visibility: db.VisibilityDirect}
	if err := s.CreatePost(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.PutMentions(ctx, p.ID, []int64{eve.ID}); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]bool{"banned": true, "held": false} {
		if told, err := s.ToldSince(ctx, g.ID, eve.ID, code, db.Time{}); err != nil || told != want {
			t.Errorf("told %q: %v, %v; want %v", code, told, err, want)
		}
	}
	if told, _ := s.ToldSince(ctx, g.ID, eve.ID, "banned", s.Now()); told {
		t.Error("told since now, want an hour ago to count no more")
	}
}
