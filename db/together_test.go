package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// Many inboxes store at one moment, some the same activity, some with callers who hang up: each
// activity is stored once, and all who were told so can rely on it.
func TestAddReceipt_together(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	gone, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	var running sync.WaitGroup
	var mu sync.Mutex
	fresh := make(map[string]int)
	for i := range 60 {
		ctx := t.Context()
		if i%7 == 0 {
			ctx = gone
		}
		running.Go(func() {
			uri := fmt.Sprintf("https://a.test/%d", i%20)
			r := &db.Receipt{Hash: db.HashOf([]byte(uri)), Signature: db.HashOf(fmt.Append(nil, i)), ActivityURI: uri, Type: "Like", Body: []byte("{}")}
			is, err := s.AddReceipt(ctx, r)
			if err != nil && ctx != gone {
				t.Errorf("store %s: %v", uri, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if is {
				fresh[uri]++
			}
		})
		if i == 30 {
			hangUp()
		}
	}
	running.Wait()
	list, err := s.PendingReceipts(t.Context(), 0, 100)
	if err != nil || len(list) != 20 {
		t.Fatalf("%d receipts, %v", len(list), err)
	}
	for uri, n := range fresh {
		if n != 1 {
			t.Errorf("%s was new %d times", uri, n)
		}
	}
}

// BenchmarkAddReceipt stores activities from 16 senders, durably each.
func BenchmarkAddReceipt(b *testing.B) {
	s := dbtest.New(b)
	body := make([]byte, 1100)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprint(s.NewID())
			r := &db.Receipt{Hash: db.HashOf([]byte(id)), Signature: db.HashOf([]byte("s" + id)), ActivityURI: "https://a.test/" + id, Type: "Create", Body: body}
			if _, err := s.AddReceipt(context.Background(), r); err != nil {
				b.Error(err)
			}
		}
	})
}
