package db_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// setOpenness changes who reads a group.
func setOpenness(t *testing.T, s *db.Store, g *db.Actor, level string) {
	t.Helper()
	row, err := s.GroupByID(context.Background(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	row.Openness = level
	if err := s.SaveGroup(context.Background(), row); err != nil {
		t.Fatal(err)
	}
}

// The same answer for lists as the rule gives for one post: open to all, else to who belongs, by
// membership, role or accepted follow, and not to the banned (T45).
func TestT45_listsHoldWhatTheReaderMayRead(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	author := person(t, s, "ana", "copse.test")
	open, inner := group(t, s, "open"), group(t, s, "inner")
	setOpenness(t, s, inner, db.OpennessRestricted)
	outside, public, closed := say(t, s, &db.Actor{}, author, nil), say(t, s, open, author, nil), say(t, s, inner, author, nil)
	for _, p := range []*db.Post{outside, public, closed} {
		if err := s.IndexPost(ctx, p.ID, "", fmt.Sprintf("chlorine %d", p.ID)); err != nil {
			t.Fatal(err)
		}
	}
	all, some := []int64{closed.ID, public.ID, outside.ID}, []int64{public.ID, outside.ID}

	stranger, member, steward, follower, asked, banned, left := person(t, s, "stranger", "copse.test"), person(t, s, "member", "far.test"),
		person(t, s, "steward", "far.test"), person(t, s, "follower", "far.test"), person(t, s, "asked", "far.test"),
		person(t, s, "banned", "far.test"), person(t, s, "left", "far.test")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []*db.Actor{member, banned} {
		must(s.PutMembership(ctx, &db.Membership{GroupID: inner.ID, ActorID: a.ID, Status: db.MemberFull}))
	}
	must(s.PutMembership(ctx, &db.Membership{GroupID: inner.ID, ActorID: left.ID, Status: db.MemberAlumni, LeftAt: s.Now()}))
	must(s.PutMembership(ctx, &db.Membership{GroupID: inner.ID, ActorID: asked.ID, Status: db.MemberPending}))
	must(s.GrantRole(ctx, &db.RoleGrant{GroupID: inner.ID, ActorID: steward.ID, Role: db.RoleModerator}))
	must(s.PutFollow(ctx, &db.Follow{URI: "f1", FollowerID: follower.ID, FolloweeID: inner.ID, State: db.FollowAccepted}, follower))
	must(s.PutFollow(ctx, &db.Follow{URI: "f2", FollowerID: asked.ID, FolloweeID: inner.ID, State: db.FollowPending}, asked))
	must(s.PutBan(ctx, &db.Ban{GroupID: inner.ID, ActorID: banned.ID}))

	for _, c := range []struct {
		who  *db.Actor
		want []int64
	}{
		{&db.Actor{Handle: "signed out"}, some},
		{stranger, some},
		{member, all},
		{steward, all},
		{follower, all},
		{asked, some},
		{banned, some},
		{left, some},
	} {
		posts, err := s.PersonPosts(ctx, db.PersonQuery{AuthorID: author.ID, Reader: c.who.ID, Limit: 10})
		must(err)
		if diff := cmp.Diff(c.want, idsOf(posts)); diff != "" {
			t.Errorf("%s, list of a person: %s", c.who.Handle, diff)
		}
		found, err := s.SearchPosts(ctx, db.SearchQuery{Words: "chlorine", Reader: c.who.ID, Limit: 10})
		must(err)
		if len(found.Posts) != len(c.want) {
			t.Errorf("%s finds %d posts, want %d", c.who.Handle, len(found.Posts), len(c.want))
		}
		readable, err := s.ReadableAmong(ctx, c.who.ID, []int64{outside.ID, public.ID, closed.ID})
		must(err)
		if len(readable) != len(c.want) {
			t.Errorf("%s reads %v, want %v", c.who.Handle, readable, c.want)
		}
	}
}

func idsOf(posts []*db.Post) []int64 {
	var ids []int64
	for _, p := range posts {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestSearchGroups_leavesConfidentialOnesOut(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	group(t, s, "waterways")
	hidden := group(t, s, "watershed")
	setOpenness(t, s, hidden, db.OpennessConfidential)
	insider := person(t, s, "ana", "copse.test")
	if err := s.PutMembership(ctx, &db.Membership{GroupID: hidden.ID, ActorID: insider.ID, Status: db.MemberFull}); err != nil {
		t.Fatal(err)
	}
	for reader, want := range map[int64]int{0: 1, insider.ID: 2} {
		list, err := s.SearchGroups(ctx, db.SearchQuery{Words: "Water", Reader: reader, Limit: 10})
		if err != nil || len(list) != want {
			t.Errorf("reader %d finds %d groups (%v), want %d", reader, len(list), err, want)
		}
	}
	if list, err := s.SearchGroups(ctx, db.SearchQuery{Words: "%_", Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("a pattern of LIKE finds %d groups, %v", len(list), err)
	}
}

func TestRequests_longestFirstAndOncePerPerson(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g, ana, ben, cleo := group(t, s, "water"), person(t, s, "ana", "copse.test"), person(t, s, "ben", "far.test"), person(t, s, "cleo", "far.test")
	for i, a := range []*db.Actor{ana, ben} {
		f := &db.Follow{URI: fmt.Sprint("f", i), FollowerID: a.ID, FolloweeID: g.ID, State: db.FollowPending}
		if err := s.PutFollow(ctx, f, a); err != nil {
			t.Fatal(err)
		}
	}
	for a, status := range map[*db.Actor]string{ben: db.MemberPending, cleo: db.MemberFull} {
		if err := s.PutMembership(ctx, &db.Membership{GroupID: g.ID, ActorID: a.ID, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Requests(ctx, g.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]bool{}
	for _, r := range list {
		got[r.ActorID] = r.Member
	}
	if diff := cmp.Diff(map[int64]bool{ana.ID: false, ben.ID: true}, got); diff != "" || len(list) != 2 {
		t.Errorf("requests: %s", diff)
	}
}

func TestUndoRead_findsWhatWasReadTogether(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ana := person(t, s, "ana", "copse.test")
	account := &db.Account{ActorID: ana.ID, Email: "ana@copse.test"}
	if err := s.CreateAccount(ctx, account); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Notify(ctx, &db.Notification{AccountID: account.ID, Kind: db.NotifyFollow, ActorID: ana.ID}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Inbox(ctx, db.InboxQuery{AccountID: account.ID, Limit: 10})
	if err != nil || len(list) != 3 {
		t.Fatalf("%d notifications, %v", len(list), err)
	}
	earlier := db.At(s.Now().Add(-1e9))
	if err := s.SetRead(ctx, account.ID, []int64{list[0].ID}, earlier); err != nil {
		t.Fatal(err)
	}
	at, err := s.MarkAllRead(ctx, account.ID)
	if err != nil {
		t.Fatal(err)
	}
	for undo, want := range map[db.Time]int{{}: 0, at: 2} {
		if err := s.UndoRead(ctx, account.ID, undo); err != nil {
			t.Fatal(err)
		}
		if n, err := s.UnreadCount(ctx, account.ID); err != nil || n < want && undo == at {
			t.Errorf("after undoing %v: %d unread, %v", undo, n, err)
		}
	}
	if n, err := s.UnreadCount(ctx, account.ID); err != nil || n != 2 {
		t.Errorf("%d unread, %v; want the two that were read together", n, err)
	}
}

func TestFindHosts_withWhatWaits(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ana := person(t, s, "ana", "copse.test")
	for _, h := range []string{"a.test", "b.test", "c.test"} {
		if err := s.EnsureHost(ctx, h); err != nil {
			t.Fatal(err)
		}
	}
	act := &db.Activity{URI: "https://copse.test/a", Type: "Create", ActorID: ana.ID, Body: []byte("{}")}
	if err := s.CreateActivity(ctx, act); err != nil {
		t.Fatal(err)
	}
	var rows []*db.Delivery
	for _, inbox := range []string{"https://b.test/1", "https://b.test/2"} {
		rows = append(rows, &db.Delivery{ActivityID: act.ID, Host: "b.test", Inbox: inbox})
	}
	if err := s.CreateDeliveries(ctx, rows); err != nil {
		t.Fatal(err)
	}
	list, err := s.FindHosts(ctx, db.HostQuery{After: "a.test", Limit: 10})
	if err != nil || len(list) != 2 || list[0].Name != "b.test" || list[0].Pending != 2 || list[0].Oldest.IsZero() || list[1].Pending != 0 {
		t.Errorf("hosts %+v, %v", list, err)
	}
	if list, err := s.FindHosts(ctx, db.HostQuery{Show: "waiting", Limit: 10}); err != nil || len(list) != 1 {
		t.Errorf("%d hosts with something waiting, %v", len(list), err)
	}
	if n, oldest, err := s.WaitingFor(ctx, "b.test"); err != nil || n != 2 || oldest.IsZero() {
		t.Errorf("%d wait since %v, %v", n, oldest, err)
	}
	if err := s.EndDeliveries(ctx, []int64{rows[0].ID}, db.DeliveryEnd{State: db.DeliveryRefused, Code: 400}); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.DeliveriesTo(ctx, "b.test", 10)
	if err != nil || len(waiting) != 1 || waiting[0].ID != rows[1].ID {
		t.Errorf("waiting %+v, %v", waiting, err)
	}
}
