package actors_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
)

// TestGolden_documents holds every kind of document that the door serves to its file in testdata.
// Ids, keys and proofs differ with each run and stand as names. COPSE_TEST_GOLDEN=1 rewrites them.
func TestGolden_documents(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.person("bob", "Bob Mensah")
	p := h.start(h.water, "Filters in the dry season", "Which filters last?\n\n| a | b |\n|---|---|\n| 1 | 2 |")
	r := h.reply(p, "Ceramic ones, says **everybody**.")
	gone := h.reply(p, "Never mind.")
	var stay *db.Post
	h.tx(h.pinAndDelete(p, gone))
	h.tx(h.write(&stay, &exchange.Draft{Author: bob.Actor, Group: h.water, Title: "Who tests wells?", Source: "We could."}))
	create, err := h.store.ActivityByID(h.ctx, p.CreateActivityID)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{
		id(h.water.ActorID), "WATER", id(h.ana.ActorID), "ANA", id(bob.ActorID), "BOB", id(p.ID), "STARTER", id(r.ID), "ANSWER",
		id(gone.ID), "GONE", id(stay.ID), "SECOND", id(create.ID), "CREATE",
	}
	for name, iri := range map[string]string{
		"group": h.water.Actor.URI, "person": h.ana.Actor.URI, "instance": h.iris.Instance(),
		"group_outbox": h.water.Actor.URI + "/outbox", "group_outbox_page": h.water.Actor.URI + "/outbox?page=1",
		"person_outbox_page": h.ana.Actor.URI + "/outbox?page=1",
		"followers":          h.water.Actor.URI + "/followers", "followers_page": h.water.Actor.URI + "/followers?page=1",
		"following": h.ana.Actor.URI + "/following", "featured": h.water.Actor.URI + "/featured",
		"featured_person": h.ana.Actor.URI + "/featured", "featured_tags": h.water.Actor.URI + "/featured-tags",
		"moderators": h.water.Actor.URI + "/moderators", "repertoire": h.water.Actor.URI + "/repertoire",
		"discussion": p.URI, "answer": r.URI, "tombstone": gone.URI,
		"replies": p.URI + "/replies", "replies_page": p.URI + "/replies?page=1", "likes": p.URI + "/likes", "shares": p.URI + "/shares",
		"context": h.iris.Context(p.ID), "create": create.URI,
		"webfinger_group":    home + "/.well-known/webfinger?resource=acct:water@copse.test",
		"webfinger_person":   home + "/.well-known/webfinger?resource=acct:ana@copse.test",
		"webfinger_instance": home + "/.well-known/webfinger?resource=https://copse.test/",
		"host_meta_json":     home + "/.well-known/host-meta.json", "nodeinfo_links": home + "/.well-known/nodeinfo",
		"nodeinfo_2.0": home + "/nodeinfo/2.0", "nodeinfo_2.1": home + "/nodeinfo/2.1",
	} {
		rec := h.ask(http.MethodGet, iri, "Accept", asActivity)
		golden(t, name+".json", fmt.Sprintf("%d %s\nCache-Control: %s\n\n%s\n", rec.Code,
			rec.Header().Get("Content-Type"), rec.Header().Get("Cache-Control"), readable(t, rec.Body.Bytes(), names)))
	}
	rec := h.ask(http.MethodGet, home+"/.well-known/host-meta")
	golden(t, "host_meta.xml", rec.Body.String())
}

var (
	keys      = regexp.MustCompile(`"(publicKeyPem|publicKeyMultibase|proofValue)": "[^"]*"`)
	moments   = regexp.MustCompile(`"(published|updated|created|deleted)": "[^"]*"`)
	numbers   = regexp.MustCompile(`/ap/(activities|objects)/[0-9]+`)
	atContext = regexp.MustCompile(`(?s)"@context": \[.*?\n *\],?\n`)
)

// readable indents a document and puts names in the place of what differs with each run.
func readable(t *testing.T, body []byte, names []string) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	text := strings.NewReplacer(names...).Replace(out.String())
	text = keys.ReplaceAllString(text, `"$1": "…"`)
	text = moments.ReplaceAllString(text, `"$1": "…"`)
	text = atContext.ReplaceAllString(text, "\"@context\": […],\n")
	return numbers.ReplaceAllString(text, "/ap/$1/N")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-file +served)\n%s", name, diff)
	}
}
