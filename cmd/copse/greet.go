package main

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

const (
	// awayAfter is how long nobody was heard from when this server was probably off.
	awayAfter = 10 * time.Minute
	// acquaintance is how long ago a server may have been heard from to be greeted.
	acquaintance = 30 * 24 * time.Hour
	// greetAtOnce bounds how many servers one activity greets.
	greetAtOnce = 500
)

// sayHello is what the workers begin with; they go on without.
func (i *instance) sayHello(ctx context.Context) error {
	if err := i.greet(ctx); err != nil && ctx.Err() == nil {
		i.log.WarnContext(ctx, "other servers were not greeted", "err", err)
	}
	return nil
}

// greet tells the servers we know, after an absence, that this one is there again, so that they
// send what they hold back now and not at their next try, which may be hours away.
func (i *instance) greet(ctx context.Context) error {
	last, err := i.store.LastHeard(ctx)
	if err != nil {
		return fmt.Errorf("see when others were heard last: %w", err)
	}
	now := i.now()
	if last.IsZero() || now.Sub(last.Time) < awayAfter {
		return nil
	}
	for after := ""; ; {
		page, err := i.store.QuietInboxes(ctx, db.At(now.Add(-acquaintance)), after, greetAtOnce)
		if err != nil {
			return fmt.Errorf("list servers to greet: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].Host
		err = i.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return i.community.Greet(ctx, tx, i.core.instance, page)
		})
		if err != nil {
			return err
		}
	}
}
