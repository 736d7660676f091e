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
		_, err := tx.RetryDead(ctx, host)
		return err
	})
	if err != nil {
		return fmt.Errorf("retry %s: %w", host, err)
	}
	return d.answerCalls(ctx)
}

// answerCalls gives hosts a turn that an admin wants to be tried now, whichever process was told.
func (d *Deliverer) answerCalls(ctx context.Context) error {
	calls, err := d.o.Store.HostCalls(ctx, 100)
	if err != nil {
		return fmt.Errorf("list calls for hosts: %w", err)
	}
	for _, c := range calls {
		if err := d.refillHost(ctx, c.Host); err != nil {
			return err
		}
		if err := d.o.Store.AnswerHostCall(ctx, c); err != nil {
			return fmt.Errorf("answer call for %s: %w", c.Host, err)
		}
	}
	return nil
}

// refillHost tells the queue of all that waits for a host, and gives it a turn.
func (d *Deliverer) refillHost(ctx context.Context, host string) error {
	after := &db.WaitingDelivery{Host: host}
	for {
		list, err := d.o.Store.WaitingDeliveries(ctx, after, fillPage)
		if err != nil {
			return fmt.Errorf("list what waits for %s: %w", host, err)
		}
		n := 0
		for n < len(list) && list[n].Host == host {
			n++
		}
		if n == 0 {
			return d.wake(ctx, host)
		}
		entries, err := d.entries(ctx, list[:n])
		if err != nil {
			return err
		}
		d.enqueue(ctx, entries)
		after = &list[n-1]
	}
}

// Drop ends all that waits for a host as cancelled.
func (d *Deliverer) Drop(ctx context.Context, host string) error {
	if _, err := d.o.Store.DropWaiting(ctx, host); err != nil {
		return fmt.Errorf("drop deliveries to %s: %w", host, err)
	}
	return d.withQueue(ctx, func() error { return d.o.Queue.Forget(ctx, host) })
}

// Pause sends nothing to a host until Resume; what is meant for it waits. A visit under way ends
// within seconds.
func (d *Deliverer) Pause(ctx context.Context, host string) error {
	if err := d.o.Store.PauseHost(ctx, host); err != nil {
		return fmt.Errorf("pause %s: %w", host, err)
	}
	return nil
}

// Resume ends a Pause.
func (d *Deliverer) Resume(ctx context.Context, host string) error {
	if err := d.o.Store.ResumeHost(ctx, host); err != nil {
		return fmt.Errorf("resume %s: %w", host, err)
	}
	return d.answerCalls(ctx)
}

func (d *Deliverer) wake(ctx context.Context, host string) error {
	err := d.withQueue(ctx, func() error { return d.o.Queue.Wake(ctx, []string{host}) })
	if err != nil {
		return fmt.Errorf("wake %s: %w", host, err)
	}
	nudge(d.sendNow)
	return nil
}
