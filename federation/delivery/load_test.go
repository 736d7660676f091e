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

// lending counts the hosts that a queue lends.
type lending struct {
	queue.Queue
	lent []string
}

func (q *lending) Claim(ctx context.Context, n, peek int) ([]queue.Turn, error) {
	turns, err := q.Queue.Claim(ctx, n, peek)
	for _, t := range turns {
		q.lent = append(q.lent, t.Lease.Host)
	}
	return turns, err
}

// failing lets something wait for each of many hosts, and their next probe be far.
func (h *house) failing(n int) {
	h.t.Helper()
	var list []*db.Host
	for i := range n {
		name := fmt.Sprintf("dead%03d.test", i)
		h.publish("Create", fmt.Sprintf("d%d", i), fmt.Sprintf("od%d", i), h.inbox(name, "https://"+name+"/inbox"))
		list = append(list, &db.Host{
			Name: name, State: db.BreakerOpen, Streak: 12, FailingSince: h.store.Now(),
			NextProbeAt: db.At(h.clock.now().Add(6 * time.Hour)), SendWindow: 1,
		})
	}
	for range n/outboxBatch + 1 {
		if _, err := h.expand(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := h.store.SaveHostHealth(h.t.Context(), list); err != nil {
		h.t.Fatal(err)
	}
}

// TestF19: hosts that fail are not even looked at after a start, until their time has come.
func TestF19_startLeavesFailingHostsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.failing(100)
	h.restart()
	watched := &lending{Queue: h.queue}
	h.opt.Queue, h.opt.Registry = watched, nil
	h.Deliverer = New(h.opt)
	h.publish("Create", "c1", "o1", h.inbox("well.test", "https://well.test/inbox"))
	h.settle()
	h.wantGot("well.test", "c1")
	if len(watched.lent) != 1 {
		t.Errorf("lent %v, want the healthy host alone", watched.lent)
	}
	h.after(30 * time.Minute) // the queue has them looked at afresh, and they are left alone again
	h.wantGot("dead000.test")
	h.after(6 * time.Hour)
	h.wantGot("dead000.test", "d0")
}

// Hosts that are lent and have to be given back hold nobody up.
func TestStep_passesOverHostsToLeaveAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.failing(2*stepHosts + 10)
	h.publish("Create", "c1", "o1", h.inbox("well.test", "https://well.test/inbox"))
	if _, err := h.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wantGot("well.test", "c1")
}

// When a night's worth of probes is due at once, the slots for failing hosts run out; what is well
// does not wait for them.
func TestStep_crowdOfProbes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Concurrency = 4
	h.restart()
	h.failing(2 * stepHosts)
	for i := range 2 * stepHosts {
		h.net.answer(fmt.Sprintf("dead%03d.test", i), always(http.StatusBadGateway))
	}
	h.clock.pass(7 * time.Hour)
	h.publish("Create", "c1", "o1", h.inbox("well.test", "https://well.test/inbox"))
	for range 4 {
		if _, err := h.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	h.wantGot("well.test", "c1")
}
