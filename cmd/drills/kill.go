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
			if err := p.WaitDeath(ctx, 20*time.Second); err != nil {
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
	_, err := rig.Until(ctx, 20*time.Second, "the first delivery after a start", func() (heard bool) {
		at, heard = r.FirstDelivery(start)
		return heard
	})
	return at.Sub(start), err
}
