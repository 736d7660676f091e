package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// tell leaves notifications for an account and returns their ids.
func tell(t *testing.T, s *db.Store, who *db.Account, list ...db.Notification) []int64 {
	t.Helper()
	var ids []int64
	for _, n := range list {
		n.AccountID = who.ID
		ok(t, s.Notify(t.Context(), &n))
		ids = append(ids, n.ID)
	}
	return ids
}

// inbox lists the ids of an account's notifications, and which are read.
func inbox(t *testing.T, s *db.Store, q db.InboxQuery) (ids []int64, read int) {
	t.Helper()
	q.Limit = 10
	list, err := s.Inbox(t.Context(), q)
	ok(t, err)
	for _, n := range list {
		ids = append(ids, n.ID)
		if !n.ReadAt.IsZero() {
			read++
		}
	}
	return ids, read
}

func TestInbox_kindsPagesAndOwners(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	ann, bob := login(t, s, "ann"), login(t, s, "bob")
	g := group(t, s, "water")
	top := say(t, s, g, actorOf(t, s, bob), nil)
	ids := tell(t, s, ann,
		db.Notification{Kind: db.NotifyReply, ActorID: bob.ActorID, PostID: top.ID, GroupID: g.ID},
		db.Notification{Kind: db.NotifyLike, ActorID: bob.ActorID, PostID: top.ID},
		db.Notification{Kind: db.NotifyMention, ActorID: bob.ActorID, PostID: top.ID})
	foreign := tell(t, s, bob, db.Notification{Kind: db.NotifyFollow})
	for _, c := range []struct {
		name string
		q    db.InboxQuery
		want []int64
	}{
		{"all, newest first", db.InboxQuery{AccountID: ann.ID}, []int64{ids[2], ids[1], ids[0]}},
		{"before one", db.InboxQuery{AccountID: ann.ID, Before: ids[1]}, []int64{ids[0]}},
		{"of two kinds", db.InboxQuery{AccountID: ann.ID, Kinds: []string{db.NotifyReply, db.NotifyMention}}, []int64{ids[2], ids[0]}},
	} {
		if got, _ := inbox(t, s, c.q); !cmp.Equal(c.want, got) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	list, err := s.NotificationsByID(ctx, ann.ID, append(foreign, ids[0]))
	if err != nil || len(list) != 1 || list[0].Actor.Handle != "bob" || list[0].Post.ID != top.ID {
		t.Errorf("by ids, one of them another's: %v, %v", list, err)
	}
	if unread, err := s.HasUnread(ctx, ann.ID, db.NotifyReply, g.ID); err != nil || !unread {
		t.Errorf("an unread answer in the group: %v, %v", unread, err)
	}
	if unread, err := s.HasUnread(ctx, ann.ID, db.NotifyHeld, g.ID); err != nil || unread {
		t.Errorf("an unread line of another kind: %v, %v", unread, err)
	}
}

func TestRead_andUndone(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	ann, bob := login(t, s, "ann"), login(t, s, "bob")
	g := group(t, s, "water")
	top := say(t, s, g, actorOf(t, s, bob), nil)
	ids := tell(t, s, ann, db.Notification{Kind: db.NotifyReply, PostID: top.ID}, db.Notification{Kind: db.NotifyLike}, db.Notification{Kind: db.NotifyShare})
	foreign := tell(t, s, bob, db.Notification{Kind: db.NotifyFollow})
	wantUnread := func(want int, why string) {
		t.Helper()
		if n, err := s.UnreadCount(ctx, ann.ID); err != nil || n != want {
			t.Errorf("%s: %d unread, %v; want %d", why, n, err, want)
		}
	}
	ok(t, s.SetRead(ctx, ann.ID, append(foreign, ids[1]), s.Now()))
	wantUnread(2, "one was read")
	if n, err := s.UnreadCount(ctx, bob.ID); err != nil || n != 1 {
		t.Errorf("somebody else's was touched: %d, %v", n, err)
	}
	ok(t, s.MarkThreadRead(ctx, ann.ID, top.ID))
	wantUnread(1, "the discussion was read")
	c.pass(time.Minute)
	at, err := s.MarkAllRead(ctx, ann.ID)
	ok(t, err)
	wantUnread(0, "all were read")
	ok(t, s.UndoRead(ctx, ann.ID, at))
	wantUnread(1, "that was undone")
	ok(t, s.UndoRead(ctx, ann.ID, db.Time{}))
	ok(t, s.SetRead(ctx, ann.ID, ids, db.Time{}))
	wantUnread(3, "all are unread again")
}

func TestToldSince(t *testing.T) {
	t.Parallel()
	c := newClock()
	ctx, s := t.Context(), dbtest.At(t, c.now)
	g, ann, far := group(t, s, "water"), login(t, s, "ann"), person(t, s, "far", "peer.test")
	before := s.Now()
	c.pass(time.Second)
	tell(t, s, ann, db.Notification{Kind: db.NotifyRefused, GroupID: g.ID, Note: "banned"})
	word := &db.Post{AuthorID: g.ID, Kind: db.KindNote, State: db.PostPublished, StateReason: "banned", Visibility: db.VisibilityDirect, URI: "https://copse.test/word"}
	ok(t, s.CreatePost(ctx, word, nil))
	ok(t, s.PutMentions(ctx, word.ID, []int64{far.ID}))
	for _, who := range []int64{ann.ActorID, far.ID} {
		for code, want := range map[string]bool{"banned": true, "held": false} {
			if told, err := s.ToldSince(ctx, g.ID, who, code, before); err != nil || told != want {
				t.Errorf("%d was told %q: %v, %v", who, code, told, err)
			}
		}
		if told, err := s.ToldSince(ctx, g.ID, who, "banned", s.Now()); err != nil || told {
			t.Errorf("%d was told since now: %v, %v", who, told, err)
		}
	}
}

func TestNotifyFollowers_thoseWhoWatch(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann := group(t, s, "water"), login(t, s, "ann")
	levels := map[string]*db.Account{}
	for _, level := range []string{"threads", "everything", "mentions", "muted"} {
		who := login(t, s, level)
		levels[level] = who
		ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: who.ActorID, FolloweeID: g.ID, State: db.FollowAccepted}, actorOf(t, s, who)))
		ok(t, s.SetFollowLevel(ctx, who.ActorID, g.ID, level))
	}
	ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: ann.ActorID, FolloweeID: g.ID, State: db.FollowAccepted}, actorOf(t, s, ann)))
	top := say(t, s, g, actorOf(t, s, ann), nil)
	for range 2 { // told once, also when asked twice
		ok(t, s.NotifyFollowers(ctx, db.Notification{Kind: db.NotifyThread, ActorID: ann.ActorID, GroupID: g.ID, PostID: top.ID}))
	}
	for level, want := range map[string]int{"threads": 1, "everything": 1, "mentions": 0, "muted": 0} {
		if ids, _ := inbox(t, s, db.InboxQuery{AccountID: levels[level].ID}); len(ids) != want {
			t.Errorf("%s: %d lines, want %d", level, len(ids), want)
		}
	}
	if ids, _ := inbox(t, s, db.InboxQuery{AccountID: ann.ID}); len(ids) != 0 {
		t.Error("the author is told of what they wrote")
	}
}

func TestReading_movesOnOnly(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bob := group(t, s, "water"), login(t, s, "ann"), person(t, s, "bob", "copse.test")
	top, never := say(t, s, g, bob, nil), say(t, s, g, bob, nil)
	first := say(t, s, g, bob, top)
	for _, last := range []int64{first.ID, top.ID} {
		ok(t, s.PutReading(ctx, &db.Reading{AccountID: ann.ID, DiscussionID: top.ID, LastPostID: last}))
	}
	if r, err := s.ReadingOf(ctx, ann.ID, top.ID); err != nil || r.LastPostID != first.ID {
		t.Errorf("place %+v, %v; want the first answer", r, err)
	}
	say(t, s, g, bob, top)
	say(t, s, g, actorOf(t, s, ann), first) // one's own is no news
	fresh, err := s.UnreadIn(ctx, &db.Account{ID: ann.ID, ActorID: ann.ActorID}, []int64{top.ID, never.ID})
	if diff := cmp.Diff(map[int64]int64{top.ID: 1}, fresh); diff != "" || err != nil {
		t.Errorf("unread, %v (-want +got)\n%s", err, diff)
	}
}
