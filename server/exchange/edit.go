package exchange

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Edit writes new text into a post of one's own and tells everybody who has it.
func (r *Rules) Edit(ctx context.Context, tx *db.Store, p *db.Post, d *Draft) error {
	if err := permitOwn(d.Author, p); err != nil {
		return err
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if g != nil { // whoever may not write here any more may not rewrite either
		if err := r.com.Permit(ctx, tx, g, d.Author, community.ActReply); err != nil {
			return err
		}
	}
	if !p.Starts() {
		d.Parent = p // an answer needs no title
	}
	if err := d.check(); err != nil {
		return err
	}
	html, named := render(d)
	old := db.Revision{Title: p.Title, Content: p.Content, WrittenAt: writtenAt(p)}
	if p.Starts() {
		p.Title = d.Title
	}
	p.Content, p.Source, p.Summary, p.Sensitive = html, d.Source, d.Summary, d.Summary != ""
	if d.Lang != "" {
		p.Lang = d.Lang
	}
	p.EditedAt = tx.Now()
	if err := tx.EditPost(ctx, p, old); err != nil {
		return fmt.Errorf("edit post %d: %w", p.ID, err)
	}
	if p.Visibility == db.VisibilityDirect {
		named = nil // it stays with those it was for
	}
	if err := r.replaceParts(ctx, tx, p, parts{mentions: named, tags: content.Hashtags(d.Source)}); err != nil {
		return err
	}
	if p.State == db.PostHeld {
		return nil // nobody has it yet
	}
	return r.publishUpdate(ctx, tx, g, p)
}

// permitOwn lets a person change what is theirs and still there.
func permitOwn(who *db.Actor, p *db.Post) error {
	switch {
	case who == nil || p.AuthorID != who.ID || !p.Local:
		return community.Refuse(community.Forbidden, "not-author")
	case p.Kind == db.KindArtifact: // it has versions (server/artifact)
		return community.Refuse(community.Conflict, "artifact-versions")
	case p.State == db.PostDeleted || p.State == db.PostRemoved:
		return community.Refuse(community.Gone, "post-gone")
	}
	return nil
}

func writtenAt(p *db.Post) db.Time {
	if !p.EditedAt.IsZero() {
		return p.EditedAt
	}
	return p.PublishedAt
}

// Delete takes a post of one's own away: its text is erased here and everywhere it went, a
// placeholder keeps its place.
func (r *Rules) Delete(ctx context.Context, tx *db.Store, who *db.Actor, p *db.Post) error {
	// What a moderator took out of a group is still its author's to erase.
	if err := permitOwn(who, p); err != nil && (p.State != db.PostRemoved || p.AuthorID != who.ID) {
		return err
	}
	sent := p.CreateActivityID != 0 // also what was removed or refused since went out once
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return err
	}
	to, err := r.peopleIn(ctx, tx, p) // before the mentions are erased
	if err != nil {
		return err
	}
	if err := r.erase(ctx, tx, p, who.ID); err != nil {
		return err
	}
	if !sent {
		return nil
	}
	return r.publishDelete(ctx, tx, g, p, to)
}

func (r *Rules) erase(ctx context.Context, tx *db.Store, p *db.Post, by int64) error {
	if err := tx.SetPostState(ctx, p, db.PostDeleted, "", by); err != nil {
		return err
	}
	if err := tx.ErasePost(ctx, p); err != nil {
		return fmt.Errorf("erase post %d: %w", p.ID, err)
	}
	return nil
}
