package db_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// published puts an artifact of a kind about some topics into the library of g.
func published(t *testing.T, s *db.Store, g *db.Actor, by *db.Actor, kind, topics string) *db.Artifact {
	t.Helper()
	a := &db.Artifact{
		URI: fmt.Sprintf("https://%s/ap/objects/%d", by.Host, s.NewID()), GroupID: g.ID, AuthorID: by.ID, Kind: kind, Title: "A " + kind, Lang: "en",
		Topics: topics, Stage: db.StagePublished, Version: 1, PublishedAt: s.Now(),
	}
	ok(t, s.CreateArtifact(t.Context(), a))
	return a
}

// The library is narrowed by what was published in it, also by what an older version of the program has
// published, and a draft is in no list of what there is.
func TestFacetsOf(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bob := group(t, s, "water"), login(t, s, "ann"), person(t, s, "bob", "peer.test")
	amina, err := s.ActorByID(ctx, ann.ActorID)
	ok(t, err)
	published(t, s, g, bob, "checklist", " cold chain ")
	published(t, s, g, amina, "story", "")
	other := published(t, s, group(t, s, "milk"), bob, "faq", " milk ")
	draft := &db.Artifact{URI: "https://peer.test/draft", GroupID: g.ID, AuthorID: bob.ID, Kind: "book", Stage: db.StageDraft, Topics: " secret "}
	ok(t, s.CreateArtifact(ctx, draft))
	ok(t, s.SaveArtifact(ctx, draft))
	want := db.ArtifactFacets{Kinds: []string{"checklist", "story"}, Langs: []string{"en"}, Hosts: []string{amina.Host, "peer.test"}, Topics: []string{"chain", "cold"}}
	if amina.Host > "peer.test" {
		want.Hosts = []string{"peer.test", amina.Host}
	}
	look := func(when string) {
		t.Helper()
		f, err := s.FacetsOf(ctx, g.ID)
		ok(t, err)
		if diff := cmp.Diff(want, f); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	look("published")
	ok(t, s.Raw(ctx, "UPDATE bun_migrations SET group_id = 2 WHERE name >= '0037'"))
	ok(t, s.Rollback(ctx))
	_, err = s.Migrate(ctx)
	ok(t, err)
	look("published by an older version")
	draft.Stage, draft.Version = db.StagePublished, 1
	ok(t, s.SaveArtifact(ctx, draft))
	want.Kinds, want.Topics = []string{"book", "checklist", "story"}, []string{"chain", "cold", "secret"}
	look("a draft that was published")
	for _, q := range []db.LibraryQuery{{Host: "peer.test"}, {Topic: "milk"}, {Kind: "faq"}} {
		q.GroupID, q.Limit = other.GroupID, 10
		if list, err := s.Library(ctx, q); err != nil || len(list) != 1 || list[0].ID != other.ID {
			t.Errorf("%+v finds %d, %v; want one", q, len(list), err)
		}
	}
	if list, err := s.Library(ctx, db.LibraryQuery{GroupID: other.GroupID, Host: amina.Host, Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("of nobody's server: %d, %v", len(list), err)
	}
}

// Words are found in texts by the index, and in titles also within a word, as scripts without spaces
// need it.
func TestLibrary_words(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, bob := group(t, s, "water"), person(t, s, "bob", "peer.test")
	strip, spaceless := published(t, s, g, bob, "checklist", ""), published(t, s, g, bob, "story", "")
	spaceless.Title = "高温下保持疫苗安全"
	ok(t, s.SaveArtifact(ctx, spaceless))
	ok(t, s.CreatePost(ctx, &db.Post{
		ID: strip.ID, URI: strip.URI, GroupID: g.ID, AuthorID: bob.ID, Kind: db.KindArtifact, State: db.PostPublished, Visibility: db.VisibilityPublic,
	}, nil))
	ok(t, s.IndexPost(ctx, strip.ID, strip.Title, "Tape a paper strip inside the door"))
	for words, want := range map[string]int64{"strip": strip.ID, "stri": strip.ID, "paper strip": strip.ID, "疫苗": spaceless.ID, "checkl": strip.ID, "%": 0, "nowhere": 0} {
		list, err := s.Library(ctx, db.LibraryQuery{GroupID: g.ID, Words: words, Limit: 10})
		ok(t, err)
		if found := len(list) == 1 && list[0].ID == want; found != (want != 0) || len(list) > 1 {
			t.Errorf("%q finds %d artifacts, want %d", words, len(list), want)
		}
	}
}
