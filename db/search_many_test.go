package db_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// TestSearchPosts_veryMany looks for a word that is in more posts than can be compared: the newest
// come first, each once, page by page, and a community in which hardly anybody used the word still
// finds them.
func TestSearchPosts_veryMany(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, quiet, ann := group(t, s, "water"), group(t, s, "soil"), person(t, s, "ann", "copse.test")
	var first, last *db.Post
	ok(t, s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		for i := range 2100 {
			in := g
			if i == 0 || i == 2099 {
				in = quiet
			}
			last = say(t, tx, in, ann, nil)
			if i == 0 {
				first = last
			}
			if err := tx.IndexPost(ctx, last.ID, "A pump", fmt.Sprintf("of pumps number%d", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	q := db.SearchQuery{Words: "pump", Limit: 20}
	seen := map[int64]bool{}
	for range 3 {
		page, err := s.SearchPosts(ctx, q)
		ok(t, err)
		if !page.Many || len(page.Posts) != 20 || page.Next != page.Posts[19].ID {
			t.Fatalf("%d posts, many %v, next %d; want a page of 20", len(page.Posts), page.Many, page.Next)
		}
		for _, p := range page.Posts {
			if seen[p.ID] || (q.Before != 0 && p.ID >= q.Before) {
				t.Errorf("post %d comes twice or out of order", p.ID)
			}
			seen[p.ID] = true
		}
		q.Before = page.Next
	}
	if !seen[last.ID] {
		t.Error("the newest is not among the first")
	}

	q = db.SearchQuery{Words: "pump", GroupID: quiet.ID, Limit: 20}
	page, err := s.SearchPosts(ctx, q)
	ok(t, err)
	if len(page.Posts) != 1 || page.Posts[0].ID != last.ID || page.Next == 0 {
		t.Fatalf("%v, next %d; want the newest and a way on", idsOf(page.Posts), page.Next)
	}
	q.Before = page.Next
	page, err = s.SearchPosts(ctx, q)
	ok(t, err)
	if len(page.Posts) != 1 || page.Posts[0].ID != first.ID || page.Next != 0 {
		t.Errorf("%v, next %d; want the oldest and an end", idsOf(page.Posts), page.Next)
	}
	if page, err = s.SearchPosts(ctx, db.SearchQuery{Words: "pumps number2050", Limit: 20}); err != nil || page.Many || len(page.Posts) != 1 {
		t.Errorf("a rare word beside a common one: %d found, many %v, %v", len(page.Posts), page.Many, err)
	}
}

// TestFindMembers_looksAtSomeAtATime looks for somebody who joined before thousands.
func TestFindMembers_looksAtSomeAtATime(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g := group(t, s, "water")
	join(t, s, g, person(t, s, "zita", "copse.test"))
	ok(t, s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		for i := range 2100 {
			join(t, tx, g, person(t, tx, fmt.Sprintf("m%d", i), "peer.test"))
		}
		return nil
	}))
	q := db.MemberQuery{GroupID: g.ID, Words: "zita", Limit: 50}
	list, next, err := s.FindMembers(ctx, q)
	ok(t, err)
	if len(list) != 0 || next == 0 {
		t.Fatalf("%d found, next %d; want none yet and a way on", len(list), next)
	}
	q.Before = next
	list, next, err = s.FindMembers(ctx, q)
	ok(t, err)
	if len(list) != 1 || list[0].Actor.Handle != "zita" || next != 0 {
		t.Errorf("%d found, next %d; want zita and an end", len(list), next)
	}
}
