package main

import (
	"context"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// stops ends processes in good order under load, one after the other, as an upgrade does.
func stops(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	rates, rounds := rig.Rates{Posts: 30, Replies: 10}, 5
	if r.Short {
		rates, rounds = rig.Rates{Posts: 15, Replies: 5}, 1
	}
	var all []*rig.Process
	for _, p := range []struct{ name, roles string }{{"web", "web"}, {"worker1", "worker"}, {"worker2", "worker"}} {
		process, err := r.Start(ctx, p.name, p.roles)
		if err != nil {
			return nil, err
		}
		all = append(all, process)
	}
	for _, p := range r.Peers { // so that requests are in flight when the signal comes
		p.Proxy.Set(rig.Mode{Latency: 200 * time.Millisecond})
	}
	load := r.Load(ctx, rates)
	var slowest time.Duration
	unclean := 0
	err := r.Fault(func() error {
		for range rounds {
			for _, p := range all {
				rig.Pause(ctx, time.Second)
				took, err := p.Terminate(ctx, time.Minute)
				if err != nil {
					return err
				}
				slowest = max(slowest, took)
				if p.ExitCode() != 0 {
					unclean++
				}
				if err := p.Restart(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	load.Stop()
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F17", "", rig.Judging{NoWire: true})
	if err != nil {
		return nil, err
	}
	report.Within("slowest end after SIGTERM", slowest, 25*time.Second)
	report.AtMost("ends with another code than 0", unclean, 0)
	return report, nil
}
