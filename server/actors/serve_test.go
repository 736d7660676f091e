package actors_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
)

func TestServe_actorAndObject(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	if doc := h.get(h.water.Actor.URI); doc["id"] != h.water.Actor.URI || doc["type"] != "Group" {
		t.Errorf("group: %v", doc)
	}
	if doc := h.get(p.URI); doc["id"] != p.URI || doc["attributedTo"] != h.ana.Actor.URI {
		t.Errorf("post: %v", doc)
	}
	if doc := h.get(h.iris.Instance()); doc["type"] != "Application" {
		t.Errorf("instance: %v", doc)
	}
}

// Everything that a document of ours names on our host answers 200: GoToSocial logs an error for
// each collection of an actor that does not.
func TestServe_everyAddressInOurDocumentsResolves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	h.reply(p, "Ceramic ones.")
	if err := h.store.SetLogReaders(t.Context(), h.water.ActorID, db.LogPublic); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(iri string)
	walk = func(iri string) {
		iri, _, _ = strings.Cut(iri, "#")
		if !strings.HasPrefix(iri, home+"/ap/") || strings.HasSuffix(iri, "/inbox") || seen[iri] {
			return
		}
		seen[iri] = true
		var each func(v any)
		each = func(v any) {
			switch v := v.(type) {
			case string:
				walk(v)
			case []any:
				for _, x := range v {
					each(x)
				}
			case map[string]any:
				for _, x := range v {
					each(x)
				}
			}
		}
		each(h.get(iri))
	}
	for _, iri := range []string{h.iris.Instance(), h.water.Actor.URI, h.ana.Actor.URI, p.URI} {
		walk(iri)
	}
	if len(seen) < 30 {
		t.Errorf("only %d addresses met", len(seen))
	}
}

func TestServe_headIsLikeGet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	for _, iri := range []string{p.URI, h.water.Actor.URI, home + "/.well-known/webfinger?resource=acct:water@copse.test", home + "/nodeinfo/2.1"} {
		get, head := h.ask(http.MethodGet, iri, "Accept", asActivity), h.ask(http.MethodHead, iri, "Accept", asActivity)
		if head.Code != get.Code || head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(get.Body.Len()) {
			t.Errorf("HEAD %s: %d, %d bytes, %s", iri, head.Code, head.Body.Len(), head.Header().Get("Content-Length"))
		}
		for _, name := range []string{"Content-Type", "ETag", "Vary", "Cache-Control"} {
			if head.Header().Get(name) != get.Header().Get(name) {
				t.Errorf("HEAD %s: %s is %q, GET has %q", iri, name, head.Header().Get(name), get.Header().Get(name))
			}
		}
	}
}

func TestServe_conditional(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	tag := h.ask(http.MethodGet, p.URI).Header().Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	for asked, want := range map[string]int{
		tag: 304, strings.TrimPrefix(tag, "W/"): 304, `"other", ` + tag: 304, "*": 304, `"other"`: 200,
	} {
		rec := h.ask(http.MethodGet, p.URI, "If-None-Match", asked)
		if rec.Code != want || want == 304 && rec.Body.Len() != 0 {
			t.Errorf("If-None-Match %s: %d, %d bytes", asked, rec.Code, rec.Body.Len())
		}
	}
	// NodeBB reads a context at once after an announce and takes it for the whole truth.
	conv := h.ask(http.MethodGet, h.iris.Context(p.ID), "If-None-Match", "*")
	if conv.Code != http.StatusOK || conv.Header().Get("ETag") != "" || !strings.Contains(conv.Header().Get("Cache-Control"), "no-store") {
		t.Errorf("context: %d %v", conv.Code, conv.Header())
	}
}

func TestServe_packed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rec := h.ask(http.MethodGet, h.water.Actor.URI, "Accept-Encoding", "gzip")
	if rec.Header().Get("Content-Encoding") != "gzip" || rec.Header().Get("Content-Length") != strconv.Itoa(rec.Body.Len()) {
		t.Errorf("headers: %v", rec.Header())
	}
	if rec := h.ask(http.MethodGet, h.water.Actor.URI, "Accept-Encoding", "gzip;q=0"); rec.Header().Get("Content-Encoding") != "" {
		t.Errorf("packed for who refuses it: %v", rec.Header())
	}
}

