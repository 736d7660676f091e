package charter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// TakeReply takes a Note that answers a charter of ours, or the Note that asked its writer to sign:
// "I sign" puts the name under it, a concern stops the clock, all else is a comment. It answers
// false for everything that is no such answer, which is then a post like any other. Who wrote it is
// whom its origin vouches for (wire.md 1), and whoever has no voice only talks.
func (r *Rules) TakeReply(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	if in.Object == nil || in.Via != nil || in.Object.Doc.Type != "Note" {
		return federation.Outcome{}, false, nil
	}
	doc, who := in.Object.Doc, in.Object.Author
	c, err := r.answered(ctx, tx, doc, who)
	if err != nil || c == nil {
		return federation.Outcome{}, false, err
	}
	g, err := tx.GroupByID(ctx, c.GroupID)
	if err != nil {
		return federation.Outcome{}, false, fmt.Errorf("load group of charter %d: %w", c.ID, err)
	}
	if may, err := r.voice(ctx, tx, g, c, who); err != nil || !may {
		return federation.Outcome{}, false, err
	}
	door := DoorClient
	if on, err := onCopse(ctx, tx, who); err != nil {
		return federation.Outcome{}, false, err
	} else if on {
		door = DoorPeer
	}
	w := Word{By: who, Text: textOf(doc), Door: door, URI: doc.ID}
	err = r.hear(ctx, tx, c, w)
	if no, is := errors.AsType[*community.Refusal](err); is {
		return federation.Refused(no.Code), true, nil
	}
	return federation.Done(), true, err
}

// hear does what the words of an answer mean.
func (r *Rules) hear(ctx context.Context, tx *db.Store, c *db.Charter, w Word) error {
	w.Text = withoutHandles(w.Text)
	switch said := understand(w.Text); {
	case said.signs:
		return r.Sign(ctx, tx, c, w)
	case said.concern:
		return r.Remark(ctx, tx, c, db.RemarkConcern, w)
	}
	return r.Remark(ctx, tx, c, db.RemarkComment, w)
}

// textOf is what a Note says, as plain text.
func textOf(doc *vocab.Object) string {
	if doc.Content == "" && doc.Source != nil {
		return content.Text(content.Markdown(doc.Source.Content))
	}
	return content.Text(content.Sanitise(doc.Content))
}

// answered finds the proposal that a Note is an answer to: by the Note that asked its writer, by the
// address of a version or of the charter as a whole, or, where a server hid the direct Note from its
// reader, by naming the group with words that sign.
func (r *Rules) answered(ctx context.Context, tx *db.Store, doc *vocab.Object, who *db.Actor) (*db.Charter, error) {
	parent := doc.Parent()
	if _, ok := r.iris.ID("objects", parent); ok {
		f, err := none(tx.FounderByNotice(ctx, parent))
		switch {
		case err != nil:
			return nil, fmt.Errorf("look for who was asked by %s: %w", parent, err)
		case f == nil: // an answer to any other post of ours
			return nil, nil //nolint:nilnil // no charter is an answer, not a fault
		case f.ActorID != who.ID:
			return nil, nil //nolint:nilnil // somebody else answers: talk
		}
		return latestOf(ctx, tx, f.GroupID)
	}
	if id, ok := r.iris.ID("charters", parent); ok {
		return none(tx.CharterByID(ctx, id))
	}
	if id, ok := r.iris.ID("groups", strings.TrimSuffix(parent, federation.CharterPart)); ok && strings.HasSuffix(parent, federation.CharterPart) {
		return latestOf(ctx, tx, id)
	}
	if parent != "" || !understand(textOf(doc)).signs {
		return nil, nil //nolint:nilnil // no charter is an answer, not a fault
	}
	for _, iri := range slices.Concat(doc.Audience, doc.To, doc.Cc) {
		if id, ok := r.iris.ID("groups", iri); ok {
			return latestOf(ctx, tx, id)
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// latestOf is what a group is deciding on, or else has agreed on: an answer to the question comes
// when its writer finds the time, which may be after the others have decided.
func latestOf(ctx context.Context, tx *db.Store, groupID int64) (*db.Charter, error) {
	c, err := none(tx.ProposedCharter(ctx, groupID))
	if err != nil || c != nil {
		return c, err
	}
	return none(tx.AdoptedCharter(ctx, groupID))
}

// IsCharter tells whether a document is a charter, as far as it says itself.
func IsCharter(doc *vocab.Object) bool { return doc.Type == "Article" && doc.ArtifactKind == Kind }

// TakeCharter keeps a copy of what a group elsewhere agrees on. Only the group speaks for its
// charter: a version by anybody else, or under an address that another group's version has, is
// refused.
func (r *Rules) TakeCharter(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object == nil || in.Via != nil {
		return federation.Ignored("no-object"), nil
	}
	if in.Actor.ID != in.Object.Author.ID {
		return federation.Refused("not-the-group"), nil
	}
	return r.keep(ctx, tx, in.Object)
}

// keep stores one version that its origin vouches for.
func (r *Rules) keep(ctx context.Context, tx *db.Store, f *federation.Fetched) (federation.Outcome, error) {
	doc, author := f.Doc, f.Author
	if author.Type != db.ActorGroup || author.Local || r.iris.Ours(doc.ID) || !IsCharter(doc) {
		return federation.Refused("not-the-group"), nil
	}
	if doc.Version < 1 || doc.Version > 10_000 {
		return federation.Refused("version"), nil
	}
	c := &db.Charter{
		GroupID: author.ID, Version: doc.Version, State: stateOf(doc.Stage), URI: doc.ID, Language: doc.Language,
		ChangeNote: content.PlainName(doc.ChangeNote), Text: content.Sanitise(doc.Content), ProposedAt: tx.Now(),
		Fields: db.CharterFields{Purpose: content.Excerpt(content.Sanitise(doc.Summary), 500)},
	}
	if doc.Published != nil {
		c.ProposedAt = db.At(*doc.Published)
	}
	if doc.Updated != nil && c.State == db.CharterAdopted {
		c.AdoptedAt = db.At(*doc.Updated)
	}
	if doc.Updated != nil && c.State == db.CharterSuperseded {
		c.SupersededAt = db.At(*doc.Updated)
	}
	known, err := none(tx.CharterByURI(ctx, doc.ID))
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("look for charter %s: %w", doc.ID, err)
	}
	if known == nil {
		c.ID = tx.NewID()
		return created(tx.CreateCharter(ctx, c))
	}
	if known.GroupID != author.ID || known.Version != c.Version {
		return federation.Refused("not-the-group"), nil
	}
	c.ID, c.CreatedAt = known.ID, known.CreatedAt
	return federation.Done(), tx.SaveCharter(ctx, c)
}

// created ends the taking of a new version; one whose number another has stays out.
func created(err error) (federation.Outcome, error) {
	if errors.Is(err, db.ErrConflict) {
		return federation.Refused("version-taken"), nil
	}
	return federation.Done(), err
}

// stateOf reads the stage of an artifact as the state of a version.
func stateOf(stage string) string {
	switch stage {
	case "published":
		return db.CharterAdopted
	case "superseded":
		return db.CharterSuperseded
	}
	return db.CharterProposed
}
