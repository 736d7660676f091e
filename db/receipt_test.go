package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func receipt(t *testing.T, s *db.Store, uri, body string) *db.Receipt {
	t.Helper()
	r := &db.Receipt{
		Hash: db.HashOf([]byte(uri), []byte(body)), Signature: db.HashOf([]byte("sig " + uri + body)),
		ActivityURI: uri, Type: "Like", ActorURI: "https://peer.test/bo", Host: "peer.test", Body: []byte(body),
	}
	fresh, err := s.AddReceipt(context.Background(), r)
	if err != nil || !fresh {
		t.Fatalf("add receipt: %v, %v", fresh, err)
	}
	return r
}

func TestAddReceipt_idAndBodyCountTogether(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	first := receipt(t, s, "https://peer.test/a", "one")
	receipt(t, s, "https://peer.test/a", "two")
	again := *first
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || fresh {
		t.Errorf("the same again: %v, %v; want known", fresh, err)
	}
	if err := s.EndReceipt(ctx, first.ID, db.ReceiptDone, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.ReleaseActivity(ctx, "https://peer.test/a", first.ActorURI); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || fresh {
		t.Errorf("the same signature after release: %v, %v; want known", fresh, err)
	}
	again.Signature = db.HashOf([]byte("fresh signature"))
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || !fresh {
		t.Errorf("the same act after release: %v, %v; want new", fresh, err)
	}
}

func TestReceipts_waiting(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	late, now := receipt(t, s, "https://peer.test/late", "x"), receipt(t, s, "https://peer.test/now", "x")
	if err := s.RetryReceipt(ctx, late, db.At(time.Now().Add(time.Hour)), "busy"); err != nil {
		t.Fatal(err)
	}
	due, err := s.PendingReceipts(ctx, 0, 10)
	if err != nil || len(due) != 1 || due[0].ID != now.ID {
		t.Fatalf("due %v, %v; want the second only", due, err)
	}
	for _, c := range []struct {
		actor string
		want  int
	}{{"https://peer.test/bo", 1}, {"https://peer.test/cy", 0}} {
		list, err := s.WaitingReceipts(ctx, []string{c.actor}, 10)
		if err != nil || len(list) != c.want {
			t.Errorf("waiting of %s: %d, %v; want %d", c.actor, len(list), err, c.want)
		}
	}
	if err := s.PostponeReceipt(ctx, now.ID, db.At(time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if due, _ = s.PendingReceipts(ctx, 0, 10); len(due) != 0 {
		t.Errorf("%d due after both were put off", len(due))
	}
}

func TestClaimReceipt_once(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	r := receipt(t, s, "https://peer.test/a", "x")
	if open, err := s.ClaimReceipts(ctx, []int64{r.ID}); err != nil || !open[r.ID] {
		t.Errorf("claim: %v, %v; want open", open, err)
	}
	if err := s.EndReceipt(ctx, r.ID, db.ReceiptDone, ""); err != nil {
		t.Fatal(err)
	}
	if open, err := s.ClaimReceipts(ctx, []int64{r.ID}); err != nil || open[r.ID] {
		t.Errorf("claim of a closed one: %v, %v", open, err)
	}
	if old, err := s.ReceiptByURI(ctx, r.ActivityURI, r.ActorURI); err != nil || old.Type != "Like" || old.Body != nil {
		t.Errorf("receipt by address %+v, %v", old, err)
	}
}
