package chores

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
)

// queries tells, closes and asks about queries whose time has come. One that several things are due of
// gets the next with the next round.
func (c *Chores) queries(ctx context.Context) error {
	var failed error
	var after int64
	for range pages {
		due, err := c.o.Store.QueriesDue(ctx, after, atOnce)
		if err != nil {
			return errors.Join(failed, fmt.Errorf("list queries that are due: %w", err))
		}
		for _, q := range due {
			after = q.PostID
			failed = errors.Join(failed, c.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
				return c.o.Query.Tick(ctx, tx, q.PostID)
			}))
		}
		if len(due) < atOnce {
			break
		}
	}
	return failed
}
