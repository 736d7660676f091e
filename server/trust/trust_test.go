package trust_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

// Who may ask to be a member, by where they are: the list counts once it has an entry, in a
// confidential community always, and software that promises nothing needs a community that speaks
// to it.
func TestAdmits(t *testing.T) {
	t.Parallel()
	type host struct{ software, state string } // state in the list, "" = not on it
	for _, c := range []struct {
		name, openness, copies string
		listed                 bool // somebody else is on the list
		at                     host
		want                   string
	}{
		{"open", db.OpennessOpen, "", false, host{"mastodon", ""}, ""},
		{"no list", db.OpennessPrivate, "", false, host{"copse", ""}, ""},
		{"another is on the list", db.OpennessPrivate, "", true, host{"copse", ""}, "host-not-trusted"},
		{"invited only", db.OpennessPrivate, "", true, host{"copse", db.TrustInvited}, "host-not-confirmed"},
		{"confirmed", db.OpennessPrivate, "", true, host{"copse", db.TrustConfirmed}, ""},
		{"ended", db.OpennessPrivate, "", false, host{"copse", db.TrustEnded}, "host-not-trusted"},
		{"confidential without list", db.OpennessConfidential, "", false, host{"copse", ""}, "host-not-trusted"},
		{"restricted speaks to microblogs", db.OpennessRestricted, "", false, host{"mastodon", ""}, ""},
		{"restricted that does not", db.OpennessRestricted, "no", false, host{"mastodon", ""}, "host-no-promise"},
		{"private does not", db.OpennessPrivate, "", false, host{"mastodon", ""}, "host-no-promise"},
		{"private that does", db.OpennessPrivate, "yes", false, host{"mastodon", ""}, ""},
		{"a microblog can't answer an Invite", db.OpennessRestricted, "", true, host{"mastodon", db.TrustInvited}, ""},
		{"old Lemmy", db.OpennessPrivate, "", false, host{"lemmy", ""}, "host-no-promise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			g, who := h.group(c.openness), h.remote(db.ActorPerson, "bo", "far.test", c.at.software)
			h.do(func(ctx context.Context, tx *db.Store) error {
				if c.listed {
					if err := tx.PutTrust(ctx, &db.Trust{GroupID: g.ActorID, Host: "other.test", State: db.TrustConfirmed}); err != nil {
						return err
					}
				}
				if c.at.state != "" {
					if err := tx.PutTrust(ctx, &db.Trust{GroupID: g.ActorID, Host: "far.test", State: c.at.state}); err != nil {
						return err
					}
				}
				return tx.SetCopiesToClients(ctx, g.ActorID, c.copies)
			})
			got := ""
			if no, is := errors.AsType[*community.Refusal](h.r.Admits(context.Background(), h.store, g, who)); is {
				got = no.Code
			}
			if got != c.want {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

func TestTakeAsking(t *testing.T) {
	t.Parallel()
	for openness, answers := range map[string]int{db.OpennessPrivate: 1, db.OpennessConfidential: 0} {
		h := newHome(t)
		g, who := h.group(openness), h.remote(db.ActorPerson, "bo", "far.test", "copse")
		h.do(func(ctx context.Context, tx *db.Store) error {
			return tx.PutTrust(ctx, &db.Trust{GroupID: g.ActorID, Host: "other.test", State: db.TrustConfirmed})
		})
		in := incoming(t, who, map[string]any{"id": who.URI + "#f", "type": "Follow", "object": g.Actor.URI})
		h.do(func(ctx context.Context, tx *db.Store) error {
			out, done, err := h.r.TakeAsking(ctx, tx, in)
			if err == nil && (!done || out.State != db.ReceiptRefused) {
				t.Errorf("%s: %v, done %v", openness, out, done)
			}
			return err
		})
		if got := len(h.sent("Reject")); got != answers {
			t.Errorf("%s: %d rejects, want %d", openness, got, answers)
		}
		if got := len(h.sent("Create")); got != answers {
			t.Errorf("%s: %d notes, want %d", openness, got, answers)
		}
	}
}

// An organisation agrees, and later does not: its people are out, and only its own server's actor
// can say either.
func TestTrust_untilTheOrganisationEndsIt(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, bo := h.group(db.OpennessPrivate), h.remote(db.ActorPerson, "bo", "far.test", "copse")
	instance, other := h.remote(db.ActorApplication, "far.test", "far.test", "copse"), h.remote(db.ActorApplication, "evil.test", "evil.test", "copse")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Trust(ctx, tx, h.ana, g, instance) })
	invites := h.sent("Invite")
	if len(invites) != 1 || invites[0].doc["object"] != g.Actor.URI || invites[0].to.Inboxes[0].Inbox != instance.Inbox {
		t.Fatalf("invites %v", invites)
	}
	answer := func(by *db.Actor, kind, state, want string) {
		t.Helper()
		in := incoming(t, by, map[string]any{"id": by.URI + "#" + kind, "type": kind, "object": invites[0].doc["id"]})
		h.do(func(ctx context.Context, tx *db.Store) error {
			_, _, err := h.r.TakeAnswer(ctx, tx, in, state)
			return err
		})
		row, err := h.store.TrustOf(context.Background(), g.ActorID, "far.test")
		if err != nil || row.State != want {
			t.Errorf("after %s of %s: %v, %v; want %s", kind, by.Host, row, err, want)
		}
	}
	answer(other, "Accept", db.TrustConfirmed, db.TrustInvited)
	answer(instance, "Accept", db.TrustConfirmed, db.TrustConfirmed)
	h.follows(bo, g)
	answer(other, "Reject", db.TrustRefused, db.TrustConfirmed)
	answer(instance, "Reject", db.TrustRefused, db.TrustEnded)
	if reached, err := h.store.FollowedFrom(context.Background(), g.ActorID, "far.test"); err != nil || reached {
		t.Errorf("still reached %v, %v", reached, err)
	}
	if removes := h.sent("Remove"); len(removes) != 1 || removes[0].doc["target"] != g.Actor.FollowersURI {
		t.Errorf("removes %v", removes)
	}
	undone := h.sent("Undo")
	if len(undone) != 1 || undone[0].doc["copse:accessEnded"] == nil {
		t.Errorf("undone %v", undone)
	}
}

func TestEndTrust_gotosocialIsBlockedForAMoment(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, bo := h.group(db.OpennessRestricted), h.remote(db.ActorPerson, "bo", "gts.test", "gotosocial")
	instance := h.remote(db.ActorApplication, "gts", "gts.test", "gotosocial")
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Trust(ctx, tx, h.ana, g, instance) })
	h.follows(bo, g)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.EndTrust(ctx, tx, h.ana, g, "gts.test") })
	blocks, undone := h.sent("Block"), h.sent("Undo")
	if len(blocks) != 1 || blocks[0].doc["object"] != bo.URI || len(undone) != 2 {
		t.Fatalf("blocks %v, undone %v", blocks, undone)
	}
	waits := 0
	for _, u := range undone {
		if inner, _ := u.doc["object"].(map[string]any); inner["type"] == "Block" {
			if u.to.NotBefore.Sub(h.now) < 59*time.Second {
				t.Errorf("taken back at %v, want a minute later", u.to.NotBefore)
			}
			waits++
		}
	}
	if waits != 1 {
		t.Errorf("%d blocks taken back, want 1", waits)
	}
}

