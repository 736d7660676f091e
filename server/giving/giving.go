// Package giving keeps what people give to a community: one row for each contribution with the
// person, their organisation at that moment, the door it came by, its kind and its object, whichever
// that is (domain.md part 5). Rows are added and never changed; the database sees to it.
//
// It decides nothing and publishes nothing: the rules of talk and of artifacts tell it. What gives
// nothing: reactions but helpful marks on responses, passing on, reading, and a group's own Notes.
package giving

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/exchange"
)

// Kinds adds to what others ask of the rules of talk that what is shown in a group of ours is kept as
// given, before they go on.
func Kinds(next exchange.Kinds) exchange.Kinds {
	shown, marked := next.Shown, next.Marked
	next.Shown = func(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
		if err := post(ctx, tx, g, p); err != nil || shown == nil {
			return err
		}
		return shown(ctx, tx, g, p)
	}
	next.Marked = func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
		if err := mark(ctx, tx, by, p); err != nil || marked == nil {
			return err
		}
		return marked(ctx, tx, by, p)
	}
	return next
}

// post keeps what a post is that everybody has been told of.
func post(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	row := db.Contribution{GroupID: g.ActorID, Door: p.Door, Object: p.URI}
	who := p.Author
	switch {
	case p.Kind == db.KindQuery && p.Starts():
		q, err := tx.QueryOf(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("load query %d: %w", p.ID, err)
		}
		if row.Kind = db.GaveQuery; q.Anonymous {
			who = nil
		}
	case p.AuthorID == g.ActorID || p.Kind == db.KindArtifact: // its own words; a version was kept as it was published
		return nil
	case p.Starts():
		row.Kind = db.GavePost
		if err := introduced(ctx, tx, p); err != nil {
			return err
		}
	default:
		var err error
		if row.Kind, err = answer(ctx, tx, p); err != nil || row.Kind == "" {
			return err
		}
	}
	if err := tx.Contribute(ctx, row, who); err != nil {
		return fmt.Errorf("keep what post %d gives: %w", p.ID, err)
	}
	return nil
}

// answer is what a post gives that answers another; "" where it is the asker's own word to a query.
func answer(ctx context.Context, tx *db.Store, p *db.Post) (string, error) {
	r, err := tx.ResponseOf(ctx, p.ID)
	if err == nil {
		q, err := tx.QueryOf(ctx, r.QueryID)
		if err != nil {
			return "", fmt.Errorf("load query %d: %w", r.QueryID, err)
		}
		if q.AskerID == p.AuthorID {
			return "", nil
		}
		return db.GaveResponse, nil
	}
	if !errors.Is(err, db.ErrNotFound) {
		return "", fmt.Errorf("load response %d: %w", p.ID, err)
	}
	switch _, err := tx.UseOf(ctx, p.ID); {
	case err == nil:
		return db.GaveUse, nil
	case !errors.Is(err, db.ErrNotFound):
		return "", fmt.Errorf("load report %d: %w", p.ID, err)
	}
	return db.GaveReply, nil
}

// introduced notes the introduction that another Copse posts for one of its people: answers to it
// welcome them (domain.md 4.9).
func introduced(ctx context.Context, tx *db.Store, p *db.Post) error {
	if p.Kind != db.KindIntroduction || p.Local {
		return nil
	}
	if err := tx.IntroducedThere(ctx, p.GroupID, p.AuthorID, p.ID); err != nil {
		return fmt.Errorf("note introduction %d: %w", p.ID, err)
	}
	return nil
}

// mark keeps a helpful mark on somebody else's response in a community of ours.
func mark(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	if p.Starts() || p.GroupID == 0 || p.AuthorID == by.ID {
		return nil
	}
	if _, err := tx.ResponseOf(ctx, p.ID); errors.Is(err, db.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("load response %d: %w", p.ID, err)
	}
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of response %d: %w", p.ID, err)
	}
	if !g.Actor.Local {
		return nil
	}
	return tx.Contribute(ctx, db.Contribution{GroupID: p.GroupID, Door: doorOf(by, "client"), Kind: db.GaveHelpful, Object: p.URI}, by)
}

// doorOf is the door of who acts, where no document says it: our pages, or elsewhere.
func doorOf(who *db.Actor, elsewhere string) string {
	if who.Local {
		return "web"
	}
	return elsewhere
}

// Review keeps a verdict; one of the same person in the same round that is changed is given once.
func Review(ctx context.Context, tx *db.Store, a *db.Artifact, r *db.ArtifactReview, by *db.Actor) error {
	if r.Verdict == db.VerdictDecline {
		return nil
	}
	row := db.Contribution{GroupID: a.GroupID, Door: r.Door, Kind: db.GaveReview, Object: fmt.Sprintf("%s#review-%d", a.URI, r.Round)}
	given, err := tx.Contributed(ctx, row, by.ID)
	if err != nil || given {
		return err
	}
	if err := tx.Contribute(ctx, row, by); err != nil {
		return fmt.Errorf("keep review of artifact %d: %w", a.ID, err)
	}
	return nil
}

// Version keeps a version as given by each who has written on it since the one before; where nobody
// has, its author gave it.
func Version(ctx context.Context, tx *db.Store, a *db.Artifact, v *db.ArtifactVersion) error {
	var since db.Time
	if v.Number > 1 {
		before, err := tx.VersionOf(ctx, a.ID, v.Number-1)
		if err != nil {
			return fmt.Errorf("load version %d of artifact %d: %w", v.Number-1, a.ID, err)
		}
		since = before.PublishedAt
	}
	saves, err := tx.ArtifactSaves(ctx, a.ID, 500)
	if err != nil {
		return fmt.Errorf("list saves of artifact %d: %w", a.ID, err)
	}
	var writers []int64
	seen := map[int64]bool{0: true, a.GroupID: true}
	for _, s := range saves {
		if !seen[s.ActorID] && s.At.After(since.Time) {
			seen[s.ActorID], writers = true, append(writers, s.ActorID)
		}
	}
	if len(writers) == 0 {
		writers = []int64{a.AuthorID}
	}
	people, err := tx.ActorsByID(ctx, writers)
	if err != nil {
		return fmt.Errorf("load who wrote artifact %d: %w", a.ID, err)
	}
	for _, id := range writers {
		who := people[id]
		if who == nil || who.ID == a.GroupID {
			continue
		}
		row := db.Contribution{GroupID: a.GroupID, Door: doorOf(who, "peer"), Kind: db.GaveVersion, Object: v.URI}
		if err := tx.Contribute(ctx, row, who); err != nil {
			return fmt.Errorf("keep version %d of artifact %d: %w", v.Number, a.ID, err)
		}
	}
	return nil
}
