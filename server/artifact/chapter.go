package artifact

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

const maxChapters = 100

// Arranging changes the chapters of a book: one is added at the end, taken out, or moved by one place.
type Arranging struct {
	By      *db.Actor
	Chapter int64
	// Move is -1 up, 1 down, 0 adds the chapter or, where it is one, takes it out.
	Move int
}

// Arrange orders the chapters of the draft of a book. A chapter is a published artifact of the same
// community: whoever reads the book reads it.
func (r *Rules) Arrange(ctx context.Context, tx *db.Store, book *db.Artifact, in Arranging) error {
	if err := r.permitWriting(ctx, tx, book, in.By); err != nil {
		return err
	}
	if book.Kind != practice.BookKind {
		return community.Refuse(community.Conflict, "book-none")
	}
	list, err := tx.ChaptersOf(ctx, book.ID, 0)
	if err != nil {
		return fmt.Errorf("list chapters of book %d: %w", book.ID, err)
	}
	i := slices.IndexFunc(list, func(c *db.ArtifactChapter) bool { return c.ChapterID == in.Chapter })
	to := i + in.Move
	switch {
	case i >= 0 && in.Move == 0:
		list = slices.Delete(list, i, i+1)
	case i >= 0 && to >= 0 && to < len(list):
		list[i], list[to] = list[to], list[i]
	case i < 0 && in.Move == 0:
		one, err := tx.ArtifactByID(ctx, in.Chapter)
		if err != nil {
			return err
		}
		if one.GroupID != book.GroupID || one.Drafted() || one.Kind == practice.BookKind {
			return community.RefuseField("chapter", "chapter-none")
		}
		if len(list) >= maxChapters {
			return community.RefuseField("chapter", "chapters-many")
		}
		list = append(list, &db.ArtifactChapter{ChapterID: one.ID})
	}
	return tx.PutChapters(ctx, book.ID, 0, list)
}

// freezeChapters gives a version of a book the chapters of its draft, each as it is published now.
func (r *Rules) freezeChapters(ctx context.Context, tx *db.Store, book *db.Artifact, number int64) error {
	if book.Kind != practice.BookKind {
		return nil
	}
	list, err := tx.ChaptersOf(ctx, book.ID, 0)
	if err != nil || len(list) == 0 {
		return err
	}
	for _, c := range list {
		one, err := tx.ArtifactByID(ctx, c.ChapterID)
		if err != nil {
			return fmt.Errorf("load chapter %d of book %d: %w", c.ChapterID, book.ID, err)
		}
		c.Version = one.Version
	}
	return tx.PutChapters(ctx, book.ID, number, list)
}
