package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// buried stores deliveries to one.test, as many as states, that ended like that, and returns their ids.
func buried(t *testing.T, s *db.Store, states ...int16) []int64 {
	t.Helper()
	var ids []int64
	for i, state := range states {
		_, list := sent(t, s, "a"+string(rune('a'+i)), at("one.test", "inbox"), at("two.test", "inbox"))
		ids = append(ids, list[0].ID)
		if err := s.EndDeliveries(t.Context(), ids[i:], db.DeliveryEnd{State: state, Code: 410, Tries: 1}); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func TestDeadLetters_pagesThoseOfAHost(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ids := buried(t, s, db.DeliveryRefused, db.DeliveryDone, db.DeliveryExpired, db.DeliveryRefused)
	var got []int64
	for after := int64(0); ; after = got[len(got)-1] {
		page, err := s.DeadLetters(ctx, "one.test", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			got = append(got, d.ID)
			if d.Type != "Create" || d.LastCode != 410 || d.DoneAt.IsZero() || d.Body != nil {
				t.Errorf("dead letter %+v, want its activity and end, without body", d)
			}
		}
	}
	if len(got) != 3 || got[0] != ids[0] || got[1] != ids[2] || got[2] != ids[3] {
		t.Errorf("dead letters %v of %v, want all but the one that was taken", got, ids)
	}
	whole, err := s.ExportDead(ctx, "one.test", 0, 1)
	if err != nil || len(whole) != 1 || string(whole[0].Body) != "{}" {
		t.Errorf("export %+v, %v; want the body", whole, err)
	}
}

func TestDeadByHost_counts(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	buried(t, s, db.DeliveryRefused, db.DeliveryExpired, db.DeliveryRefused, db.DeliveryCancelled)
	list, err := s.DeadByHost(ctx, "", 10)
	if err != nil || len(list) != 1 || list[0].Host != "one.test" || list[0].Refused != 2 || list[0].Expired != 1 || list[0].Last.IsZero() {
		t.Errorf("%+v, %v; want two refused and one expired at one.test", list, err)
	}
	if n, err := s.DeadAt(ctx, "one.test"); err != nil || n != *list[0] {
		t.Errorf("alone it has %+v, %v", n, err)
	}
	if n, err := s.DeadAt(ctx, "two.test"); err != nil || n.Refused+n.Expired != 0 {
		t.Errorf("two.test has %+v, %v", n, err)
	}
	if n, err := s.CountDead(ctx); err != nil || n != 3 {
		t.Errorf("%d dead, %v; want 3", n, err)
	}
}

func TestRetryDead_startsAfreshAndCalls(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ids := buried(t, s, db.DeliveryRefused, db.DeliveryExpired, db.DeliveryDone)
	n, err := s.RetryDead(ctx, "one.test")
	if err != nil || n != 2 {
		t.Fatalf("%d revived, %v; want 2", n, err)
	}
	rows, err := s.DeliveriesByID(ctx, ids)
	if err != nil || len(rows) != 2 || rows[0].LastCode != 410 || rows[0].Attempts != 0 || !rows[0].NextAt.IsZero() {
		t.Errorf("revived %+v, %v; want them to wait again", rows, err)
	}
	calls, err := s.HostCalls(ctx, 10)
	if err != nil || len(calls) != 1 || calls[0].Host != "one.test" {
		t.Fatalf("calls %v, %v; want one of one.test", calls, err)
	}
	ok(t, s.AnswerHostCall(ctx, calls[0]))
	if calls, _ = s.HostCalls(ctx, 10); len(calls) != 0 {
		t.Errorf("answered, and still there: %v", calls)
	}
}

func TestRetryDeadLetter_thatOneAlone(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ids := buried(t, s, db.DeliveryRefused, db.DeliveryRefused)
	ok(t, s.RetryDeadLetter(ctx, ids[1]))
	rows, err := s.DeliveriesByID(ctx, ids)
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] {
		t.Errorf("waiting %v, %v; want the second", rows, err)
	}
	if err := s.RetryDeadLetter(ctx, ids[1]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("what waits already: %v, want ErrNotFound", err)
	}
}

func TestDropDead_cancels(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ids := buried(t, s, db.DeliveryRefused, db.DeliveryRefused, db.DeliveryExpired)
	ok(t, s.DropDeadLetter(ctx, ids[0]))
	if err := s.DropDeadLetter(ctx, ids[0]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("dropped twice: %v, want ErrNotFound", err)
	}
	if n, err := s.DropDead(ctx, "one.test"); err != nil || n != 2 {
		t.Errorf("dropped %d, %v; want 2", n, err)
	}
	if n, err := s.DropWaiting(ctx, "two.test"); err != nil || n != 3 {
		t.Errorf("dropped %d that wait, %v; want 3", n, err)
	}
	if n, _ := s.CountDead(ctx); n != 0 {
		t.Errorf("%d dead letters are left", n)
	}
}

func TestPauseHost_resumedWithACall(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	ok(t, s.PauseHost(ctx, "one.test"))
	h, err := s.HostByName(ctx, "one.test")
	if err != nil || h.PausedAt.IsZero() {
		t.Fatalf("%+v, %v; want it paused", h, err)
	}
	ok(t, s.ResumeHost(ctx, "one.test"))
	calls, err := s.HostCalls(ctx, 10)
	if h, _ = s.HostByName(ctx, "one.test"); !h.PausedAt.IsZero() || err != nil || len(calls) != 1 {
		t.Errorf("%+v with calls %v, %v; want it resumed and called", h, calls, err)
	}
}
