package sanction_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
)

// wrote stores a post as it came from elsewhere; the first word is its place in the tree.
func (h *home) wrote(author *db.Actor, groupID int64, parent *db.Post, text string) *db.Post {
	h.t.Helper()
	p := &db.Post{
		ID: h.s.NewID(), AuthorID: author.ID, Author: author, GroupID: groupID, Content: "<p>" + text + "</p>", Title: text,
		Kind: db.KindDiscussion, State: db.PostPublished, Visibility: db.VisibilityPublic, Local: author.Local,
	}
	p.URI = author.URI + "/" + strconv.FormatInt(p.ID, 10)
	if parent != nil {
		p.Kind, p.Title = db.KindComment, ""
	}
	h.ok(h.s.CreatePost(h.ctx, p, parent))
	return p
}

// other stores an actor of another server.
func (h *home) other(kind, host, handle string) *db.Actor {
	h.t.Helper()
	uri := "https://" + host + "/" + handle
	a := &db.Actor{URI: uri, Type: kind, Handle: handle, Host: host, Name: handle, Inbox: uri + "/inbox"}
	h.ok(h.s.UpsertRemoteActor(h.ctx, a))
	return a
}

// purges takes all steps, each in a transaction of its own, and says how many those were.
func (h *home) purges(host string) (*db.HostPurge, int) {
	h.t.Helper()
	for n := 1; n < 100; n++ {
		var p *db.HostPurge
		h.do(func(ctx context.Context, tx *db.Store) (err error) {
			p, err = h.r.StepPurge(ctx, tx, host)
			return err
		})
		if !p.Going() {
			return p, n
		}
	}
	h.t.Fatal("it never ends")
	return nil, 0
}

// All that a server sent goes, in steps that a kill between them does not hurt, and what others said
// beside it stays (T50).
func TestT50_purgeOfAHostLeavesOnlyOurs(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, ana := h.person("fay", false), h.person("ana", false)
	g := h.group(fay.Actor)
	kim, lee := h.remote("kim", g.Actor), h.remote("lee", ana.Actor)
	far, soil := h.other(db.ActorPerson, "far.test", "mo"), h.other(db.ActorGroup, "peer.test", "soil")
	h.ok(h.s.EnsureGroup(h.ctx, &db.Group{ActorID: soil.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	h.ok(h.s.PutFollow(h.ctx, &db.Follow{URI: ana.Actor.URI + "#soil", FollowerID: ana.ActorID, FolloweeID: soil.ID, State: db.FollowAccepted}, ana.Actor))

	ours := h.says(ana.Actor, g)
	theirs := h.wrote(kim, g.ActorID, nil, "pills")
	under := h.wrote(far, g.ActorID, theirs, "No, thank you.")
	relayed := h.wrote(far, soil.ID, nil, "clay")
	there := h.wrote(ana.Actor, soil.ID, relayed, "Sand here.")
	for _, who := range []*db.Actor{kim, lee, far} {
		_, err := h.s.AddLike(h.ctx, &db.Like{PostID: ours.ID, ActorID: who.ID, URI: who.URI + "#like"})
		h.ok(err)
	}

	want := db.HostHoldings{People: 2, Groups: 1, Posts: 2, Marks: 2, Follows: 2, Followed: 1}
	if got, err := h.s.HoldingsOf(h.ctx, "peer.test"); err != nil || got != want {
		t.Errorf("before: %+v, %v, want %+v", got, err, want)
	}
	begin := func(ctx context.Context, tx *db.Store) error {
		return h.r.PurgeHost(ctx, tx, "peer.test", "sells pills")
	}
	h.do(begin)
	h.refused("purge-going", begin)
	if host, err := h.s.HostByName(h.ctx, "peer.test"); err != nil || host.Policy != db.HostBlocked {
		t.Errorf("more can come: %+v, %v", host, err)
	}
	h.ok(h.s.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error { // a kill in the first step
		if _, err := h.r.StepPurge(ctx, tx, "peer.test"); err != nil {
			return err
		}
		return nil
	}))
	if list, err := h.s.HostPurges(h.ctx, 10); err != nil || len(list) != 1 || list[0].People != 1 {
		t.Errorf("under way: %+v, %v", list, err)
	}
	p, _ := h.purges("peer.test")
	got := []int64{p.People, p.Groups, p.Posts, p.Marks}
	if diff := cmp.Diff([]int64{2, 1, 2, 2}, got); diff != "" {
		t.Errorf("people, communities, posts, marks (-want +got):\n%s", diff)
	}
	for post, state := range map[*db.Post]string{ours: db.PostPublished, theirs: db.PostDeleted, under: db.PostPublished, relayed: db.PostDeleted, there: db.PostPublished} {
		if now, err := h.s.PostByID(h.ctx, post.ID); err != nil || now.State != state || (now.Content == "") != (state == db.PostDeleted) {
			t.Errorf("%q is %+v, %v, want %s", post.Content, now, err, state)
		}
	}
	if now, err := h.s.PostByID(h.ctx, ours.ID); err != nil || now.LikesCount != 1 {
		t.Errorf("%+v, %v: want the one like from elsewhere", now, err)
	}
	for _, a := range []*db.Actor{kim, lee, soil} {
		if now := h.again(a); now.Active() || now.Name != "" {
			t.Errorf("%s is %+v", a.URI, now)
		}
	}
	if _, err := h.s.FollowBetween(h.ctx, ana.ActorID, soil.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("ana still follows it: %v", err)
	}
	if list, err := h.s.HostPurges(h.ctx, 10); err != nil || len(list) != 0 {
		t.Errorf("still under way: %v, %v", list, err)
	}
	h.do(begin) // once more, for what came before the block was known everywhere
	if p, n := h.purges("peer.test"); p.Posts != 0 || n > 8 {
		t.Errorf("a second time: %+v in %d steps", p, n)
	}
}

// What one person wrote is more than one step: the next one goes on there.
func TestT50_purgeOfAHostGoesOnInsideOfAPerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(h.person("fay", false).Actor)
	kim := h.remote("kim", g.Actor)
	h.ok(h.s.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error {
		for range 501 {
			id := tx.NewID()
			p := &db.Post{ID: id, URI: kim.URI + "/" + strconv.FormatInt(id, 10), AuthorID: kim.ID, GroupID: g.ActorID, Kind: db.KindDiscussion, Title: "pills", State: db.PostPublished, Visibility: db.VisibilityPublic}
			if err := tx.CreatePost(ctx, p, nil); err != nil {
				return err
			}
		}
		return nil
	}))
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.PurgeHost(ctx, tx, "peer.test", "") })
	step := func() (p *db.HostPurge) {
		h.do(func(ctx context.Context, tx *db.Store) (err error) {
			p, err = h.r.StepPurge(ctx, tx, "peer.test")
			return err
		})
		return p
	}
	if p := step(); p.Posts != 500 || p.People != 0 {
		t.Errorf("after one step: %+v", p)
	}
	if p := step(); p.Posts != 501 || p.People != 1 {
		t.Errorf("after two: %+v", p)
	}
	if again, err := h.s.GroupByID(h.ctx, g.ActorID); err != nil || again.DiscussionsCount != 0 {
		t.Errorf("the community counts %d, %v", again.DiscussionsCount, err)
	}
}
