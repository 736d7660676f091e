package main

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

const (
	historyPoll  = 5 * time.Second // for groups that another process began to follow
	historyRetry = 10 * time.Minute
	historyBatch = 10
)

// historian reads the history of groups elsewhere that somebody here has begun to follow, one after
// the other. What is still to be read stands in the database, so a restart goes on.
type historian struct {
	c     *core
	wake  chan struct{}
	later map[int64]time.Time // groups whose host did not answer; only Step touches it
}

func newHistorian(c *core) *historian {
	return &historian{c: c, wake: make(chan struct{}, 1), later: map[int64]time.Time{}}
}

// Nudge says that somebody follows a group; it never blocks.
func (h *historian) Nudge(int64) {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Step reads the history of one group and says whether there was one to read.
func (h *historian) Step(ctx context.Context) (bool, error) {
	list, err := h.c.store.GroupsWithoutHistory(ctx, historyBatch)
	if err != nil {
		return false, fmt.Errorf("list groups without history: %w", err)
	}
	for _, g := range list {
		if h.c.now().Before(h.later[g.ActorID]) {
			continue
		}
		return true, h.read(ctx, g)
	}
	return false, nil
}

func (h *historian) read(ctx context.Context, g *db.Group) error {
	if err := h.c.store.SetGroupHistory(ctx, g.ActorID, db.Time{}, "reading"); err != nil {
		return err
	}
	err := h.c.resolver.Backfill(ctx, g.Actor, func(ctx context.Context, f *federation.Fetched) error {
		return h.c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			return h.c.exchange.TakeFetched(ctx, tx, f, g)
		})
	})
	if ctx.Err() != nil {
		return nil // goes on at the next start
	}
	if err != nil && federation.Temporary(err) {
		h.c.log.InfoContext(ctx, "history waits", "group", g.Actor.URI, "err", err)
		h.later[g.ActorID] = h.c.now().Add(historyRetry)
		return h.c.store.SetGroupHistory(ctx, g.ActorID, db.Time{}, "waiting")
	}
	if err != nil {
		h.c.log.WarnContext(ctx, "history cannot be read", "group", g.Actor.URI, "err", err)
	}
	delete(h.later, g.ActorID)
	return h.c.store.SetGroupHistory(ctx, g.ActorID, h.c.store.Now(), "")
}

// Run reads histories until ctx ends.
func (h *historian) Run(ctx context.Context) error {
	tick := time.NewTicker(historyPoll)
	defer tick.Stop()
	for {
		worked, err := h.Step(ctx)
		if err != nil && ctx.Err() == nil {
			h.c.log.ErrorContext(ctx, "read history", "err", err)
		}
		if worked && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
		case <-tick.C:
		}
	}
}