// Only who looks after a community says whom it trusts.
func TestTrust_isForFacilitators(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, bo := h.group(db.OpennessPrivate), h.remote(db.ActorPerson, "bo", "far.test", "copse")
	instance := h.remote(db.ActorApplication, "far.test", "far.test", "copse")
	err := h.store.InTx(context.Background(), func(ctx context.Context, tx *db.Store) error { return h.r.Trust(ctx, tx, bo, g, instance) })
	if no, is := errors.AsType[*community.Refusal](err); !is || no.Code != "not-facilitator" {
		t.Errorf("trusted by a stranger: %v", err)
	}
}

// What is kept of a community elsewhere goes when its trust does; the words of our own people stay.
func TestTakeEnded_throwsCopiesAway(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	far := h.remote(db.ActorGroup, "cold", "far.test", "copse")
	g := &db.Group{ActorID: far.ID, Openness: db.OpennessPrivate, Actor: far}
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.EnsureGroup(ctx, g) })
	h.follows(h.ana, g)
	own, theirs := h.post(g, "own", "words", nil), &db.Post{
		URI: "https://far.test/1", GroupID: far.ID, AuthorID: far.ID, Author: far, Kind: db.KindDiscussion, Title: "Theirs", Content: "<p>secret</p>",
		Visibility: db.VisibilityPublic, State: db.PostPublished,
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.CreatePost(ctx, theirs, nil) })
	instance := "https://copse.test/ap/instance"
	invite := incoming(t, far, map[string]any{"id": "https://far.test/i", "type": "Invite", "object": far.URI, "to": instance})
	undo := incoming(t, far, map[string]any{"id": "https://far.test/u", "type": "Undo", "object": "https://far.test/i", "to": instance})
	h.do(func(ctx context.Context, tx *db.Store) error {
		out, done, err := h.r.TakeInvite(ctx, tx, invite)
		if err == nil && (!done || out != federation.Done()) {
			t.Errorf("invite: %v, %v", out, done)
		}
		return err
	})
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Answer(ctx, tx, g, "yes") })
	if accepts := h.sent("Accept"); len(accepts) != 1 || accepts[0].to.Inboxes[0].Inbox != far.Inbox {
		t.Errorf("accepts %v", accepts)
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, _, err := h.r.TakeEnded(ctx, tx, undo)
		return err
	})
	for p, want := range map[*db.Post]string{own: db.PostPublished, theirs: db.PostDeleted} {
		now, err := h.store.PostByID(context.Background(), p.ID)
		if err != nil || now.State != want || (want == db.PostDeleted && now.Content+now.Title != "") {
			t.Errorf("%s: %v, %v; want %s", p.URI, now, err, want)
		}
	}
}

