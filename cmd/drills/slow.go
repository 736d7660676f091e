package main

import (
	"context"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// slow lets three hosts in ten read or answer at one byte a second.
func slow(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	ill := make([]*rig.Peer, 0, len(r.Peers)/3)
	for i, p := range r.Peers {
		if i%10 < 3 {
			ill = append(ill, p)
		}
	}
	span := time.Minute
	if r.Short {
		span = 5 * time.Second
	}
	var mended time.Time
	err := under(ctx, r, func() error {
		for i, p := range ill {
			p.Proxy.Set(rig.Mode{SlowRead: i%2 == 0, SlowWrite: i%2 == 1})
		}
		rig.Pause(ctx, span)
		return nil
	}, func() error {
		for _, p := range ill {
			p.Proxy.Set(rig.Mode{})
		}
		mended = time.Now()
		return wake(ctx, r, ill)
	})
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F9", "", rig.Judging{Late: ill})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	report.Within("from the mend until each slow host got something", firstAt(ill, mended), time.Minute)
	report.Within("from the mend until all was delivered", time.Since(mended), 90*time.Second)
	var longest time.Duration
	for _, p := range ill {
		longest = max(longest, p.Proxy.Longest())
	}
	report.Within("longest hold of a connection by a slow host", longest, 16*time.Second)
	return report, nil
}

// firstAt is how long the last of some hosts waited for something after a moment.
func firstAt(list []*rig.Peer, since time.Time) time.Duration {
	var longest time.Duration
	for _, p := range list {
		for _, e := range p.Entries() {
			if e.At.After(since) {
				longest = max(longest, e.At.Sub(since))
				break
			}
		}
	}
	return longest
}

// wake lets hosts that were ill be heard of, which is the sign to try them again.
func wake(ctx context.Context, r *rig.Rig, list []*rig.Peer) error {
	for _, p := range list {
		if err := r.Speak(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
