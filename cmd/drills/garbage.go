package main

import (
	"context"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// garbage lets hosts answer what is no HTTP, headers without end, ten megabytes, and resets.
func garbage(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	modes := []rig.Mode{{Garbage: true}, {EndlessHeaders: true}, {Body: 10 << 20}, {ResetAfter: 200}}
	ill := r.Peers[:2*len(modes)]
	span := time.Minute
	if r.Short {
		span = 6 * time.Second
	}
	var before, after int64
	err := under(ctx, r, func() error {
		before = r.Memory()
		for i, p := range ill {
			p.Proxy.Set(modes[i%len(modes)])
		}
		for end := time.Now().Add(span); time.Now().Before(end) && ctx.Err() == nil; {
			rig.Pause(ctx, 100*time.Millisecond)
			after = max(after, r.Memory())
		}
		return nil
	}, func() error {
		for _, p := range ill {
			p.Proxy.Set(rig.Mode{})
		}
		if err := wake(ctx, r, ill); err != nil {
			return err
		}
		return r.Clock.Step(7 * time.Hour) // past the longest wait of a delivery that failed while others passed
	})
	if err != nil {
		return nil, err
	}
	// What answered with ten megabytes said 202 and keeps nothing: it need not have got all.
	report, err := r.Judge(ctx, "F12", "", rig.Judging{Ill: ill})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	report.AtMost("MiB of memory more than before", int(max(0, after-before)>>20), 32)
	return report, nil
}
