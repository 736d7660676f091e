package outgoing

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
)

// Change is what an act did to the deliveries to a host, or would do.
type Change struct {
	Host string `json:"host"`
	Act  string `json:"act"` // retry, drop, pause, resume
	// Waiting deliveries and dead letters that it concerns.
	Waiting int64 `json:"waiting"`
	Dead    int64 `json:"dead"`
	Done    bool  `json:"done"` // false: it was only asked what would happen
}

// Acts on the deliveries to a host.
const (
	Retry  = "retry"
	Drop   = "drop"
	Pause  = "pause"
	Resume = "resume"
)

// Weigh says what an act would concern; of a host that we never met there is nothing to say.
func (d *Desk) Weigh(ctx context.Context, act, host string) (*Change, error) {
	waiting, _, err := d.Store.WaitingFor(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("count what waits for %s: %w", host, err)
	}
	dead, err := d.Store.DeadAt(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("count dead letters of %s: %w", host, err)
	}
	c := &Change{Host: host, Act: act, Waiting: waiting, Dead: dead.Refused + dead.Expired}
	if _, err := d.Store.HostByName(ctx, host); errors.Is(err, db.ErrNotFound) && c.Waiting+c.Dead == 0 {
		return nil, fmt.Errorf("this instance has never dealt with %s", host)
	} else if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load host %s: %w", host, err)
	}
	return c, nil
}

// Do carries an act out, with its line in the audit log. A running server takes it up within a
// second.
func (d *Desk) Do(ctx context.Context, c *Change) error {
	err := d.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := steer(ctx, tx, c); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: c.Act + "-host", Reason: c.Host})
	})
	if err != nil {
		return fmt.Errorf("%s deliveries to %s: %w", c.Act, c.Host, err)
	}
	c.Done = true
	return nil
}

func steer(ctx context.Context, tx *db.Store, c *Change) (err error) {
	switch c.Act {
	case Retry:
		c.Dead, err = tx.RetryDead(ctx, c.Host)
	case Drop:
		if c.Waiting, err = tx.DropWaiting(ctx, c.Host); err == nil && c.Dead > 0 {
			c.Dead, err = tx.DropDead(ctx, c.Host)
		}
	case Pause:
		err = tx.PauseHost(ctx, c.Host)
	case Resume:
		err = tx.ResumeHost(ctx, c.Host)
	default:
		err = fmt.Errorf("no such act: %q", c.Act)
	}
	return err
}

// Listing is Change for people.
func (c *Change) Listing() Listing {
	var text string
	switch {
	case c.Act == Drop && !c.Done:
		text = fmt.Sprintf("%d waiting deliveries and %d dead letters would never reach %s. To drop them, add --yes.\n", c.Waiting, c.Dead, c.Host)
	case c.Act == Drop:
		text = fmt.Sprintf("Done. %d waiting deliveries and %d dead letters were dropped.\n", c.Waiting, c.Dead)
	case c.Act == Retry:
		text = fmt.Sprintf("Done. %s is tried at once: %d that waited, and %d that had been given up.\n", c.Host, c.Waiting, c.Dead)
	case c.Act == Pause:
		text = fmt.Sprintf("Done. Nothing more is sent to %s; %d wait.\n", c.Host, c.Waiting)
	default:
		text = fmt.Sprintf("Done. Sending to %s goes on: %d wait.\n", c.Host, c.Waiting)
	}
	return Listing{Text: text}
}
