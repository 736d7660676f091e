package delivery

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// tended lets the upkeep come to rest.
func (h *house) tended(d *Deliverer) {
	h.t.Helper()
	for range 20 {
		if err := d.tend(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestLead_oneAtATimeAndTakeover(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Registry = nil
	one, two := New(h.opt), New(h.opt)
	leads := func(d *Deliverer) bool {
		t.Helper()
		d.upkeep.asked = time.Time{}
		is, err := d.lead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !leads(one) || leads(two) || !leads(one) {
		t.Error("not exactly the first leads")
	}
	if err := one.resign(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !leads(two) || leads(one) {
		t.Error("after the first resigned the second does not lead")
	}
	if h.store.Engine() == "sqlite" { // whose clock is ours; killed holders are walked in the queue's tests
		h.clock.pass(queue.LeaseTime + time.Second)
		if !leads(one) || leads(two) {
			t.Error("a lease that ran out was not taken over")
		}
	}
}

func TestPrune_keepsWhatMayBeAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("gone.test", always(http.StatusGone))
	dead := h.inbox("gone.test", "https://gone.test/inbox")
	old := h.publish("Update", "u1", "o1", h.followers())
	create := h.publish("Create", "c1", "o1", h.followers())
	refused := h.publish("Update", "u2", "o2", dead)
	h.settle()
	h.clock.pass(29 * 24 * time.Hour)
	fresh := h.publish("Update", "u3", "o3", h.followers())
	h.settle()
	h.tended(h.Deliverer)
	if n := len(h.deliveries(old)); n != 1 {
		t.Fatalf("%d deliveries known after 29 days, want 1", n)
	}
	h.clock.pass(2 * 24 * time.Hour)
	h.tended(h.Deliverer)
	for _, c := range []struct {
		of         *db.Activity
		deliveries int
		kept       bool
	}{{old, 0, false}, {create, 0, true}, {refused, 1, true}, {fresh, 1, true}} {
		if n := len(h.deliveries(c.of)); n != c.deliveries {
			t.Errorf("%s has %d deliveries after 31 days, want %d", c.of.URI, n, c.deliveries)
		}
		if _, err := h.store.ActivityByID(t.Context(), c.of.ID); (err == nil) != c.kept {
			t.Errorf("%s: %v, want it kept: %v", c.of.URI, err, c.kept)
		}
	}
}

func TestPrune_boundedSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := db.Audience{}
	for i := range 30 {
		host := fmt.Sprintf("h%d.test", i)
		to.Inboxes = append(to.Inboxes, db.FollowerInbox{Host: host, Inbox: "https://" + host + "/inbox"})
	}
	a := h.publish("Update", "u1", "o1", to)
	h.settle()
	h.clock.pass(31 * 24 * time.Hour)
	next, gone, err := h.store.PruneDeliveries(t.Context(), db.Window{Before: h.clock.now().Add(-30 * 24 * time.Hour), Limit: 10})
	if err != nil || gone != 10 || len(h.deliveries(a)) != 20 {
		t.Fatalf("%d went, %v; want 10 of 30", gone, err)
	}
	if _, gone, err = h.store.PruneDeliveries(t.Context(), db.Window{After: next, Before: h.clock.now(), Limit: 100}); err != nil || gone != 20 {
		t.Errorf("%d went, %v; want the other 20", gone, err)
	}
}

// Also what an admin paused expires, and what was buried is forgotten.
func TestTend_expiresAndForgets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	if err := h.Pause(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	a := h.publish("Create", "c1", "o1", h.followers())
	if err := h.store.Bury(t.Context(), "https://one.test/likes/1", "https://one.test/u/ana"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.clock.pass(30*day + time.Hour)
	h.tended(h.Deliverer)
	h.wantState(a, "one.test", db.DeliveryExpired)
	if buried, err := h.store.Buried(t.Context(), "https://one.test/likes/1", "https://one.test/u/ana"); err != nil || buried {
		t.Errorf("still buried after 30 days: %v, %v", buried, err)
	}
}

// 410 is believed when the actor's own server says it twice, a day apart.
func TestGone_confirmedTwiceADayApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says []bool // what the server says, a day between
		fail error  // or it does not answer
		left bool   // whether the actor loses all follows
	}{
		"gone for good":   {says: []bool{true, true}, left: true},
		"back":            {says: []bool{true, false}},
		"never gone":      {says: []bool{false, true}},
		"does not answer": {says: []bool{true, true}, fail: context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			asked := 0
			h.opt.Gone = func(context.Context, *db.Actor) (bool, error) {
				if asked++; asked > len(c.says) {
					return true, c.fail
				}
				return c.says[asked-1], c.fail
			}
			h.restart()
			who := h.followAs(db.Actor{Handle: "ana", Host: "one.test"})
			h.net.answer("one.test", always(http.StatusGone))
			h.publish("Create", "c1", "o1", h.followers())
			h.settle()
			follows := func() bool {
				f, err := h.store.FollowBetween(context.Background(), who.ID, h.group.ID)
				return err == nil && f.State == db.FollowAccepted
			}
			if err := h.askGone(t.Context()); (err != nil) != (c.fail != nil) {
				t.Fatal(err)
			}
			h.clock.pass(23 * time.Hour)
			if c.fail == nil {
				if err := h.askGone(t.Context()); err != nil || asked != 1 {
					t.Fatalf("asked %d times within a day, %v", asked, err)
				}
			}
			if !follows() {
				t.Fatal("forgotten after one answer")
			}
			h.clock.pass(2 * time.Hour)
			if err := h.askGone(t.Context()); (err != nil) != (c.fail != nil) {
				t.Fatal(err)
			}
			if follows() == c.left {
				t.Errorf("follows: %v, want it gone: %v", follows(), c.left)
			}
			h.publish("Create", "c2", "o2", h.followers())
			h.settle()
			if n := len(h.net.names("one.test")); c.left && n != 1 {
				t.Errorf("one.test got %v, want nothing after its only follower was gone", h.net.names("one.test"))
			}
		})
	}
}
