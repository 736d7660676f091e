package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// A clock that ran ahead for a while has put things off by what it was wrong.
func TestEndLongWaits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	right, ahead := now, now.Add(400*24*time.Hour)
	rc := &db.Receipt{Hash: db.HashOf([]byte("far")), ActivityURI: "https://one.test/a/1", Host: "one.test", Body: []byte("{}")}
	soon := &db.Receipt{Hash: db.HashOf([]byte("soon")), ActivityURI: "https://one.test/a/2", Host: "one.test", Body: []byte("{}")}
	for _, r := range []*db.Receipt{rc, soon} {
		if fresh, err := s.AddReceipt(t.Context(), r); err != nil || !fresh {
			t.Fatal(fresh, err)
		}
	}
	now = ahead
	ok(t, s.RetryReceipt(t.Context(), rc, db.At(ahead.Add(time.Hour)), "away"))
	now = right
	ok(t, s.RetryReceipt(t.Context(), soon, db.At(right.Add(47*time.Hour)), "away"))
	if n, err := s.EndLongWaits(t.Context()); err != nil || n != 1 {
		t.Errorf("%d waits ended, %v; want 1", n, err)
	}
	list, err := s.PendingReceipts(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || list[0].ID != rc.ID {
		t.Errorf("due are %v, %v", list, err)
	}
}

// A lease that a dead process took while its clock was ahead must not last until then.
func TestTakeLeases_fromAClockAhead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	if s.Engine() != "sqlite" { // the server's clock cannot be set here
		return
	}
	take := func(who string) int {
		t.Helper()
		got, err := s.TakeLeases(t.Context(), []string{"task/x"}, who, 30*time.Second)
		ok(t, err)
		return len(got)
	}
	now = now.Add(2 * time.Hour)
	if take("dead") != 1 {
		t.Fatal("not taken")
	}
	now = now.Add(-10 * time.Second)
	if take("other") != 0 {
		t.Error("a lease that is held was taken by another")
	}
	now = now.Add(-2 * time.Hour)
	if take("other") != 1 {
		t.Error("a lease from two hours ahead is still in the way")
	}
}

func TestPruneDeadAndReceipts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	s := dbtest.At(t, func() time.Time { return now })
	r := &db.Receipt{Hash: db.HashOf([]byte("a")), ActivityURI: "https://one.test/a/1", ActorURI: "https://one.test/u/1", Host: "one.test", Body: []byte("{}")}
	open := &db.Receipt{Hash: db.HashOf([]byte("b")), ActivityURI: "https://one.test/a/2", ActorURI: "https://one.test/u/1", Host: "one.test", Body: []byte("{}")}
	for _, rc := range []*db.Receipt{r, open} {
		if _, err := s.AddReceipt(t.Context(), rc); err != nil {
			t.Fatal(err)
		}
	}
	ok(t, s.EndReceipt(t.Context(), r.ID, db.ReceiptDone, ""))
	now = now.Add(89 * 24 * time.Hour)
	prune := func() int64 {
		_, gone, err := s.PruneReceipts(t.Context(), db.Window{Before: now.Add(-90 * 24 * time.Hour), Limit: 100})
		ok(t, err)
		return gone
	}
	if n := prune(); n != 0 {
		t.Errorf("%d receipts went after 89 days", n)
	}
	now = now.Add(2 * 24 * time.Hour)
	if n := prune(); n != 1 {
		t.Errorf("%d receipts went after 91 days, want the one that was dealt with", n)
	}
	if _, err := s.ReceiptByURI(t.Context(), open.ActivityURI, open.ActorURI); err != nil {
		t.Errorf("what waits went: %v", err)
	}
	if _, err := s.ReceiptByURI(t.Context(), r.ActivityURI, r.ActorURI); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the old one: %v", err)
	}
}
