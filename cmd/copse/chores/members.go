package chores

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/membership"
)

// silent asks members whom nobody has heard of for half a year, and lets those sleep who did not
// answer (domain.md 3d).
func (c *Chores) silent(ctx context.Context) error {
	now := c.o.Now()
	q := db.SilentQuery{Since: db.At(now.Add(-membership.SilentFor)), AskedBefore: db.At(now.Add(-membership.AnswerIn)), Limit: atOnce}
	list := func(after int64) ([]*db.Membership, error) {
		q.After = after
		return c.o.Store.Silent(ctx, q)
	}
	return c.each(ctx, list, c.o.Membership.Rest)
}

// returned wakes members who came back by themselves: with a word in the community, or by reading.
func (c *Chores) returned(ctx context.Context) error {
	list := func(after int64) ([]*db.Membership, error) { return c.o.Store.Returned(ctx, after, atOnce) }
	return c.each(ctx, list, c.o.Membership.Wake)
}

// each hands memberships to a rule, list after list.
func (c *Chores) each(ctx context.Context, list func(after int64) ([]*db.Membership, error), rule func(context.Context, *db.Store, *db.Membership) error) error {
	var failed error
	var after int64
	for range pages {
		due, err := list(after)
		if err != nil {
			return errors.Join(failed, fmt.Errorf("list members that are due: %w", err))
		}
		for _, m := range due {
			after = m.ID
			failed = errors.Join(failed, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return rule(ctx, tx, m) }))
		}
		if len(due) < atOnce {
			break
		}
	}
	return failed
}

// ended tells servers again whom communities that are not open have sent away, where they have not
// taken the word of it.
func (c *Chores) ended(ctx context.Context) error {
	failed := c.o.Store.TidyEnds(ctx)
	var after int64
	for range pages {
		due, err := c.o.Store.EndsToTell(ctx, after, atOnce)
		if err != nil {
			return errors.Join(failed, fmt.Errorf("list ends to tell again: %w", err))
		}
		for _, e := range due {
			after = e.ID
			failed = errors.Join(failed, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
				return c.o.Trust.TellAgain(ctx, tx, e)
			}))
		}
		if len(due) < atOnce {
			break
		}
	}
	return failed
}

// untended sends word of communities whose facilitators do nothing, step by step (domain.md 3c).
func (c *Chores) untended(ctx context.Context) error {
	var failed error
	var after int64
	before := db.At(c.o.Now().Add(-membership.TellCore))
	for range pages {
		due, err := c.o.Store.TendedBefore(ctx, before, after, atOnce)
		if err != nil {
			return errors.Join(failed, fmt.Errorf("list communities nobody looks after: %w", err))
		}
		for _, t := range due {
			after = t.GroupID
			failed = errors.Join(failed, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
				return c.o.Membership.Tend(ctx, tx, t)
			}))
		}
		if len(due) < atOnce {
			break
		}
	}
	return failed
}
