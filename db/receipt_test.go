package db_test

import (
	"cmp"
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

// A database whose statistics are from a quiet time believes that hardly anything waits, and would
// look for three receipts by reading all that do.
func TestReceipts_statisticsOfAQuietTime(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	bytes := map[string]string{"sqlite": "BLOB"}
	fill := func(from, to, state int) {
		t.Helper()
		ok(t, s.Raw(ctx, `INSERT INTO receipts (id, hash, activity_uri, type, actor_uri, host, received_at, state)
			WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT i, CAST('h' || i AS `+cmp.Or(bytes[s.Engine()], "BYTEA")+`), 'https://peer.test/' || i, 'Create', 'https://peer.test/u', 'peer.test', 1, ? FROM n`, from, to, state))
	}
	cost := func(ids ...int64) time.Duration { // the best of many: other tests run beside this one
		best := time.Hour
		for range 50 {
			begun := time.Now()
			open, err := s.ClaimReceipts(ctx, ids)
			best = min(best, time.Since(begun))
			if err != nil || len(open) != 3 {
				t.Fatalf("%v, %v", open, err)
			}
			ok(t, s.EndReceipt(ctx, ids[0]+100_000_000, db.ReceiptDone, "")) // none: only looked for
		}
		return best
	}
	fill(1, 50_000, db.ReceiptDone)
	ok(t, s.Raw(ctx, "ANALYZE receipts"))
	fill(50_001, 50_003, db.ReceiptPending)
	few := cost(50_001, 50_002, 50_003)
	fill(50_004, 150_000, db.ReceiptPending)
	if many := cost(90_001, 90_002, 90_003); many > 20*few {
		t.Errorf("three of 100,000 that wait cost %v, of three %v", many, few)
	}
}
