package delivery

import (
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// doubted is a house whose clock may leap; its queue goes by the running time, as time.Now does.
type doubted struct {
	*house
	ran   *clock
	doubt bool
}

func newDoubted(t *testing.T) *doubted {
	t.Helper()
	h := &doubted{house: newHouse(t), ran: newClock()}
	h.opt.Queue, h.opt.Registry = queue.NewMemory(h.ran.now), nil
	h.opt.Doubt = func() bool { return h.doubt }
	h.Deliverer = New(h.opt)
	return h
}

func (h *doubted) pass(d time.Duration) {
	h.clock.pass(d)
	h.ran.pass(d)
}

// F14 of reliability.md: a clock that leaps gives nothing up, and what it put off goes on when it is
// right again.
func TestLeap_nothingExpires(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]time.Duration{"2 h ahead": 2 * time.Hour, "2 h back": -2 * time.Hour, "400 d ahead": 400 * day} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newDoubted(t)
			h.follower("one.test", "ana")
			h.follower("paused.test", "ben")
			if err := h.Pause(t.Context(), "paused.test"); err != nil {
				t.Fatal(err)
			}
			h.net.answer("one.test", always(http.StatusInternalServerError))
			done := h.inbox("two.test", "https://two.test/inbox")
			old := h.publish("Update", "u1", "o1", done)
			a := h.publish("Create", "c1", "o2", h.followers())
			h.settle()

			h.doubt = true
			h.clock.pass(by)
			h.settle()
			h.tended(h.Deliverer)
			h.settle()
			h.wantState(a, "one.test", db.DeliveryPending)
			h.wantState(a, "paused.test", db.DeliveryPending)
			if len(h.deliveries(old)) != 1 {
				t.Error("the log was thrown away by a wrong clock")
			}

			h.clock.pass(-by)
			h.doubt = false
			h.net.answer("one.test", always(http.StatusAccepted))
			h.pass(2 * time.Minute)
			h.tended(h.Deliverer)
			h.pass(3 * time.Hour) // one backoff and two hours at most, not 400 days
			h.settle()
			h.wantState(a, "one.test", db.DeliveryDone)
			h.wantState(a, "paused.test", db.DeliveryPending)

			h.pass(31 * day) // real time
			h.tended(h.Deliverer)
			h.wantState(a, "paused.test", db.DeliveryExpired)
		})
	}
}

// What the settings say holds, and the rest has its default.
func TestRetention_asSet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Keep = Retention{Expire: 3 * day, Log: 5 * day, Dead: 10 * day}
	h.restart()
	if keep := h.o.Keep; keep.Receipts != 90*day || keep.Dead != 10*day {
		t.Errorf("kept as %+v", keep)
	}
	h.follower("one.test", "ana")
	if err := h.Pause(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	a := h.publish("Create", "c1", "o1", h.followers())
	sent := h.publish("Update", "u1", "o2", h.inbox("two.test", "https://two.test/inbox"))
	h.settle()
	h.clock.pass(4 * day)
	h.tended(h.Deliverer)
	h.wantState(a, "one.test", db.DeliveryExpired)
	h.clock.pass(2 * day)
	h.tended(h.Deliverer)
	if len(h.deliveries(sent)) != 0 || len(h.deliveries(a)) != 1 {
		t.Error("after six days the log is to be gone and the dead letter not")
	}
	h.clock.pass(9 * day)
	h.tended(h.Deliverer)
	if len(h.deliveries(a)) != 0 {
		t.Error("the dead letter is still there after ten days")
	}
}
