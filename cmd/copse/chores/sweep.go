package chores

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/sanction"
)

// sweepEvery is how often a Sweeper looks for servers that an admin wants nothing more of.
const sweepEvery = 10 * time.Second

// Sweeper removes what such servers had sent, a bounded bit in each transaction: the requests of
// everybody else go on between two of them, and after a kill it goes on where it was.
type Sweeper struct {
	Store *db.Store
	Rules *sanction.Rules
	Log   *slog.Logger
}

// Run takes steps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		worked, err := s.Step(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "remove what a server has sent", "err", err)
		}
		if worked && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Step takes one step for each of them, and says whether there was one to take.
func (s *Sweeper) Step(ctx context.Context) (bool, error) {
	list, err := s.Store.HostPurges(ctx, atOnce)
	if err != nil {
		return false, fmt.Errorf("list servers to purge: %w", err)
	}
	for _, p := range list {
		err := s.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) (err error) {
			p, err = s.Rules.StepPurge(ctx, tx, p.Host)
			return err
		})
		if err != nil {
			return true, err
		}
		if !p.Going() {
			s.Log.InfoContext(ctx, "removed what a server had sent", "host", p.Host, "people", p.People, "posts", p.Posts)
		}
	}
	return len(list) > 0, nil
}
