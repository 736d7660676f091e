package query

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// stored is told of each new post in a group: it makes the row of a query from elsewhere, and that of
// each answer to a query.
func (r *Rules) stored(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
	if p.Starts() {
		if p.Kind != db.KindQuery || doc == nil {
			return nil // who asks here brings the row along
		}
		return r.storeQuery(ctx, tx, p, doc)
	}
	above := p.Parent
	if above == nil || above.Kind != db.KindQuery || !above.Starts() {
		return nil
	}
	if p.AuthorID == p.GroupID {
		return r.heardNote(ctx, tx, p, doc)
	}
	row := &db.Response{PostID: p.ID, QueryID: above.ID, AuthorID: p.AuthorID, Organisation: db.OrganisationOf(p.Author)}
	if doc != nil {
		row.Kind = responseKind(doc, p)
	}
	return tx.PutResponse(ctx, row)
}

// storeQuery makes the row of a query from elsewhere: in a group of ours by what was asked for, else as
// far as its asker's server may say; the group says the rest.
func (r *Rules) storeQuery(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
	g, err := tx.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of post %d: %w", p.ID, err)
	}
	q := &db.Query{
		PostID: p.ID, GroupID: p.GroupID, AskerID: p.AuthorID, Kind: asked(doc, p, g), State: db.QueryWaiting, StateAt: tx.Now(), Days: DaysUsual,
	}
	if p.AuthorID == p.GroupID {
		q.AskerID, q.Anonymous = 0, true
	}
	wished := tx.Now().Add(DaysUsual * day)
	if doc.RespondBy != nil {
		wished = *doc.RespondBy
	}
	if !g.Actor.Local {
		open(tx, q, db.QueryOpen)
		if vocab.SameOrigin(p.URI, g.Actor.URI) { // the group's server speaks
			hear(q, said{state: doc.State, closes: doc.RespondBy, at: tx.Now()})
		}
		return tx.PutQuery(ctx, q)
	}
	q.Days = int64(min(max((wished.Sub(tx.Now().Time)+day/2)/day, DaysLeast), DaysMost))
	if p.State == db.PostPublished {
		open(tx, q, db.QueryOpen)
	}
	return tx.PutQuery(ctx, q)
}

// released opens a query that somebody let through, before others are told of it.
func (r *Rules) released(ctx context.Context, tx *db.Store, p *db.Post) error {
	if p.Kind != db.KindQuery {
		return nil
	}
	q, err := tx.QueryOf(ctx, p.ID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load query %d: %w", p.ID, err)
	}
	if !q.Checked() {
		return nil
	}
	open(tx, q, db.QueryOpen)
	return tx.PutQuery(ctx, q)
}

// shown follows upon a post in a group of ours that everybody has been told of.
func (r *Rules) shown(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if p.Starts() {
		if p.Kind != db.KindQuery {
			return nil
		}
		return r.queryShown(ctx, tx, g, p)
	}
	row, err := tx.ResponseOf(ctx, p.ID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load response %d: %w", p.ID, err)
	}
	q, err := tx.QueryOf(ctx, row.QueryID)
	if err != nil {
		return fmt.Errorf("load query %d: %w", row.QueryID, err)
	}
	if row.AuthorID == q.AskerID {
		return r.askerSays(ctx, tx, g, q, p)
	}
	if r.later.Answered != nil && Late(q, p) && row.Useful() {
		if err := r.later.Answered(ctx, tx, q, p); err != nil {
			return err
		}
	}
	if q.Anonymous {
		line := db.Notification{Kind: db.NotifyReply, ActorID: p.AuthorID, GroupID: g.ActorID, PostID: p.ID}
		if err := community.Notify(ctx, tx, q.AskerID, line); err != nil {
			return err
		}
	}
	if p.Door == "client" && row.Kind != "" {
		return r.kind(ctx, tx, g, p, row.Kind) // others can't tell from the words
	}
	return nil
}

