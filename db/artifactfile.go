package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// ArtifactFile is a file that goes with an artifact. Its bytes lie on the shelf under its digest.
type ArtifactFile struct {
	bun.BaseModel `bun:"table:artifact_files,alias:file"`

	ID         int64  `bun:"id,pk"`
	ArtifactID int64  `bun:"artifact_id"`
	Number     int64  `bun:"number"` // of the version; 0 the draft
	Digest     string `bun:"digest"` // SHA-256, hexadecimal
	Name       string `bun:"name"`
	Label      string `bun:"label"` // what a picture shows, or what a file is
	MediaType  string `bun:"media_type"`
	Size       int64  `bun:"size"`
	Width      int64  `bun:"width"`
	Height     int64  `bun:"height"`
	Words      string `bun:"words"` // for search; "" where the file is none of those that are read
	PutBy      int64  `bun:"put_by"`
	PutAt      Time   `bun:"put_at"`
}

// PutArtifactFile adds a file to a draft; false: it is there.
func (s *Store) PutArtifactFile(ctx context.Context, f *ArtifactFile) (bool, error) {
	f.ID, f.Number, f.PutAt = s.NewID(), 0, s.Now()
	return s.insertNew(ctx, f)
}

// LabelArtifactFile says anew what a file of a draft shows or is; false: there is none.
func (s *Store) LabelArtifactFile(ctx context.Context, artifactID int64, digest, label string) (bool, error) {
	n, err := s.exec(ctx, "UPDATE artifact_files SET label = ? WHERE artifact_id = ? AND number = 0 AND digest = ?", label, artifactID, digest)
	return n > 0, err
}

// DropArtifactFile takes a file out of a draft. Versions that have it keep it.
func (s *Store) DropArtifactFile(ctx context.Context, artifactID int64, digest string) error {
	_, err := s.exec(ctx, "DELETE FROM artifact_files WHERE artifact_id = ? AND number = 0 AND digest = ?", artifactID, digest)
	return err
}

// ArtifactFiles lists the files of one version, 0 for the draft, in the order they came, without the
// words in them.
func (s *Store) ArtifactFiles(ctx context.Context, artifactID, number int64) ([]*ArtifactFile, error) {
	var list []*ArtifactFile
	err := s.read.NewSelect().Model(&list).ExcludeColumn("words").
		Where("artifact_id = ? AND number = ?", artifactID, number).Order("id").Limit(200).Scan(ctx)
	return list, wrap(err)
}

// ArtifactFileIn returns one file of a version up to the given one, or, where drafts says so by 0, of
// the draft as well.
func (s *Store) ArtifactFileIn(ctx context.Context, artifactID, least int64, digest string) (*ArtifactFile, error) {
	f := new(ArtifactFile)
	return f, one(ctx, s.read.NewSelect().Model(f).ExcludeColumn("words").
		Where("artifact_id = ? AND number >= ? AND digest = ?", artifactID, least, digest).Order("number DESC").Limit(1))
}

// FreezeArtifactFiles gives a version the files that the draft has now.
func (s *Store) FreezeArtifactFiles(ctx context.Context, artifactID, number int64) error {
	var list []*ArtifactFile
	err := s.read.NewSelect().Model(&list).Where("artifact_id = ? AND number = 0", artifactID).Order("id").Limit(200).Scan(ctx)
	if err != nil || len(list) == 0 {
		return wrap(err)
	}
	for _, f := range list {
		f.ID, f.Number = s.NewID(), number
	}
	_, err = s.write.NewInsert().Model(&list).Exec(ctx)
	return wrap(err)
}

// ArtifactFileWords is the text within the files of a version, as much as search keeps.
func (s *Store) ArtifactFileWords(ctx context.Context, artifactID, number int64, most int) (string, error) {
	var list []string
	err := s.read.NewRaw("SELECT words FROM artifact_files WHERE artifact_id = ? AND number = ? AND words <> '' ORDER BY id LIMIT 50",
		artifactID, number).Scan(ctx, &list)
	var text strings.Builder
	for _, one := range list {
		text.WriteString("\n" + one)
		if len(text.String()) > most {
			break
		}
	}
	return text.String()[:min(len(text.String()), most)], wrap(err)
}

