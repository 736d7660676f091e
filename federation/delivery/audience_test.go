package delivery

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// leave ends a follow as a removal or a ban does.
func (h *house) leave(who *db.Actor) {
	h.t.Helper()
	if err := h.unfollow(who); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) unfollow(who *db.Actor) error {
	return h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error {
		return tx.DeleteFollow(ctx, who.ID, h.group.ID)
	})
}

// moment is after how long nothing more reaches who was removed. A second is promised; half of it is
// left for what is on its way and for a busy machine.
const moment = time.Second / 2

// T46: with a thousand deliveries on their way, a host gets nothing more soon after its last
// member was removed, or it was blocked or paused; others get everything. Each request takes the
// clock on by a share of what eight at a time take together, so that fifty are through before a
// fresh look is due.
func TestT46_nothingMoreAfterRemoval(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(h *house, who *db.Actor) error{
		"member removed": func(h *house, who *db.Actor) error { return h.unfollow(who) },
		"host blocked": func(h *house, _ *db.Actor) error {
			return h.store.SetHostPolicy(context.Background(), "one.test", db.HostBlocked, "by test")
		},
		"host paused": func(h *house, _ *db.Actor) error { return h.store.PauseHost(context.Background(), "one.test") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			who := h.followAs(db.Actor{Handle: "ana", Host: "one.test", SharedInbox: "https://one.test/inbox"})
			h.follower("two.test", "bo")
			const posts = 1000
			var seen, after atomic.Int64
			var removed atomic.Pointer[time.Time]
			h.net.answer("one.test", func(*parcel) (int, error) {
				h.clock.pass(4900 * time.Microsecond)
				if at := removed.Load(); at != nil && h.clock.now().Sub(*at) > moment {
					after.Add(1)
				}
				if seen.Add(1) == 60 {
					if err := remove(h, who); err != nil {
						t.Error(err)
					}
					at := h.clock.now()
					removed.Store(&at)
				}
				return http.StatusAccepted, nil
			})
			for i := range posts {
				h.publish("Announce", fmt.Sprintf("c%d", i), fmt.Sprintf("o%d", i), h.followers())
			}
			for more := true; more; { // all of it waits before the first is sent
				var err error
				if more, err = h.expand(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			h.settle()
			h.after(2 * moment)
			if n := after.Load(); n != 0 || seen.Load() < 60 {
				t.Errorf("%d of %d arrived later than %s after", n, seen.Load(), moment)
			}
			if n := len(h.net.names("two.test")); n != posts {
				t.Errorf("two.test got %d of %d", n, posts)
			}
			n, err := h.store.CountWaiting(context.Background())
			if err != nil || name != "host paused" && n != 0 {
				t.Errorf("%d wait, %v; want none", n, err)
			}
		})
	}
}

func TestAudience_rowsOfTheRemovedAreCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	who := h.followAs(db.Actor{Handle: "ana", Host: "one.test", SharedInbox: "https://one.test/inbox"})
	h.net.answer("one.test", always(http.StatusBadGateway))
	a := h.publish("Announce", "c1", "o1", h.followers())
	h.settle()
	h.leave(who)
	h.net.answer("one.test", nil)
	h.net.forget()
	h.after(time.Hour)
	h.wantGot("one.test")
	h.wantState(a, "one.test", db.DeliveryCancelled)
	if why := h.delivery(a, "one.test").LastError; why != noReader {
		t.Errorf("reason %q, want %q", why, noReader)
	}
}

// Somebody else reads at the same inbox; somebody was addressed by name; a deletion is no post.
func TestAudience_whatStillGoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.followAs(db.Actor{Handle: "ana", Host: "one.test", SharedInbox: "https://one.test/inbox"})
	h.follower("one.test", "bo")
	cy := h.followAs(db.Actor{Handle: "cy", Host: "two.test", SharedInbox: "https://two.test/inbox"})
	for _, host := range []string{"one.test", "two.test"} {
		h.net.answer(host, always(http.StatusBadGateway))
	}
	h.publish("Announce", "shared", "o1", h.followers())
	h.publish("Announce", "named", "o2", h.followers(), h.inbox("two.test", "https://two.test/inbox"))
	h.publish("Delete", "deleted", "o3", h.followers())
	h.settle()
	h.leave(ana)
	h.leave(cy)
	h.net.answer("one.test", nil)
	h.net.answer("two.test", nil)
	h.net.forget()
	h.after(time.Hour)
	if n := len(h.net.names("one.test")); n != 3 {
		t.Errorf("one.test got %v, want all three for its other reader", h.net.names("one.test"))
	}
	for _, name := range h.net.names("two.test") {
		if name == "shared" {
			t.Error("two.test got what was for a follower who left")
		}
	}
	if n := len(h.net.names("two.test")); n != 2 {
		t.Errorf("two.test got %v, want what names its person, and the deletion", h.net.names("two.test"))
	}
}

