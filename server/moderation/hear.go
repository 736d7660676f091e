package moderation

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Hear takes a direct message to a group of ours from somebody who is banned there as their appeal,
// once for each ban: microblogs have no other way (wire.md 11). It says false of any other, which
// is talk.
func (r *Rules) Hear(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
	none := federation.Outcome{}
	if in.Object == nil || in.Via != nil || in.Object.Doc.IsPublic() || in.Object.Author.Local {
		return none, false, nil
	}
	g, err := addressed(ctx, tx, in.Object.Doc)
	if err != nil || g == nil {
		return none, false, err
	}
	who := in.Object.Author
	ban, err := tx.BanOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return none, false, nil
	}
	if err != nil {
		return none, false, fmt.Errorf("load ban of %s: %w", who.URI, err)
	}
	_, err = tx.AppealAgainst(ctx, g.ActorID, ban.URI)
	words := clip(in.Object.Doc.Content)
	switch {
	case err == nil || words == "":
		return none, false, nil // it was heard once
	case !errors.Is(err, db.ErrNotFound):
		return none, false, fmt.Errorf("load appeal: %w", err)
	}
	row := &db.Report{URI: in.Object.Doc.ID + "#appeal", GroupID: g.ActorID, ReporterID: who.ID, TargetID: who.ID, Content: words, Reporter: who}
	if err := r.keepAppeal(ctx, tx, g, row, ban); err != nil {
		return none, false, err
	}
	_, err = r.com.Tell(ctx, tx, g, community.Notice{To: who, Code: "appeal-taken"})
	return federation.Done(), true, err
}

// addressed is the group of ours that a message speaks to, nil where there is none.
func addressed(ctx context.Context, s *db.Store, doc *vocab.Object) (*db.Group, error) {
	for _, iri := range doc.Audiences() {
		g, err := s.GroupByURI(ctx, iri)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load group %s: %w", iri, err)
		}
		if g.Actor.Local && g.Actor.Active() {
			return g, nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer, not a fault
}
