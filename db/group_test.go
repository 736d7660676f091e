package db_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// remote stores a group of another server.
func remote(t *testing.T, s *db.Store, handle, host string) *db.Actor {
	t.Helper()
	a := person(t, s, handle, host)
	ok(t, s.EnsureGroup(t.Context(), &db.Group{ActorID: a.ID, Openness: db.OpennessOpen}))
	return a
}

// handles names the groups of a list in order.
func handles(list []*db.Group, err error) (string, error) {
	var out strings.Builder
	for _, g := range list {
		out.WriteString(g.Actor.Handle + " ")
	}
	return out.String(), err
}

func wantHandles(t *testing.T, why, want string) func(list []*db.Group, err error) {
	return func(list []*db.Group, err error) {
		t.Helper()
		if got, err := handles(list, err); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", why, got, err, want)
		}
	}
}

func TestGroups_byName(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g := group(t, s, "water")
	far := remote(t, s, "water", "peer.test")
	for _, c := range []struct {
		host string
		want int64
	}{{"copse.test", g.ID}, {"peer.test", far.ID}} {
		if got, err := s.GroupByHandle(ctx, "water", c.host); err != nil || got.ActorID != c.want {
			t.Errorf("water at %s: %v, %v", c.host, got, err)
		}
	}
	if got, err := s.GroupByURI(ctx, far.URI); err != nil || got.Actor.Host != "peer.test" {
		t.Errorf("by address: %v, %v", got, err)
	}
	ok(t, s.TombstoneActor(ctx, far.ID))
	if _, err := s.GroupByHandle(ctx, "water", "peer.test"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a group that is gone: %v", err)
	}
	if err := s.CreateGroup(ctx, &db.Group{ActorID: g.ID}); !errors.Is(err, db.ErrConflict) {
		t.Errorf("a second row for one group: %v", err)
	}
}

func TestEnsureGroup_keepsCounts(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	far := remote(t, s, "water", "peer.test")
	ok(t, s.TouchGroup(ctx, far.ID, 3, s.Now()))
	ok(t, s.EnsureGroup(ctx, &db.Group{ActorID: far.ID, Openness: db.OpennessRestricted, PostPolicy: db.PostMembers}))
	g, err := s.GroupByID(ctx, far.ID)
	if err != nil || g.DiscussionsCount != 3 || g.Openness != db.OpennessRestricted || g.PostPolicy != db.PostMembers {
		t.Errorf("%+v, %v", g, err)
	}
	g.Tagline, g.DiscussionsCount = "Clean water", 99
	ok(t, s.SaveGroup(ctx, g))
	if g, err = s.GroupByID(ctx, far.ID); err != nil || g.DiscussionsCount != 3 || g.Tagline != "Clean water" {
		t.Errorf("saving settings wrote a count: %+v, %v", g, err)
	}
	before := g.LastActivityAt
	ok(t, s.TouchGroup(ctx, far.ID, -1, db.At(before.Add(-time.Hour))))
	if g, err = s.GroupByID(ctx, far.ID); err != nil || g.DiscussionsCount != 2 || !g.LastActivityAt.Equal(before.Time) {
		t.Errorf("an old post moved the last activity back: %+v, %v", g, err)
	}
}

func TestGroups_lists(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann := person(t, s, "ann", "copse.test")
	water, soil, seed := group(t, s, "water"), group(t, s, "soil"), group(t, s, "seed")
	secret := group(t, s, "secret")
	setOpenness(t, s, secret, db.OpennessConfidential)
	lake, bog := remote(t, s, "lake", "peer.test"), remote(t, s, "bog", "bad.test")
	for _, g := range []*db.Actor{water, soil, seed, lake, bog} {
		c.pass(time.Minute)
		ok(t, s.TouchGroup(ctx, g.ID, 1, s.Now()))
	}
	ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: ann.ID, FolloweeID: water.ID, State: db.FollowAccepted}, ann))
	ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: ann.ID, FolloweeID: lake.ID, State: db.FollowPending}, ann))
	ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: ann.ID, FolloweeID: seed.ID, State: db.FollowRejected}, ann))
	join(t, s, soil, ann)
	ok(t, s.SetHostPolicy(ctx, "bad.test", db.HostBlocked, "spam"))

	wantHandles(t, "ours", "secret seed soil water ")(s.LocalGroups(ctx, "", 10))
	wantHandles(t, "ours, second page", "soil water ")(s.LocalGroups(ctx, "seed", 10))
	wantHandles(t, "of ann", "lake soil water ")(s.GroupsOf(ctx, ann.ID, 10))
	wantHandles(t, "beyond ann", "seed ")(s.GroupsBeyond(ctx, ann.ID, 10))
	wantHandles(t, "for a stranger", "seed soil water ")(s.GroupsBeyond(ctx, 0, 10))
	wantHandles(t, "elsewhere", "lake ")(s.GroupsElsewhere(ctx, db.Time{}, 0, 10))
	wantHandles(t, "open ones of ann", "soil ")(s.OpenGroupsOf(ctx, ann.ID, ann.ID, 10))
	wantHandles(t, "open ones of ann for others, before she chose", "")(s.OpenGroupsOf(ctx, ann.ID, 0, 10))

	first, err := s.GroupByID(ctx, lake.ID)
	ok(t, err)
	wantHandles(t, "elsewhere, second page", "")(s.GroupsElsewhere(ctx, first.LastActivityAt, first.ActorID, 10))
}

func TestFollowLists(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, soil := group(t, s, "water"), group(t, s, "soil")
	ann, bo, cy := person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	for _, a := range []*db.Actor{ann, bo, cy} {
		ok(t, s.PutFollow(ctx, &db.Follow{URI: a.URI + "#follow", FollowerID: a.ID, FolloweeID: g.ID, State: db.FollowAccepted}, a))
	}
	ok(t, s.PutFollow(ctx, &db.Follow{URI: "https://copse.test/f2", FollowerID: ann.ID, FolloweeID: soil.ID, State: db.FollowPending}, ann))
	page, err := s.Followers(ctx, g.ID, 0, 2)
	ok(t, err)
	rest, err := s.Followers(ctx, g.ID, page[1].ID, 2)
	if err != nil || len(page) != 2 || page[0].Follower.Handle != "cy" || len(rest) != 1 {
		t.Errorf("newest first: %v, then %v (%v)", page, rest, err)
	}
	following, err := s.FollowingOf(ctx, ann.ID, 0, 10)
	if err != nil || len(following) != 2 || following[0].Followee.Handle != "soil" {
		t.Errorf("ann follows %v, %v", following, err)
	}
	if f, err := s.FollowByURI(ctx, bo.URI+"#follow"); err != nil || f.FollowerID != bo.ID {
		t.Errorf("by its activity: %v, %v", f, err)
	}
	if has, err := s.HasLocalFollower(ctx, g.ID); err != nil || !has {
		t.Errorf("ann follows: %v, %v", has, err)
	}
	people, hosts, err := s.Reach(ctx, g.ID)
	if err != nil || people != 3 || hosts != 2 {
		t.Errorf("reaches %d people at %d hosts, %v; want 3 at 2", people, hosts, err)
	}
	if n, err := s.LocalFollowers(ctx, g.ID); err != nil || n != 1 {
		t.Errorf("%d followers of ours, %v", n, err)
	}
	if has, err := s.HasLocalFollower(ctx, ann.ID); err != nil || has {
		t.Errorf("nobody follows ann: %v, %v", has, err)
	}
}