func TestServe_browserIsLedToThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	r := h.reply(p, "Ceramic ones.")
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for iri, want := range map[string]string{
		h.water.Actor.URI: home + "/c/water", h.ana.Actor.URI: home + "/u/ana", h.iris.Instance(): home + "/",
		p.URI: h.iris.DiscussionPage(p.ID), r.URI: h.iris.PostPage(r.ID),
	} {
		rec := h.ask(http.MethodGet, iri, "Accept", browser)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != want || !strings.Contains(rec.Header().Get("Vary"), "Accept") {
			t.Errorf("%s: %d %q", iri, rec.Code, rec.Header().Get("Location"))
		}
	}
}

// Media types are parsed: NodeBB writes the profile without a space and adds a content type to a
// GET; old Mastodon names text/html last.
func TestServe_oddAccept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, accept := range []string{
		`application/activity+json, application/ld+json;profile="https://www.w3.org/ns/activitystreams"`,
		`application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1`,
		`application/ld+json; profile="http://example.org/x https://www.w3.org/ns/activitystreams"`,
		"application/json", "*/*", "", "nonsense",
	} {
		rec := h.ask(http.MethodGet, h.water.Actor.URI, "Accept", accept, "Content-Type", "application/json")
		if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/activity+json" {
			t.Errorf("Accept %q: %d %s", accept, rec.Code, rec.Header().Get("Content-Type"))
		}
	}
}

func TestServe_pageAddressesAnswerActivityPub(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	r := h.reply(p, "Ceramic ones.")
	for path, id := range map[string]string{
		"/": h.iris.Instance(), "/c/water": h.water.Actor.URI, "/u/ana": h.ana.Actor.URI,
		h.iris.DiscussionPage(p.ID): p.URI, h.iris.PostPage(r.ID): r.URI,
	} {
		rec := h.ask(http.MethodGet, path, "Accept", asActivity)
		if rec.Code != http.StatusOK || decode(t, rec.Body.Bytes())["id"] != id {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	for _, path := range []string{"/c/ana", "/u/water", "/c/nobody", "/d/1", "/p/x"} {
		if got := h.status(path); got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestServe_unknownIDs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := strconv.FormatInt(h.water.ActorID, 10)
	for _, path := range []string{
		"/ap/groups/1", "/ap/people/" + id, "/ap/groups/+" + id, "/ap/groups/0" + id, "/ap/groups/" + id + "/",
		"/ap/groups/" + id + "%2Finbox", "/ap/objects/x", "/ap/objects/9223372036854775808", "/ap/contexts/1",
		"/ap/activities/1", "//ap/groups/" + id, "/ap/groups/" + id + "/nothing",
	} {
		if got := h.status(home + path); got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// An object shows an edit and a deletion with the next request, or a peer that confirms a Delete
// by reading would not believe it.
func TestServe_objectsNeverLag(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.start(h.water, "Filters in the dry season", "Which filters last?")
	h.get(p.URI)
	h.get(p.URI) // now from memory
	h.tx(func(ctx context.Context, tx *db.Store) error { return h.ex.Delete(ctx, tx, h.ana.Actor, p) })
	rec := h.ask(http.MethodGet, p.URI, "Accept", asActivity)
	if rec.Code != http.StatusGone {
		t.Fatalf("deleted: %d", rec.Code)
	}
	doc := decode(t, rec.Body.Bytes())
	if doc["type"] != "Tombstone" || doc["id"] != p.URI || doc["content"] != nil {
		t.Errorf("tombstone: %v", doc)
	}
	for _, part := range []string{"/replies", "/likes", "/shares"} {
		if got := h.status(p.URI + part); got != http.StatusGone {
			t.Errorf("%s of a deleted post: %d", part, got)
		}
	}
}
