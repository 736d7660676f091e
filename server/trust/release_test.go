package trust_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// says is an answer of somebody elsewhere to a message.
func (h *home) says(who *db.Actor, to *db.Post, text string) *federation.Incoming {
	h.t.Helper()
	in := incoming(h.t, who, map[string]any{"id": who.URI + "#said" + text, "type": "Create"})
	body, err := json.Marshal(map[string]any{"id": who.URI + "/1", "type": "Note", "attributedTo": who.URI, "inReplyTo": to.URI, "content": "<p>" + text + "</p>"})
	if err != nil {
		h.t.Fatal(err)
	}
	doc, err := vocab.Decode(body)
	if err != nil {
		h.t.Fatal(err)
	}
	in.Object = &federation.Fetched{Doc: doc, Author: who}
	return in
}

func refusal(err error) string {
	if no, is := errors.AsType[*community.Refusal](err); is {
		return no.Code
	}
	return ""
}

func (h *home) try(do func(ctx context.Context, tx *db.Store) error) string {
	h.t.Helper()
	err := h.store.InTx(context.Background(), do)
	code := refusal(err)
	if err != nil && code == "" {
		h.t.Fatal(err)
	}
	return code
}

func (h *home) grants(who *db.Actor, g *db.Group, role string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role})
	})
}

// The author's word is needed, and who may decide is in the table of rights; only a restricted
// community has releases (domain.md 3g).
func TestRelease_whoAndWhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	carl, mod := h.person("carl"), h.person("mod")
	h.grants(carl, g, db.RoleCore)
	h.grants(mod, g, db.RoleModerator)
	p := h.post(g, "Fridge", "At 43 degrees.", nil)
	release := func(who *db.Actor) string {
		return h.try(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, who, p) })
	}
	consent := func(who *db.Actor, answer string) string {
		return h.try(func(ctx context.Context, tx *db.Store) error { return h.r.Consent(ctx, tx, who, p, answer) })
	}
	if got := release(mod); got != "not-core" {
		t.Errorf("a moderator: %q", got)
	}
	if got := release(carl); got != "" || len(h.sent("Create")) != 0 {
		t.Errorf("asked: %q, sent %v", got, h.sent("Create"))
	}
	if got := release(carl); got != "release-stands" {
		t.Errorf("asked twice: %q", got)
	}
	if got := consent(carl, "yes"); got != "release-not-asked" {
		t.Errorf("somebody else's consent: %q", got)
	}
	if got := consent(h.ana, "no"); got != "" || consent(h.ana, "yes") != "release-not-asked" {
		t.Errorf("said no: %q", got)
	}
	if release(carl) != "" || consent(h.ana, "yes") != "" || len(h.sent("Create")) != 1 {
		t.Errorf("the second time: sent %v", h.sent("Create"))
	}
	log, err := h.store.ModerationLog(context.Background(), g.ActorID, 0, 10)
	var acts []string
	for _, e := range log {
		acts = append(acts, e.Act)
	}
	if got, want := strings.Join(acts, " "), "release release-ask release-refused release-ask"; err != nil || got != want {
		t.Errorf("log %q, %v; want %q", got, err, want)
	}
	for _, openness := range []string{db.OpennessOpen, db.OpennessPrivate, db.OpennessConfidential} {
		h := newHome(t)
		p := h.post(h.group(openness), "x", "y", nil)
		want := "release-not-here"
		if got := h.try(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) }); got != want {
			t.Errorf("%s: %q, want %q", openness, got, want)
		}
	}
}

