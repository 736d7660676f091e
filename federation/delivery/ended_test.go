package delivery

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
)

// words is something that the group says to its followers.
func (h *house) words(name string, to ...db.Audience) *db.Activity {
	h.t.Helper()
	a := &db.Activity{URI: "https://copse.test/ap/activities/" + name, ActorID: h.group.ID, GroupID: h.group.ID, Type: "Create", ObjectURI: "o-" + name, Local: true}
	a.Body = fmt.Appendf(nil, `{"id":%q,"type":"Create","actor":%q,"to":[%q],"object":{"id":"https://copse.test/o/%s"}}`, a.URI, h.group.URI, h.group.FollowersURI, name)
	h.keep(a, to...)
	return a
}

// sendAway ends the follow of somebody as server/trust does, with the word of it on its way.
func (h *house) sendAway(who *db.Actor, kind, name string) *db.Activity {
	h.t.Helper()
	h.leave(who)
	return h.tellEnd(who, kind, name)
}

func (h *house) tellEnd(who *db.Actor, kind, name string) *db.Activity {
	h.t.Helper()
	act := h.publish(kind, name, who.URI, h.inbox(who.Host, who.Inbox))
	e := &db.FollowEnd{GroupID: h.group.ID, ActorID: who.ID, Host: who.Host, FollowURI: who.URI + "#f", ActivityID: act.ID}
	if err := h.store.PutFollowEnd(context.Background(), e); err != nil {
		h.t.Fatal(err)
	}
	return act
}

func (h *house) close() {
	h.t.Helper()
	h.group.FollowersURI = h.group.URI + "/followers"
	if err := h.store.SaveActor(context.Background(), h.group); err != nil {
		h.t.Fatal(err)
	}
	if err := h.store.EnsureGroup(context.Background(), &db.Group{ActorID: h.group.ID, Openness: db.OpennessRestricted}); err != nil {
		h.t.Fatal(err)
	}
}

// T46: where a server did not take the word that a follow has ended, it gets nothing that the group
// says to others there, who miss nothing: all of it comes once the server has taken the word, and
// had a moment to act on it. Other servers, deletions and what is for one person do not wait.
func TestT46_heldUntilTheEndIsTaken(t *testing.T) {
	t.Parallel()
	for software, kind := range map[string]string{"mastodon": "Reject", soleInbox: "Block"} {
		t.Run(software, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.close()
			h.profile("one.test", software, db.FamilyMicroblog)
			gone, stays := h.followAs(db.Actor{Handle: "ana", Host: "one.test"}), h.followAs(db.Actor{Handle: "bo", Host: "one.test"})
			h.follower("two.test", "cy")
			h.net.answer("one.test", always(http.StatusForbidden))
			h.words("queued", h.followers())
			end := h.sendAway(gone, kind, "end")
			h.words("said", h.followers())
			h.words("named", h.inbox("one.test", stays.Inbox))
			h.publish("Delete", "deleted", "o", h.followers())
			h.publish("Create", "notice", "n", h.inbox("one.test", stays.Inbox))
			h.settle()
			h.wantGot("two.test", "queued", "said", "deleted")
			h.after(2 * time.Hour)
			h.wantState(end, "one.test", db.DeliveryRefused)
			for _, name := range h.net.names("one.test") {
				if name == "queued" || name == "said" || name == "named" {
					t.Errorf("one.test got %q before it took the end", name)
				}
			}
			h.net.answer("one.test", nil)
			h.net.forget()
			h.after(25 * time.Hour)
			h.wantGot("one.test")
			h.tellEnd(gone, kind, "again")
			h.settle()
			h.wantGot("one.test", "again")
			h.after(db.EndSettles + time.Second)
			h.wantGot("one.test", "again", "queued", "said", "named")
			h.words("later", h.followers())
			h.settle()
			h.wantGot("one.test", "again", "queued", "said", "named", "later")
		})
	}
}

// Somebody may decide not to wait for the word of a server, and a community may be opened: then
// nothing is held back any more.
func TestT46_goesOnWithout(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(ctx context.Context, h *house, tx *db.Store) error{
		"waived": func(ctx context.Context, h *house, tx *db.Store) error {
			n, err := tx.WaiveEnds(ctx, h.group.ID, "one.test")
			if n != 1 {
				h.t.Errorf("%d ends given up", n)
			}
			return err
		},
		"opened": func(ctx context.Context, h *house, tx *db.Store) error {
			g, err := tx.GroupByID(ctx, h.group.ID)
			if err != nil {
				return err
			}
			g.Openness = db.OpennessOpen
			return tx.SaveGroup(ctx, g)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.close()
			gone := h.followAs(db.Actor{Handle: "ana", Host: "one.test"})
			h.followAs(db.Actor{Handle: "bo", Host: "one.test"})
			h.net.answer("one.test", func(p *parcel) (int, error) {
				if p.name == "end" {
					return http.StatusForbidden, nil
				}
				return http.StatusAccepted, nil
			})
			h.sendAway(gone, "Reject", "end")
			h.words("said", h.followers())
			h.after(3 * time.Hour)
			h.wantGot("one.test", "end", "end")
			h.net.forget()
			if err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return do(ctx, h, tx) }); err != nil {
				t.Fatal(err)
			}
			h.after(heldAgain + time.Second)
			h.wantGot("one.test", "said")
		})
	}
}
