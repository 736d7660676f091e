package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// first is a rule that looks at an activity before another: false leaves it to that one.
type first func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error)

// withTrust puts the rules of trust between organisations before those of membership: the same
// activities ask for both.
func (d *Door) withTrust(table map[act]take) map[act]take {
	answer := func(state string) first {
		return func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, bool, error) {
			return d.trust.TakeAnswer(ctx, tx, in, state)
		}
	}
	for a, look := range map[act]first{
		{"Follow", ""}:       d.trust.TakeAsking,
		{"Join", ""}:         d.trust.TakeAsking,
		{"Invite", ""}:       d.trust.TakeInvite,
		{"Undo", "Invite"}:   d.trust.TakeEnded,
		{"Remove", ""}:       d.trust.TakeRemoved,
		{"Create", ""}:       d.trust.TakeConsent,
		{"Accept", ""}:       answer(db.TrustConfirmed),
		{"Reject", ""}:       answer(db.TrustRefused),
		{"Reject", "Invite"}: answer(db.TrustRefused),
	} {
		then, known := table[a]
		if !known {
			then = ignore("not-for-us")
		}
		table[a] = func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
			if out, done, err := look(ctx, tx, in); done || err != nil {
				return out, err
			}
			return then(ctx, tx, in)
		}
	}
	rejected := table[act{"Reject", "Follow"}]
	table[act{"Reject", "Follow"}] = func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
		out, err := rejected(ctx, tx, in)
		if err != nil {
			return out, err
		}
		return out, d.trust.Purge(ctx, tx, in.Actor) // the last of ours may have been sent away
	}
	return table
}

// retold serves the words in which a group told of a post to members whose servers can't get the
// post itself.
func (d *Door) retold(ctx context.Context, c echo.Context, who *db.Actor) (any, error) {
	id, err := number(c)
	if err != nil {
		return nil, err
	}
	told, err := d.store.RetellingByID(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		return d.releasedAt(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	g, err := d.store.GroupByID(ctx, told.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of retelling %d: %w", id, err)
	}
	p, err := d.store.PostByID(ctx, told.PostID)
	if err != nil {
		return nil, fmt.Errorf("load retold post %d: %w", told.PostID, err)
	}
	if err := d.readable(ctx, g, who); err != nil {
		return nil, err
	}
	if p.State != db.PostPublished {
		return d.trust.Tombstone(told, p.StateAt), nil
	}
	return d.trust.RetoldDoc(ctx, d.store, g, p)
}

// releasedAt serves the public Note about a post, to everybody; where one was, its Tombstone.
func (d *Door) releasedAt(ctx context.Context, id int64) (any, error) {
	rel, err := d.store.ReleaseByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if rel.State == db.ReleaseBack && !rel.OutAt.IsZero() {
		return d.trust.ReleaseTombstone(rel), nil
	}
	p, err := d.store.PostByID(ctx, rel.PostID)
	if err != nil {
		return nil, fmt.Errorf("load released post %d: %w", rel.PostID, err)
	}
	return d.released(ctx, p)
}

// released is the public Note about a post; hidden where it was not released.
func (d *Door) released(ctx context.Context, p *db.Post) (any, error) {
	rel, err := d.trust.Released(ctx, d.store, p)
	if err != nil {
		return nil, err
	}
	g, err := d.store.GroupByID(ctx, rel.GroupID)
	if err != nil {
		return nil, fmt.Errorf("load group of release %d: %w", rel.ID, err)
	}
	if err := errors.Join(living(g.Actor), living(p.Author)); err != nil {
		return nil, errHidden
	}
	return d.trust.ReleasedDoc(ctx, d.store, g, p, rel)
}

// closedPage is what the page of a post that a reader may not see answers: the public Note where
// the post was released, else what it answered before.
func (d *Door) closedPage(ctx context.Context, p *db.Post, before error) (any, error) {
	doc, err := d.released(ctx, p)
	if errors.Is(err, db.ErrNotFound) || errors.Is(err, errHidden) {
		return nil, before
	}
	return doc, err
}