func (r *Rules) queryShown(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	q, err := tx.QueryOf(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("load query %d: %w", p.ID, err)
	}
	q.Post = p
	if err := r.state(ctx, tx, g, q); err != nil {
		return err
	}
	if p.Door == "client" {
		if err := r.tellAsker(ctx, tx, q, "query-taken", ""); err != nil {
			return err
		}
	}
	return r.Nudge(ctx, tx, g, q)
}

// Typed says what kind a response of one's own is, when it is written.
func Typed(kind string) func(ctx context.Context, tx *db.Store, p *db.Post) error {
	return func(ctx context.Context, tx *db.Store, p *db.Post) error {
		if kind == "" {
			return nil
		}
		if !slices.Contains(db.ResponseKinds(), kind) {
			return community.RefuseField("kind", "choice-unknown")
		}
		row, err := tx.ResponseOf(ctx, p.ID)
		if missing(err) {
			return nil // it answers a response
		}
		if err != nil {
			return fmt.Errorf("load response %d: %w", p.ID, err)
		}
		row.Kind = kind
		return tx.PutResponse(ctx, row)
	}
}

// SetKind says what kind of response a post is: its author, the asker, or whoever opens queries.
func (r *Rules) SetKind(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, kind string) error {
	if !slices.Contains(db.ResponseKinds(), kind) {
		return community.RefuseField("kind", "choice-unknown")
	}
	row, err := tx.ResponseOf(ctx, p.ID)
	if missing(err) {
		return community.Refuse(community.Gone, "post-gone")
	}
	if err != nil {
		return fmt.Errorf("load response %d: %w", p.ID, err)
	}
	q, err := load(ctx, tx, row.QueryID)
	if err != nil {
		return err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return err
	}
	act := rights.OpenQuery
	if by != nil && (by.ID == row.AuthorID || by.ID == q.AskerID) {
		act = community.ActReply
	}
	if err := r.com.Permit(ctx, tx, g, by, act); err != nil {
		return err
	}
	if !g.Actor.Local {
		return r.ask(ctx, tx, by, g, says{about: p.URI, QuerySays: vocab.QuerySays{ResponseKind: kind}})
	}
	if row.Kind == kind {
		return nil
	}
	row.Kind, row.SetBy = kind, by.ID
	if err := tx.PutResponse(ctx, row); err != nil {
		return err
	}
	if p.State != db.PostPublished {
		return nil
	}
	return r.kind(ctx, tx, g, p, kind)
}

// terms adds what a query, an answer to it or a group's word of it says on the wire. Each is served as
// it stands now.
func terms(ctx context.Context, s *db.Store, starter, p *db.Post, doc *vocab.PostDoc) error {
	if starter == nil || starter.Kind != db.KindQuery || p.Visibility == db.VisibilityDirect {
		return nil
	}
	if !p.Starts() && p.AuthorID != p.GroupID {
		row, err := s.ResponseOf(ctx, p.ID)
		if missing(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("load response %d: %w", p.ID, err)
		}
		doc.ResponseKind = row.Kind
		return nil
	}
	q, err := s.QueryOf(ctx, starter.ID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load query %d: %w", starter.ID, err)
	}
	doc.State, doc.RespondBy, doc.DuplicateOf = q.State, q.ClosesAt.Time, q.DuplicateOf
	if doc.ConsolidatedReply, err = s.QueryReply(ctx, starter.ID); err != nil {
		return fmt.Errorf("load reply to query %d: %w", starter.ID, err)
	}
	if p.Starts() {
		doc.QueryKind = q.Kind
		if q.ClosesAt.IsZero() { // what is wished for
			doc.RespondBy = p.PublishedAt.Add(time.Duration(q.Days) * day)
		}
	}
	return nil
}

// askerSays takes words of the asker in the thread that are acts (domain.md 3e).
func (r *Rules) askerSays(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query, p *db.Post) error {
	if p.Door != "client" || g == nil {
		return nil
	}
	full, err := load(ctx, tx, q.PostID)
	if err != nil {
		return err
	}
	_, err = r.obey(ctx, tx, g, full, content.Text(p.Content))
	return err
}
