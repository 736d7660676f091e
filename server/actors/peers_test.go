package actors_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/fedtest"
	"github.com/copse-social/copse/federation/vocab"
)

// What Mastodon demands before it shows an account (peers.md B1), step by step.
func TestPeersDemand_mastodonResolvesAGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(h.water, "Filters in the dry season", "Which filters last?")
	rec := h.ask(http.MethodGet, finger+"acct:water@copse.test", "Accept", "application/jrd+json, application/json")
	jrd := decode(t, rec.Body.Bytes())
	self := selfOf(jrd)
	if jrd["subject"] != "acct:water@copse.test" || self == "" {
		t.Fatalf("webfinger: %s", rec.Body)
	}
	rec = h.ask(http.MethodGet, self, "Accept", asActivity)
	actor := decode(t, rec.Body.Bytes())
	if rec.Header().Get("Content-Type") != "application/activity+json" || actor["id"] != self {
		t.Fatalf("actor: %s %v", rec.Header().Get("Content-Type"), actor["id"])
	}
	if contexts, ok := actor["@context"].([]any); !ok || contexts[0] != "https://www.w3.org/ns/activitystreams" {
		t.Errorf("@context: %v", actor["@context"])
	}
	key := actor["publicKey"].(map[string]any)
	if bare, _, _ := strings.Cut(key["id"].(string), "#"); bare != self || key["owner"] != self {
		t.Errorf("key %v of %v: a fetch of its own would be needed", key["id"], key["owner"])
	}
	if page, _ := url.Parse(actor["url"].(string)); page.Host != "copse.test" {
		t.Errorf("url: %v", actor["url"])
	}
	for _, name := range []string{"outbox", "followers", "following"} {
		doc := h.get(actor[name].(string))
		if _, ok := doc["totalItems"].(float64); !ok || doc["first"] == nil {
			t.Errorf("%s hides the network: %v", name, doc)
		}
	}
	if doc := h.get(actor["featured"].(string)); doc["type"] != "OrderedCollection" || doc["orderedItems"] == nil {
		t.Errorf("featured: %v", doc)
	}
}

// What GoToSocial demands (peers.md B5).
func TestPeersDemand_gotosocial(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	for range 3 {
		h.reply(p, "Ceramic ones.")
	}
	gts := fedtest.New(t, h.net, "gts.test", fedtest.GoToSocial())
	bob := gts.Person("bob")
	// Everything is read signed by the person, over a key id that is a path.
	r := gts.GetAs(bob, p.URI)
	note := decode(t, r.Body)
	if r.Status != http.StatusOK || note["name"] != nil {
		t.Fatalf("note: %d %v", r.Status, note["name"])
	}
	// The final address must be the id or the url of what was found there.
	page := decode(t, gts.GetAs(bob, note["url"].(string)).Body)
	if page["id"] != p.URI || page["url"] != note["url"] {
		t.Errorf("page: %v %v", page["id"], page["url"])
	}
	// replies is crawled only as an object with an embedded first page that has items or a next.
	var crawled []string
	at := note["replies"].(map[string]any)["first"].(map[string]any)
	for {
		for _, item := range at["items"].([]any) {
			crawled = append(crawled, item.(string))
		}
		next, ok := at["next"].(string)
		if !ok {
			break
		}
		at = decode(t, gts.GetAs(bob, next).Body)
		if at["type"] != "CollectionPage" || at["id"] != next {
			t.Fatalf("page %s: %v %v", next, at["type"], at["id"])
		}
	}
	if len(crawled) != 3 {
		t.Errorf("crawled %v", crawled)
	}
	for _, iri := range []string{h.ana.Actor.URI, h.water.Actor.URI, h.iris.Instance()} {
		for _, part := range []string{"/featured", "/followers", "/following", "/outbox"} {
			if r := gts.GetAs(bob, iri+part); r.Status != http.StatusOK {
				t.Errorf("%s%s: %d", iri, part, r.Status)
			}
		}
	}
}

