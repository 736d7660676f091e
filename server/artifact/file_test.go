package artifact_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/practice"
)

// aFile is one beside a draft.
func aFile(name, mediaType, label, words string) db.ArtifactFile {
	return db.ArtifactFile{Digest: practice.HashOf(name), Name: name, MediaType: mediaType, Label: label, Size: 42, Words: words}
}

func TestFiles_frozenWithTheirVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina, eve := h.person("amina"), h.person("eve")
	g := h.group(amina, db.OpennessOpen)
	a := h.checklist(g, amina)
	add := func(f db.ArtifactFile) rule {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.AddFile(ctx, tx, a, artifact.Bringing{By: amina, File: f})
		}
	}
	h.refused("members-only", func(ctx context.Context, tx *db.Store) error {
		return h.r.AddFile(ctx, tx, a, artifact.Bringing{By: eve, File: aFile("x.csv", "text/csv", "", "")})
	})
	h.refused("picture-words", add(aFile("lid.png", "image/png", " ", "")))
	h.refused("text-long", add(aFile("lid.png", "image/png", strings.Repeat("x", 1501), "")))
	h.do(add(aFile("lid.png", "image/png", "A chain on a lid", "")))
	h.do(add(aFile("log.csv", "text/csv", "", "ward,zebrafish")))
	h.do(add(aFile("log.csv", "text/csv", "twice", "ward,zebrafish")))
	h.do(func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Publish(ctx, tx, h.again(a), artifact.Publishing{By: amina, AsAnIdea: true})
		return err
	})
	h.do(func(ctx context.Context, tx *db.Store) error {
		return h.r.DropFile(ctx, tx, h.again(a), artifact.Describing{By: amina, Digest: practice.HashOf("log.csv")})
	})
	for number, want := range []int{1, 2} {
		list, err := h.s.ArtifactFiles(h.ctx, a.ID, int64(number))
		h.ok(err)
		if len(list) != want {
			t.Errorf("version %d has %d files, want %d", number, len(list), want)
		}
	}
	found, err := h.s.SearchPosts(h.ctx, db.SearchQuery{Words: "zebrafish", Limit: 5})
	h.ok(err)
	if len(found.Posts) != 1 || found.Posts[0].ID != a.ID {
		t.Errorf("the words in its table find %d posts", len(found.Posts))
	}
	in, err := h.s.Library(h.ctx, db.LibraryQuery{GroupID: g.ActorID, Words: "zebrafish", Limit: 5})
	h.ok(err)
	if len(in) != 1 {
		t.Errorf("the library finds %d by the words in a file", len(in))
	}
	doc := h.sent(amina, "Create", a.URI).Inner().Object
	if len(doc.Attachment) != 2 || doc.Attachment[0].Type != "Document" || doc.Attachment[0].Name != "A chain on a lid" || !strings.HasPrefix(doc.Attachment[0].Digest, "uEiA") && !strings.HasPrefix(doc.Attachment[0].Digest, "uEi") {
		t.Errorf("the Article names %+v", doc.Attachment)
	}
	again := h.again(a)
	v, err := h.s.VersionOf(h.ctx, a.ID, 1)
	h.ok(err)
	var version vocab.PostDoc
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		version, err = practice.Wire{IRIs: h.pub.IRIs(), Group: g}.Version(ctx, tx, again, v)
		return err
	})
	if len(version.Attachment) != 2 {
		t.Errorf("the version names %+v", version.Attachment)
	}
}

