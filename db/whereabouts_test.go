package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// told stores an activity about post 7 and how it ended at each inbox.
func told(t *testing.T, s *db.Store, kind string, ends map[string]int16) {
	t.Helper()
	ctx := context.Background()
	id := s.NewID()
	a := &db.Activity{ID: id, URI: fmt.Sprintf("https://copse.test/%d", id), Type: kind, Body: []byte("{}"), Local: true, PostID: 7}
	ok(t, s.CreateActivity(ctx, a))
	for inbox, state := range ends {
		d := &db.Delivery{ActivityID: a.ID, Host: inbox[:1] + ".test", Inbox: inbox}
		if len(inbox) > 2 {
			d.FollowersOf = 1
		}
		ok(t, s.CreateDeliveries(ctx, []*db.Delivery{d}))
		if state != db.DeliveryPending {
			ok(t, s.EndDeliveries(ctx, []int64{d.ID}, db.DeliveryEnd{State: state, Tries: 1}))
		}
	}
}

func TestWhereabouts_latestAndWorst(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ok(t, s.SaveHostHealth(ctx, []*db.Host{{Name: "b.test", State: db.BreakerOpen, Streak: 6, FailingSince: s.Now(), LastError: "timed out"}}))
	told(t, s, "Create", map[string]int16{
		"a1": db.DeliveryDone, "b1": db.DeliveryDone, "c1": db.DeliveryDone, "c2": db.DeliveryRefused,
		"d1": db.DeliveryExpired, "e1": db.DeliverySuperseded, "f1": db.DeliveryCancelled,
		"gts1": db.DeliveryRefused, "gts2": db.DeliveryDone, // one follower's inbox was closed, another took it for all
	})
	told(t, s, "Update", map[string]int16{"a1": db.DeliveryDone, "b1": db.DeliveryPending})
	told(t, s, "Like", map[string]int16{"a1": db.DeliveryRefused})
	post := &db.Post{ID: 7}
	var got []string
	var after *db.Whereabout
	for {
		page, err := s.Whereabouts(ctx, post, after, 2)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		for _, w := range page {
			got = append(got, fmt.Sprintf("%s %d %s had %v", w.Host, w.Place, w.Type, w.Had))
			after = w
		}
	}
	want := []string{
		"b.test 0 Update had true", "c.test 1 Create had true", "d.test 2 Create had false", "f.test 3 Create had false",
		"e.test 4 Create had false", "a.test 5 Update had true", "g.test 5 Create had true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	first, err := s.Whereabouts(ctx, post, nil, 1)
	if err != nil || first[0].HostError != "timed out" || first[0].Breaker != db.BreakerOpen {
		t.Errorf("%+v, %v", first[0], err)
	}
	counts, err := s.CountWhereabouts(ctx, post)
	if diff := cmp.Diff([]db.PlaceCount{{Place: 0, Hosts: 1}, {Place: 1, Hosts: 1}, {Place: 2, Hosts: 1}, {Place: 3, Hosts: 1}, {Place: 4, Hosts: 1}, {Place: 5, Hosts: 2}}, counts); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWhereabout_nextTry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	in := func(minutes int) db.Time { return db.At(now.Add(time.Duration(minutes) * time.Minute)) }
	w := db.Whereabout{Place: db.PlaceWaits, NextAt: in(1), NextProbeAt: in(3), RetryAfter: in(2)}
	if got := w.NextTry(); got != in(3) {
		t.Errorf("next try %v: the latest of its reasons counts", got)
	}
	w.PausedAt = in(-1)
	if got := w.NextTry(); !got.IsZero() {
		t.Errorf("next try %v while paused", got)
	}
	w = db.Whereabout{Place: db.PlaceHas, NextProbeAt: in(3)}
	if got := w.NextTry(); !got.IsZero() {
		t.Errorf("next try %v of what has arrived", got)
	}
}

func TestBeingAddressed(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a := &db.Activity{URI: "https://copse.test/a", Type: "Create", Body: []byte("{}"), Local: true, PostID: 7}
	ok(t, s.CreateActivity(ctx, a))
	row := &db.OutboxRow{ActivityID: a.ID}
	ok(t, s.CreateOutbox(ctx, row, db.Audience{FollowersOf: 1}))
	if still, err := s.BeingAddressed(ctx, 7); err != nil || !still {
		t.Errorf("%v, %v", still, err)
	}
	ok(t, s.AdvanceOutbox(ctx, row, "", s.Now()))
	if still, err := s.BeingAddressed(ctx, 7); err != nil || still {
		t.Errorf("%v, %v once it is through", still, err)
	}
}
