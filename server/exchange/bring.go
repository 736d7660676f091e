package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/practice"
)

// Bring publishes the post by which an artifact begins its discussion, as its author's, or its
// group's, own. Who may publish is for the rules of artifacts to say.
func (r *Rules) Bring(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, tags []string) error {
	p.Kind, p.State, p.Visibility, p.Local, p.GroupID = db.KindArtifact, db.PostPublished, db.VisibilityPublic, true, g.ActorID
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return fmt.Errorf("bring artifact %d: %w", p.ID, err)
	}
	if err := r.keepParts(ctx, tx, p, parts{tags: tags}); err != nil {
		return err
	}
	return r.afterWriting(ctx, tx, g, p)
}

// Renew gives an artifact's post the text of its next version and tells all who have it; with the same
// text it tells what else is new about it.
func (r *Rules) Renew(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post, text db.Revision) error {
	old := db.Revision{Title: p.Title, Content: p.Content, WrittenAt: writtenAt(p)}
	p.EditedAt = tx.Now()
	if text.Content != "" {
		p.Title, p.Content = text.Title, text.Content
	}
	if err := tx.EditPost(ctx, p, old); err != nil {
		return fmt.Errorf("renew artifact %d: %w", p.ID, err)
	}
	if err := tx.ReindexPost(ctx, p.ID, p.Title, content.Text(p.Content)); err != nil {
		return fmt.Errorf("index artifact %d: %w", p.ID, err)
	}
	if p.State != db.PostPublished {
		return nil
	}
	return r.publishUpdate(ctx, tx, g, p)
}

// keepKnowledge stores what a post means to an artifact: that it is one, or that one was applied.
func (r *Rules) keepKnowledge(ctx context.Context, tx *db.Store, p *db.Post, with parts) error {
	if with.article != nil {
		return practice.Keep(ctx, tx, p, with.article)
	}
	if p.Parent == nil || p.Parent.Kind != db.KindArtifact || p.Visibility == db.VisibilityDirect {
		return nil
	}
	u := with.use
	if u == nil {
		u = practice.Tagged(with.tags, content.Text(p.Content))
	}
	if u == nil {
		return nil
	}
	a, err := tx.ArtifactByID(ctx, p.Parent.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load artifact %d: %w", p.Parent.ID, err)
	}
	if u.Version < 1 || u.Version > a.Version {
		u.Version = a.Version
	}
	u.ArtifactID, u.ActorID, u.PostID, u.Host = a.ID, p.AuthorID, p.ID, p.Author.Host
	_, err = tx.PutUse(ctx, u)
	return err
}

// useTerms adds to the document of an answer what it reports of an artifact.
func (r *Rules) useTerms(ctx context.Context, s *db.Store, doc *vocab.PostDoc, w *wirePost) error {
	if w.parent == nil || w.parent.Kind != db.KindArtifact {
		return nil
	}
	u, err := s.UseOf(ctx, w.post.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	practice.UseTerms(&doc.TermsDoc, u, w.parent.URI)
	return nil
}
