package main

import (
	"context"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// leaps steps the clock of the instance two hours on, two hours back, and more than a year on, while
// a host is away for which deliveries wait. Who is signed in would not be any more after a year, so
// that nothing is posted then.
func leaps(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, each := rig.Rates{Posts: 15, Replies: 5}, 30*time.Second
	if r.Short {
		rates, each = rig.Rates{Posts: 10, Replies: 5}, 1500*time.Millisecond
	}
	away := r.Peers[:2]
	p, err := r.Start(ctx, "copse", rig.Both)
	if err != nil {
		return nil, err
	}
	load := r.Load(ctx, rates)
	for _, peer := range away {
		peer.Proxy.Set(rig.Mode{Refuse: true})
	}
	rig.Pause(ctx, each)
	warned := time.Duration(0)
	err = r.Fault(func() (err error) {
		leapt := time.Now()
		if err = r.Clock.Step(2 * time.Hour); err != nil {
			return err
		}
		if !r.Short { // nobody looks more often than each quarter of a minute
			warned, err = rig.Until(ctx, 2*time.Minute, "a warning that the clock is wrong", func() bool { return p.Logged("the clock is wrong") })
		}
		rig.Pause(ctx, each-time.Since(leapt))
		if err == nil {
			err = r.Clock.Step(-2 * time.Hour)
		}
		rig.Pause(ctx, each)
		load.Stop()
		if err == nil {
			err = r.Clock.Step(400 * 24 * time.Hour)
		}
		rig.Pause(ctx, each)
		if err == nil {
			err = r.Clock.Step(0)
		}
		return err
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	return backAfterLeaps(ctx, r, away, warned)
}

// backAfterLeaps lets the hosts that were away be there again, and judges. What came when the clock
// was warned of counts in the full form alone.
func backAfterLeaps(ctx context.Context, r *rig.Rig, away []*rig.Peer, warned time.Duration) (*rig.Report, error) {
	waiting, err := r.Count(ctx, "SELECT count(*) FROM deliveries WHERE state = 0")
	if err != nil {
		return nil, err
	}
	for _, peer := range away {
		peer.Proxy.Set(rig.Mode{})
	}
	mended := time.Now()
	if err := wake(ctx, r, away); err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F14", "", rig.Judging{Late: away})
	if err != nil {
		return nil, err
	}
	report.Figure("%d deliveries waited through the leaps, and none expired", waiting)
	report.Must("nothing waited for the hosts that were away", waiting > 0)
	report.Within("from the return of the hosts until each got something", firstAt(away, mended), time.Minute)
	if !r.Short {
		report.Within("from the leap until a warning", warned, time.Minute)
	}
	return report, nil
}
