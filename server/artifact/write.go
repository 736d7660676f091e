package artifact

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
	"github.com/copse-social/copse/server/rights"
)

// Beginning is an artifact that somebody starts.
type Beginning struct {
	ID       int64 // chosen before, where the text names its pictures by it; 0 takes the next
	Group    *db.Group
	Author   *db.Actor
	Kind     string
	Title    string
	Abstract string
	Lang     string
	Blocks   []db.Block // what was imported; nil takes the template
	BasedOn  []string
}

// Begin starts a draft, which only members of the group's home see. In a group elsewhere the draft is
// its author's alone until it is submitted.
func (r *Rules) Begin(ctx context.Context, tx *db.Store, b Beginning) (*db.Artifact, error) {
	if err := r.com.Permit(ctx, tx, b.Group, b.Author, rights.Write); err != nil {
		return nil, err
	}
	if !r.kinds.Known(b.Kind) {
		return nil, community.RefuseField("kind", "choice-unknown")
	}
	id := b.ID
	if id == 0 {
		id = tx.NewID()
	}
	a := &db.Artifact{
		ID: id, URI: r.iris.Object(id), GroupID: b.Group.ActorID, AuthorID: b.Author.ID, StewardID: b.Author.ID, Kind: b.Kind,
		Title: b.Title, Abstract: b.Abstract, Lang: language(b.Lang, b.Group), Stage: db.StageDraft, Licence: practice.Licences()[0],
		Maturity: practice.Maturities()[1], Validity: practice.Validities()[0], Links: db.ArtifactLinks{BasedOn: b.BasedOn},
	}
	if a.Blocks.List = b.Blocks; a.Blocks.List == nil {
		a.Blocks.List = r.kinds.Of(b.Kind).Begin(a.Lang)
	}
	if err := practice.Settle(a); err != nil {
		return nil, err
	}
	if err := tx.CreateArtifact(ctx, a); err != nil {
		return nil, err
	}
	if _, err := tx.NextRevision(ctx, a, b.Author.ID); err != nil {
		return nil, fmt.Errorf("keep first draft of artifact %d: %w", id, err)
	}
	return a, nil
}

// Saving is what somebody made of a draft, and which revision they started from.
type Saving struct {
	By       *db.Actor
	Revision int64
	Title    string
	Abstract string
	Blocks   []db.Block
	// Settled are the keys of blocks whose two texts were put together.
	Settled []string
	Facts   Facts
}

// Facts are what stands beside the text.
type Facts struct {
	Audience, Topics, Licence, Maturity, Validity string
	SeeAlso                                       []string
}

// Save writes a draft. Where somebody else has saved since, both texts are put together, and what can't
// be stands side by side in its block: the answer says whether there are such blocks.
func (r *Rules) Save(ctx context.Context, tx *db.Store, a *db.Artifact, s Saving) (clashes bool, err error) {
	if err := r.permitWriting(ctx, tx, a, s.By); err != nil {
		return false, err
	}
	mine := clean(s.Blocks)
	if s.Revision != a.Revision {
		base, err := tx.ArtifactSaveAt(ctx, a.ID, s.Revision)
		if err != nil {
			return false, fmt.Errorf("load revision %d of artifact %d: %w", s.Revision, a.ID, err)
		}
		mine = practice.Merge(base.Blocks.List, a.Blocks.List, mine, s.By.ID)
		if a.Title != base.Title && s.Title == base.Title {
			s.Title = a.Title
		}
		if a.Abstract != base.Abstract && s.Abstract == base.Abstract {
			s.Abstract = a.Abstract
		}
	} else {
		mine = carryClashes(a.Blocks.List, mine, s.Settled)
	}
	if a.Blocks.List = mine; len(mine) == 0 {
		return false, community.RefuseField("blocks", "text-empty")
	}
	a.Title, a.Abstract = s.Title, s.Abstract
	take(a, s.Facts)
	if err := practice.Settle(a); err != nil {
		return false, err
	}
	won, err := tx.NextRevision(ctx, a, s.By.ID)
	if err != nil {
		return false, fmt.Errorf("save artifact %d: %w", a.ID, err)
	}
	if !won {
		return false, community.Refuse(community.Conflict, "draft-saved-meanwhile")
	}
	return slices.ContainsFunc(a.Blocks.List, func(b db.Block) bool { return b.Clash != nil }), nil
}

