package db_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// crowdedInbox is somebody with many unread lines, of which three are about the discussion returned.
func crowdedInbox(t testing.TB, s *db.Store, unread int) (who *db.Account, top *db.Post, ids []int64) {
	t.Helper()
	ctx := context.Background()
	who = login(t, s, "ann"+strconv.Itoa(unread))
	g, bob := group(t, s, "water"+strconv.Itoa(unread)), person(t, s, "bob"+strconv.Itoa(unread), "peer.test")
	top = say(t, s, g, bob, nil)
	for range 3 {
		n := &db.Notification{AccountID: who.ID, Kind: db.NotifyReply, ActorID: bob.ID, GroupID: g.ID, PostID: say(t, s, g, bob, top).ID}
		ok(t, s.Notify(ctx, n))
		ids = append(ids, n.ID)
	}
	ok(t, s.Raw(ctx, `INSERT INTO notifications (id, account_id, kind, created_at, discussion_id)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT ? + i, ?, 'reply', i, i / 4 + 1 FROM n`, unread-3, who.ID*1_000_000, who.ID))
	ok(t, s.Raw(ctx, "ANALYZE notifications"))
	return who, top, ids
}

func TestMarkThreadRead_looksAtItsOwnLines(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	who, top, _ := crowdedInbox(t, s, 3000)
	plan, err := s.PlanOfUnreadThere(ctx, who.ID, top.ID)
	ok(t, err)
	want := "notifications_unread_in (account_id=? AND discussion_id=?)"
	if s.Engine() == "postgres" {
		want = "discussion_id = '" + strconv.FormatInt(top.ID, 10)
		if !strings.Contains(plan, "notifications_unread_in") || !strings.Contains(plan, "rows=3 ") {
			t.Errorf("more is read than three lines by their index:\n%s", plan)
		}
	}
	if !strings.Contains(plan, want) || strings.Contains(plan, "Rows Removed") || strings.Contains(plan, "SCAN") {
		t.Errorf("what is unread in a discussion is found by looking at other lines too:\n%s", plan)
	}
	ok(t, s.MarkThreadRead(ctx, who.ID, top.ID))
	list, err := s.Inbox(ctx, db.InboxQuery{AccountID: who.ID, Limit: 3000})
	ok(t, err)
	for _, n := range list {
		if read := !n.ReadAt.IsZero(); read != (n.DiscussionID == top.ID) {
			t.Fatalf("line %d of discussion %d: read %v", n.ID, n.DiscussionID, read)
		}
	}
}

func TestNotify_knowsTheDiscussion(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), login(t, s, "ann")
	bob := person(t, s, "bob", "peer.test")
	ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: ann.ActorID, FolloweeID: g.ID, State: db.FollowAccepted}, actorOf(t, s, ann)))
	ok(t, s.SetFollowLevel(ctx, ann.ActorID, g.ID, "threads"))
	top := say(t, s, g, bob, nil)
	below := say(t, s, g, bob, say(t, s, g, bob, top))
	ok(t, s.NotifyFollowers(ctx, db.Notification{Kind: db.NotifyThread, ActorID: bob.ID, GroupID: g.ID, PostID: top.ID}))
	ok(t, s.NotifyActor(ctx, ann.ActorID, &db.Notification{Kind: db.NotifyReply, ActorID: bob.ID, PostID: below.ID}))
	ok(t, s.NotifyActor(ctx, bob.ID, &db.Notification{Kind: db.NotifyReply, ActorID: bob.ID, PostID: below.ID})) // nobody of ours
	tell(t, s, ann, db.Notification{Kind: db.NotifyLike, PostID: below.ID}, db.Notification{Kind: db.NotifyFollow, ActorID: bob.ID})
	list, err := s.Inbox(ctx, db.InboxQuery{AccountID: ann.ID, Limit: 10})
	if err != nil || len(list) != 4 {
		t.Fatalf("%d lines, %v; want four", len(list), err)
	}
	for _, n := range list {
		want := top.ID
		if n.Kind == db.NotifyFollow {
			want = 0
		}
		if n.DiscussionID != want {
			t.Errorf("%s is told in discussion %d, want %d", n.Kind, n.DiscussionID, want)
		}
	}
}

// What an older version told is found too.
func TestMigrate_toldIn(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	who, top, ids := crowdedInbox(t, s, 5)
	lower(t, s)
	_, err := s.Migrate(ctx)
	ok(t, err)
	list, err := s.NotificationsByID(ctx, who.ID, ids)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d lines are left, %v; want three", len(list), err)
	}
	for _, n := range list {
		if n.DiscussionID != top.ID || n.Kind != db.NotifyReply || n.Actor == nil || n.CreatedAt.IsZero() {
			t.Errorf("a line of an older version has become %+v", n)
		}
	}
}

// BenchmarkMarkThreadRead reads a discussion with three lines in the inbox of somebody who has left
// many unread. They are unread again each time.
func BenchmarkMarkThreadRead(b *testing.B) {
	for _, unread := range []int{100, 10_000} {
		b.Run(strconv.Itoa(unread), func(b *testing.B) {
			ctx, s := context.Background(), dbtest.New(b)
			who, top, ids := crowdedInbox(b, s, unread)
			b.ReportAllocs()
			for b.Loop() {
				ok(b, s.MarkThreadRead(ctx, who.ID, top.ID))
				ok(b, s.SetRead(ctx, who.ID, ids, db.Time{}))
			}
		})
	}
}
