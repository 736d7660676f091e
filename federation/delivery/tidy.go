package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
)

const (
	// shelveAfter is how long a receipt that was dealt with lies where it came in.
	shelveAfter = 5 * time.Second
	// shelveRows are moved in one transaction, short enough that nobody waits for it; shelveRounds
	// of them in a second.
	shelveRows   = 250
	shelveRounds = 8
	// packRows old activities are packed in a second, once after an update from a version that did not.
	packRows = 200
	// outboxAge is how long the audience of what was sent stays at least; outboxEvery is how often
	// all that is left of them is looked at.
	outboxAge   = time.Minute
	outboxEvery = time.Minute
)

// tidying is how far the upkeep has come with what only takes room.
type tidying struct {
	packed bool
	begun  time.Time
	outbox int64 // where the next window begins, 0 between two rounds
}

// tidy makes small, a step each second, what is done with and has to be kept.
func (d *Deliverer) tidy(ctx context.Context, now time.Time) error {
	t, s := &d.upkeep.tidying, d.o.Store
	var err error
	for range shelveRounds {
		n, e := s.ShelveReceipts(ctx, db.At(now.Add(-shelveAfter)), shelveRows)
		if err = errors.Join(err, e); e != nil || n < shelveRows {
			break
		}
	}
	if !t.packed {
		done, e := s.PackOld(ctx, packRows)
		if e != nil {
			e = fmt.Errorf("pack old activities: %w", e)
		}
		err, t.packed = errors.Join(err, e), done
	}
	if t.outbox == 0 {
		if now.Sub(t.begun) < outboxEvery {
			return err
		}
		t.begun = now
	}
	next, gone, e := s.PruneOutbox(ctx, db.Window{After: t.outbox, Before: now.Add(-outboxAge), Limit: pruneRows})
	d.metrics.pruned.Add(float64(gone))
	t.outbox = next
	return errors.Join(err, e)
}