// permitWriting lets those write who may write in the group; of a draft for a group elsewhere its
// author alone.
func (r *Rules) permitWriting(ctx context.Context, tx *db.Store, a *db.Artifact, who *db.Actor) error {
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", a.ID, err)
	}
	if !g.Actor.Local {
		if who == nil || who.ID != a.AuthorID || !a.Drafted() || a.Stage != db.StageDraft {
			return community.Refuse(community.Conflict, "artifact-elsewhere")
		}
		return r.com.Permit(ctx, tx, g, who, rights.Write)
	}
	if _, err := r.home(ctx, tx, a); err != nil {
		return err
	}
	if err := r.com.Permit(ctx, tx, g, who, rights.Write); err != nil {
		return err
	}
	if !a.RetiredAt.IsZero() {
		return community.Refuse(community.Conflict, "artifact-retired")
	}
	return nil
}

// clean drops texts that nobody can have typed into a form.
func clean(blocks []db.Block) []db.Block {
	var out []db.Block
	for _, b := range blocks {
		b.Clash = nil
		if b.Key != "" && !slices.ContainsFunc(out, func(o db.Block) bool { return o.Key == b.Key }) {
			out = append(out, b)
		}
	}
	return out
}

// carryClashes keeps the second texts of blocks that nobody has settled.
func carryClashes(was, now []db.Block, settled []string) []db.Block {
	for _, b := range was {
		if b.Clash == nil || slices.Contains(settled, b.Key) {
			continue
		}
		i := slices.IndexFunc(now, func(n db.Block) bool { return n.Key == b.Key })
		if i < 0 {
			now = append(now, b)
			continue
		}
		now[i].Clash = b.Clash
	}
	return now
}

// take writes facts that were chosen; what is not in a list is left as it is.
func take(a *db.Artifact, f Facts) {
	a.Audience, a.Topics = f.Audience, f.Topics
	for _, one := range []struct {
		into *string
		word string
		list []string
	}{
		{&a.Licence, f.Licence, practice.Licences()},
		{&a.Maturity, f.Maturity, practice.Maturities()},
		{&a.Validity, f.Validity, practice.Validities()},
	} {
		if slices.Contains(one.list, one.word) {
			*one.into = one.word
		}
	}
	a.Links.SeeAlso = f.SeeAlso
}

// Discard throws a draft away that was never published; its author can bring it back. Of a published
// artifact it takes the draft of the next version back to the text that is out.
func (r *Rules) Discard(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor) error {
	if err := r.permitWriting(ctx, tx, a, by); err != nil {
		return err
	}
	if a.Drafted() {
		if by.ID != a.AuthorID {
			return community.Refuse(community.Forbidden, "not-author")
		}
		a.DiscardedAt = tx.Now()
		return tx.SaveArtifact(ctx, a)
	}
	v, err := tx.VersionOf(ctx, a.ID, a.Version)
	if err != nil {
		return fmt.Errorf("load version %d of artifact %d: %w", a.Version, a.ID, err)
	}
	a.Title, a.Abstract, a.Stage = v.Title, v.Abstract, db.StagePublished
	a.Blocks.List = practice.Blocks(v.Source, a.Lang, r.kinds.Of(a.Kind))
	_, err = tx.NextRevision(ctx, a, by.ID)
	return err
}

// Restore brings a draft back that was thrown away, or, with a revision, to how it was then.
func (r *Rules) Restore(ctx context.Context, tx *db.Store, a *db.Artifact, by *db.Actor, revision int64) error {
	if revision == 0 {
		if by == nil || by.ID != a.AuthorID {
			return community.Refuse(community.Forbidden, "not-author")
		}
		a.DiscardedAt = db.Time{}
		return tx.SaveArtifact(ctx, a)
	}
	if err := r.permitWriting(ctx, tx, a, by); err != nil {
		return err
	}
	save, err := tx.ArtifactSaveAt(ctx, a.ID, revision)
	if err != nil {
		return fmt.Errorf("load revision %d of artifact %d: %w", revision, a.ID, err)
	}
	a.Title, a.Abstract, a.Blocks = save.Title, save.Abstract, save.Blocks
	_, err = tx.NextRevision(ctx, a, by.ID)
	return err
}