// A community tells microblogs in its own Note who says what, to its followers and nobody beside
// them, and takes the Note back with the post.
func TestRetell(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	p := h.post(g, "Fridge", "At 43 degrees.", nil)
	retell := func(kind string) {
		t.Helper()
		h.do(func(ctx context.Context, tx *db.Store) error {
			return h.r.Retell(ctx, tx, g, &db.Activity{Type: kind, PostID: p.ID})
		})
	}
	retell("Create")
	if list := h.sent("Create"); len(list) != 0 {
		t.Fatalf("told nobody of it: %v", list)
	}
	farid := h.remote(db.ActorPerson, "farid", "social.test", "mastodon")
	h.follows(farid, g)
	retell("Create")
	list := h.sent("Create")
	if len(list) != 1 || list[0].to.FollowersOf != g.ActorID || list[0].to.Promise != db.PromiseNone {
		t.Fatalf("told %v", list)
	}
	note, _ := list[0].doc["object"].(map[string]any)
	if note["attributedTo"] != g.Actor.URI || note["type"] != "Note" || note["name"] != nil || note["cc"] != nil {
		t.Errorf("note %v", note)
	}
	if to, _ := note["to"].([]any); len(to) != 1 || to[0] != g.Actor.FollowersURI {
		t.Errorf("note to %v", note["to"])
	}
	want := `<p>retold-start Ana</p><p><strong>Fridge</strong></p><p>At 43 degrees.</p>`
	if got, _ := note["content"].(string); len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("content %q", got)
	}
	retell("Update")
	retell("Delete")
	if list := h.sent("Update"); len(list) != 1 {
		t.Errorf("updates %v", list)
	}
	gone := h.sent("Delete")
	if len(gone) != 1 || gone[0].doc["object"].(map[string]any)["id"] != note["id"] {
		t.Errorf("deletes %v", gone)
	}
}

// Whoever was let in gets the newest five discussions of a fortnight, oldest first, at their own
// inbox; nobody on software that gets the true ones does.
func TestWelcome(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	h.post(g, "ancient", "x", nil)
	h.now = h.now.AddDate(0, 0, 15)
	for _, title := range []string{"one", "two", "three"} {
		h.post(g, title, "x", nil)
	}
	farid, bo := h.remote(db.ActorPerson, "farid", "social.test", "mastodon"), h.remote(db.ActorPerson, "bo", "far.test", "copse")
	for _, who := range []*db.Actor{farid, bo} {
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Welcome(ctx, tx, g, who) })
	}
	list := h.sent("Create")
	if len(list) != 3 {
		t.Fatalf("told of %d, want 3", len(list))
	}
	for _, s := range list {
		if len(s.to.Inboxes) != 1 || s.to.Inboxes[0].Inbox != farid.Inbox {
			t.Errorf("told %v", s.to)
		}
	}
}
