package trust

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// forgetAtOnce is how many Notes about somebody's words are looked up at a time.
const forgetAtOnce = 500

// Forget takes back what groups of ours said of somebody's words in their own name, to everybody or to
// their followers: servers that hold those Notes learn nothing from the author's own Delete. The words
// are still there when it is called.
func (r *Rules) Forget(ctx context.Context, tx *db.Store, who *db.Actor) error {
	for {
		list, err := tx.ReleasedBy(ctx, who.ID, forgetAtOnce)
		if err != nil {
			return fmt.Errorf("list what was released of %s: %w", who.URI, err)
		}
		for _, p := range list {
			if err := r.TakeBack(ctx, tx, who, p); err != nil {
				return fmt.Errorf("take the release of post %d back: %w", p.ID, err)
			}
		}
		if len(list) < forgetAtOnce {
			break
		}
	}
	return r.unsay(ctx, tx, who)
}

// unsay deletes the Notes in which groups told their followers what somebody said.
func (r *Rules) unsay(ctx context.Context, tx *db.Store, who *db.Actor) error {
	groups := map[int64]*db.Group{}
	for after := int64(0); ; {
		list, err := tx.RetellingsBy(ctx, who.ID, after, forgetAtOnce)
		if err != nil {
			return fmt.Errorf("list what was told of %s: %w", who.URI, err)
		}
		for _, told := range list {
			after = told.ID
			g := groups[told.GroupID]
			if g == nil {
				if g, err = tx.GroupByID(ctx, told.GroupID); err != nil {
					return fmt.Errorf("load group of retelling %d: %w", told.ID, err)
				}
				groups[told.GroupID] = g
			}
			gone := telling{group: g, act: vocab.ActivityDoc{Type: "Delete", Object: r.Tombstone(told, tx.Now())}, to: toFollowers(g)}
			if err := r.publish(ctx, tx, told, gone); err != nil {
				return err
			}
		}
		if len(list) < forgetAtOnce {
			return nil
		}
	}
}
