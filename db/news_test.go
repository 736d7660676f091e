package db_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestPageStart_findsThePageOfAnAnswer(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ann := group(t, s, "water"), person(t, s, "ann", "copse.test")
	top := say(t, s, g, ann, nil)
	var answers []*db.Post
	for range 25 {
		answers = append(answers, say(t, s, g, ann, top))
	}
	for i, p := range answers {
		after, err := s.PageStart(ctx, p, 10)
		if err != nil {
			t.Fatal(err)
		}
		if i < 10 && after != "" {
			t.Errorf("answer %d: page begins after %q, want the first page", i, after)
		}
		page, err := s.ThreadPage(ctx, db.ThreadQuery{DiscussionID: top.ID, After: after, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(page, func(q *db.Post) bool { return q.ID == p.ID }) {
			t.Errorf("answer %d is not on its page", i)
		}
	}
}

func TestNews_holdsWhatIsUnseen(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, bo, account := group(t, s, "water"), person(t, s, "bo", "copse.test"), login(t, s, "ann")
	ann, err := s.ActorByID(ctx, account.ActorID)
	ok(t, err)
	first, second := say(t, s, g, bo, nil), say(t, s, g, bo, nil)
	news := func(since time.Time) []int64 {
		t.Helper()
		list, err := s.News(ctx, db.NewsQuery{Account: account, GroupIDs: []int64{g.ID}, Since: db.At(since), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		slices.Sort(ids)
		return ids
	}
	week := time.Now().AddDate(0, 0, -7)
	if got := news(week); !slices.Equal(got, []int64{first.ID, second.ID}) {
		t.Errorf("never opened: %v", got)
	}
	if err := s.PutReading(ctx, &db.Reading{AccountID: account.ID, DiscussionID: first.ID, LastPostID: first.ID}); err != nil {
		t.Fatal(err)
	}
	say(t, s, g, ann, first)
	if got := news(week); !slices.Equal(got, []int64{second.ID}) {
		t.Errorf("opened, and answered by oneself: %v", got)
	}
	say(t, s, g, bo, first)
	if got := news(week); !slices.Equal(got, []int64{first.ID, second.ID}) {
		t.Errorf("answered by somebody else: %v", got)
	}
	if err := s.ReadAll(ctx, account.ID, []int64{g.ID}, db.At(week)); err != nil {
		t.Fatal(err)
	}
	if got := news(week); len(got) != 0 {
		t.Errorf("all read: %v", got)
	}
	say(t, s, g, bo, second)
	if got := news(time.Now().Add(time.Hour)); len(got) != 0 {
		t.Errorf("quiet since: %v", got)
	}
}

func TestNewsCounts_byGroup(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	water, cold := group(t, s, "water"), group(t, s, "cold")
	bo, account := person(t, s, "bo", "copse.test"), login(t, s, "ann")
	counts := func(groups ...int64) map[int64]int {
		t.Helper()
		got, err := s.NewsCounts(ctx, db.NewsQuery{Account: account, GroupIDs: groups, Since: db.At(time.Now().AddDate(0, 0, -7))})
		ok(t, err)
		return got
	}
	first := say(t, s, water, bo, nil)
	say(t, s, water, bo, nil)
	if got := counts(water.ID, cold.ID); !cmp.Equal(got, map[int64]int{water.ID: 2}) {
		t.Errorf("two never opened: %v", got)
	}
	say(t, s, cold, bo, nil)
	ok(t, s.PutReading(ctx, &db.Reading{AccountID: account.ID, DiscussionID: first.ID, LastPostID: first.ID}))
	if got := counts(water.ID, cold.ID); !cmp.Equal(got, map[int64]int{water.ID: 1, cold.ID: 1}) {
		t.Errorf("one opened: %v", got)
	}
	say(t, s, water, bo, first)
	if got := counts(water.ID); !cmp.Equal(got, map[int64]int{water.ID: 2}) {
		t.Errorf("answered since: %v", got)
	}
	if got := counts(); len(got) != 0 {
		t.Errorf("no groups: %v", got)
	}
}

func TestReach_countsPeopleAndHosts(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g := group(t, s, "water")
	for _, row := range []struct{ name, host, state string }{
		{"ann", "copse.test", db.FollowAccepted},
		{"bo", "far.test", db.FollowAccepted},
		{"cy", "far.test", db.FollowAccepted},
		{"di", "late.test", db.FollowPending},
	} {
		who := person(t, s, row.name, row.host)
		if err := s.PutFollow(ctx, &db.Follow{FollowerID: who.ID, FolloweeID: g.ID, State: row.state}, who); err != nil {
			t.Fatal(err)
		}
	}
	people, hosts, err := s.Reach(ctx, g.ID)
	if err != nil || people != 3 || hosts != 2 {
		t.Errorf("reach %d people on %d hosts (%v), want 3 on 2", people, hosts, err)
	}
	if here, err := s.LocalFollowers(ctx, g.ID); err != nil || here != 1 {
		t.Errorf("%d followers here (%v), want 1", here, err)
	}
}

func TestMemberOrganisations_leaveOutWhoLeft(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g := group(t, s, "water")
	for i, host := range []string{"far.test", "far.test", "near.test", "gone.test"} {
		who := person(t, s, string(rune('a'+i)), host)
		m := &db.Membership{GroupID: g.ID, ActorID: who.ID, Status: db.MemberFull, JoinedAt: s.Now()}
		if host == "gone.test" {
			m.Status, m.LeftAt = db.MemberAlumni, s.Now()
		}
		if err := s.PutMembership(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.MemberOrganisations(ctx, g.ID, 10)
	if want := []db.HostCount{{Host: "far.test", Posts: 2}, {Host: "near.test", Posts: 1}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("organisations %v (%v), want %v", list, err, want)
	}
	counts, err := s.CountOrganisations(ctx, []int64{g.ID})
	if err != nil || counts[g.ID] != 2 {
		t.Errorf("counts %v (%v)", counts, err)
	}
}

func TestGroupsElsewhere_pages(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	group(t, s, "ours")
	var want []int64
	for i := range 5 {
		a := person(t, s, string(rune('a'+i)), "far.test")
		if err := s.CreateGroup(ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, LastActivityAt: db.At(time.UnixMilli(int64(1000 * (i / 2))))}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.GroupsElsewhere(ctx, db.Time{}, 0, 10)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d groups (%v), want 5", len(all), err)
	}
	var got []int64
	var last *db.Group
	for {
		var at db.Time
		var id int64
		if last != nil {
			at, id = last.LastActivityAt, last.ActorID
		}
		page, err := s.GroupsElsewhere(ctx, at, id, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, g := range page {
			got = append(got, g.ActorID)
			last = g
		}
	}
	for _, g := range all {
		want = append(want, g.ActorID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("page by page %v, at once %v", got, want)
	}
}
