package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

// anArtifact is a row that files can belong to.
func anArtifact(t *testing.T, s *db.Store, kind string) *db.Artifact {
	t.Helper()
	id := s.NewID()
	g := group(t, s, fmt.Sprintf("g%d", id))
	a := &db.Artifact{ID: id, URI: fmt.Sprintf("https://a.test/%d", id), GroupID: g.ID, Kind: kind, Title: "Tanks", Stage: db.StagePublished, Version: 1}
	if err := s.CreateArtifact(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func names(list []*db.ArtifactFile) string {
	var out []string
	for _, f := range list {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

func TestArtifactFiles_ofDraftAndVersions(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a, other := anArtifact(t, s, "how-to"), anArtifact(t, s, "how-to")
	put := func(name, words string) bool {
		t.Helper()
		fresh, err := s.PutArtifactFile(ctx, &db.ArtifactFile{ArtifactID: a.ID, Digest: "d-" + name, Name: name, MediaType: "text/plain", Size: 3, Words: words})
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	if !put("one", "first words") || !put("two", "") || !put("three", "third words") {
		t.Error("a new file is said to be there")
	}
	if put("one", "again") {
		t.Error("the same file counts twice")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.FreezeArtifactFiles(ctx, a.ID, 1))
	must(s.FreezeArtifactFiles(ctx, other.ID, 1)) // has none
	must(s.DropArtifactFile(ctx, a.ID, "d-two"))
	there, err := s.LabelArtifactFile(ctx, a.ID, "d-one", "anew")
	if err != nil || !there {
		t.Errorf("label: %v, %v", there, err)
	}
	if there, err := s.LabelArtifactFile(ctx, other.ID, "d-one", "x"); err != nil || there {
		t.Errorf("label of another's: %v, %v", there, err)
	}
	for number, want := range map[int64]string{0: "one three", 1: "one two three", 2: ""} {
		list, err := s.ArtifactFiles(ctx, a.ID, number)
		if err != nil || names(list) != want {
			t.Errorf("version %d has %q, %v, want %q", number, names(list), err, want)
		}
		for _, f := range list {
			if f.Label != "" && number == 1 {
				t.Error("a version changes with its draft")
			}
			if f.Words != "" {
				t.Error("lists carry words")
			}
		}
	}
	for _, row := range []struct {
		least  int64
		digest string
		want   bool
	}{
		{0, "d-one", true},
		{1, "d-two", true},
		{2, "d-two", false},
		{0, "d-none", false},
	} {
		_, err := s.ArtifactFileIn(ctx, a.ID, row.least, row.digest)
		if (err == nil) != row.want {
			t.Errorf("%s from version %d: %v", row.digest, row.least, err)
		}
	}
	text, err := s.ArtifactFileWords(ctx, a.ID, 1, 1000)
	if err != nil || text != "\nfirst words\nthird words" {
		t.Errorf("words %q, %v", text, err)
	}
	if text, err := s.ArtifactFileWords(ctx, a.ID, 1, 8); err != nil || len(text) != 8 {
		t.Errorf("words are not cut: %q, %v", text, err)
	}
	for digest, want := range map[string]bool{"d-one": true, "d-two": true, "d-none": false} {
		if got, err := s.FileNamed(ctx, digest); err != nil || got != want {
			t.Errorf("%s is named: %v, %v", digest, got, err)
		}
	}
}

func TestImportOf_whatWasLost(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	a := anArtifact(t, s, "how-to")
	if made, err := s.ImportOf(ctx, a.ID); err != nil || made != nil {
		t.Errorf("written here: %+v, %v", made, err)
	}
	lost := db.ImportLosses{List: []db.ImportLoss{{What: "comment", Detail: "ميزان", Count: 2}}}
	if err := s.PutArtifactImport(ctx, &db.ArtifactImport{ArtifactID: a.ID, Name: "a.docx", Lost: lost}); err != nil {
		t.Fatal(err)
	}
	made, err := s.ImportOf(ctx, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lost, made.Lost); diff != "" || made.Name != "a.docx" {
		t.Errorf("%s: %s", made.Name, diff)
	}
}

func TestChapters_inOrder(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), dbtest.New(t)
	book, one, two := anArtifact(t, s, "book"), anArtifact(t, s, "how-to"), anArtifact(t, s, "story")
	put := func(number int64, ids ...int64) {
		t.Helper()
		var list []*db.ArtifactChapter
		for _, id := range ids {
			list = append(list, &db.ArtifactChapter{ChapterID: id, Version: 1})
		}
		if err := s.PutChapters(ctx, book.ID, number, list); err != nil {
			t.Fatal(err)
		}
	}
	put(0, one.ID, two.ID)
	put(0, two.ID, one.ID)
	put(1, one.ID)
	for number, want := range map[int64][]int64{0: {two.ID, one.ID}, 1: {one.ID}, 2: nil} {
		list, err := s.ChaptersOf(ctx, book.ID, number)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, c := range list {
			got = append(got, c.ChapterID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("version %d: %s", number, diff)
		}
	}
	for id, want := range map[int64]int{one.ID: 1, two.ID: 0} { // two is in the draft alone
		books, err := s.BooksWith(ctx, id)
		if err != nil || len(books) != want {
			t.Errorf("%d is in %d books, %v, want %d", id, len(books), err, want)
		}
	}
	list, err := s.ArtifactsByID(ctx, []int64{one.ID, two.ID})
	if err != nil || len(list) != 2 {
		t.Errorf("%d by their ids, %v", len(list), err)
	}
	if list, err := s.ArtifactsByID(ctx, nil); err != nil || list != nil {
		t.Errorf("none by no ids: %v, %v", list, err)
	}
}
