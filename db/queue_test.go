package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestQueueTotals(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	now := s.Now()
	long := db.At(now.Add(-db.DormantAfter - time.Hour))
	ok(t, s.SaveHostHealth(ctx, []*db.Host{
		{Name: "one.test", State: db.BreakerOpen, Streak: 5, FailingSince: now},
		{Name: "two.test", State: db.BreakerOpen, Streak: 30, FailingSince: long},
		{Name: "three.test", State: db.BreakerClosed},
		{Name: "four.test", State: db.BreakerOpen, Streak: 9, FailingSince: long},
	}))
	ok(t, s.PauseHost(ctx, "three.test"))
	_, list := sent(t, s, "a", at("one.test", "i"), at("two.test", "i"), at("three.test", "i"))
	ok(t, s.EndDeliveries(ctx, []int64{list[2].ID}, db.DeliveryEnd{State: db.DeliveryExpired}))
	n, err := s.QueueTotals(ctx)
	want := db.QueueTotals{Classes: []db.ClassTotal{{Class: db.ClassNormal, Waiting: 2, Oldest: list[0].CreatedAt}}, Dead: 1, Open: 3, Dormant: 2, Paused: 1}
	if diff := cmp.Diff(want, n); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	failing, err := s.FailingHosts(ctx, 5)
	if err != nil || len(failing) != 2 || failing[0].Name != "two.test" || failing[0].Pending != 1 {
		t.Errorf("longest first, and only where something waits: %+v, %v", failing, err)
	}
}

func TestHostDays_completeFrom(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	ctx, s := context.Background(), dbtest.At(t, func() time.Time { return clock })
	day := clock.Unix() / 86400
	end := func(name string, state int16) {
		t.Helper()
		_, list := sent(t, s, name, at("one.test", "i"), at("two.test", "i"))
		ok(t, s.EndDeliveries(ctx, []int64{list[0].ID}, db.DeliveryEnd{State: state}))
	}
	end("a", db.DeliveryDone)
	clock = clock.AddDate(0, 0, 1)
	end("b", db.DeliveryDone)
	end("c", db.DeliveryRefused)
	second := db.At(clock)
	clock = clock.AddDate(0, 0, 1)
	end("d", db.DeliveryDone)
	since := db.At(clock.AddDate(0, 0, -7))
	days, from, err := s.HostDays(ctx, "one.test", since, 100)
	want := []db.DayTotal{{Day: day, Taken: 1}, {Day: day + 1, Taken: 1, Given: 1}, {Day: day + 2, Taken: 1}}
	if diff := cmp.Diff(want, days); diff != "" || from != since || err != nil {
		t.Errorf("complete from %v, %v (-want +got)\n%s", from, err, diff)
	}
	days, from, err = s.HostDays(ctx, "one.test", since, 4)
	if err != nil || len(days) != 2 || from != second {
		t.Errorf("of the last four rows %v, complete from %v, %v", days, from, err)
	}
}
