package main

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/cmd/drills/rig"
)

// calm compares how fast healthy hosts get new posts while others ail with how fast they do
// otherwise. A tenth more is the bar, and what two percentiles of one run differ by chance. The
// short form runs beside other tests and is too short for more than to see that nothing hangs.
func calm(r *rig.Rig, p *rig.Report) {
	bar := p.Quiet + max(p.Quiet/10, 25*time.Millisecond)
	if r.Short {
		bar = 3*p.Quiet + time.Second
	}
	p.Within(fmt.Sprintf("p95 to healthy hosts during the fault, %s before it:", p.Quiet.Round(time.Millisecond)), p.Faulty, bar.Round(time.Millisecond))
}

// everyNth is each n-th peer, from the first on.
func everyNth(r *rig.Rig, n int) []*rig.Peer {
	var list []*rig.Peer
	for i := 0; i < len(r.Peers); i += n {
		list = append(list, r.Peers[i])
	}
	return list
}

// under runs a load, lets harm be done in the middle of it, and then mends: what came before the
// harm is the quiet that the rest is compared with.
func under(ctx context.Context, r *rig.Rig, harm, mend func() error) error {
	rates, quiet := rig.Rates{Posts: 30, Replies: 10}, 20*time.Second
	if r.Short {
		rates, quiet = rig.Rates{Posts: 15, Replies: 5}, 3*time.Second
	}
	if _, err := r.Start(ctx, "copse", rig.Both); err != nil {
		return err
	}
	load := r.Load(ctx, rates)
	defer load.Stop()
	rig.Pause(ctx, quiet)
	if err := r.Fault(harm); err != nil {
		return err
	}
	return mend()
}

// partition keeps half of the hosts away for ten days, half of these refusing and half silent. The
// clock of the instance makes the days.
func partition(ctx context.Context, r *rig.Rig) (*rig.Report, error) {
	const days = 10
	away := everyNth(r, 2)
	each := 6 * time.Second
	if r.Short {
		each = 400 * time.Millisecond
	}
	var healed time.Time
	waiting := 0
	err := under(ctx, r, func() error {
		for i, p := range away {
			p.Proxy.Set(rig.Mode{Refuse: i%2 == 0, Drop: i%2 == 1})
		}
		for day := 1; day <= days; day++ {
			rig.Pause(ctx, each)
			if err := r.Clock.Step(time.Duration(day) * 24 * time.Hour); err != nil {
				return err
			}
		}
		return nil
	}, func() (err error) {
		if waiting, err = r.Count(ctx, "SELECT count(*) FROM deliveries WHERE state = 0"); err != nil {
			return err
		}
		for _, p := range away {
			p.Proxy.Set(rig.Mode{})
		}
		healed = time.Now()
		return wake(ctx, r, away)
	})
	if err != nil {
		return nil, err
	}
	report, err := r.Judge(ctx, "F8", "", rig.Judging{Late: away})
	if err != nil {
		return nil, err
	}
	calm(r, report)
	took := time.Since(healed)
	report.Within("from the heal until all was delivered", took, 60*time.Second)
	report.Figure("%d deliveries waited at the heal, %.0f a second drained", waiting, float64(waiting)/took.Seconds())
	return report, nil
}
