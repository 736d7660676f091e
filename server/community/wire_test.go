package community_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// golden compares a document of ours with testdata, indented for the eye; the environment variable
// COPSE_TEST_GOLDEN rewrites it.
func golden(t *testing.T, name string, doc any) {
	t.Helper()
	raw, err := vocab.Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	file := filepath.Join("testdata", name)
	if os.Getenv("COPSE_TEST_GOLDEN") != "" {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

// fixed stores an actor of ours whose ids, keys and times never change.
func (h *home) fixed(a *db.Actor, path string) *db.Actor {
	h.T.Helper()
	a.URI, a.Local, a.Host, a.SharedInbox = "https://copse.test/ap/"+path, true, "copse.test", "https://copse.test/ap/inbox"
	a.Inbox, a.Outbox, a.FollowersURI = a.URI+"/inbox", a.URI+"/outbox", a.URI+"/followers"
	a.FollowingURI, a.FeaturedURI = a.URI+"/following", a.URI+"/featured"
	a.PublicKeyID, a.PublicKey = a.URI+"#main-key", "-----BEGIN PUBLIC KEY-----\nMIIB...\n-----END PUBLIC KEY-----\n"
	a.ProofKeyID, a.ProofKey = a.URI+"#ed25519", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	a.CreatedAt, a.UpdatedAt = db.At(time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)), db.Time{}
	h.OK(h.Store.CreateActor(h.Ctx, a))
	return a
}

func (h *home) doc(a *db.Actor) vocab.ActorDoc {
	h.T.Helper()
	doc, err := h.r.ActorDoc(h.Ctx, h.Store, a)
	h.OK(err)
	return doc
}

func TestActorDoc_group(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := h.fixed(&db.Actor{
		ID: 112233445566778899, Type: db.ActorGroup, Handle: "watersafety", Name: "Water safety practice",
		Summary: "<p>What we share and how we work.</p>", SummarySource: "What we share and how we work.",
		URL: "https://copse.test/c/watersafety", ModeratorsURI: "https://copse.test/ap/groups/112233445566778899/moderators",
		Discoverable: true, Indexable: true, IconURI: "https://media.copse.test/w.png",
	}, "groups/112233445566778899")
	h.OK(h.Store.CreateGroup(h.Ctx, &db.Group{ActorID: a.ID, Openness: db.OpennessOpen, PostPolicy: db.PostAnyone}))
	golden(t, "group.json", h.doc(a))
}

func TestActorDoc_person(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	a := h.fixed(&db.Actor{
		ID: 998877665544332211, Type: db.ActorPerson, Handle: "binh", Name: "Binh Tran", URL: "https://copse.test/u/binh",
		Organisation: "Health & Water <Agency>", AlsoKnownAs: "https://old.test/users/binh", Discoverable: true,
	}, "people/998877665544332211")
	golden(t, "person.json", h.doc(a))
}

func TestActorDoc_instance(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.OK(h.Store.SetSetting(h.Ctx, db.SettingName, "Resident Coordinator's Office"))
	a := h.fixed(&db.Actor{ID: 1, Type: db.ActorApplication, Handle: "copse.test", URL: "https://copse.test/", Locked: true}, "instance")
	golden(t, "instance.json", h.doc(a))
	service := h.fixed(&db.Actor{ID: 2, Type: db.ActorService, Handle: "watersafety_library", Name: "Library"}, "people/2")
	golden(t, "service.json", h.doc(service))
}

// TestActorDoc_closedGroupSaysLittle: what is listed with name and contact only says no more.
func TestActorDoc_closedGroupSaysLittle(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for openness, says := range map[string]bool{db.OpennessOpen: true, db.OpennessRestricted: true, db.OpennessPrivate: false, db.OpennessConfidential: false} {
		g := h.Group("g_"+openness, community.NewGroup{Openness: openness, Summary: "Secret plans"})
		doc := h.doc(g.Actor)
		if (doc.Summary != "" && doc.Source != nil) != says || doc.AccessType != openness {
			t.Errorf("%s group says %q, access %q", openness, doc.Summary, doc.AccessType)
		}
		if *doc.ManuallyApprovesFollowers != (openness != db.OpennessOpen) || *doc.Discoverable != (openness != db.OpennessConfidential) {
			t.Errorf("%s group: approves %v, discoverable %v", openness, *doc.ManuallyApprovesFollowers, *doc.Discoverable)
		}
	}
	g := h.Group("plain", community.NewGroup{Tagline: "Pumps & pipes", PostPolicy: db.PostModerators})
	if doc := h.doc(g.Actor); doc.Summary != "<p>Pumps &amp; pipes</p>" || !*doc.PostingRestrictedToMods {
		t.Errorf("summary %q, restricted %v", doc.Summary, *doc.PostingRestrictedToMods)
	}
}

func TestModeratorsDoc(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	fay, bo := h.Person("fay"), h.Person("bo")
	g := h.Group("water", community.NewGroup{Facilitator: fay})
	for who, role := range map[*db.Actor]string{fay: db.RoleModerator, bo: db.RoleModerator} {
		h.Do(func(ctx context.Context, tx *db.Store) error {
			return h.r.GrantRole(ctx, tx, fay, g, community.RoleOf{Who: who, Role: role})
		})
	}
	doc, err := h.r.ModeratorsDoc(h.Ctx, h.Store, g.Actor)
	h.OK(err)
	if len(doc.OrderedItems) != 2 || doc.OrderedItems[0] != fay.URI || doc.ID != g.Actor.ModeratorsURI {
		t.Errorf("moderators %v at %s", doc.OrderedItems, doc.ID)
	}
	if diff := cmp.Diff(map[string]string{fay.URI: db.RoleFacilitator, bo.URI: db.RoleModerator}, doc.Roles); diff != "" {
		t.Error(diff)
	}
}
