package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestDiscussions_lastActiveFirst(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g, ann, bo := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bo", "copse.test")
	old, young := say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	held := say(t, s, g, bo, nil)
	ok(t, s.SetPostState(ctx, held, db.PostHeld, "", 0))
	c.pass(time.Minute)
	say(t, s, g, ann, old)
	list := func(q db.DiscussionQuery) []int64 {
		t.Helper()
		q.GroupIDs, q.Limit = []int64{g.ID}, 10
		posts, err := s.Discussions(ctx, q)
		ok(t, err)
		return idsOf(posts)
	}
	if got := list(db.DiscussionQuery{}); !cmp.Equal(got, []int64{old.ID, young.ID}) {
		t.Errorf("%v; want %d, which was answered, then %d", got, old.ID, young.ID)
	}
	if got := list(db.DiscussionQuery{Own: bo.ID}); !cmp.Equal(got, []int64{old.ID, held.ID, young.ID}) {
		t.Errorf("%v; want the reader's own held one too", got)
	}
	first, err := s.PostByID(ctx, old.ID)
	ok(t, err)
	if got := list(db.DiscussionQuery{BeforeAt: first.ActiveAt, BeforeID: first.ID}); !cmp.Equal(got, []int64{young.ID}) {
		t.Errorf("second page %v", got)
	}
	if posts, err := s.Discussions(ctx, db.DiscussionQuery{Limit: 10}); err != nil || posts != nil {
		t.Errorf("of no group: %v, %v", posts, err)
	}
}

func TestThread_countsAndPlaces(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bo := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test")
	top := say(t, s, g, ann, nil)
	first, second := say(t, s, g, bo, top), say(t, s, g, ann, top)
	below := say(t, s, g, bo, first)
	whole, err := s.Conversation(ctx, top.ID, 0, 10)
	ok(t, err)
	if len(whole) != 4 || whole[0].ID != top.ID || whole[3].URI != below.URI {
		t.Errorf("conversation %v", whole)
	}
	answers, err := s.RepliesTo(ctx, top.ID, first.ID, 10)
	if err != nil || len(answers) != 1 || answers[0].ID != second.ID {
		t.Errorf("answers after the first: %v, %v", answers, err)
	}
	if n, err := s.CountReplies(ctx, top.ID); err != nil || n != 2 {
		t.Errorf("%d direct answers, %v; want 2", n, err)
	}
	orgs, err := s.ThreadOrganisations(ctx, top.ID)
	if diff := cmp.Diff([]db.HostCount{{Host: "copse.test", Posts: 2}, {Host: "peer.test", Posts: 2}}, orgs); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	authors, err := s.AuthorsOf(ctx, []int64{below.ID, top.ID})
	if err != nil || len(authors) != 2 || authors[below.ID].Handle != "bo" {
		t.Errorf("authors %v, %v", authors, err)
	}
	for _, before := range []struct {
		author int64
		want   bool
	}{{bo.ID, true}, {person(t, s, "new", "peer.test").ID, false}} {
		if is, err := s.PublishedBefore(ctx, g.ID, before.author); err != nil || is != before.want {
			t.Errorf("%d published before: %v, %v", before.author, is, err)
		}
	}
	if mine, err := s.PostsBy(ctx, bo.ID, below.ID, 10); err != nil || !cmp.Equal(idsOf(mine), []int64{first.ID}) {
		t.Errorf("bo's before the last: %v, %v", idsOf(mine), err)
	}
}

func TestPageStart_aFewBefore(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	var answers []*db.Post
	for range 12 {
		answers = append(answers, say(t, s, g, ann, top))
	}
	for i, want := range map[int]string{0: "", 3: "", 11: answers[8].Path} {
		start, err := s.PageStart(ctx, answers[i], 10)
		if err != nil || start != want {
			t.Errorf("page of answer %d starts after %q, %v; want %q", i, start, err, want)
		}
	}
}

func TestPinnedInAndTitles(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	a, b, plain := say(t, s, g, ann, nil), say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	for _, p := range []*db.Post{a, b} {
		c.pass(time.Minute)
		p.PinnedAt, p.Title = s.Now(), "Clay"
		ok(t, s.SavePost(ctx, p))
	}
	ok(t, s.EditPost(ctx, b, db.Revision{Title: "", Content: "old", WrittenAt: b.CreatedAt}))
	pinned, err := s.PinnedIn(ctx, g.ID)
	if err != nil || !cmp.Equal(idsOf(pinned), []int64{b.ID, a.ID}) {
		t.Errorf("pinned %v, %v", idsOf(pinned), err)
	}
	titles, err := s.TitlesOf(ctx, []int64{a.ID, b.ID, plain.ID})
	if diff := cmp.Diff(map[int64]string{b.ID: "Clay"}, titles); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff) // SavePost writes flags, EditPost words
	}
	old, err := s.RevisionsOf(ctx, b.ID)
	if err != nil || len(old) != 1 || old[0].Content != "old" {
		t.Errorf("revisions %v, %v", old, err)
	}
}

func TestNews_untilRead(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g, ann, bo := group(t, s, "water"), login(t, s, "ann"), person(t, s, "bo", "copse.test")
	start := s.Now()
	c.pass(time.Minute)
	top := say(t, s, g, bo, nil)
	news := func() []int64 {
		t.Helper()
		posts, err := s.News(ctx, db.NewsQuery{Account: ann, GroupIDs: []int64{g.ID}, Since: start, Limit: 10})
		ok(t, err)
		return idsOf(posts)
	}
	if got := news(); !cmp.Equal(got, []int64{top.ID}) {
		t.Errorf("never opened: %v", got)
	}
	ok(t, s.ReadAll(ctx, ann.ID, []int64{g.ID}, start))
	if got := news(); len(got) != 0 {
		t.Errorf("all read: %v", got)
	}
	say(t, s, g, actorOf(t, s, ann), top)
	if got := news(); len(got) != 0 {
		t.Errorf("one's own answer is no news: %v", got)
	}
	say(t, s, g, bo, top)
	if got := news(); !cmp.Equal(got, []int64{top.ID}) {
		t.Errorf("answered by somebody else: %v", got)
	}
}

func TestPosts_knownByAddress(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	p := say(t, s, g, ann, nil)
	if got, err := s.PostByURI(ctx, p.URI); err != nil || got.ID != p.ID || !got.Public() || !got.Starts() {
		t.Errorf("%+v, %v", got, err)
	}
	ok(t, s.SetPostState(ctx, p, db.PostRemoved, "", 0))
	for uri, want := range map[string]bool{p.URI: true, "https://copse.test/none": false} {
		if is, err := s.HasPost(ctx, uri); err != nil || is != want {
			t.Errorf("%s is here: %v, %v", uri, is, err)
		}
	}
}
