package delivery

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

func TestPause_holdsUntilResume(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.follower("two.test", "bo")
	if err := h.Pause(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.after(time.Hour)
	h.wantGot("one.test")
	h.wantGot("two.test", "c1")
	if err := h.Resume(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.wantGot("one.test", "c1")
}

func TestResume_byAnotherProcessIsSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	if err := h.Pause(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	if err := h.store.SetHostPaused(t.Context(), "one.test", db.Time{}); err != nil {
		t.Fatal(err)
	}
	h.after(16 * time.Second)
	h.wantGot("one.test", "c1")
}

func TestRetry_startsAfresh(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", always(http.StatusGone))
	refused := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.net.answer("one.test", always(http.StatusNotFound))
	late := h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	h.net.answer("one.test", always(http.StatusBadGateway))
	failing := h.publish("Create", "c3", "o3", h.followers())
	h.settle()
	h.net.answer("one.test", nil)
	h.net.forget()
	h.settle()
	h.wantGot("one.test")
	if err := h.Retry(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.wantGot("one.test", "c1", "c2", "c3")
	for _, a := range []*db.Activity{refused, late, failing} {
		h.wantState(a, "one.test", db.DeliveryDone)
	}
}

func TestDrop_cancels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.net.answer("one.test", always(http.StatusBadGateway))
	a := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	if err := h.Drop(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.net.answer("one.test", nil)
	h.net.forget()
	h.after(time.Hour)
	h.wantGot("one.test")
	h.wantState(a, "one.test", db.DeliveryCancelled)
	h.publish("Create", "c2", "o2", h.followers())
	h.settle()
	h.wantGot("one.test", "c2")
}

// A Reject of what was sent ends its delivery in the database; the queue finds nothing to do.
func TestStep_refusedAfterwards(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.follower("nodebb.test", "ana")
	h.follower("two.test", "bo")
	h.net.answer("nodebb.test", func(*parcel) (int, error) { return 0, context.DeadlineExceeded })
	a := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	for host, want := range map[string]bool{"nodebb.test": true, "stranger.test": false} {
		err := h.store.InTx(t.Context(), func(ctx context.Context, tx *db.Store) error {
			known, err := tx.RefuseDelivery(ctx, a.URI, host, "rejected")
			if known != want {
				t.Errorf("a Reject by %s found a delivery: %v, want %v", host, known, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.net.forget()
	h.after(time.Hour)
	h.wantGot("nodebb.test")
	h.wantState(a, "nodebb.test", db.DeliveryRefused)
	h.wantState(a, "two.test", db.DeliveryDone)
}