// What NodeBB does: HEAD without a signature before it reads, a GET with a content type, the
// context at once, each wrapped activity by its id.
func TestPeersDemand_nodebb(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	r := h.reply(p, "Ceramic ones.")
	if rec := h.ask(http.MethodHead, p.URI, "Accept", "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"", "Content-Type", "application/json"); rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/activity+json" {
		t.Errorf("HEAD: %d %s", rec.Code, rec.Header().Get("Content-Type"))
	}
	nodebb := fedtest.New(t, h.net, "nodebb.test", fedtest.NodeBB())
	conv := decode(t, nodebb.Get(h.get(r.URI)["context"].(string)).Body)
	if items, _ := conv["orderedItems"].([]any); conv["type"] != "OrderedCollection" || !slices.Contains(items, any(r.URI)) || items[0] != p.URI {
		t.Errorf("context: %v", conv)
	}
	for _, iri := range h.everyActivity() {
		if got := nodebb.Get(iri); got.Status != http.StatusOK || decode(t, got.Body)["id"] != iri {
			t.Errorf("%s: %d", iri, got.Status)
		}
	}
}

// What Lemmy demands of every object, or drops the activity (wire.md 3).
func TestPeersDemand_lemmy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last? See https://example.org/a.")
	r := h.reply(p, "Ceramic ones.")
	if mods, ok := h.get(h.water.Actor.URI)["attributedTo"].(string); !ok || h.get(mods)["first"] != nil {
		t.Error("moderators are not one whole collection at a string address")
	}
	for _, iri := range []string{p.URI, r.URI} {
		doc := h.get(iri)
		for _, name := range []string{"attributedTo", "context", "audience"} {
			if _, ok := doc[name].(string); !ok {
				t.Errorf("%s: %s is %v", iri, name, doc[name])
			}
		}
		to := doc["to"].([]any)
		if to[0] != doc["audience"] || !slices.Contains(to, any(vocab.Public)) {
			t.Errorf("%s: to %v, audience %v", iri, to, doc["audience"])
		}
		if starts := iri == p.URI; starts != (doc["inReplyTo"] == nil) {
			t.Errorf("%s: inReplyTo %v", iri, doc["inReplyTo"])
		}
	}
	outbox := h.get(h.water.Actor.URI + "/outbox?page=1")
	for _, item := range outbox["orderedItems"].([]any) {
		a := item.(map[string]any)
		inner, _ := a["object"].(map[string]any)
		if a["type"] != "Announce" || inner["type"] != "Create" || inner["object"].(map[string]any)["inReplyTo"] != nil {
			t.Errorf("outbox item: %v %v", a["type"], inner["type"])
		}
	}
}

// A long discussion is paged everywhere, and every page holds what comes after the last.
func TestConversation_paged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	const answers = 230
	want := []string{p.URI}
	h.tx(func(ctx context.Context, tx *db.Store) error {
		for range answers {
			a := &db.Post{ID: tx.NewID(), GroupID: h.water.ActorID, AuthorID: h.ana.ActorID, Kind: db.KindComment, State: db.PostPublished, Visibility: db.VisibilityPublic, Local: true}
			a.URI = h.iris.Object(a.ID)
			if err := tx.CreatePost(ctx, a, p); err != nil {
				return err
			}
			want = append(want, a.URI)
		}
		return nil
	})
	for collection, expect := range map[string][]string{h.iris.Context(p.ID): want, p.URI + "/replies": want[1:]} {
		at := h.get(collection)
		if n, _ := at["totalItems"].(float64); int(n) != len(expect) {
			t.Errorf("%s: totalItems %v", collection, at["totalItems"])
		}
		var got []string
		if first, ok := at["first"].(map[string]any); ok {
			at = first
		} else {
			at = h.get(at["first"].(string))
		}
		for pages := 1; ; pages++ {
			items, _ := at["items"].([]any)
			if items == nil {
				items, _ = at["orderedItems"].([]any)
			}
			if len(items) == 0 || len(items) > 200 || pages > 10 {
				t.Fatalf("%v: %d items on page %d", at["id"], len(items), pages)
			}
			for _, item := range items {
				got = append(got, item.(string))
			}
			next, ok := at["next"].(string)
			if !ok {
				break
			}
			at = h.get(next)
		}
		if !slices.Equal(got, expect) {
			t.Errorf("%s: %d of %d", collection, len(got), len(expect))
		}
	}
}
