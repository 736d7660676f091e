package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// sent stores an activity and a delivery of it to each inbox.
func sent(t *testing.T, s *db.Store, name string, to ...db.FollowerInbox) (*db.Activity, []*db.Delivery) {
	t.Helper()
	a := &db.Activity{URI: "https://copse.test/" + name, Type: "Create", Body: []byte("{}"), Local: true}
	if err := s.CreateActivity(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	var list []*db.Delivery
	for _, in := range to {
		list = append(list, &db.Delivery{ActivityID: a.ID, Host: in.Host, Inbox: in.Inbox})
	}
	if err := s.CreateDeliveries(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	return a, list
}

func at(host, path string) db.FollowerInbox {
	return db.FollowerInbox{Host: host, Inbox: "https://" + host + "/" + path}
}

func TestWaitingDeliveries_pagesByHostAndID(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	var all []db.FollowerInbox
	for i := range 9 {
		all = append(all, at(fmt.Sprintf("h%d.test", i%3), fmt.Sprint(i)))
	}
	_, list := sent(t, s, "a", all...)
	if err := s.EndDeliveries(ctx, []int64{list[4].ID}, db.DeliveryEnd{State: db.DeliveryDone, Code: 202, Tries: 1}); err != nil {
		t.Fatal(err)
	}
	var got []string
	var after *db.WaitingDelivery
	for {
		page, err := s.WaitingDeliveries(ctx, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, w := range page {
			i := slices.IndexFunc(list, func(d *db.Delivery) bool { return d.ID == w.ID })
			got = append(got, fmt.Sprintf("%s/%d", w.Host, i))
		}
		after = &page[len(page)-1]
	}
	want := []string{"h0.test/0", "h0.test/3", "h0.test/6", "h1.test/1", "h1.test/7", "h2.test/2", "h2.test/5", "h2.test/8"}
	if !slices.Equal(got, want) {
		t.Errorf("waiting %v, want %v", got, want)
	}
	if n, err := s.CountWaiting(ctx); err != nil || n != 8 {
		t.Errorf("%d wait, %v; want 8", n, err)
	}
}

func TestEndDeliveries_onlyOnce(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	_, list := sent(t, s, "a", at("one.test", "inbox"))
	id := []int64{list[0].ID}
	until := db.At(time.Now().Add(time.Hour))
	for _, e := range []db.DeliveryEnd{
		{NextAt: until, Code: 404, Tries: 1, Strikes: 1},
		{State: db.DeliveryRefused, Code: 410, Tries: 1},
		{State: db.DeliveryDone, Code: 202, Tries: 1}, // too late
	} {
		if err := s.EndDeliveries(ctx, id, e); err != nil {
			t.Fatal(err)
		}
		late, err := s.LateDeliveries(ctx, "one.test", 10)
		if err != nil {
			t.Fatal(err)
		}
		if want := e.Code == 404; (len(late) == 1) != want {
			t.Errorf("after %d there are %d late, want one: %v", e.Code, len(late), want)
		}
	}
}

func TestRefuseDelivery_byItsHostOnly(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a, _ := sent(t, s, "a", at("one.test", "inbox"), at("two.test", "inbox"))
	for _, c := range []struct {
		host  string
		found bool
	}{{"stranger.test", false}, {"one.test", true}, {"one.test", false}} {
		if found, err := s.RefuseDelivery(ctx, a.URI, c.host, "rejected"); err != nil || found != c.found {
			t.Errorf("refusal by %s found a delivery: %v, %v; want %v", c.host, found, err, c.found)
		}
	}
	if n, _ := s.CountWaiting(ctx); n != 1 {
		t.Errorf("%d wait, want the one for two.test", n)
	}
}

func TestAdvanceOutbox_oneWins(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a, _ := sent(t, s, "a")
	row := &db.OutboxRow{ActivityID: a.ID}
	if err := s.CreateOutbox(ctx, row, db.Audience{}); err != nil {
		t.Fatal(err)
	}
	if err := s.AdvanceOutbox(ctx, row, "i1", db.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := s.AdvanceOutbox(ctx, row, "i1", s.Now()); !errors.Is(err, db.ErrConflict) {
		t.Errorf("second advance from one cursor: %v, want ErrConflict", err)
	}
	row.Cursor = "i1"
	if err := s.AdvanceOutbox(ctx, row, "", s.Now()); err != nil {
		t.Fatal(err)
	}
	if list, _ := s.PendingOutbox(ctx, 10); len(list) != 0 {
		t.Errorf("%d rows pending, want none", len(list))
	}
}

func TestSoleInboxes(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	g := group(t, s, "water")
	for _, host := range []string{"a.test", "b.test", "c.test"} {
		if err := s.SetHostProfile(ctx, &db.Host{Name: host, Software: map[string]string{"c.test": "mastodon"}[host]}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"x", "y", "z"} {
			f := person(t, s, who, host)
			if err := s.PutFollow(ctx, &db.Follow{FollowerID: f.ID, FolloweeID: g.ID, State: db.FollowAccepted}, f); err != nil {
				t.Fatal(err)
			}
		}
	}
	boxes, err := s.FollowerInboxes(ctx, g.ID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	last := boxes[len(boxes)-1]
	_ = s.SaveHostHealth(ctx, []*db.Host{{Name: "b.test", LastInbox: "https://b.test/elsewhere", State: db.BreakerClosed}})
	list, err := s.SoleInboxes(ctx, db.SoleInboxQuery{FolloweeID: g.ID, Software: []string{""}, AfterHost: "a.test", Limit: 10})
	if err != nil || len(list) != 1 || list[0].Host != "b.test" || list[0].Inbox == "" {
		t.Errorf("sole inboxes %v, %v; want one at b.test", list, err)
	}
	d := &db.Delivery{Host: last.Host}
	inbox, tried, err := s.NextInbox(ctx, g.ID, d)
	if err != nil || inbox == "" || tried != 0 {
		t.Errorf("next inbox %q after %d, %v", inbox, tried, err)
	}
	d.Host = "stranger.test"
	if _, _, err := s.NextInbox(ctx, g.ID, d); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("next inbox at a stranger: %v, want ErrNotFound", err)
	}
}

func TestHostsToProbe_onlyWhereSomethingWaits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	sent(t, s, "a", at("due.test", "inbox"), at("later.test", "inbox"), at("asked.test", "inbox"), at("well.test", "inbox"))
	past, future := db.At(now.Add(-time.Minute)), db.At(now.Add(time.Minute))
	err := s.SaveHostHealth(ctx, []*db.Host{
		{Name: "due.test", Streak: 1, NextProbeAt: past, State: db.BreakerOpen},
		{Name: "later.test", Streak: 1, NextProbeAt: future, State: db.BreakerOpen},
		{Name: "asked.test", Streak: 1, NextProbeAt: past, RetryAfter: future, State: db.BreakerClosed},
		{Name: "idle.test", Streak: 1, NextProbeAt: past, State: db.BreakerOpen},
		{Name: "well.test", State: db.BreakerClosed},
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := s.HostsToProbe(ctx, 10); err != nil || !slices.Equal(list, []string{"due.test"}) {
		t.Errorf("to probe: %v, %v; want due.test", list, err)
	}
	if err := s.ForgiveHost(ctx, "later.test"); err != nil {
		t.Fatal(err)
	}
	states, err := s.CountBreakers(ctx)
	if err != nil || states[db.BreakerOpen] != 2 || states[db.BreakerClosed] != 1 {
		t.Errorf("breakers %v, %v; want 2 open, 1 closed but failing", states, err)
	}
}

func TestSaveHostHealth_leavesTheRestAlone(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	if err := s.SetHostPolicy(ctx, "one.test", db.HostSilenced, "noise"); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveHostHealth(ctx, []*db.Host{{Name: "one.test", Streak: 3, State: db.BreakerClosed, Scheme: "cavage"}}); err != nil {
		t.Fatal(err)
	}
	h, err := s.HostByName(ctx, "one.test")
	if err != nil || h.Policy != db.HostSilenced || h.Streak != 3 || h.Scheme != "cavage" {
		t.Errorf("host %+v, %v", h, err)
	}
}

func TestEndDeliveries_byActivityAndHost(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a, _ := sent(t, s, "a", at("a.test", "i"), at("b.test", "i"), at("c.test", "i"))
	sent(t, s, "b", at("a.test", "i"), at("b.test", "i"))
	count := func(why string, want map[string]int64) {
		t.Helper()
		list, err := s.QueueByHost(ctx, 10)
		ok(t, err)
		got := map[string]int64{}
		for _, q := range list {
			got[q.Host] = q.Pending
			if q.Oldest.IsZero() {
				t.Errorf("%s: %s waits since never", why, q.Host)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", why, diff)
		}
	}
	count("all wait", map[string]int64{"a.test": 2, "b.test": 2, "c.test": 1})
	ok(t, s.EndActivityDeliveries(ctx, []int64{a.ID}, []string{"a.test", "c.test"}, db.DeliveryCancelled))
	count("one activity ended at two hosts", map[string]int64{"a.test": 1, "b.test": 2})
	if n, err := s.EndHostDeliveries(ctx, "b.test", db.DeliveryCancelled, "blocked"); err != nil || n != 2 {
		t.Errorf("%d ended, %v; want 2", n, err)
	}
	count("one host ended", map[string]int64{"a.test": 1})
	lists, err := s.WaitingDeliveries(ctx, nil, 10)
	if err != nil || len(lists) != 1 {
		t.Fatalf("%v, %v", lists, err)
	}
	later := db.At(s.Now().Add(time.Hour))
	ok(t, s.PutOffDeliveries(ctx, []int64{lists[0].ID}, later))
	if lists, err = s.WaitingDeliveries(ctx, nil, 10); err != nil || !lists[0].NextAt.Equal(later.Time) {
		t.Errorf("put off: %v, %v", lists, err)
	}
	if n, oldest, err := s.WaitingFor(ctx, "a.test"); err != nil || n != 1 || oldest.IsZero() {
		t.Errorf("%d wait since %v, %v", n, oldest, err)
	}
}

func TestPutOffs_whatIsNotDue(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	_, list := sent(t, s, "a", at("a.test", "1"), at("a.test", "2"), at("a.test", "3"), at("b.test", "1"), at("c.test", "1"))
	var ids []int64
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	ok(t, s.PutOffDeliveries(ctx, []int64{ids[1], ids[3], ids[4]}, db.At(time.Now().Add(time.Hour))))
	ok(t, s.PutOffDeliveries(ctx, ids[2:3], db.At(time.Now().Add(-time.Hour))))
	late, err := s.PutOffs(ctx, []string{"a.test", "b.test"}, 10)
	if err != nil || len(late) != 2 || late[0].ID != ids[1] || late[1].ID != ids[3] {
		t.Errorf("put off: %+v, %v; want the second at a.test and the one at b.test", late, err)
	}
}
