package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// person stores an actor at a host.
func person(t testing.TB, s *db.Store, handle, host string) *db.Actor {
	t.Helper()
	a := &db.Actor{URI: "https://" + host + "/ap/" + handle, Type: db.ActorPerson, Local: host == "copse.test", Handle: handle, Host: host, Inbox: "https://" + host + "/inbox/" + handle, SharedInbox: "https://" + host + "/inbox"}
	if err := s.CreateActor(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

// group stores a local group.
func group(t testing.TB, s *db.Store, handle string) *db.Actor {
	t.Helper()
	a := person(t, s, handle, "copse.test")
	if err := s.CreateGroup(context.Background(), &db.Group{ActorID: a.ID, Openness: db.OpennessOpen}); err != nil {
		t.Fatal(err)
	}
	return a
}

// say stores a published post.
func say(t testing.TB, s *db.Store, g, author *db.Actor, parent *db.Post) *db.Post {
	t.Helper()
	p := &db.Post{GroupID: g.ID, AuthorID: author.ID, Kind: db.KindDiscussion, State: db.PostPublished, Visibility: db.VisibilityPublic}
	if parent != nil {
		p.Kind = db.KindComment
	}
	p.ID = s.NewID()
	p.URI = fmt.Sprintf("https://%s/ap/objects/%d", author.Host, p.ID)
	if err := s.CreatePost(context.Background(), p, parent); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThreadPage_readsTheTreeFromTopToBottom(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	a := say(t, s, g, ann, top)
	b := say(t, s, g, ann, top)
	aa := say(t, s, g, ann, a)
	want := []int64{a.ID, aa.ID, b.ID}
	var got []int64
	for after := ""; ; {
		page, err := s.ThreadPage(ctx, db.ThreadQuery{DiscussionID: top.ID, After: after, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page[0].ID)
		after = page[0].Path
	}
	// The starter has the empty path and is read by itself.
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("tree order %v, want %v", got, want)
	}
	top, err := s.PostByID(ctx, top.ID)
	if err != nil || top.RepliesCount != 3 {
		t.Errorf("starter counts %d answers, want 3 (%v)", top.RepliesCount, err)
	}
	if a, _ = s.PostByID(ctx, a.ID); a.RepliesCount != 1 {
		t.Errorf("answer counts %d answers, want 1", a.RepliesCount)
	}
}

func TestSetPostState_keepsCountsTrue(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	a := say(t, s, g, ann, top)
	for _, state := range []string{db.PostRemoved, db.PostRemoved, db.PostPublished, db.PostDeleted} {
		if err := s.SetPostState(ctx, a, state, "why", ann.ID); err != nil {
			t.Fatal(err)
		}
	}
	top, err := s.PostByID(ctx, top.ID)
	if err != nil || top.RepliesCount != 0 {
		t.Errorf("starter counts %d answers, want 0 (%v)", top.RepliesCount, err)
	}
}

// A row keeps no address that stands elsewhere: the page where it is the id, and what is answered.
// Whoever copies a group still gets what each post answers.
func TestCreatePost_addressesStandOnce(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann := person(t, s, "ann", "peer.test")
	add := func(uri, url, answers string, parent *db.Post) *db.Post {
		p := &db.Post{
			URI: uri, URL: url, GroupID: 7, AuthorID: ann.ID, Kind: db.KindComment, State: db.PostPublished,
			Visibility: db.VisibilityPublic, ReplyToURI: answers,
		}
		ok(t, s.CreatePost(ctx, p, parent))
		got, err := s.PostByID(ctx, p.ID)
		ok(t, err)
		return got
	}
	lost := add("https://peer.test/1", "https://peer.test/1", "https://gone.test/0", nil)
	answer := add("https://peer.test/2", "https://peer.test/@ann/2", "https://peer.test/1", lost)
	if lost.URL != "" || lost.ReplyToURI != "https://gone.test/0" || answer.URL == "" || answer.ReplyToURI != "" || answer.ReplyToID != lost.ID {
		t.Errorf("%+v, %+v", lost, answer)
	}
	list, err := s.ArchivePosts(ctx, &db.Move{Group: 7}, 0, 10)
	if err != nil || len(list) != 2 || list[0].ReplyToURI != "https://gone.test/0" || list[1].ReplyToURI != lost.URI {
		t.Errorf("to take along: %v, %v", list, err)
	}
}

func TestCreatePost_sameAddressTwice(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	again := *top
	again.ID = 0
	err := s.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return tx.CreatePost(ctx, &again, nil) })
	if !errors.Is(err, db.ErrConflict) {
		t.Errorf("error %v, want ErrConflict", err)
	}
}

func TestPathUnder_deepTreesStaySorted(t *testing.T) {
	t.Parallel()
	path := ""
	for id := int64(1); id <= 40; id++ {
		next := db.PathUnder(path, id)
		if next <= path {
			t.Fatalf("path of step %d, %q, sorts before its parent %q", id, next, path)
		}
		path = next
	}
	if depth := strings.Count(path, "/"); depth > 24 {
		t.Errorf("depth %d, want at most 24", depth)
	}
}

func TestLockedAbove_branch(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	a := say(t, s, g, ann, top)
	aa := say(t, s, g, ann, a)
	b := say(t, s, g, ann, top)
	a.LockedAt = s.Now()
	if err := s.SavePost(ctx, a); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		post *db.Post
		want bool
	}{{top, false}, {a, true}, {aa, true}, {b, false}} {
		if got, err := s.LockedAbove(ctx, row.post); err != nil || got != row.want {
			t.Errorf("LockedAbove(%q) = %v, %v; want %v", row.post.Path, got, err, row.want)
		}
	}
}

func TestSearchPosts(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	one, two := say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	for p, text := range map[*db.Post][2]string{one: {"Fridge fails at 43 °C", "in Karu"}, two: {"Solar", "a fridge on the roof"}} {
		if err := s.IndexPost(ctx, p.ID, text[0], text[1]); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string][]int64{
		"fridge": {one.ID, two.ID}, "frid": {one.ID, two.ID}, "43 °c": {one.ID}, `") OR 1=1 --`: nil, "": nil, "solar roo": {two.ID}, "Karu": {one.ID},
	} {
		found, err := s.SearchPosts(ctx, db.SearchQuery{Words: query, Limit: 10})
		if err != nil {
			t.Fatalf("search %q: %v", query, err)
		}
		var got []int64
		for _, p := range found.Posts {
			got = append(got, p.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("search %q: %v, want %v", query, got, want)
		}
	}
	if err := s.ErasePost(ctx, one); err != nil {
		t.Fatal(err)
	}
	if found, _ := s.SearchPosts(ctx, db.SearchQuery{Words: "Karu", Limit: 10}); len(found.Posts) != 0 {
		t.Error("an erased post is still found")
	}
}
