package exchange_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/exchange"
)

// confide writes to the facilitators about a post.
func (h *house) confide(parent *db.Post, by *db.Actor, text string, names map[string]*db.Actor) *db.Post {
	h.t.Helper()
	var p *db.Post
	h.do(func(ctx context.Context, tx *db.Store) error {
		var err error
		p, err = h.ex.Reply(ctx, tx, &exchange.Draft{
			Author: by, Parent: parent, Source: text, Door: "web", ToFacilitators: true, WithFollowers: true, Mentions: names,
		})
		return err
	})
	return h.post(p.ID)
}

// T23: a private message reaches those who look after the group, and nobody who is only in or
// above it.
func TestT23_privateStaysPrivate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla, ben := h.person("amina"), h.person("carla"), h.person("ben")
	g := h.group("water", amina)
	steward := h.stranger("zoe", "masto.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: steward.ID, Role: db.RoleModerator})
	})
	h.followed(g, h.stranger("mo", "masto.test", db.ActorPerson), db.FamilyMicroblog, "mastodon")
	starter := h.stranger("sam", "masto.test", db.ActorPerson)
	p := h.start(g, amina, "Open to all", "Text.")
	h.do(func(ctx context.Context, tx *db.Store) error {
		above := &db.Post{
			URI: "https://masto.test/1", AuthorID: starter.ID, GroupID: g.ActorID, Kind: db.KindComment,
			State: db.PostPublished, Visibility: db.VisibilityPublic, Content: "<p>Buy.</p>",
		}
		return tx.CreatePost(ctx, above, p)
	})
	h.outbox()
	m := h.confide(h.byURI("https://masto.test/1"), carla, "@ben should not see this.", map[string]*db.Actor{"ben": ben})

	check := func(step string) {
		t.Helper()
		for _, s := range h.outbox() {
			raw, err := json.Marshal(s.Body)
			if err != nil {
				t.Fatal(err)
			}
			for _, who := range []string{starter.URI, ben.URI, carla.FollowersURI, vocab.Public} {
				if slices.Contains(strings.Split(string(raw), `"`), who) {
					t.Errorf("%s: %s names %s", step, s.Type, who)
				}
			}
			if s.Type == "Announce" || s.To.FollowersOf != 0 {
				t.Errorf("%s: %s goes to followers", step, s.Type)
			}
		}
	}
	check("written")
	if got := h.inbox(amina); !slices.Contains(got, db.NotifyDirect) {
		t.Errorf("the facilitator is told %v", got)
	}
	if got := h.inbox(ben); slices.Contains(got, db.NotifyMention) || slices.Contains(got, db.NotifyDirect) {
		t.Errorf("who is only named is told %v", got)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.ex.Edit(ctx, tx, m, &exchange.Draft{Author: carla, Source: "@ben is named again.", Mentions: map[string]*db.Actor{"ben": ben}})
	})
	check("edited")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, carla, h.post(m.ID)) })
	check("deleted")
}

func TestReply_privateAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla, ben := h.person("amina"), h.person("carla"), h.person("ben")
	g := h.group("water", amina)
	m := h.confide(h.start(g, amina, "Open to all", "Text."), carla, "May I ask you?", nil)
	back, err := h.answer(m, amina, "You may.")
	if err != nil {
		t.Fatal(err)
	}
	if back.Visibility != db.VisibilityDirect {
		t.Errorf("the answer is %s", back.Visibility)
	}
	if got := h.inbox(carla); !slices.Contains(got, db.NotifyDirect) {
		t.Errorf("who asked is told %v", got)
	}
	again, err := h.answer(back, carla, "Thank you.")
	if err != nil || again.Visibility != db.VisibilityDirect {
		t.Errorf("the answer to the answer: %+v, %v", again, err)
	}
	if _, err := h.answer(m, ben, "Me too."); code(t, err) != "discussion-gone" {
		t.Error("a stranger answers a private message")
	}
}

// A private message does not go to who blocks its author, and one that waits goes no more.
func TestT46_privateMessageToWhoBlocksItsAuthor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	g := h.group("water", amina)
	zoe := h.stranger("zoe", "masto.test", db.ActorPerson)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: zoe.ID, Role: db.RoleModerator})
	})
	p := h.start(g, amina, "Open to all", "Text.")
	h.outbox()
	first := h.confide(p, carla, "In confidence.", nil)
	if !reaches(h.outbox(), "Create", zoe.DeliveryInbox()) {
		t.Fatal("the message does not go to zoe, who looks after the group")
	}
	act, err := h.store.LastActivity(context.Background(), carla.ID, "Create", first.URI)
	if err != nil {
		t.Fatal(err)
	}
	waits := &db.Delivery{ActivityID: act.ID, Host: zoe.Host, Inbox: zoe.DeliveryInbox()}
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.CreateDeliveries(ctx, []*db.Delivery{waits}) })
	h.take(h.com.TakeBlock, incoming(t, zoe, activity("Block", zoe, carla.URI)))
	rows, err := h.store.DeliveriesOf(context.Background(), waits.ActivityID)
	if err != nil || len(rows) != 1 || rows[0].State != db.DeliveryCancelled {
		t.Errorf("what waits: %+v, %v; want it cancelled", rows, err)
	}
	second := h.confide(p, carla, "In confidence, again.", nil)
	if reaches(h.outbox(), "Create", zoe.DeliveryInbox()) {
		t.Error("another message goes to zoe, who blocks its author")
	}
	readers, err := h.store.MentionsOf(context.Background(), second.ID)
	if err != nil || slices.ContainsFunc(readers, func(a *db.Actor) bool { return a.ID == zoe.ID }) {
		t.Errorf("it is for %v, %v", readers, err)
	}
}

func TestModeration_notOfPrivateMessages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amina, carla := h.person("amina"), h.person("carla")
	m := h.confide(h.start(h.group("water", amina), amina, "Open to all", "Text."), carla, "Between us.", nil)
	h.outbox()
	err := h.try(func(ctx context.Context, tx *db.Store) error { return h.ex.Remove(ctx, tx, amina, m, "no") })
	if code(t, err) != "post-gone" {
		t.Errorf("removing answers %v", err)
	}
	if out := h.outbox(); len(out) > 0 {
		t.Errorf("%d activities tell of it", len(out))
	}
}
