package actors_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
)

const finger = home + "/.well-known/webfinger?resource="

func TestWebfinger_resources(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for resource, self := range map[string]string{
		"acct:water@copse.test": h.water.Actor.URI, "acct:WATER@COPSE.test": h.water.Actor.URI, "water@copse.test": h.water.Actor.URI,
		"acct:@water@copse.test": h.water.Actor.URI, "acct:water@copse.test.": h.water.Actor.URI, "ACCT:ana@copse.test": h.ana.Actor.URI,
		h.water.Actor.URI: h.water.Actor.URI, h.ana.Actor.URI: h.ana.Actor.URI, home + "/c/water": h.water.Actor.URI,
		home + "/u/ana": h.ana.Actor.URI, home + "/@ana": h.ana.Actor.URI,
		home: h.iris.Instance(), home + "/": h.iris.Instance(), h.iris.Instance(): h.iris.Instance(), "acct:copse.test@copse.test": h.iris.Instance(),
	} {
		rec := h.ask(http.MethodGet, finger+resource)
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d", resource, rec.Code)
			continue
		}
		doc := decode(t, rec.Body.Bytes())
		subject, _ := doc["subject"].(string)
		if subject != strings.ToLower(subject) || !strings.HasPrefix(subject, "acct:") {
			t.Errorf("%s: subject %q", resource, subject)
		}
		if got := selfOf(doc); got != self {
			t.Errorf("%s: self %q, want %q", resource, got, self)
		}
	}
}

func selfOf(jrd map[string]any) string {
	links, _ := jrd["links"].([]any)
	for _, l := range links {
		if l := l.(map[string]any); l["rel"] == "self" && l["type"] == "application/activity+json" {
			return l["href"].(string)
		}
	}
	return ""
}

func TestWebfinger_refusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for query, want := range map[string]int{
		"": 400, "?resource=": 400, "?resource=acct:a@copse.test&resource=acct:b@copse.test": 400, "?resource=%zz": 400,
		"?resource=acct:nobody@copse.test": 404, "?resource=acct:water@other.test": 404, "?resource=water": 404, "?resource=@": 404,
		"?resource=https://other.test/u/ana": 404, "?resource=" + home + "/u/water": 404, "?resource=" + home + "/c/ana": 404,
		"?resource=" + home + "/ap/people/1": 404, "?resource=mailto:ana@copse.test": 404,
	} {
		rec := h.ask(http.MethodGet, home+"/.well-known/webfinger"+query)
		if rec.Code != want || rec.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%q: %d, want %d", query, rec.Code, want)
		}
	}
}

func TestWebfinger_goneAndSuspended(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.person("bob", "Bob Mensah")
	h.tx(func(ctx context.Context, tx *db.Store) error {
		bob.Actor.SuspendedAt = tx.Now()
		if err := tx.SaveActor(ctx, bob.Actor); err != nil {
			return err
		}
		return tx.TombstoneActor(ctx, h.ana.ActorID)
	})
	for resource, want := range map[string]int{"acct:ana@copse.test": 410, "acct:bob@copse.test": 404} { // Mastodon takes 410 as final
		if got := h.ask(http.MethodGet, finger+resource).Code; got != want {
			t.Errorf("%s: %d, want %d", resource, got, want)
		}
	}
	rec := h.ask(http.MethodGet, h.ana.Actor.URI)
	if rec.Code != http.StatusGone || decode(t, rec.Body.Bytes())["formerType"] != "Person" {
		t.Errorf("deleted person: %d %s", rec.Code, rec.Body)
	}
	for iri, want := range map[string]int{
		h.ana.Actor.URI + "/outbox": 410, h.ana.Actor.URI + "/followers": 410, bob.Actor.URI: 404, bob.Actor.URI + "/outbox": 404,
	} {
		if got := h.status(iri); got != want {
			t.Errorf("%s: %d, want %d", iri, got, want)
		}
	}
}

func TestWebfinger_rel(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	doc := decode(t, h.ask(http.MethodGet, finger+"acct:water@copse.test&rel=self").Body.Bytes())
	if links := doc["links"].([]any); len(links) != 1 || selfOf(doc) != h.water.Actor.URI {
		t.Errorf("links: %v", links)
	}
}

// Discovery answers any Accept with JSON: GoToSocial and NodeBB ask with an ActivityPub one.
func TestDiscovery_anyAccept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, kinds := range map[string][]string{
		"/.well-known/webfinger?resource=acct:water@copse.test": {"application/jrd+json"},
		"/.well-known/host-meta":                                {"application/xrd+xml"},
		"/.well-known/host-meta.json":                           {"application/jrd+json"},
		"/.well-known/nodeinfo":                                 {"application/json"},
		"/nodeinfo/2.0":                                         {`application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"`},
		"/nodeinfo/2.1":                                         {`application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"`},
	} {
		for _, accept := range []string{"", "*/*", "text/html", asActivity, "application/xml"} {
			rec := h.ask(http.MethodGet, home+path, "Accept", accept)
			if rec.Code != http.StatusOK || !slices.Contains(kinds, rec.Header().Get("Content-Type")) {
				t.Errorf("%s with %q: %d %s", path, accept, rec.Code, rec.Header().Get("Content-Type"))
			}
		}
	}
}