// Where one follower's inbox stands for all at the host, another one's takes over.
func TestAudience_soleInboxPassesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.profile("gts.test", soleInbox, db.FamilyMicroblog)
	first := h.followAs(db.Actor{Handle: "ana", Host: "gts.test"})
	h.followAs(db.Actor{Handle: "bo", Host: "gts.test"})
	h.net.answer("gts.test", always(http.StatusBadGateway))
	h.publish("Announce", "c1", "o1", h.followers())
	h.settle()
	h.leave(first)
	h.net.answer("gts.test", nil)
	h.net.forget()
	h.after(time.Hour)
	h.wantGot("gts.test", "c1")
	if path := h.net.got[0].path; path != "/u/bo/inbox" {
		t.Errorf("sent to %s, want the inbox of the one who is left", path)
	}
}

// An inbox may move between two tries, when its audience is remembered already: what names its owner
// goes to the new place, and is not taken for something that nobody reads there.
func TestAudience_isReadAgainWhenAnInboxMoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	ana := h.followAs(db.Actor{Handle: "ana", Host: "one.test"})
	h.net.answer("one.test", always(http.StatusBadGateway))
	a := h.publish("Create", "named", "o1", h.inbox("one.test", ana.Inbox))
	h.settle()
	if remembered, known := h.audiences.find(a.ID); !known || !remembered.named[ana.Inbox] {
		t.Fatalf("the audience %v is not remembered", remembered)
	}
	old := *ana
	ana.Inbox = "https://one.test/moved/inbox"
	err := h.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.SaveActor(ctx, ana); err != nil {
			return err
		}
		return tx.MoveFollowerInbox(ctx, ana, &old)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.net.answer("one.test", nil)
	h.net.forget()
	h.after(time.Hour)
	if got, want := h.paths("one.test", "named"), []string{"/moved/inbox"}; !slices.Equal(got, want) {
		t.Errorf("sent to %v, want %v", got, want)
	}
	h.wantState(a, "one.test", db.DeliveryDone)
}

// T46: what a group that is not open says goes to members' own inboxes, never to a shared one, once
// per host where the software keeps it for all members there, and to no other software.
func TestT46_membersOwnInboxes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	if err := h.store.EnsureGroup(ctx, &db.Group{ActorID: h.group.ID, Openness: db.OpennessRestricted}); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"copse2.test", "lemmy.test", "old.test", "said.test", "masto.test"} {
		for _, who := range []string{"ana", "bo"} {
			h.followAs(db.Actor{Handle: who, Host: host, SharedInbox: "https://" + host + "/inbox"})
		}
	}
	h.profile("copse2.test", "copse", db.FamilyForum)
	h.profile("masto.test", "mastodon", db.FamilyMicroblog)
	for host, version := range map[string]string{"lemmy.test": "1.0.1", "old.test": "0.19.5"} {
		if err := h.store.SetHostProfile(ctx, &db.Host{Name: host, Software: "lemmy", Version: version, Family: db.FamilyForum}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.store.NotePromise(ctx, "said.test"); err != nil {
		t.Fatal(err)
	}
	kept, none := h.followers(), h.followers()
	kept.Promise, none.Promise = db.PromiseKept, db.PromiseNone
	h.publish("Announce", "true", "o1", kept)
	h.publish("Create", "told", "o2", none)
	h.settle()
	one, both := []string{"/u/ana/inbox"}, []string{"/u/ana/inbox", "/u/bo/inbox"}
	for host, want := range map[string][]string{"copse2.test": one, "lemmy.test": one, "said.test": both, "old.test": nil, "masto.test": nil} {
		if got := h.paths(host, "true"); !slices.Equal(got, want) {
			t.Errorf("%s got the true object at %v, want %v", host, got, want)
		}
	}
	for host, want := range map[string][]string{"copse2.test": nil, "lemmy.test": nil, "said.test": nil, "old.test": both, "masto.test": both} {
		if got := h.paths(host, "told"); !slices.Equal(got, want) {
			t.Errorf("%s got the group's own words at %v, want %v", host, got, want)
		}
	}
}
