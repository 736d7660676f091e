package delivery

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
)

// Beyond what may wait, only what is meant for servers asleep is given up (reliability.md C6).
func TestWeigh_givesUpWhatIsAsleep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Keep.Pending = 1000
	h.restart()
	h.follower("asleep.test", "ana")
	h.follower("paused.test", "ben")
	h.net.answer("asleep.test", always(http.StatusInternalServerError))
	if err := h.Pause(t.Context(), "paused.test"); err != nil {
		t.Fatal(err)
	}
	first := h.publish("Create", "c1", "o1", h.followers())
	h.settle()
	h.tended(h.Deliverer)
	h.wantState(first, "asleep.test", db.DeliveryPending) // it has only begun to fail
	kept, err := h.store.Setting(t.Context(), db.SettingPending)
	if err != nil || db.PendingShare(kept) < 1 {
		t.Errorf("noted is %q, %v", kept, err)
	}
	h.clock.pass(8 * day)
	h.tended(h.Deliverer)
	h.wantState(first, "asleep.test", db.DeliveryExpired)
	h.wantState(first, "paused.test", db.DeliveryPending)
	if n := h.metric("copse_delivery_pending_bytes"); n < 600 {
		t.Errorf("measured %v bytes", n)
	}
	if n := h.metric("copse_delivery_pending_bytes_limit"); n != 1000 {
		t.Errorf("at most %v bytes", n)
	}
}

// metric is the present value of a gauge without labels.
func (h *house) metric(name string) float64 {
	h.t.Helper()
	families, err := h.opt.Registry.(*prometheus.Registry).Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	h.t.Fatalf("no metric %s", name)
	return 0
}