func TestImport_picturesWaitForWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina := h.person("amina")
	g := h.group(amina, db.OpennessOpen)
	var a *db.Artifact
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		b := artifact.Beginning{
			ID: tx.NewID(), Group: g, Author: amina, Kind: "checklist", Title: "Tanks",
			Blocks: []db.Block{{Key: "audience", Code: "audience", Title: "For whom", Text: "Two"}, {Key: "items", Code: "items", Title: "Points", Text: "Drain"}},
		}
		a, err = h.r.Import(ctx, tx, b, artifact.Brought{Name: "tanks.docx", Files: []db.ArtifactFile{aFile("lid.png", "image/png", "", "")}, Lost: []db.ImportLoss{{What: "comment", Count: 2}}})
		if err == nil && a.ID != b.ID {
			t.Errorf("it has id %d, not the one that its text names", a.ID)
		}
		return err
	})
	made, err := h.s.ImportOf(h.ctx, a.ID)
	h.ok(err)
	if made == nil || len(made.Lost.List) != 1 || made.Lost.List[0].Count != 2 {
		t.Errorf("what was lost: %+v", made)
	}
	publish := func(ctx context.Context, tx *db.Store) error {
		_, err := h.r.Publish(ctx, tx, h.again(a), artifact.Publishing{By: amina, AsAnIdea: true})
		return err
	}
	h.refused("picture-words", publish)
	describe := func(digest string) error {
		return h.s.InTx(h.ctx, func(ctx context.Context, tx *db.Store) error {
			return h.r.DescribeFile(ctx, tx, a, artifact.Describing{By: amina, Digest: digest, Label: "A lid"})
		})
	}
	if err := describe(practice.HashOf("none")); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
	h.ok(describe(practice.HashOf("lid.png")))
	h.do(publish)
}

func TestArrange_chaptersOfABook(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a.test")
	amina := h.person("amina")
	g := h.group(amina, db.OpennessOpen)
	idea := func(ctx context.Context, tx *db.Store, a *db.Artifact) error {
		_, err := h.r.Publish(ctx, tx, a, artifact.Publishing{By: amina, AsAnIdea: true, Note: "x"})
		return err
	}
	var chapters []*db.Artifact
	for range 3 {
		a := h.checklist(g, amina)
		h.do(func(ctx context.Context, tx *db.Store) error { return idea(ctx, tx, h.again(a)) })
		chapters = append(chapters, a)
	}
	draft := h.checklist(g, amina)
	var book *db.Artifact
	h.do(func(ctx context.Context, tx *db.Store) (err error) {
		book, err = h.r.Begin(ctx, tx, artifact.Beginning{Group: g, Author: amina, Kind: "book", Title: "All of it", Blocks: []db.Block{
			{Key: "audience", Code: "audience", Title: "For whom", Text: "All"}, {Key: "owner", Code: "owner", Title: "Who approves", Text: "We"},
		}})
		return err
	})
	arrange := func(id int64, move int) rule {
		return func(ctx context.Context, tx *db.Store) error {
			return h.r.Arrange(ctx, tx, book, artifact.Arranging{By: amina, Chapter: id, Move: move})
		}
	}
	h.refused("chapter-none", arrange(draft.ID, 0))
	h.refused("chapter-none", arrange(book.ID, 0))
	h.refused("book-none", func(ctx context.Context, tx *db.Store) error {
		return h.r.Arrange(ctx, tx, draft, artifact.Arranging{By: amina, Chapter: chapters[0].ID})
	})
	for _, c := range chapters {
		h.do(arrange(c.ID, 0))
	}
	h.do(arrange(chapters[2].ID, -1))
	h.do(arrange(chapters[0].ID, -1)) // it is the first: nothing moves
	h.do(arrange(chapters[1].ID, 0))  // taken out
	h.do(func(ctx context.Context, tx *db.Store) error { return idea(ctx, tx, h.again(book)) })
	list, err := h.s.ChaptersOf(h.ctx, book.ID, 1)
	h.ok(err)
	if len(list) != 2 || list[0].ChapterID != chapters[0].ID || list[1].ChapterID != chapters[2].ID || list[0].Version != 1 {
		t.Errorf("the book has %+v", list)
	}
	for i, want := range []int{1, 0, 1} {
		books, err := h.s.BooksWith(h.ctx, chapters[i].ID)
		h.ok(err)
		if len(books) != want {
			t.Errorf("chapter %d is in %d books, want %d", i+1, len(books), want)
		}
	}
}
