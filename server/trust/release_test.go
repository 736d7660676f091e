package trust_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// Pictures keep the words for those who don't see them, and go with the text: to followers who get it
// in the group's own words, and to everybody once it is released.
func TestRelease_withPictures(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	h.follows(h.remote(db.ActorPerson, "farid", "social.test", "mastodon"), g)
	p := h.post(g, "Fridge", "As on the picture.", nil)
	h.do(func(ctx context.Context, tx *db.Store) error {
		return tx.PutAttachments(ctx, p.ID, []*db.Attachment{
			{Type: "Image", URL: "https://media.test/fridge.png", MediaType: "image/png", Name: "A fridge without its door"},
			{Type: "Link", URL: "https://pages.test/doors", Name: "On doors"},
		})
	})
	want := []any{
		map[string]any{"type": "Image", "url": "https://media.test/fridge.png", "mediaType": "image/png", "name": "A fridge without its door"},
		map[string]any{"type": "Link", "href": "https://pages.test/doors", "name": "On doors"},
	}
	var told vocab.PostDoc
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		told, err = h.r.RetoldDoc(ctx, tx, g, p)
		return err
	})
	if len(told.Attachment) != 2 || told.Attachment[0].Name != "A fridge without its door" {
		t.Errorf("told with %+v", told.Attachment)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) })
	list := h.sent("Create")
	note, _ := list[len(list)-1].doc["object"].(map[string]any)
	if diff := cmp.Diff(any(want), note["attachment"]); diff != "" {
		t.Errorf("released with (-want +got):\n%s", diff)
	}
}

// Forget takes back what was said of somebody in the name of groups, and nothing of others.
func TestForget(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	g := h.group(db.OpennessRestricted)
	p, asked := h.post(g, "Fridge", "At 43 degrees.", nil), h.post(g, "Box", "Which?", nil)
	carl := h.person("carl")
	h.grants(carl, g, db.RoleCore)
	for _, one := range []*db.Post{p, asked} {
		h.do(func(ctx context.Context, tx *db.Store) error {
			_, err := tx.EnsureRetelling(ctx, g.ActorID, one.ID)
			return err
		})
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, h.ana, p) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Release(ctx, tx, carl, asked) })
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Forget(ctx, tx, carl) })
	if n := len(h.sent("Delete")); n != 0 {
		t.Errorf("with somebody else %d Notes go", n)
	}
	h.do(func(ctx context.Context, tx *db.Store) error { return h.r.Forget(ctx, tx, h.ana) })
	var public, members int
	for _, s := range h.sent("Delete") {
		if strings.Contains(string(mustJSON(t, s.doc)), vocab.Public) {
			public++
		} else {
			members++
		}
	}
	if public != 1 || members != 2 {
		t.Errorf("%d Deletes to everybody and %d to members, want 1 and 2", public, members)
	}
	for _, one := range []*db.Post{p, asked} {
		if rel, err := h.store.ReleaseOf(context.Background(), one.ID); err != nil || rel.State != db.ReleaseBack {
			t.Errorf("the release is %+v, %v", rel, err)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
