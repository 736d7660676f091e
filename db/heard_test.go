package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// shelf makes a receipt that was dealt with and shelved.
func shelf(t *testing.T, s *db.Store, uri string) *db.Receipt {
	t.Helper()
	ctx := context.Background()
	r := receipt(t, s, uri, "x")
	ok(t, s.EndReceipt(ctx, r.ID, db.ReceiptRefused, "banned"))
	if n, err := s.ShelveReceipts(ctx, db.At(s.Now().Add(-time.Minute)), 10); err != nil || n != 0 {
		t.Fatalf("shelved %d, %v before it was time", n, err)
	}
	if n, err := s.ShelveReceipts(ctx, db.At(s.Now().Add(time.Second)), 10); err != nil || n != 1 {
		t.Fatalf("shelved %d, %v; want one", n, err)
	}
	return r
}

func TestShelveReceipts_areKnown(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	open := receipt(t, s, "https://peer.test/open", "x")
	r := shelf(t, s, "https://peer.test/a")
	again := *r
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || fresh {
		t.Errorf("the same again: %v, %v; want known", fresh, err)
	}
	other := *r
	other.Hash, other.Signature = db.HashOf([]byte("another body")), db.HashOf([]byte("another signature"))
	if fresh, err := s.AddReceipt(ctx, &other); err != nil || !fresh {
		t.Errorf("the same id with another body: %v, %v; want new", fresh, err)
	}
	back, err := s.ReceiptByURI(ctx, "https://peer.test/open", open.ActorURI)
	if err != nil || back.State != db.ReceiptPending || len(back.Body) == 0 {
		t.Errorf("what waits: %+v, %v", back, err)
	}
}

func TestShelveReceipts_tellHowTheyEnded(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	r := shelf(t, s, "https://peer.test/a")
	back, err := s.ReceiptByURI(ctx, r.ActivityURI, r.ActorURI)
	if err != nil || back.State != db.ReceiptRefused || back.Reason != "banned" || back.Type != "Like" || back.DoneAt.IsZero() {
		t.Errorf("%+v, %v", back, err)
	}
	if _, err := s.ReceiptByURI(ctx, r.ActivityURI, "https://peer.test/eve"); err == nil {
		t.Error("found for somebody else")
	}
	for _, c := range []struct {
		uri, actor string
		want       bool
	}{
		{r.ActivityURI, r.ActorURI, true},
		{r.ActivityURI, "https://peer.test/eve", false}, // it was refused
		{"https://peer.test/b", r.ActorURI, false},
	} {
		got, err := s.HeardBefore(ctx, &db.Receipt{ActivityURI: c.uri}, c.actor)
		if err != nil || got != c.want {
			t.Errorf("%s of %s heard before: %v, %v; want %v", c.uri, c.actor, got, err, c.want)
		}
	}
}

func TestShelveReceipts_released(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	r := shelf(t, s, "https://peer.test/a")
	ok(t, s.ReleaseActivity(ctx, r.ActivityURI, r.ActorURI))
	again := *r
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || fresh {
		t.Errorf("the same signature after release: %v, %v; want known", fresh, err)
	}
	again.Signature = db.HashOf([]byte("fresh signature"))
	if fresh, err := s.AddReceipt(ctx, &again); err != nil || !fresh {
		t.Errorf("the same act after release: %v, %v; want new", fresh, err)
	}
}

func TestPruneHeard(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	var list []*db.Receipt
	for _, uri := range []string{"https://peer.test/a", "https://peer.test/b", "https://peer.test/c"} {
		list = append(list, shelf(t, s, uri))
	}
	for _, w := range []struct {
		before time.Time
		want   int64
	}{{s.Now().Add(-time.Hour), 0}, {s.Now().Add(time.Hour), 3}} {
		gone, next := int64(0), int64(0)
		for range 3 {
			n, g, err := s.PruneHeard(ctx, db.Window{After: next, Before: w.before, Limit: 2})
			ok(t, err)
			next, gone = n, gone+g
			if next == 0 {
				break
			}
		}
		if gone != w.want || next != 0 {
			t.Errorf("%d gone, next %d; want %d", gone, next, w.want)
		}
	}
	if fresh, err := s.AddReceipt(ctx, list[0]); err != nil || !fresh {
		t.Errorf("what was forgotten: %v, %v; want new", fresh, err)
	}
}
