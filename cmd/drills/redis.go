package main

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// flushes empties Redis under load, and measures how long the queue takes to be whole again.
func flushes(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, pending, hosts, times, every := rig.Rates{Posts: 30, Replies: 10}, 100_000, 500, 3, 20*time.Second
	if r.Short {
		rates, pending, hosts, times, every = rig.Rates{Posts: 15, Replies: 5}, 20_000, 100, 2, 2*time.Second
	}
	names, err := r.SeedPending(ctx, pending, hosts)
	if err != nil {
		return nil, err
	}
	if _, err := r.Start(ctx, "copse", rig.Both); err != nil {
		return nil, err
	}
	whole := func() bool {
		n, filled, err := r.Redis.Queued(ctx, names)
		return err == nil && filled && n >= int64(pending)
	}
	if _, err := rig.Until(ctx, time.Minute, "the queue is filled", whole); err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	var slowest time.Duration
	err = r.Fault(func() error {
		for range times {
			rig.Pause(ctx, every)
			if err := r.Redis.Flush(ctx); err != nil {
				return err
			}
			took, err := rig.Until(ctx, time.Minute, "the queue is whole again", whole)
			if err != nil {
				return err
			}
			slowest = max(slowest, took)
		}
		return nil
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F3", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Within(fmt.Sprintf("%d pending deliveries of %d hosts rebuilt, slowest of %d", pending, hosts, times), slowest, 5*time.Second)
	return report, nil
}

// redisAway kills Redis: once it comes back empty at once, once it stays away.
func redisAway(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, away := rig.Rates{Posts: 30, Replies: 10}, 10*time.Minute
	if r.Short {
		rates, away = rig.Rates{Posts: 15, Replies: 5}, 5*time.Second
	}
	if _, err := r.Start(ctx, "copse", rig.Both); err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	rig.Pause(ctx, 2*time.Second)
	began := time.Now()
	var delivered int
	var silence time.Duration
	err := r.Fault(func() error {
		r.Redis.Kill()
		if err := r.Redis.Start(ctx); err != nil {
			return err
		}
		rig.Pause(ctx, 2*time.Second)
		r.Redis.Kill()
		gone, before := time.Now(), r.Taken()
		rig.Pause(ctx, away)
		delivered = r.Taken() - before
		if at, heard := r.FirstDelivery(gone); heard {
			silence = at.Sub(gone)
		}
		return r.Redis.Start(ctx)
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F4", "", rig.Judging{Drain: 5 * time.Minute})
	if err != nil {
		return nil, err
	}
	answers, _ := r.Answers(began)
	report.Figure("Redis away for %s: %d deliveries, %.0f a second, the first after %s", away, delivered, float64(delivered)/away.Seconds(), silence.Round(time.Millisecond))
	report.Must("deliveries go on while Redis is away", delivered > 0)
	report.AtMost("answers without 2xx while Redis was away", refused(answers), 0)
	return report, nil
}

// refused counts the answers that were no yes.
func refused(byStatus map[int]int) int {
	n := 0
	for status, count := range byStatus {
		if status < 200 || status > 399 {
			n += count
		}
	}
	return n
}

// redisFrozen stops Redis in the middle of things, for twice as long as a lease, and lets it go on:
// what workers think they own then belongs to others.
func redisFrozen(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, frozen := rig.Rates{Posts: 30, Replies: 10}, time.Minute
	if r.Short {
		rates, frozen = rig.Rates{Posts: 15, Replies: 5}, 6*time.Second
	}
	if _, err := r.Start(ctx, "web", "web"); err != nil {
		return nil, err
	}
	for _, name := range []string{"worker1", "worker2"} {
		if _, err := r.Start(ctx, name, "worker"); err != nil {
			return nil, err
		}
	}
	load := r.Load(ctx, rates)
	rig.Pause(ctx, 2*time.Second)
	before := 0
	err := r.Fault(func() error {
		if err := r.Redis.Freeze(); err != nil {
			return err
		}
		before = r.Taken()
		rig.Pause(ctx, frozen)
		before = r.Taken() - before
		return r.Redis.Thaw()
	})
	if err == nil && r.Short {
		err = r.Redis.ExpireLeases(ctx)
	}
	rig.Pause(ctx, time.Second)
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F5", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Figure("Redis frozen for %s: %d deliveries meanwhile", frozen, before)
	return report, nil
}
