package delivery

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/copse-social/copse/federation/delivery/queue"
)

// slowHand is the queue of a process that was held up between storing deliveries and queueing them.
type slowHand struct {
	queue.Queue
	late []queue.Entry
}

func (q *slowHand) Enqueue(ctx context.Context, list []queue.Entry) error {
	if q.late == nil {
		q.late = slices.Clone(list)
		return nil
	}
	return q.Queue.Enqueue(ctx, list)
}

// What one process stored first is not overtaken by what another stored and queued meanwhile.
func TestStep_waitsForWhatIsNotQueuedYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	q := &slowHand{Queue: h.queue}
	h.opt.Queue, h.opt.Registry = q, nil
	h.Deliverer = New(h.opt)
	h.follower("one.test", "bo")
	h.settle() // the queue is filled for the first time
	h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.publish("Update", "c2", "o1", h.followers())
	h.publish("Create", "c3", "o2", h.followers())
	h.settle()
	h.wantGot("one.test", "c3")
	if err := h.queue.Enqueue(t.Context(), q.late); err != nil {
		t.Fatal(err)
	}
	h.after(2 * time.Second)
	h.wantGot("one.test", "c3", "c1", "c2")
}