// FileNamed says whether a row names a file on the shelf.
func (s *Store) FileNamed(ctx context.Context, digest string) (bool, error) {
	var n int64
	err := s.read.NewRaw("SELECT count(*) FROM artifact_files WHERE digest = ?", digest).Scan(ctx, &n)
	return n > 0, wrap(err)
}

// ImportLoss is what was not understood of a text, by a code.
type ImportLoss struct {
	What   string `json:"what"`
	Detail string `json:"detail,omitzero"`
	Count  int    `json:"count"`
}

// ImportLosses are all of one text.
type ImportLosses struct {
	List []ImportLoss `json:"list,omitzero"`
}

// ArtifactImport is where the text of a draft came from, and what was lost on the way.
type ArtifactImport struct {
	bun.BaseModel `bun:"table:artifact_imports,alias:import"`

	ArtifactID int64        `bun:"artifact_id,pk"`
	Name       string       `bun:"name"` // of the file
	Lost       ImportLosses `bun:"lost,type:text"`
	At         Time         `bun:"at"`
}

// PutArtifactImport keeps what a draft was made from.
func (s *Store) PutArtifactImport(ctx context.Context, i *ArtifactImport) error {
	i.At = s.Now()
	return s.insert(ctx, i)
}

// ImportOf returns what a draft was made from; nil where it was written here.
func (s *Store) ImportOf(ctx context.Context, artifactID int64) (*ArtifactImport, error) {
	i := new(ArtifactImport)
	err := one(ctx, s.read.NewSelect().Model(i).Where("artifact_id = ?", artifactID))
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	return i, err
}

// ArtifactChapter is one chapter of a book.
type ArtifactChapter struct {
	bun.BaseModel `bun:"table:artifact_chapters,alias:chapter"`

	BookID    int64 `bun:"book_id,pk"`
	Number    int64 `bun:"number,pk"` // of the version of the book; 0 the draft
	ChapterID int64 `bun:"chapter_id,pk"`
	Position  int64 `bun:"position"`
	Version   int64 `bun:"version"` // of the chapter, in a version of the book
}

// ChaptersOf lists the chapters of a version of a book, 0 for the draft, in order.
func (s *Store) ChaptersOf(ctx context.Context, bookID, number int64) ([]*ArtifactChapter, error) {
	var list []*ArtifactChapter
	err := s.read.NewSelect().Model(&list).Where("book_id = ? AND number = ?", bookID, number).Order("position").Limit(200).Scan(ctx)
	return list, wrap(err)
}

// PutChapters replaces the chapters of a version of a book, 0 for the draft.
func (s *Store) PutChapters(ctx context.Context, bookID, number int64, list []*ArtifactChapter) error {
	if _, err := s.exec(ctx, "DELETE FROM artifact_chapters WHERE book_id = ? AND number = ?", bookID, number); err != nil || len(list) == 0 {
		return err
	}
	for i, c := range list {
		c.BookID, c.Number, c.Position = bookID, number, int64(i)
	}
	if _, err := s.write.NewInsert().Model(&list).Exec(ctx); err != nil {
		return fmt.Errorf("write chapters of book %d: %w", bookID, wrap(err))
	}
	return nil
}

// BooksWith lists the published books in whose newest version an artifact is a chapter.
func (s *Store) BooksWith(ctx context.Context, artifactID int64) ([]*Artifact, error) {
	var list []*Artifact
	err := s.artifacts(&list).ExcludeColumn("blocks").
		Where("artifact.id IN (SELECT c.book_id FROM artifact_chapters c WHERE c.chapter_id = ? AND c.number > 0)", artifactID).
		Where("EXISTS (SELECT 1 FROM artifact_chapters c WHERE c.chapter_id = ? AND c.book_id = artifact.id AND c.number = artifact.version)", artifactID).
		Order("artifact.id").Limit(10).Scan(ctx)
	return list, wrap(err)
}

// ArtifactsByID lists artifacts by their ids.
func (s *Store) ArtifactsByID(ctx context.Context, ids []int64) ([]*Artifact, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var list []*Artifact
	err := s.artifacts(&list).ExcludeColumn("blocks").Where("artifact.id IN (?)", bun.List(ids)).Scan(ctx)
	return list, wrap(err)
}
