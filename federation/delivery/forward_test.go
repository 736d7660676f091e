package delivery

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// choking answers some activities with a status or, for 0, not in time, and takes the others.
func choking(status int, names ...string) script {
	return func(p *parcel) (int, error) {
		if !slices.Contains(names, p.name) {
			return http.StatusAccepted, nil
		}
		if status == 0 {
			return 0, context.DeadlineExceeded
		}
		return status, nil
	}
}

func down(*parcel) (int, error) { return 0, io.EOF }

// late makes "a" wait for an hour and more at one.test while others pass, with "a2" behind it.
func (h *house) late(status int) {
	h.t.Helper()
	h.follower("one.test", "ana")
	h.net.answer("one.test", choking(status, "a"))
	h.publish("Create", "a", "o-a", h.followers())
	h.publish("Update", "a2", "o-a", h.followers())
	for i := range 300 { // strikes come where others pass between two tries
		h.publish("Create", "p"+strings.Repeat("i", i), "o-p", h.followers())
		h.after(30 * time.Second)
	}
	h.wantState(h.first("a"), "one.test", db.DeliveryPending)
	h.net.forget()
}

// first is the activity of a name.
func (h *house) first(name string) *db.Activity {
	h.t.Helper()
	a, err := h.store.ActivityByURI(h.t.Context(), "https://copse.test/ap/activities/"+name)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// fails lets the host fail for half an hour, with something new for it.
func (h *house) fails() {
	h.t.Helper()
	h.net.answer("one.test", down)
	h.publish("Create", "b", "o-b", h.followers())
	for range 30 {
		h.after(time.Minute)
	}
	h.net.forget()
}

// TestC3: what timed out while a host ailed goes out in order as soon as it is there again.
func TestC3_timeoutsComeForwardWhenTheHostIsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.late(0)
	h.fails()
	h.net.answer("one.test", nil)
	if err := h.store.HeardFromHost(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	got := h.net.names("one.test")
	slices.Sort(got)
	if !slices.Equal(got, []string{"a", "a2", "b"}) {
		t.Errorf("came: %v, want all three at once", got)
	}
	if all := h.net.names("one.test"); slices.Index(all, "a") > slices.Index(all, "a2") {
		t.Errorf("came as %v", all)
	}
}

// What a host chokes on with 500, and what it refuses, keeps its own time when the host is back.
func TestC3_ownFaultsKeepTheirTime(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusUnauthorized} {
		h := newHouse(t)
		h.follower("one.test", "ana")
		h.net.answer("one.test", choking(status, "a"))
		for _, name := range []string{"p", "a", "q"} {
			h.publish("Create", name, "o-"+name, h.followers())
		}
		h.settle()
		h.net.answer("one.test", down)
		h.publish("Create", "b", "o-b", h.followers())
		h.settle()
		h.net.forget()
		h.net.answer("one.test", nil)
		h.after(3 * time.Second)
		h.wantGot("one.test", "b")
		h.after(12 * time.Minute)
		h.wantGot("one.test", "b", "a")
	}
}

// A host for which nothing but late deliveries waits is tried with these when it is heard of.
func TestC3_lateAloneIsTried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.late(0)
	h.fails()
	if err := h.store.EndActivityDeliveries(t.Context(), []int64{h.first("b").ID}, []string{"one.test"}, db.DeliveryCancelled); err != nil {
		t.Fatal(err)
	}
	h.net.answer("one.test", nil)
	if err := h.store.HeardFromHost(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.wantGot("one.test", "a", "a2")
}

func TestOfHosts(t *testing.T) {
	t.Parallel()
	list := ofHosts([]db.PutOff{
		{ID: 1, OKey: 1, LastError: faultTimeout},
		{ID: 2, OKey: 1},                // behind it
		{ID: 3, OKey: 2, LastCode: 500}, // poison
		{ID: 4, OKey: 2, LastError: faultReset},
		{ID: 5, OKey: 3, LastCode: 502},
		{ID: 6, OKey: 4, LastCode: 404},
		{ID: 7, OKey: 5, LastError: faultSigning},
		{ID: 8, OKey: 2, Host: "other.test"},
	})
	var ids []int64
	for _, v := range list {
		ids = append(ids, v.ID)
	}
	if want := []int64{1, 2, 5, 8}; !slices.Equal(ids, want) {
		t.Errorf("brought forward %v, want %v", ids, want)
	}
}

// A host that failed while the clock was far ahead is not left alone until then, once the clock is
// right again, also by a process that starts anew.
func TestLeap_failuresOfTheFutureAreForgotten(t *testing.T) {
	t.Parallel()
	const ahead = 400 * 24 * time.Hour
	h := newHouse(t)
	h.follower("one.test", "ana")
	h.clock.pass(ahead)
	if err := h.store.HeardFromHost(t.Context(), "one.test"); err != nil {
		t.Fatal(err)
	}
	h.fails()
	h.clock.pass(-ahead)
	h.net.answer("one.test", nil)
	h.restart()
	h.after(2 * time.Minute)
	h.wantGot("one.test", "b")
}
