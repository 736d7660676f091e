package main

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// points are the places in the program at which kills ends it, in the order of the way out and in.
var points = []string{"published", "expanded", "sent", "written", "received", "applied"}

// kills ends the only process again and again, at each named point and at random, and starts it
// again at once.
func kills(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, random := rig.Rates{Posts: 50, Replies: 10}, 200-len(points)
	if r.Short {
		rates, random = rig.Rates{Posts: 25, Replies: 5}, 3
	}
	p, err := r.Start(ctx, "copse", rig.Both)
	if err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	rig.Pause(ctx, time.Second)
	var slowest time.Duration
	again := func(env ...string) error {
		if err := p.Restart(ctx, env...); err != nil {
			return err
		}
		took, err := firstAfter(ctx, r, p.Started)
		slowest = max(slowest, took)
		return err
	}
	err = r.Fault(func() error {
		for _, point := range points {
			p.Kill()
			if err := p.Restart(ctx, fmt.Sprintf("DRILL_POINT=%s:%d", point, 1+r.Rand.IntN(20))); err != nil {
				return err
			}
			if err := p.WaitDeath(ctx, time.Minute); err != nil {
				return err
			}
			if err := again(); err != nil {
				return err
			}
		}
		for range random {
			rig.Pause(ctx, time.Duration(r.Rand.IntN(1000))*time.Millisecond)
			p.Kill()
			if err := again(); err != nil {
				return err
			}
		}
		return nil
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F1", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Figure("%d kills, %d of them at named points", 2*len(points)+random, len(points))
	report.Within("slowest restart to first delivery", slowest, 3*time.Second)
	return report, nil
}

// firstAfter waits for the first delivery after a start and says how long it took.
func firstAfter(ctx context.Context, r *rig.Rig, start time.Time) (time.Duration, error) {
	var at time.Time
	_, err := rig.Until(ctx, time.Minute, "the first delivery after a start", func() (heard bool) {
		at, heard = r.FirstDelivery(start)
		return heard
	})
	return at.Sub(start), err
}

// workerKill ends one of two workers while both deliver; the other must take over its hosts.
func workerKill(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates := rig.Rates{Posts: 30, Replies: 10}
	if r.Short {
		rates = rig.Rates{Posts: 20, Replies: 5}
	}
	if _, err := r.Start(ctx, "web", "web"); err != nil {
		return nil, err
	}
	first, err := r.Start(ctx, "worker1", "worker")
	if err != nil {
		return nil, err
	}
	if _, err := r.Start(ctx, "worker2", "worker"); err != nil {
		return nil, err
	}
	for _, p := range r.Peers { // so that leases are held when the worker dies
		p.Proxy.Set(rig.Mode{Latency: 30 * time.Millisecond})
	}
	load := r.Load(ctx, rates)
	rig.Pause(ctx, 2*time.Second)
	var takeover time.Duration
	err = r.Fault(func() error {
		first.Kill()
		if r.Short { // the half minute of the lease, in no time
			rig.Pause(ctx, time.Second)
			if err := r.Redis.ExpireLeases(ctx); err != nil {
				return err
			}
		}
		takeover, err = r.AllHeard(ctx, time.Now(), time.Minute)
		return err
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F2", "", rig.Judging{})
	if err != nil {
		return nil, err
	}
	report.Within("until the other worker served every host", takeover, 35*time.Second)
	return report, nil
}
