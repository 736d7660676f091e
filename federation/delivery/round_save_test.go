package delivery

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// backlog gives a host that takes eight requests at a time n deliveries.
func (h *house) backlog(host string, n int) {
	h.t.Helper()
	h.follower(host, "bo")
	h.profile(host, "mastodon", "microblog")
	err := h.store.SaveHostHealth(context.Background(), []*db.Host{{Name: host, State: db.BreakerClosed, SendWindow: maxWindow}})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range n {
		h.publish("Create", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
	}
}

// What a kill at any moment would let a host get again is at most what the window allows, however
// long the visit: requests in flight and answers that are not written yet.
func TestRound_writesAsItGoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backlog("one.test", 40)
	var mu sync.Mutex
	sent, worst := 0, 0
	h.net.answer("one.test", func(*parcel) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		sent++
		waiting, err := h.store.WaitingDeliveries(context.Background(), nil, 100)
		if err != nil {
			return 0, err
		}
		worst = max(worst, sent-(40-len(waiting)))
		return http.StatusAccepted, nil
	})
	h.settle()
	if sent != 40 {
		t.Errorf("%d were sent, want 40", sent)
	}
	if worst > maxWindow {
		t.Errorf("%d were sent and not written at one moment, want %d at most", worst, maxWindow)
	}
}

// What is refused or fails amid a long round is dealt with as in a short one.
func TestRound_goesOnAfterRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backlog("one.test", 30)
	tries := make(map[string]int)
	var mu sync.Mutex
	h.net.answer("one.test", func(p *parcel) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		tries[p.name]++
		switch {
		case p.name == "c3":
			return http.StatusFailedDependency, nil
		case p.name == "c9" && tries[p.name] == 1:
			return http.StatusInternalServerError, nil
		}
		return http.StatusAccepted, nil
	})
	h.settle()
	h.after(2 * time.Minute) // longer than the first wait of a poisoned delivery
	for i := range 30 {
		name, want := fmt.Sprintf("c%d", i), 1
		if name == "c9" {
			want = 2
		}
		if tries[name] != want {
			t.Errorf("%s was tried %d times, want %d", name, tries[name], want)
		}
	}
	if n := len(h.net.names("one.test")); n != 31 {
		t.Errorf("%d requests, want 31", n)
	}
}
