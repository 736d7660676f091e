package delivery

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
)

// What is for followers alone says who they are at the host; what is for all says nothing.
func TestSynchronise_onlyForFollowers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opt.Synchronise = func(_ context.Context, _ *db.Activity, host string) (string, error) { return "said to " + host, nil }
	h.restart()
	h.follower("one.test", "ana")
	h.publish("Create", "for-members", "o1", h.followers())
	all := &db.Activity{ActorID: h.group.ID, Type: "Create", URI: "https://here.test/all", Body: []byte(`{"id":"https://here.test/all"}`), Local: true, Public: true}
	h.keep(all, h.followers())
	h.settle()
	if len(h.net.got) != 2 {
		t.Fatalf("%d deliveries, want 2", len(h.net.got))
	}
	for _, p := range h.net.got {
		want := "said to one.test"
		if bytes.Equal(p.body, all.Body) {
			want = ""
		}
		if said := p.header.Get(sign.Synchronization); said != want {
			t.Errorf("with %s was said %q, want %q", p.body, said, want)
		}
	}
}

// What must not leave yet waits, behind what is about the same thing, and then goes.
func TestExpand_notBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.inbox("one.test", "https://one.test/ana")
	h.publish("Block", "block", "ana", to)
	to.NotBefore = db.At(h.clock.now().Add(time.Minute))
	h.publish("Undo", "undo", "ana", to)
	h.settle()
	h.wantGot("one.test", "block")
	h.after(time.Minute + time.Second)
	h.wantGot("one.test", "block", "undo")
}
