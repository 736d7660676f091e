package artifact

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// Bounds of what goes with an artifact.
const (
	maxFiles = 60
	maxLabel = 1500 // as of a description on Mastodon
	// maxWords is how much of the texts in files search keeps for one artifact.
	maxWords = 400_000
)

// Bringing is a file that goes with a draft. Its bytes lie on the shelf.
type Bringing struct {
	By   *db.Actor
	File db.ArtifactFile // digest, name, label, kind, size and words
	// Unsaid lets a picture have no words yet, as one that came within a text; it can't be published so.
	Unsaid bool
}

// AddFile puts a file beside a draft.
func (r *Rules) AddFile(ctx context.Context, tx *db.Store, a *db.Artifact, b Bringing) error {
	if err := r.permitWriting(ctx, tx, a, b.By); err != nil {
		return err
	}
	f := b.File
	f.Name, f.Label = content.PlainName(f.Name), strings.TrimSpace(f.Label)
	if f.Name == "" {
		f.Name = "file"
	}
	if err := label(f.Label); err != nil {
		return err
	}
	if practice.Pictured(f.MediaType) && f.Label == "" && !b.Unsaid {
		return community.RefuseField("label", "picture-words")
	}
	have, err := tx.ArtifactFiles(ctx, a.ID, 0)
	if err != nil {
		return fmt.Errorf("list files of artifact %d: %w", a.ID, err)
	}
	if len(have) >= maxFiles {
		return community.RefuseField("file", "files-many")
	}
	f.ArtifactID, f.PutBy = a.ID, b.By.ID
	if _, err := tx.PutArtifactFile(ctx, &f); err != nil {
		return fmt.Errorf("put a file to artifact %d: %w", a.ID, err)
	}
	return nil
}

func label(text string) error {
	if utf8.RuneCountInString(text) > maxLabel || !utf8.ValidString(text) {
		return community.RefuseField("label", "text-long")
	}
	return nil
}

// Describing says what a file of a draft shows or is.
type Describing struct {
	By            *db.Actor
	Digest, Label string
}

// DescribeFile says it anew.
func (r *Rules) DescribeFile(ctx context.Context, tx *db.Store, a *db.Artifact, d Describing) error {
	if err := r.permitWriting(ctx, tx, a, d.By); err != nil {
		return err
	}
	d.Label = strings.TrimSpace(d.Label)
	if err := label(d.Label); err != nil {
		return err
	}
	there, err := tx.LabelArtifactFile(ctx, a.ID, d.Digest, d.Label)
	if err != nil {
		return fmt.Errorf("describe a file of artifact %d: %w", a.ID, err)
	}
	if !there {
		return db.ErrNotFound
	}
	return nil
}

// DropFile takes a file out of a draft; versions that have it keep it.
func (r *Rules) DropFile(ctx context.Context, tx *db.Store, a *db.Artifact, d Describing) error {
	if err := r.permitWriting(ctx, tx, a, d.By); err != nil {
		return err
	}
	return tx.DropArtifactFile(ctx, a.ID, d.Digest)
}

// Brought is the file that a draft is made from.
type Brought struct {
	Name  string
	Files []db.ArtifactFile // the pictures in it
	Lost  []db.ImportLoss   // what was not understood
}

// Import starts a draft with the text of a file.
func (r *Rules) Import(ctx context.Context, tx *db.Store, b Beginning, in Brought) (*db.Artifact, error) {
	a, err := r.Begin(ctx, tx, b)
	if err != nil {
		return nil, err
	}
	for _, f := range in.Files {
		if err := r.AddFile(ctx, tx, a, Bringing{By: b.Author, File: f, Unsaid: true}); err != nil {
			return nil, err
		}
	}
	err = tx.PutArtifactImport(ctx, &db.ArtifactImport{ArtifactID: a.ID, Name: content.PlainName(in.Name), Lost: db.ImportLosses{List: in.Lost}})
	if err != nil {
		return nil, fmt.Errorf("keep what artifact %d was made from: %w", a.ID, err)
	}
	return a, nil
}

// said refuses a draft of which a picture has no words.
func (r *Rules) said(ctx context.Context, s *db.Store, a *db.Artifact) error {
	files, err := s.ArtifactFiles(ctx, a.ID, 0)
	if err != nil {
		return fmt.Errorf("list files of artifact %d: %w", a.ID, err)
	}
	for _, f := range files {
		if practice.Pictured(f.MediaType) && f.Label == "" {
			return community.RefuseField("label", "picture-words")
		}
	}
	return nil
}

// index lets the words in the files of a version be found with its text.
func (r *Rules) index(ctx context.Context, tx *db.Store, a *db.Artifact) error {
	if a.Version == 0 {
		return nil
	}
	words, err := tx.ArtifactFileWords(ctx, a.ID, a.Version, maxWords)
	if err != nil || words == "" {
		return err
	}
	v, err := tx.VersionOf(ctx, a.ID, a.Version)
	if err != nil {
		return fmt.Errorf("load version %d of artifact %d: %w", a.Version, a.ID, err)
	}
	return tx.ReindexPost(ctx, a.ID, v.Title, content.Text(practice.HTML(v.Source))+"\n"+strings.ToValidUTF8(words, ""))
}
