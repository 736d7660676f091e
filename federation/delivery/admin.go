package delivery

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
)

// Retry forgets what went wrong with a host: what waits is tried at once, and what it refused or
// what expired starts afresh.
func (d *Deliverer) Retry(ctx context.Context, host string) error {
	err := d.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.ForgiveHost(ctx, host); err != nil {
			return err
		}
		return tx.ReviveDeliveries(ctx, host)
	})
	if err != nil {
		return fmt.Errorf("retry %s: %w", host, err)
	}
	after := &db.WaitingDelivery{Host: host}
	for {
		list, err := d.o.Store.WaitingDeliveries(ctx, after, fillPage)
		if err != nil {
			return fmt.Errorf("retry %s: %w", host, err)
		}
		n := 0
		for n < len(list) && list[n].Host == host {
			n++
		}
		if n == 0 {
			break
		}
		d.enqueue(ctx, d.entries(list[:n]))
		after = &list[n-1]
	}
	return d.wake(ctx, host)
}

// Drop ends all that waits for a host as cancelled.
func (d *Deliverer) Drop(ctx context.Context, host string) error {
	if _, err := d.o.Store.EndHostDeliveries(ctx, host, db.DeliveryCancelled, "dropped by an admin"); err != nil {
		return fmt.Errorf("drop deliveries to %s: %w", host, err)
	}
	return d.withQueue(ctx, func() error { return d.o.Queue.Forget(ctx, host) })
}

// Pause sends nothing to a host until Resume; what is meant for it waits. A visit under way ends
// within seconds.
func (d *Deliverer) Pause(ctx context.Context, host string) error {
	if err := d.o.Store.SetHostPaused(ctx, host, d.o.Store.Now()); err != nil {
		return fmt.Errorf("pause %s: %w", host, err)
	}
	return nil
}

// Resume ends a Pause.
func (d *Deliverer) Resume(ctx context.Context, host string) error {
	if err := d.o.Store.SetHostPaused(ctx, host, db.Time{}); err != nil {
		return fmt.Errorf("resume %s: %w", host, err)
	}
	return d.wake(ctx, host)
}

func (d *Deliverer) wake(ctx context.Context, host string) error {
	err := d.withQueue(ctx, func() error { return d.o.Queue.Wake(ctx, []string{host}) })
	if err != nil {
		return fmt.Errorf("wake %s: %w", host, err)
	}
	nudge(d.sendNow)
	return nil
}
