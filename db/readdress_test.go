package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// What waits for a follower goes along when the follower's inbox moves; what was sent already or
// is there already does not, nor what others are still reached at.
func TestMoveFollowerInbox_takesAlongWhatWaits(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	water := group(t, s, "water")
	bo, cy := person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	for _, who := range []*db.Actor{bo, cy} {
		ok(t, s.PutFollow(ctx, &db.Follow{FollowerID: who.ID, FolloweeID: water.ID, State: db.FollowAccepted}, who))
	}
	move := func(who *db.Actor, change func(*db.Actor)) {
		old := *who
		change(who)
		ok(t, s.SaveActor(ctx, who))
		ok(t, s.MoveFollowerInbox(ctx, who, &old))
	}
	inboxes := func(a *db.Activity) (list []string) {
		rows, err := s.DeliveriesOf(ctx, a.ID)
		ok(t, err)
		for _, d := range rows {
			list = append(list, d.Inbox)
		}
		slices.Sort(list)
		return list
	}
	from, to := db.FollowerInbox{Host: "peer.test", Inbox: bo.DeliveryInbox()}, db.FollowerInbox{Host: "peer.test", Inbox: "https://peer.test/new"}
	waits, _ := sent(t, s, "waits", from)
	both, _ := sent(t, s, "both", from, to)
	named, _ := sent(t, s, "named", from)
	went, list := sent(t, s, "went", from)
	ok(t, s.EndDeliveries(ctx, []int64{list[0].ID}, db.DeliveryEnd{State: db.DeliveryDone, Code: 202, Tries: 1}))
	for _, a := range []*db.Activity{waits, both, went} {
		ok(t, s.CreateOutbox(ctx, &db.OutboxRow{ActivityID: a.ID}, db.Audience{FollowersOf: water.ID}))
	}
	ok(t, s.CreateOutbox(ctx, &db.OutboxRow{ActivityID: named.ID}, db.Audience{Inboxes: []db.FollowerInbox{from}}))
	move(bo, func(a *db.Actor) { a.SharedInbox = to.Inbox })
	for _, c := range []struct {
		what *db.Activity
		want []string
	}{
		{waits, []string{to.Inbox}},
		{both, []string{from.Inbox, to.Inbox}},
		{named, []string{to.Inbox}},
		{went, []string{from.Inbox}},
	} {
		slices.Sort(c.want)
		if got := inboxes(c.what); !slices.Equal(got, c.want) {
			t.Errorf("%s is for %v, want %v", c.what.URI, got, c.want)
		}
	}
	own, _ := sent(t, s, "own", to)
	ok(t, s.CreateOutbox(ctx, &db.OutboxRow{ActivityID: own.ID}, db.Audience{FollowersOf: water.ID}))
	move(cy, func(a *db.Actor) { a.SharedInbox = to.Inbox })
	move(bo, func(a *db.Actor) { a.SharedInbox = "" })
	if got := inboxes(own); !slices.Equal(got, []string{to.Inbox}) {
		t.Errorf("while cy is reached there: %v", got)
	}
}

// A private message that waits does not go to somebody who blocks its author, unless others at the
// same host read it; public words go on.
func TestCancelPrivate(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	water := group(t, s, "water")
	ann, bo, cy := person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test"), person(t, s, "cy", "peer.test")
	write := func(visibility string, kind string, readers ...*db.Actor) *db.Activity {
		p := &db.Post{ID: s.NewID(), GroupID: water.ID, AuthorID: ann.ID, Kind: db.KindComment, State: db.PostPublished, Visibility: visibility}
		p.URI = fmt.Sprintf("https://copse.test/ap/objects/%d", p.ID)
		ok(t, s.CreatePost(ctx, p, nil))
		var ids []int64
		for _, r := range readers {
			ids = append(ids, r.ID)
		}
		ok(t, s.PutMentions(ctx, p.ID, ids))
		a := &db.Activity{URI: p.URI + "#" + kind, Type: kind, ActorID: ann.ID, PostID: p.ID, Body: []byte("{}"), Local: true}
		ok(t, s.CreateActivity(ctx, a))
		ok(t, s.CreateDeliveries(ctx, []*db.Delivery{{ActivityID: a.ID, Host: "peer.test", Inbox: bo.DeliveryInbox()}}))
		return a
	}
	cases := []struct {
		what  string
		act   *db.Activity
		state int16
	}{
		{"to bo", write(db.VisibilityDirect, "Create", bo), db.DeliveryCancelled},
		{"changed", write(db.VisibilityDirect, "Update", bo), db.DeliveryCancelled},
		{"deleted", write(db.VisibilityDirect, "Delete", bo), db.DeliveryPending},
		{"to bo and cy", write(db.VisibilityDirect, "Create", bo, cy), db.DeliveryPending},
		{"to cy", write(db.VisibilityDirect, "Create", cy), db.DeliveryPending},
		{"public", write(db.VisibilityPublic, "Create", bo), db.DeliveryPending},
	}
	ok(t, s.CancelPrivate(ctx, bo.ID, ann)) // the other way round
	ok(t, s.CancelPrivate(ctx, ann.ID, bo))
	for _, c := range cases {
		rows, err := s.DeliveriesOf(ctx, c.act.ID)
		if err != nil || len(rows) != 1 || rows[0].State != c.state {
			t.Errorf("%s: %+v, %v; want state %d", c.what, rows[0], err, c.state)
		}
	}
}