// What is public is the text and its author. Nothing around it is named.
func TestRelease_namesNothingAround(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	starter := h.post(g, "Secret", "The beginning.", nil)
	p := h.post(g, "", "Open the vents.", starter)
	h.post(g, "", "Thank you.", p)
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) })
	list := h.sent("Create")
	if len(list) != 1 || list[0].to.FollowersOf != g.ActorID || list[0].to.Promise != db.PromiseNone {
		t.Fatalf("sent %v", list)
	}
	note, _ := list[0].doc["object"].(map[string]any)
	if to, _ := note["to"].([]any); len(to) != 1 || to[0] != vocab.Public {
		t.Errorf("to %v", note["to"])
	}
	for _, part := range []string{"inReplyTo", "context", "conversation", "replies", "likes", "shares", "tag", "source", "audience", "name"} {
		if note[part] != nil {
			t.Errorf("%s: %v", part, note[part])
		}
	}
	if got := note["content"]; got != "<p>released AnaCold</p><p>Open the vents.</p>" {
		t.Errorf("content %q", got)
	}
	whole, _ := json.Marshal(list[0].doc)
	if strings.Contains(string(whole), starter.URI) || strings.Contains(string(whole), "Secret") {
		t.Errorf("names what stands around it: %s", whole)
	}
}

// An edit by its author is shown; what is taken back, removed, or in a community that closes, is
// public no more, and a second release is another Note.
func TestRelease_followsThePost(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	p := h.post(g, "Fridge", "At 43 degrees.", nil)
	release := func() *db.Release {
		t.Helper()
		h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) })
		rel, err := h.r.Released(context.Background(), h.store, p)
		if err != nil {
			t.Fatal(err)
		}
		return rel
	}
	first := release()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Retell(ctx, tx, g, &db.Activity{Type: "Update", PostID: p.ID})
	})
	if list := h.sent("Update"); len(list) != 1 {
		t.Errorf("updates %v", list)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.TakeBack(ctx, tx, h.ana, p) })
	if _, err := h.r.Released(context.Background(), h.store, p); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("still out: %v", err)
	}
	if second := release(); second.ID == first.ID {
		t.Error("the same Note again; servers remember that it was deleted")
	}
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, p, db.PostRemoved, "", h.ana.ID)
	})
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.Retell(ctx, tx, g, &db.Activity{Type: "Delete", PostID: p.ID})
	})
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.SetPostState(ctx, p, db.PostPublished, "", h.ana.ID)
	})
	release()
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.ChangeLevel(ctx, tx, h.ana, g, db.OpennessPrivate)
	})
	if gone := h.sent("Delete"); len(gone) != 3 {
		t.Errorf("deletes %v, want 3", gone)
	}
	if _, err := h.r.Released(context.Background(), h.store, p); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("out in a private community: %v", err)
	}
}

// An author elsewhere is asked in a direct message and answers in words, with any client.
func TestTakeConsent(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g, farid, eve := h.group(db.OpennessRestricted), h.remote(db.ActorPerson, "farid", "social.test", "mastodon"), h.remote(db.ActorPerson, "eve", "social.test", "mastodon")
	p := &db.Post{
		URI: "https://social.test/1", GroupID: g.ActorID, AuthorID: farid.ID, Author: farid, Kind: db.KindDiscussion, Content: "<p>Vents.</p>",
		Visibility: db.VisibilityPublic, State: db.PostPublished,
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return tx.CreatePost(ctx, p, nil) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) })
	asked := h.sent("Create")
	if len(asked) != 1 || asked[0].to.Inboxes[0].Inbox != farid.Inbox {
		t.Fatalf("asked %v", asked)
	}
	note, _ := asked[0].doc["object"].(map[string]any)
	uri, _ := note["id"].(string)
	question, err := h.store.PostByURI(context.Background(), uri)
	if err != nil {
		t.Fatal(err)
	}
	hears := func(who *db.Actor, text string) (done bool) {
		t.Helper()
		h.do(func(ctx context.Context, tx *db.Store) (err error) {
			_, done, err = h.r.TakeConsent(ctx, tx, h.says(who, question, text))
			return err
		})
		return done
	}
	if hears(farid, "@cold What for?") || hears(eve, "I agree") {
		t.Error("taken for an answer")
	}
	if !hears(farid, "@cold I agree, go on.") {
		t.Error("not heard")
	}
	if _, err := h.r.Released(context.Background(), h.store, p); err != nil {
		t.Errorf("not released: %v", err)
	}
}
